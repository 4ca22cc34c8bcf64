package tracing

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

const (
	// scope says in each span whose it is.
	scope = "daypass"
	// flushTimeout bounds how long a stop waits for the collector.
	flushTimeout = 3 * time.Second
	// maxValueBytes bounds the text of a statement, which is longer for longer lists.
	maxValueBytes = 2_000
)

// Config says what is traced, and who is told.
type Config struct {
	// Endpoint is the base URL of a collector that speaks OTLP over HTTP; v1/traces is added to it. Headers, certificates
	// and compression come from OTEL_EXPORTER_OTLP_... (OpenTelemetry specification, "OpenTelemetry Protocol Exporter").
	Endpoint string
	// Version is that of this program.
	Version string
	// Ratio is the share of requests that are traced, from 0 to 1, of those that no caller decides about.
	Ratio float64
	// Callers are the networks of those whose traces go on here. Whoever sends a request from there decides whether it is
	// traced; the `traceparent` of everyone else is ignored.
	Callers []netip.Prefix
	// Log learns when the collector takes no spans, now and then.
	Log *slog.Logger
	// Now tells the time of Log; nil means [time.Now].
	Now func() time.Time
}

// Traces makes the spans and sends them off. It is safe for concurrent use. A nil one is switched off: what it hands out
// is nil, and nobody is traced.
type Traces struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	callers  callers
	exit     *exit
}

// New returns traces that are sent off in the background, or an error that names the variable which cannot be read. It does
// not look whether there is a collector: spans for which there is no room, or that nobody takes, are dropped, and no request
// waits for any.
func New(cfg Config) (*Traces, error) {
	if err := checkHeaders(); err != nil {
		return nil, err
	}
	target, err := url.JoinPath(cfg.Endpoint, "v1/traces")
	if err != nil {
		return nil, fmt.Errorf("read the URL of the collector: %w", err)
	}
	sender, err := otlptracehttp.New(context.Background(), otlptracehttp.WithEndpointURL(target))
	if err != nil {
		return nil, fmt.Errorf("prepare for the collector: %w", err)
	}
	out := newExit(sender, cfg)
	limits := sdktrace.NewSpanLimits()
	limits.AttributeValueLengthLimit = maxValueBytes
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(out),
		sdktrace.WithRawSpanLimits(limits),
		sdktrace.WithResource(resource.NewSchemaless(semconv.ServiceName("daypass"), semconv.ServiceVersion(cfg.Version))),
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(cfg.Ratio))),
	)
	return &Traces{provider: provider, tracer: provider.Tracer(scope), callers: cfg.Callers, exit: out}, nil
}

// Close sends what waits, for 3 s at most, and ends.
func (t *Traces) Close(ctx context.Context) {
	if t == nil {
		return
	}
	bound, cancel := context.WithTimeout(ctx, flushTimeout)
	defer cancel()
	if err := t.provider.Shutdown(bound); err != nil {
		t.exit.log.WarnContext(ctx, "the last traces were not delivered", "error", err)
	}
	_ = t.exit.Shutdown(bound) // breaks off what is still being sent
}

// recording reports whether the context belongs to a request that is traced. What belongs to none makes no spans: the work
// beside the requests, such as polls, would make more of them than all requests.
func recording(ctx context.Context) bool { return trace.SpanFromContext(ctx).IsRecording() }
