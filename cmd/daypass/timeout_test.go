package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// TestTheRequestTimeoutReachesTheDatabase: a request that waits for a lock is given up long before the database would.
func TestTheRequestTimeoutReachesTheDatabase(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		cfg := wiredConfig()
		cfg.RequestTimeout = 300 * time.Millisecond
		program, err := wire(cfg, db.OpenStore(t), nil, slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		pair := registered(t, program.service)
		refresh := func() (body string, took time.Duration) {
			document := fmt.Sprintf(`{"query": "mutation { refreshToken(input: {refreshToken: \"%s\"}) { expiresIn } }"}`, pair.RefreshToken)
			request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(document))
			request.Header.Set("Content-Type", "application/json")
			recorder := httptest.NewRecorder()
			began := time.Now()
			program.handler.ServeHTTP(recorder, request)
			return recorder.Body.String(), time.Since(began)
		}

		other, err := db.SQL(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = other.ExecContext(t.Context(), "UPDATE refresh_tokens SET user_agent = 'other'")
		require.NoError(t, err)
		body, took := refresh()
		require.Contains(t, body, "SERVICE_UNAVAILABLE")
		require.Less(t, took, 2*time.Second, "the database waits 3 s for a lock, and is asked again")

		require.NoError(t, other.Rollback())
		require.Eventually(t, func() bool {
			body, _ = refresh()
			return strings.Contains(body, `"expiresIn":`)
		}, patience, 10*time.Millisecond, "the token still serves")
	})
}
