package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/config"
	"daypass/internal/testdb"
)

// flood is far more requests than there is room for spans that wait.
const flood = 3_000

// requireServed sends the flood, and wants an answer to each as fast as ever.
func requireServed(t *testing.T, handler http.Handler) {
	t.Helper()
	began := time.Now()
	for range flood {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request(t, "192.0.2.7:4711", ""))
		require.Equal(t, http.StatusOK, recorder.Code)
	}
	require.Less(t, time.Since(began), 10*time.Second, "a collector would be given that long for one batch of many")
}

// hang starts a collector that takes what it is sent and never answers, and returns its URL.
func hang(t *testing.T, asked, left func()) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // else nobody notices that the client leaves
		asked()
		<-r.Context().Done()
		left()
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestACollectorThatHangsDelaysNobody(t *testing.T) {
	asked, left := make(chan struct{}, flood), make(chan struct{}, flood)
	hanging := hang(t, func() { asked <- struct{}{} }, func() { left <- struct{}{} })
	cfg := wiredConfig()
	cfg.OTLPEndpoint, cfg.TraceRatio = config.CollectorURL(hanging), 1
	program, err := wire(cfg, testdb.SQLite(t).OpenStore(t), nil, new(journal).logger())
	require.NoError(t, err)
	requireServed(t, program.handler)
	<-asked

	began := time.Now()
	program.traces.Close(t.Context())
	<-left // nothing is being sent any more
	took := time.Since(began)
	require.Greater(t, took, 2*time.Second, "it gets a chance")
	require.Less(t, took, 8*time.Second, "the sender would give up after 10 s")
}

func TestACollectorThatIsAwayIsToldOfOnce(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, taken.Close())
	cfg, log := wiredConfig(), new(journal)
	cfg.OTLPEndpoint, cfg.TraceRatio = config.CollectorURL("http://"+taken.Addr().String()), 1
	program, err := wire(cfg, testdb.SQLite(t).OpenStore(t), nil, log.logger())
	require.NoError(t, err)
	requireServed(t, program.handler)
	began := time.Now()
	program.traces.Close(t.Context())
	require.Less(t, time.Since(began), 2*time.Second)
	require.Equal(t, 1, strings.Count(log.String(), "traces cannot be delivered"), "of many batches")
}

func TestAStopSendsTheLastTraces(t *testing.T) {
	told := startCollector(t)
	program := serveOnce(t, testdb.SQLite(t), "--otlp-endpoint="+told.URL)
	answer, err := frontEnd{url: program.URL}.do("register", map[string]string{"username": "ada", "password": "an engine of analysis"})
	require.NoError(t, err)
	require.NoError(t, answer.err())
	require.NoError(t, program.end(syscall.SIGTERM))

	span := told.named(t, "POST /graphql")
	require.Contains(t, told.tree(), "  mutation register OK\n")
	require.Contains(t, program.output(), `"trace_id":"`+traceIDOf(span)+`"`)
	require.NotContains(t, told.bytes()+program.output(), "an engine of analysis")
}

func TestAStopDoesNotWaitForACollectorThatHangs(t *testing.T) {
	hanging := hang(t, func() {}, func() {})
	program := serveOnce(t, testdb.SQLite(t), "--otlp-endpoint="+hanging)
	_, err := frontEnd{url: program.URL}.do("me", nil)
	require.NoError(t, err)
	began := time.Now()
	require.NoError(t, program.end(syscall.SIGTERM))
	require.Less(t, time.Since(began), 10*time.Second)
	require.Contains(t, program.output(), "the last traces were not delivered")
}
