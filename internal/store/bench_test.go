package store_test

import (
	"database/sql"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// BenchmarkRefresh sets the two statements of a refresh through the store beside the same two by database/sql, on the
// same connections: 16 callers a processor, each with a session of its own, full durability.
func BenchmarkRefresh(b *testing.B) {
	for _, database := range []struct {
		name string
		open func(testing.TB) *testdb.DB
	}{{"mysql", testdb.MySQL}, {"sqlite", testdb.SQLite}} {
		b.Run(database.name+"/store", func(b *testing.B) { benchmarkRefresh(b, database.open(b), refreshByStore) })
		b.Run(database.name+"/database_sql", func(b *testing.B) { benchmarkRefresh(b, database.open(b), refreshBySQL) })
	}
}

type refresh func(b *testing.B, s *store.Store, key models.SessionKey, generation uint64) error

func benchmarkRefresh(b *testing.B, db *testdb.DB, refresh refresh) {
	const callers = 16
	s := db.OpenStore(b)
	user := createUser(b, s, "ada")
	var sessions []models.SessionKey
	for range 1000 {
		sessions = append(sessions, createSession(b, s, user).Key())
	}
	var next atomic.Int64
	b.SetParallelism(callers)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		session := sessions[next.Add(1)]
		for generation := uint64(1); pb.Next(); generation++ {
			if err := refresh(b, s, session, generation); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func refreshByStore(b *testing.B, s *store.Store, key models.SessionKey, generation uint64) error {
	if _, err := s.SessionWithUser(b.Context(), key); err != nil {
		return err
	}
	_, err := s.Rotate(b.Context(), key, rotationOf(generation, morning))
	return err
}

func refreshBySQL(b *testing.B, s *store.Store, key models.SessionKey, generation uint64) error {
	var r models.RefreshToken
	row := s.Pool().QueryRowContext(b.Context(), `SELECT r.id, r.user_id, r.nonce_hash, r.generation, r.confirmed_generation, r.rotated_at,
		r.idle_expires_at, r.expires_at, r.revoked_at, r.revoked_reason, r.ip, r.user_agent, r.created_at,
		u.id, u.username, u.password_hash, u.role, u.disabled_at, u.created_at, u.updated_at
		FROM refresh_tokens r JOIN users u ON u.id = r.user_id WHERE r.id = ?`, key.SessionID)
	err := row.Scan(&r.ID, &r.UserID, &r.NonceHash, &r.Generation, &r.ConfirmedGeneration, &r.RotatedAt,
		&r.IdleExpiresAt, &r.ExpiresAt, &r.RevokedAt, &r.RevokedReason, &r.IP, &r.UserAgent, &r.CreatedAt,
		&r.User.ID, &r.User.Username, &r.User.PasswordHash, &r.User.Role, &r.User.DisabledAt, &r.User.CreatedAt, &r.User.UpdatedAt)
	if err != nil {
		return err
	}
	result, err := s.Pool().ExecContext(b.Context(), `UPDATE refresh_tokens SET generation = ?, rotated_at = ?, idle_expires_at = ?
		WHERE id = ? AND generation <= ? AND revoked_at IS NULL`, generation+1, morning, morning.Add(24*time.Hour), key.SessionID, generation)
	if err != nil {
		return err
	}
	if changed, err := result.RowsAffected(); err != nil || changed != 1 {
		return sql.ErrNoRows
	}
	return nil
}

func BenchmarkSignIn(b *testing.B) {
	for _, database := range []struct {
		name string
		open func(testing.TB) *testdb.DB
	}{{"mysql", testdb.MySQL}, {"sqlite", testdb.SQLite}} {
		b.Run(database.name, func(b *testing.B) {
			s := database.open(b).OpenStore(b)
			user := createUser(b, s, "ada")
			for b.Loop() {
				_, err := s.CreateSession(b.Context(), newSession(b, user), user, 1000, changeAt(b, morning))
				require.NoError(b, err)
			}
		})
	}
}
