package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/password"
	"daypass/internal/testdb"
	"daypass/models"
)

func hash(t *testing.T, plain string) string {
	t.Helper()
	hasher, err := password.NewHasher(cheap)
	require.NoError(t, err)
	hashed, err := hasher.Hash(t.Context(), plain)
	require.NoError(t, err)
	return hashed
}

// changePassword does to the records what a change of the password does.
func changePassword(t *testing.T, w *world, verified *models.User, newHash string) error {
	now := w.clock.now()
	event, err := models.NewEventID(now)
	require.NoError(t, err)
	id, err := models.NewSessionID(now)
	require.NoError(t, err)
	_, err = w.store.ChangePassword(t.Context(), verified, newHash, &models.RefreshToken{
		ID: id, UserID: verified.ID, NonceHash: make([]byte, 32), Generation: 1,
		RotatedAt: now, IdleExpiresAt: now.Add(time.Hour), ExpiresAt: now.Add(time.Hour), UserAgent: "the new one", CreatedAt: now,
	}, auth.Change{
		At: now, AccessUntil: now.Add(time.Hour),
		Event: models.SecurityEvent{ID: event, Kind: models.EventPasswordChanged, UserID: &verified.ID, CreatedAt: now},
	})
	return err
}

func TestNoSessionForAStalePassword(t *testing.T) {
	const rounds = 300
	passwords := [2]string{testPassword, "another " + testPassword}
	hashes := [2]string{hash(t, passwords[0]), hash(t, passwords[1])}
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		account := here.register(t, "ada").User
		signedIn := 0
		for round := range rounds {
			current := round % 2
			user, err := there.store.UserByID(t.Context(), account.ID)
			require.NoError(t, err)
			var loginErr, changeErr error
			together(2, func(i int) {
				if i == 0 {
					_, loginErr = here.service.Login(t.Context(), auth.Credentials{Username: "ada", Password: passwords[current]})
				} else {
					changeErr = changePassword(t, there, user, hashes[1-current])
				}
			})
			require.NoError(t, changeErr)
			if loginErr == nil {
				signedIn++
			} else {
				require.ErrorIs(t, loginErr, auth.ErrInvalidCredentials)
			}
			live, err := here.store.LiveSessions(t.Context(), account.ID, clock.now(), 10)
			require.NoError(t, err)
			require.Len(t, live, 1)
			require.Equal(t, "the new one", live[0].UserAgent, "the session that the change began")
		}
		t.Logf("%d rounds, the login came first in %d: no session for a stale password", rounds, signedIn)
	})
}
