package testdb

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// HoldBack keeps the node of the database from doing what the other nodes did, until it is released or the test ends.
func (db *DB) HoldBack(t testing.TB) (release func()) {
	t.Helper()
	conn, err := db.SQL(t).Conn(t.Context())
	require.NoError(t, err)
	_, err = conn.ExecContext(t.Context(), "FLUSH TABLES WITH READ LOCK")
	require.NoError(t, err)
	release = sync.OnceFunc(func() {
		_, _ = conn.ExecContext(context.Background(), "UNLOCK TABLES")
		_ = conn.Close()
	})
	t.Cleanup(release)
	return release
}
