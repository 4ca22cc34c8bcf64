package main

import (
	"database/sql"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

// records looks behind the processes, into their database.
type records struct{ pool *sql.DB }

func openRecords(t testing.TB, db *testdb.DB) *records {
	t.Helper()
	return &records{db.SQL(t)}
}

// sessionRecord is what the database knows of a session.
type sessionRecord struct {
	generation, confirmed uint64
	revokedReason         models.RevokedReason
}

func (r *records) session(t testing.TB, id models.SessionID) sessionRecord {
	t.Helper()
	var record sessionRecord
	err := r.pool.QueryRowContext(t.Context(),
		"SELECT generation, confirmed_generation, revoked_reason FROM refresh_tokens WHERE id = ?", id).
		Scan(&record.generation, &record.confirmed, &record.revokedReason)
	require.NoError(t, err)
	return record
}

// awaitConfirmation returns when the database knows that the rider's generation is in use.
func (r *records) awaitConfirmation(t testing.TB, rider *rider) {
	t.Helper()
	id, generation := rider.session(t), rider.generation()
	require.Eventually(t, func() bool { return r.session(t, id).confirmed >= generation }, patience, 20*time.Millisecond)
}

// live counts the sessions of the account that were not ended.
func (r *records) live(t testing.TB, user *models.User) int {
	t.Helper()
	return r.count(t, "SELECT COUNT(*) FROM refresh_tokens WHERE user_id = ? AND revoked_at IS NULL", user.ID)
}

// events counts the events of one kind that a session has.
func (r *records) events(t testing.TB, kind models.EventKind, id models.SessionID) int {
	t.Helper()
	return r.count(t, "SELECT COUNT(*) FROM security_events WHERE kind = ? AND session_id = ?", kind, id)
}

func (r *records) count(t testing.TB, query string, values ...any) int {
	t.Helper()
	var count int
	require.NoError(t, r.pool.QueryRowContext(t.Context(), query, values...).Scan(&count))
	return count
}

// status reads a counter of the MySQL server.
func (r *records) status(t testing.TB, name string) int {
	t.Helper()
	var ignored string
	var value int
	require.NoError(t, r.pool.QueryRowContext(t.Context(), "SHOW GLOBAL STATUS LIKE '"+name+"'").Scan(&ignored, &value))
	return value
}
