package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/store"
	"daypass/internal/testdb"
)

func testMigrationsOnGalera(t *testing.T, cluster *testdb.Cluster) {
	views := cluster.Database(t)
	var stores []*store.Store
	for _, view := range views {
		awaitDatabase(t, view)
		stores = append(stores, openEmpty(t, view))
	}
	var migrated atomic.Int32
	requireNoErrors(t, together(6, func(i int) error {
		applied, err := stores[i%3].Migrate(t.Context())
		if len(applied) > 0 {
			migrated.Add(1)
		}
		return err
	}))
	require.EqualValues(t, 1, migrated.Load())
	for _, s := range stores {
		require.NoError(t, s.Ping(t.Context()))
		require.NoError(t, s.CheckSchema(t.Context()))
	}

	// One that died while it migrated is waited for, and no longer.
	dead := views[0].SQL(t)
	_, err := dead.ExecContext(t.Context(), "UPDATE daypass_migrating SET holder = 'dead', held_until = UTC_TIMESTAMP(3) + INTERVAL 2 SECOND")
	require.NoError(t, err)
	began := time.Now()
	_, err = stores[0].Migrate(t.Context())
	require.NoError(t, err)
	require.Greater(t, time.Since(began), time.Second)
}

// awaitDatabase returns when the database that another node was told to make is here, too.
func awaitDatabase(t *testing.T, view *testdb.DB) {
	t.Helper()
	pool := view.SQL(t)
	require.Eventually(t, func() bool { return pool.PingContext(t.Context()) == nil }, 10*time.Second, 5*time.Millisecond)
}
