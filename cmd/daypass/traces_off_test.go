package main

import (
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/internal/testdb"
)

// bell is a span that notices whoever looks for one.
type bell struct {
	noop.Span

	rung atomic.Int32
}

func (b *bell) IsRecording() bool {
	b.rung.Add(1)
	return b.Span.IsRecording()
}

func (b *bell) SpanContext() trace.SpanContext {
	b.rung.Add(1)
	return b.Span.SpanContext()
}

func TestWithoutACollectorNobodyLooksForSpans(t *testing.T) {
	for name, test := range map[string]struct {
		collector string
		looks     bool
	}{
		"off": {},
		"on":  {collector: "http://127.0.0.1:1", looks: true},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := wiredConfig()
			cfg.OTLPEndpoint = config.CollectorURL(test.collector)
			program, err := wire(cfg, testdb.SQLite(t).OpenStore(t), nil, newServerLog(cfg))
			require.NoError(t, err)
			defer program.traces.Close(t.Context())
			require.Equal(t, test.looks, program.traces != nil)
			registered(t, program.service)

			for step, do := range map[string]func(*bell){
				"a request": func(b *bell) {
					asked := request(t, "192.0.2.7:4711", "")
					program.handler.ServeHTTP(httptest.NewRecorder(), asked.WithContext(trace.ContextWithSpan(asked.Context(), b)))
				},
				"a sign-in with its statements and its hash": func(b *bell) {
					_, err := program.service.Login(trace.ContextWithSpan(t.Context(), b), auth.Credentials{Username: "ada", Password: "an engine of analysis"})
					require.NoError(t, err)
				},
			} {
				b := new(bell)
				do(b)
				require.Equal(t, test.looks, b.rung.Load() > 0, step)
			}
		})
	}
}
