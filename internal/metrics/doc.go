// Package metrics counts what operators want to see, in the terms of Prometheus.
//
// It owns the names, the labels and the registry. Who counts knows nothing of it: each asks for a function or a small
// interface of its own, and cmd/daypass hands them a [Metrics]. No label holds what a client can make up, so that the
// number of series is bounded by the schema.
package metrics
