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

func TestLogoutAllEndsEverySessionOfTheCaller(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		laptop := here.register(t, "ada")
		clock.advance(time.Second)
		phone, gone, other := here.login(t, "ada"), here.login(t, "ada"), here.register(t, "grace")
		require.NoError(t, here.service.Logout(t.Context(), gone.RefreshToken))

		ended, err := here.service.LogoutAll(here.as(t, laptop))
		require.NoError(t, err)
		require.Equal(t, []models.SessionID{laptop.Session.ID, phone.Session.ID}, ended)
		require.NoError(t, there.service.LoadRevocations(t.Context()))
		for _, replica := range []*world{here, there} {
			replica.requireOut(t, laptop)
			replica.requireOut(t, phone)
			replica.ride(t, other)
		}
		history := here.history(t, laptop.User.ID)
		require.Equal(t, []models.EventKind{models.EventLoggedOut, models.EventLoggedOut}, kinds(history))
		require.Equal(t, "ALL", history[1].Detail)
		require.Equal(t, laptop.Session.ID, *history[1].SessionID)
	})
}

func TestRevokeSessionEndsOnesOwnAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		laptop, phone, other := w.register(t, "ada"), w.login(t, "ada"), w.register(t, "grace")
		admin := w.admin(t, "root")
		ctx := w.as(t, laptop)
		unknown, err := models.NewSessionID(time.Now())
		require.NoError(t, err)
		for name, id := range map[string]models.SessionID{
			"another's": other.Session.ID, "an admin's": admin.Session.ID, "nobody's": unknown, "zero": {},
		} {
			require.ErrorIs(t, w.service.RevokeSession(ctx, id), auth.ErrNotFound, name)
		}
		require.ErrorIs(t, w.service.RevokeSession(w.as(t, admin), other.Session.ID), auth.ErrNotFound, "not for an ADMIN either")
		w.refresh(t, other.RefreshToken)
		require.Empty(t, w.history(t, laptop.User.ID))

		for range 2 {
			require.NoError(t, w.service.RevokeSession(ctx, phone.Session.ID))
		}
		w.requireOut(t, phone)
		history := w.history(t, laptop.User.ID)
		require.Equal(t, []models.EventKind{models.EventRevoked}, kinds(history), "one event, however often it is asked for")
		require.Equal(t, phone.Session.ID, *history[0].SessionID)
		require.NoError(t, w.service.RevokeSession(ctx, laptop.Session.ID), "the one that asks")
		w.requireOut(t, laptop)
	})
}

func TestWhatEndsSessionsDoesNotWaitForItsClient(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin, account := w.admin(t, "root"), w.register(t, "ada").User
		for name, end := range map[string]func(gone context.Context, pair *auth.Pair) error{
			"LogoutAll":     func(gone context.Context, _ *auth.Pair) error { _, err := w.service.LogoutAll(gone); return err },
			"RevokeSession": func(gone context.Context, p *auth.Pair) error { return w.service.RevokeSession(gone, p.Session.ID) },
			"RevokeUserSessions": func(_ context.Context, p *auth.Pair) error {
				gone, hangUp := context.WithCancel(w.as(t, admin))
				hangUp()
				_, err := w.service.RevokeUserSessions(gone, p.User.ID)
				return err
			},
		} {
			pair := w.login(t, "ada")
			gone, hangUp := context.WithCancel(w.as(t, pair))
			hangUp()
			require.NoError(t, end(gone, pair), name)
			w.requireOut(t, pair)
		}

		// An ADMIN's answer needs a read more, which the client does not get; what was asked for is done.
		gone, hangUp := context.WithCancel(w.as(t, admin))
		hangUp()
		pair := w.login(t, "ada")
		_, err := w.service.DisableAccount(gone, account.ID)
		require.ErrorIs(t, err, context.Canceled)
		w.requireOut(t, pair)
		_, err = w.service.EnableAccount(gone, account.ID)
		require.ErrorIs(t, err, context.Canceled)
		_, err = w.service.SetRole(gone, account.ID, models.RoleAdmin)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, models.RoleAdmin, w.login(t, "ada").User.Role)
	})
}
