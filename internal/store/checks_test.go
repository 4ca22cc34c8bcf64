package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

// TestChecksRefuseWhatNoRecordMayBe goes past the store: the tables themselves hold what the code relies on.
func TestChecksRefuseWhatNoRecordMayBe(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := newUser(t, "ada")
		session := newSession(t, user)
		before := contents(t, s)
		for name, row := range map[string]any{
			"a revocation of nothing":               &models.Revocation{UserID: user.ID, ExpiresAt: morning},
			"a revocation of a session and a role":  &models.Revocation{UserID: user.ID, SessionID: &session.ID, Role: models.RoleUser, ExpiresAt: morning},
			"a session of no generation":            &models.RefreshToken{ID: session.ID, UserID: user.ID, NonceHash: session.NonceHash, RotatedAt: morning, IdleExpiresAt: morning, ExpiresAt: morning, CreatedAt: morning},
			"a role that nobody knows":              &models.User{ID: user.ID, Username: "ada", Role: "ROOT", CreatedAt: morning, UpdatedAt: morning},
			"an event of a kind that is no word":    &models.SecurityEvent{ID: newEvent(t, morning).ID, Kind: "123456789012345678901234567890123", CreatedAt: morning},
			"a lock that there is":                  &models.Lock{Name: models.LockAdmins, HeldUntil: morning},
			"an address that is longer than any is": &models.SecurityEvent{ID: newEvent(t, morning).ID, Kind: models.EventSignedIn, IP: "12345678901234567890123456789012345678901234567890123456789012345", CreatedAt: morning},
		} {
			require.Error(t, s.GORM().Omit("User").Create(row).Error, name)
		}
		for _, statement := range []string{
			"INSERT INTO throttles (id, clears_at, blocked_until) VALUES (NULL, '2026-01-31 00:00:00', '2026-01-31 00:00:00')",
			"INSERT INTO revocations (user_id, session_id, role, expires_at) VALUES (NULL, NULL, 'USER', '2026-01-31 00:00:00')",
		} {
			require.Error(t, s.GORM().Exec(statement).Error, statement)
		}
		require.Equal(t, before, contents(t, s))
	})
}
