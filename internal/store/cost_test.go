package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/store"
	"daypass/internal/testdb"
)

// TestARefreshCostsTwoStatementsAndOneCommit counts on the server, over the store's one connection.
func TestARefreshCostsTwoStatementsAndOneCommit(t *testing.T) {
	const refreshes = 10
	db := testdb.MySQL(t)
	session := func() (id [16]byte) {
		s := db.OpenStore(t)
		return createSession(t, s, createUser(t, s, "ada")).ID
	}()
	c := db.Config()
	c.MaxOpenConns = 1
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	defer s.Close()

	before := sessionStatus(t, s)
	for generation := uint64(1); generation <= refreshes; generation++ {
		current, err := s.SessionWithUser(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, generation, current.Generation)
		require.Equal(t, "ada", current.User.Username)
		rotated, err := s.Rotate(t.Context(), session, rotationOf(generation, morning))
		require.NoError(t, err)
		require.True(t, rotated)
	}
	after := sessionStatus(t, s)
	spent := func(counter string) int { return after[counter] - before[counter] }

	require.Equal(t, 2*refreshes, spent("Questions")-1, "statements; one more counted them")
	require.Equal(t, refreshes, spent("Com_select"))
	require.Equal(t, refreshes, spent("Com_update"), "each its own commit")
	for _, roundTrip := range []string{
		"Com_begin", "Com_commit", "Com_rollback", "Com_set_option", "Com_stmt_prepare", "Com_stmt_execute", "Com_stmt_close", "Com_admin_commands",
	} {
		require.Zero(t, spent(roundTrip), roundTrip)
	}
	require.Equal(t, refreshes, spent("Handler_update"), "rows written")
	require.Equal(t, 1, s.Pool().Stats().OpenConnections)
}

func sessionStatus(t *testing.T, s *store.Store) map[string]int {
	t.Helper()
	rows, err := s.Pool().QueryContext(t.Context(), "SHOW SESSION STATUS WHERE Variable_name = 'Questions' OR Variable_name LIKE 'Com\\_%' OR Variable_name LIKE 'Handler\\_%'")
	require.NoError(t, err)
	defer rows.Close()
	counters := map[string]int{}
	for rows.Next() {
		var name string
		var value int
		require.NoError(t, rows.Scan(&name, &value))
		counters[name] = value
	}
	require.NoError(t, rows.Err())
	return counters
}
