package tracing

import (
	"context"
	"log/slog"
	"time"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

const (
	// complaintInterval is how often a collector that takes no spans is told of at most.
	complaintInterval = 10 * time.Minute
	// maxComplaintBytes bounds what is told: a collector may answer with a page.
	maxComplaintBytes = 300
)

// exit is the one way out. It takes away what may not leave, and keeps failures to itself and the log.
type exit struct {
	sdktrace.SpanExporter
	log *slog.Logger
	now func() time.Time

	// The processor sends one batch after the other, so these need no lock.
	complainedAt time.Time
	// complained tells whether the log knows of the failure that lasts.
	complained bool
	// lost counts spans since the log last heard of a recovery.
	lost int
}

func newExit(sender sdktrace.SpanExporter, cfg Config) *exit {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &exit{SpanExporter: sender, log: cfg.Log, now: cfg.Now}
}

// ExportSpans implements [sdktrace.SpanExporter]. It returns no error: all of them would be printed.
func (e *exit) ExportSpans(ctx context.Context, spans []sdktrace.ReadOnlySpan) error {
	leaving := make([]sdktrace.ReadOnlySpan, len(spans))
	for i, span := range spans {
		leaving[i] = permittedSpan{span}
	}
	if err := e.SpanExporter.ExportSpans(ctx, leaving); err != nil {
		e.complain(ctx, len(spans), err)
		return nil
	}
	if e.complained {
		e.log.InfoContext(ctx, "traces are delivered again", "lost", e.lost)
		e.complained, e.lost = false, 0
	}
	return nil
}

// complain counts what is lost, and tells of it now and then.
func (e *exit) complain(ctx context.Context, spans int, err error) {
	e.lost += spans
	now := e.now()
	if !e.complainedAt.IsZero() && now.Sub(e.complainedAt) < complaintInterval {
		return
	}
	e.complainedAt, e.complained = now, true
	reason := err.Error()
	e.log.WarnContext(ctx, "traces cannot be delivered", "error", reason[:min(len(reason), maxComplaintBytes)], "lost", e.lost)
}
