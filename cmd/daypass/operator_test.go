package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// post sends an operation to the handler.
func post(t *testing.T, handler http.Handler, document string) {
	t.Helper()
	body := fmt.Sprintf(`{"query": %q}`, document)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	handler.ServeHTTP(httptest.NewRecorder(), request)
}

func page(t *testing.T, handler http.Handler, path string) (int, string) {
	t.Helper()
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	return recorder.Code, recorder.Body.String()
}

func TestOperatorsSeeWhatHappens(t *testing.T) {
	cfg := wiredConfig()
	cfg.MaxFailuresPerClient, cfg.RefreshGrace = 1, 0
	program, err := wire(cfg, testdb.SQLite(t).OpenStore(t), nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.NoError(t, program.service.LoadRevocations(t.Context()))
	pair := registered(t, program.service)

	const guess = `mutation { enter: login(input: {username: "ada", password: "a wrong guess"}) { expiresIn } }`
	refresh := fmt.Sprintf(`mutation { refreshToken(input: {refreshToken: %q}) { expiresIn } }`, pair.RefreshToken)
	for _, document := range []string{guess, guess, refresh, refresh, "{ a: __typename me { id } }", "{ madeUp }"} {
		post(t, program.handler, document)
	}

	status, metrics := page(t, program.operator, "/metrics")
	require.Equal(t, http.StatusOK, status)
	for _, line := range []string{
		`daypass_operation_duration_seconds_count{operation="login",outcome="INVALID_CREDENTIALS"} 1`,
		`daypass_operation_duration_seconds_count{operation="login",outcome="RATE_LIMITED"} 1`,
		`daypass_operation_duration_seconds_count{operation="refreshToken",outcome="OK"} 2`,
		`daypass_operation_duration_seconds_count{operation="__typename",outcome="OK"} 1`,
		`daypass_operation_duration_seconds_count{operation="me",outcome="UNAUTHENTICATED"} 1`,
		`daypass_operation_duration_seconds_count{operation="",outcome="GRAPHQL_VALIDATION_FAILED"} 1`,
		`daypass_refresh_verdicts_total{verdict="rotate"} 1`,
		`daypass_refresh_verdicts_total{verdict="replay"} 1`,
		`daypass_throttled_total{counter="ACCOUNT_AND_ADDRESS"} 1`,
		`daypass_refresh_verdicts_total{verdict="reuse"} 0`,
		`daypass_throttled_total{counter="STREAM"} 0`,
		`daypass_hashes_running 0`,
		`daypass_hashes_waiting 0`,
		`daypass_streams 0`,
		`go_sql_open_connections{db_name="daypass"} 1`,
	} {
		require.Contains(t, strings.Split(metrics, "\n"), line)
	}
	require.Regexp(t, `\ndaypass_revocations_age_seconds [0-4]\.`, metrics)
	require.NotContains(t, metrics, "madeUp", "what clients make up makes no series")

	for _, path := range []string{"/metrics", "/debug/pprof/"} {
		status, _ := page(t, program.operator, path)
		require.Equal(t, http.StatusOK, status, path)
		status, _ = page(t, program.handler, path)
		require.Equal(t, http.StatusNotFound, status, "nobody else sees %s", path)
	}
}

// TestWhatOperatorsPlotIsCounted holds the dashboard and the page about it to the metrics that there are.
func TestWhatOperatorsPlotIsCounted(t *testing.T) {
	program, err := wire(wiredConfig(), testdb.SQLite(t).OpenStore(t), nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	pair := registered(t, program.service)
	_, err = program.service.Refresh(t.Context(), pair.RefreshToken)
	require.NoError(t, err)
	post(t, program.handler, "{ __typename }")
	_, metrics := page(t, program.operator, "/metrics")

	names := regexp.MustCompile(`\b(daypass|go_sql|process)_[a-z_]+[a-z]\b`)
	for _, file := range []string{"grafana-dashboard.json", "operating.md"} {
		text, err := os.ReadFile("../../docs/" + file)
		require.NoError(t, err)
		plotted := names.FindAllString(string(text), -1)
		require.Greater(t, len(plotted), 10)
		for _, name := range plotted {
			require.Regexp(t, `(?m)^`+name+`(_count)?[{ ]`, metrics, file)
		}
	}
}

func TestOperatorsHaveAnAddressOfTheirOwn(t *testing.T) {
	listener, err := listenForOperators(t.Context(), "")
	require.NoError(t, err)
	require.Nil(t, listener)
	(&parts{}).serveOperators(nil, slog.New(slog.DiscardHandler))(t.Context())

	listener, err = listenForOperators(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	program, err := wire(wiredConfig(), testdb.SQLite(t).OpenStore(t), nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() {
		defer close(served)
		program.serveOperators(listener, slog.New(slog.DiscardHandler))(ctx)
	}()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, urlOf(listener)+"/metrics", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Contains(t, string(body), "daypass_revocations_age_seconds")
	stop()
	<-served
}
