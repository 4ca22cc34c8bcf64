package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// TestARefreshCostsTwoStatementsAndOneCommit counts on the server, over the store's one connection.
func TestARefreshCostsTwoStatementsAndOneCommit(t *testing.T) {
	const refreshes = 10
	db := testdb.MySQL(t)
	session := func() models.SessionKey {
		s := db.OpenStore(t)
		return createSession(t, s, createUser(t, s, "ada")).Key()
	}()
	s := openOne(t, db)

	refresh := func(generation uint64) {
		current, err := s.SessionWithUser(t.Context(), session)
		require.NoError(t, err)
		require.Equal(t, generation, current.Generation)
		require.Equal(t, "ada", current.User.Username)
		rotated, err := s.Rotate(t.Context(), session, rotationOf(generation, morning))
		require.NoError(t, err)
		require.True(t, rotated)
	}
	refresh(1) // each statement is prepared once a connection
	before := sessionStatus(t, s)
	for generation := uint64(2); generation < 2+refreshes; generation++ {
		refresh(generation)
	}
	after := sessionStatus(t, s)
	spent := func(counter string) int { return after[counter] - before[counter] }

	require.Equal(t, 2*refreshes, spent("Questions")-1, "statements; one more counted them")
	require.Equal(t, refreshes, spent("Com_select"))
	require.Equal(t, refreshes, spent("Com_update"), "each its own commit")
	for _, roundTrip := range []string{
		"Com_begin", "Com_commit", "Com_rollback", "Com_set_option", "Com_stmt_prepare", "Com_stmt_close", "Com_admin_commands",
	} {
		require.Zero(t, spent(roundTrip), roundTrip)
	}
	require.Equal(t, refreshes, spent("Handler_update"), "rows written")
	require.Equal(t, 1, s.Pool().Stats().OpenConnections)
}

// TestWhatCallsCost counts on the server, over the store's one connection: statements, and those among them that frame
// a transaction. None sets anything, and what a call costs does not grow with the rows that it touches.
func TestWhatCallsCost(t *testing.T) {
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	s := openOne(t, db)
	ctx, user := t.Context(), createUser(t, s, "ada")
	session, another, keys := createSession(t, s, user), createSession(t, s, user), throttleKeys(3)
	signIn := func(verified *models.User, limit int) error {
		_, err := s.CreateSession(ctx, newSession(t, user), verified, limit, changeAt(t, morning))
		return err
	}
	revoke := func() error {
		_, err := s.Revoke(ctx, session.Key(), models.RevokedByLogout, changeAt(t, morning))
		return err
	}
	countAndTell := func(throttles []models.Throttle) []models.SecurityEvent {
		countOne(throttles)
		return []models.SecurityEvent{newEvent(t, morning), newEvent(t, morning)}
	}
	move := rotationOf(1, morning)
	move.Move = &auth.Move{IP: "192.0.2.1", Event: newEvent(t, morning)}
	_, err := s.Rotate(ctx, models.SessionKey{}, rotationOf(1, morning)) // it is prepared once a connection, and so is this:
	require.NoError(t, err)
	_, err = s.Throttles(ctx, keys)
	require.NoError(t, err)
	for _, tt := range []struct {
		name  string
		call  func() error
		total int
		frame int
	}{
		{"Rotate", func() error { _, err := s.Rotate(ctx, session.Key(), rotationOf(1, morning)); return err }, 1, 0},
		{"Rotate with a move", func() error { _, err := s.Rotate(ctx, another.Key(), move); return err }, 5, 2},
		{"NoteReplay", func() error { _, err := s.NoteReplay(ctx, another.Key(), 2, morning); return err }, 1, 0},
		{"Revocations", func() error { _, err := s.Revocations(ctx, 0, morning, 1000); return err }, 1, 0},
		{"Throttles", func() error { _, err := s.Throttles(ctx, keys); return err }, 1, 0},
		{"UpdateThrottles, the first time", func() error { return s.UpdateThrottles(ctx, keys, countOne) }, 5, 2},
		{"UpdateThrottles with events", func() error { return s.UpdateThrottles(ctx, keys, countAndTell) }, 6, 2},
		{"ForgetThrottles", func() error { return s.ForgetThrottles(ctx, keys) }, 1, 0},
		{"AppendEvent", func() error { return s.AppendEvent(ctx, newEvent(t, morning)) }, 1, 0},
		{"CreateSession", func() error { return signIn(user, 100) }, 5, 2},
		{"CreateSession that has to look for room", func() error { return signIn(wellUsed(user), 100) }, 8, 2},
		{"Revoke", revoke, 6, 2},
		{"Revoke, the second time", revoke, 3, 2},
		{"CreateSession that finds out that it has to", func() error { return signIn(user, 4) }, 8, 2},
		{"CreateSession that ends another", func() error { return signIn(wellUsed(user), 2) }, 9, 2},
		{"RevokeAll", func() error {
			_, err := s.RevokeAll(ctx, user.ID, models.RevokedByLogoutAll, changeAt(t, morning))
			return err
		}, 6, 2},
		{"TakeLock", func() error { _, err := s.TakeLock(ctx, models.LockCleanUp, morning, morning); return err }, 1, 0},
	} {
		before := sessionStatus(t, s)
		require.NoError(t, tt.call(), tt.name)
		after := sessionStatus(t, s)
		spent := func(counter string) int { return after[counter] - before[counter] }
		require.Equal(t, tt.total, spent("Questions")-1, "%s: statements; one more counted them", tt.name)
		require.Equal(t, tt.frame, spent("Com_begin")+spent("Com_commit"), tt.name)
		// MySQL prepares once more by itself, and counts that too, when it first sees of which types the values are.
		prepared := spent("Com_stmt_prepare") - spent("Com_stmt_reprepare")
		require.Zero(t, spent("Com_set_option")+prepared+spent("Com_rollback"), tt.name)
	}
}

// openOne opens a store that has one connection, so that the server counts for that what the store does. The tables must be
// there.
func openOne(t *testing.T, db *testdb.DB) *store.Store {
	t.Helper()
	c := db.Config()
	c.MaxOpenConns = 1
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
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
