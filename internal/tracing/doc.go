// Package tracing tells a collector how the time of a request was spent, in the terms of OpenTelemetry: a span for the
// request, below it one for the operation, and below that one for each statement and each password hash.
//
// It owns the spans, their names and attributes, who may ask for them, and the way out. Who is traced knows nothing of it:
// each asks for a function or an interface of its own (a middleware, a gqlgen extension, a GORM plugin), and cmd/daypass
// hands them those of [Traces]; nil where there are none, so that nothing of this is in the way of a request.
//
// No span holds what somebody sent. Every span leaves through [exit], which lets pass what [permitted] names and nothing
// else, whatever a library may add to a span one day.
package tracing
