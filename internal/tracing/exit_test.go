package tracing

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

func TestNothingLeavesButWhatIsPermitted(t *testing.T) {
	const secret = "an engine of analysis"
	left := tracetest.NewInMemoryExporter()
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(newExit(left, Config{Log: slog.New(slog.DiscardHandler)})))
	elsewhere := trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{1}, SpanID: trace.SpanID{1}})
	_, span := provider.Tracer(scope).Start(t.Context(), "GET /", trace.WithLinks(trace.Link{
		SpanContext: elsewhere, Attributes: []attribute.KeyValue{attribute.String("link", secret)},
	}))
	span.SetAttributes(
		attribute.String("http.route", "/"), attribute.String("url.path", "/"+secret), attribute.String("user_agent.original", secret),
		attribute.String("graphql.document", secret), attribute.String("db.query.parameter.0", secret),
		attribute.Int("http.request.body.size", len(secret)),
	)
	span.RecordError(errors.New(secret))
	span.AddEvent(secret)
	span.SetStatus(codes.Error, secret)
	span.End()

	only := left.GetSpans()
	require.Len(t, only, 1)
	require.Equal(t, []attribute.KeyValue{attribute.String("http.route", "/")}, only[0].Attributes)
	require.Empty(t, only[0].Events)
	require.Empty(t, only[0].Links)
	require.Equal(t, sdktrace.Status{Code: codes.Error}, only[0].Status)
}

func TestACollectorThatFailsIsToldOfNowAndThen(t *testing.T) {
	var failing atomic.Bool
	collector := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if failing.Load() {
			http.Error(w, strings.Repeat("a page ", 1_000), http.StatusInternalServerError)
		}
	}))
	t.Cleanup(collector.Close)
	var log bytes.Buffer
	now := time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)
	traces, err := New(Config{
		Endpoint: collector.URL, Ratio: 1, Log: slog.New(slog.NewTextHandler(&log, nil)), Now: func() time.Time { return now },
	})
	require.NoError(t, err)
	t.Cleanup(func() { traces.Close(context.WithoutCancel(t.Context())) })
	// told returns what the log says of so many spans that are sent one minute later.
	told := func(fails bool, spans int) string {
		now = now.Add(time.Minute)
		failing.Store(fails)
		log.Reset()
		for range spans {
			_, span := traces.tracer.Start(t.Context(), "span")
			span.End()
		}
		require.NoError(t, traces.provider.ForceFlush(t.Context()))
		return log.String()
	}

	require.Empty(t, told(false, 1))
	first := told(true, 3)
	require.Contains(t, first, `level=WARN msg="traces cannot be delivered"`)
	require.Contains(t, first, "lost=3")
	require.Less(t, len(first), 1_000, "of a page that it answers")
	for range 4 {
		require.Empty(t, told(true, 2), "not each time")
	}
	require.Contains(t, told(false, 1), `level=INFO msg="traces are delivered again" lost=11`)
	require.Empty(t, told(true, 1), "not each time that it comes and goes")
	require.Empty(t, told(false, 1))
	now = now.Add(complaintInterval)
	require.Contains(t, told(true, 1), "lost=2")
}
