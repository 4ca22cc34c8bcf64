package tracing

import (
	"go.opentelemetry.io/otel/attribute"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
)

// permitted is all that may leave of a span: what the program says in words of its own. What clients send is not among it,
// such as paths, addresses, user agents or documents, nor what depends on a secret, such as the size of a body with a
// password in it. Names of spans are ours, or of method and route.
func permitted(key attribute.Key) bool {
	switch key {
	case semconv.HTTPRequestMethodKey, semconv.HTTPRouteKey, semconv.HTTPResponseStatusCodeKey,
		semconv.GraphQLOperationTypeKey, fieldsKey, outcomeKey,
		semconv.DBSystemNameKey, semconv.DBOperationNameKey, semconv.DBCollectionNameKey, semconv.DBQueryTextKey,
		semconv.ErrorTypeKey:
		return true
	default:
		return false
	}
}

// permittedSpan is a span without what may not leave.
type permittedSpan struct{ sdktrace.ReadOnlySpan }

// Attributes implements [sdktrace.ReadOnlySpan].
func (s permittedSpan) Attributes() []attribute.KeyValue {
	var kept []attribute.KeyValue
	for _, attribute := range s.ReadOnlySpan.Attributes() {
		if permitted(attribute.Key) {
			kept = append(kept, attribute)
		}
	}
	return kept
}

// Events implements [sdktrace.ReadOnlySpan]: they are for texts of errors and causes of panics.
func (permittedSpan) Events() []sdktrace.Event { return nil }

// Links implements [sdktrace.ReadOnlySpan].
func (permittedSpan) Links() []sdktrace.Link { return nil }

// Status implements [sdktrace.ReadOnlySpan]: whether it failed, but not the text.
func (s permittedSpan) Status() sdktrace.Status {
	return sdktrace.Status{Code: s.ReadOnlySpan.Status().Code}
}
