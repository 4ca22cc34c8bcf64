package tracing

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Requests returns a middleware that makes a span of each request, with its method, its route and the status of the
// answer. The route is what a [http.ServeMux] notes in the request that the middleware hands on, or in no copy of it.
func (t *Traces) Requests() func(http.Handler) http.Handler {
	if t == nil {
		return nil
	}
	return func(next http.Handler) http.Handler {
		traced := otelhttp.NewHandler(withRoute(next), "request",
			otelhttp.WithTracerProvider(t.provider),
			otelhttp.WithMeterProvider(noop.NewMeterProvider()),
			// Whose trace goes on here is decided below.
			otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator()),
		)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			traced.ServeHTTP(w, t.callers.join(r))
		})
	}
}

// withRoute adds the pattern that the mux found, which only the name of the span has otherwise.
func withRoute(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer noteRoute(r)
		next.ServeHTTP(w, r)
	})
}

func noteRoute(r *http.Request) {
	if _, path, found := strings.Cut(r.Pattern, "/"); found {
		trace.SpanFromContext(r.Context()).SetAttributes(semconv.HTTPRoute("/" + path))
	}
}

// callers are the networks of those whose traces go on here.
type callers []netip.Prefix

// join puts the request into the trace of its sender, if that is one of the callers. The `traceparent`
// of everyone else (W3C Trace Context section 3.2) is not even read: its flag would have the request traced, and so would
// an id of the sender's choice, for the ratio goes by ids. Of `tracestate`, which is free text, nothing is kept.
func (c callers) join(r *http.Request) *http.Request {
	if !c.include(r.RemoteAddr) {
		return r
	}
	ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	parent := trace.SpanContextFromContext(ctx).WithTraceState(trace.TraceState{})
	return r.WithContext(trace.ContextWithRemoteSpanContext(ctx, parent))
}

func (c callers) include(remoteAddr string) bool {
	peer, err := netip.ParseAddrPort(remoteAddr)
	if err != nil {
		return false
	}
	address := peer.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(c, func(network netip.Prefix) bool { return network.Contains(address) })
}
