package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// foreign returns the pair with tokens that name another account as that of the session. Only who holds our keys can make
// them.
func foreign(t *testing.T, w *world, pair *auth.Pair, account models.UserID) *auth.Pair {
	t.Helper()
	refresh, err := w.tokens.VerifyRefresh(pair.RefreshToken)
	require.NoError(t, err)
	access, err := w.tokens.VerifyAccess(pair.AccessToken)
	require.NoError(t, err)
	refresh.Subject, access.Subject = account.String(), account.String()
	forged := *pair
	forged.RefreshToken, err = w.tokens.MintRefresh(refresh)
	require.NoError(t, err)
	forged.AccessToken, err = w.tokens.MintAccess(access)
	require.NoError(t, err)
	return &forged
}

// A session is that of its account: with any other there is none, and so no theft of it either.
func TestATokenOfAnotherAccountFindsNoSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		first, other := w.register(t, "ada"), w.register(t, "grace")
		current := w.refresh(t, first.RefreshToken)
		for name, pair := range map[string]*auth.Pair{"the current one": current, "one that would be reused": first} {
			forged := foreign(t, w, pair, other.User.ID)
			_, err := w.service.Refresh(t.Context(), forged.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenInvalid, name)
			require.NoError(t, w.service.Logout(t.Context(), forged.RefreshToken), name)
			w.ride(t, forged) // what is signed is believed, until it is looked up
			confirm(t, w)
		}
		record, err := w.store.SessionWithUser(t.Context(), current.Session.Key())
		require.NoError(t, err)
		require.Zero(t, record.ConfirmedGeneration)
		require.Nil(t, record.RevokedAt)
		require.Empty(t, happened(t, w, models.EventReuseDetected))
		require.Empty(t, happened(t, w, models.EventLoggedOut))
		require.Zero(t, w.log.count("refresh token reused"))

		w.clock.advance(6 * time.Second) // without a poll
		w.ride(t, current)
		w.requireRefused(t, foreign(t, w, current, other.User.ID))
		w.refresh(t, current.RefreshToken)
	})
}

// What is kept of an account is kept with its key, so that all of it can be on one shard.
func TestEveryEventIsOfTheAccountOfItsSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		root := w.admin(t, "root")
		ada := w.register(t, "ada")
		stealAndRoam(t, w, ada)
		endInEveryWay(t, w, ada.User.ID)

		events, err := w.store.Events(t.Context(), auth.EventPage{Limit: 1000})
		require.NoError(t, err)
		told := map[models.EventKind]bool{}
		for _, event := range events {
			told[event.Kind] = true
			if event.UserID == nil {
				require.Equal(t, models.EventSignInFailed, event.Kind, "no account has the name")
				continue
			}
			require.Contains(t, []models.UserID{root.User.ID, ada.User.ID}, *event.UserID)
			if event.SessionID != nil {
				_, err := w.store.SessionWithUser(t.Context(), models.SessionKey{UserID: *event.UserID, SessionID: *event.SessionID})
				require.NoError(t, err, event.Kind)
			}
		}
		require.Len(t, told, 11, "%v", told)
	})
}

// stealAndRoam has attempts that fail, a refresh from elsewhere, an answer that got lost, and a token used twice.
func stealAndRoam(t *testing.T, w *world, stolen *auth.Pair) {
	t.Helper()
	for _, username := range []string{"ada", "nobody"} {
		_, err := w.service.Login(t.Context(), auth.Credentials{Username: username, Password: "wrong"})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
	}
	elsewhere := auth.WithRequest(t.Context(), auth.Request{IP: "198.51.100.7", UserAgent: "elsewhere"})
	_, err := w.service.Refresh(elsewhere, w.login(t, "ada").RefreshToken)
	require.NoError(t, err)

	next := w.refresh(t, stolen.RefreshToken)
	w.clock.advance(time.Hour)
	w.refresh(t, stolen.RefreshToken)
	w.ride(t, w.refresh(t, next.RefreshToken))
	w.clock.advance(time.Hour)
	_, err = w.service.Refresh(t.Context(), stolen.RefreshToken)
	require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
}

// endInEveryWay ends sessions of the account, and then shuts it.
func endInEveryWay(t *testing.T, w *world, id models.UserID) {
	t.Helper()
	admin := func() context.Context { return w.as(t, w.login(t, "root")) }
	for name, end := range map[string]func(pair *auth.Pair) error{
		"Logout":        func(pair *auth.Pair) error { return w.service.Logout(t.Context(), pair.RefreshToken) },
		"RevokeSession": func(pair *auth.Pair) error { return w.service.RevokeSession(w.as(t, pair), pair.Session.ID) },
		"LogoutAll":     func(pair *auth.Pair) error { _, err := w.service.LogoutAll(w.as(t, pair)); return err },
		"ended by an ADMIN": func(*auth.Pair) error {
			_, err := w.service.RevokeUserSessions(admin(), id)
			return err
		},
	} {
		require.NoError(t, end(w.login(t, "ada")), name)
	}
	_, err := w.service.ChangePassword(w.as(t, w.login(t, "ada")), testPassword, "another battery staple")
	require.NoError(t, err)
	_, err = w.service.SetRole(admin(), id, models.RoleAdmin)
	require.NoError(t, err)
	_, err = w.service.DisableAccount(admin(), id)
	require.NoError(t, err)
}
