package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/metrics"
	"daypass/internal/testdb"
)

// TestEachMetricShowsItsOwn has no two of them alike.
func TestEachMetricShowsItsOwn(t *testing.T) {
	m := metrics.New(metrics.Labels{Verdicts: []string{"rotate"}, Counters: []string{"ACCOUNT"}, RetryReasons: []string{"deadlock", "conflict"}})
	m.Watch(metrics.Watched{
		RevocationsAge: func() time.Duration { return 1500 * time.Millisecond },
		Hashing:        func() (running, waiting int) { return 2, 31 },
		Streams:        func() int { return 7 },
		Pool:           testdb.SQLite(t).SQL(t),
	})
	count(3, func() { m.RefreshJudged("rotate") })
	count(4, func() { m.Throttled("ACCOUNT") })
	count(5, func() { m.Retried("deadlock") })
	count(6, func() { m.ObserveOperation("login", "", 20*time.Millisecond) })

	recorder := httptest.NewRecorder()
	m.Handler().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/metrics", nil))
	lines := strings.Split(recorder.Body.String(), "\n")
	for _, line := range []string{
		`daypass_refresh_verdicts_total{verdict="rotate"} 3`,
		`daypass_throttled_total{counter="ACCOUNT"} 4`,
		`daypass_database_retries_total{reason="deadlock"} 5`,
		`daypass_database_retries_total{reason="conflict"} 0`,
		`daypass_operation_duration_seconds_count{operation="login",outcome="OK"} 6`,
		`daypass_operation_duration_seconds_bucket{operation="login",outcome="OK",le="0.01"} 0`,
		`daypass_operation_duration_seconds_bucket{operation="login",outcome="OK",le="0.025"} 6`,
		`daypass_revocations_age_seconds 1.5`,
		`daypass_hashes_running 2`,
		`daypass_hashes_waiting 31`,
		`daypass_streams 7`,
	} {
		require.Contains(t, lines, line)
	}
}

func count(times int, once func()) {
	for range times {
		once()
	}
}
