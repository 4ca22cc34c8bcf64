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

func TestSessionLimits(t *testing.T) {
	const day = 24 * time.Hour
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		idle := w.register(t, "ada")
		w.clock.advance(7*day + 6*time.Second)
		_, err := w.service.Refresh(t.Context(), idle.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)

		busy := w.login(t, "ada")
		for range 29 {
			w.clock.advance(6 * day)
			busy = w.refresh(t, busy.RefreshToken)
		}
		require.Equal(t, busy.Session.ExpiresAt, busy.RefreshTokenExpiresAt, "never past the absolute limit")
		w.clock.advance(6*day + 6*time.Second)
		_, err = w.service.Refresh(t.Context(), busy.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)
	})
}

func TestLogoutIsSafeToRepeat(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		logout := func(ctx context.Context, refreshToken string) {
			require.NoError(t, w.service.Logout(ctx, refreshToken))
		}
		gone := func(pair *auth.Pair) {
			_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
		}

		first := w.register(t, "ada")
		second := w.refresh(t, first.RefreshToken)
		logout(t.Context(), first.RefreshToken) // an earlier generation will do
		logout(t.Context(), second.RefreshToken)
		logout(t.Context(), second.RefreshToken)
		gone(second)

		byAccess := w.login(t, "ada")
		w.clock.advance(time.Hour) // past the access token's end
		logout(bearing(t.Context(), byAccess.AccessToken), "")
		gone(byAccess)

		mine, other := w.login(t, "ada"), w.login(t, "ada")
		logout(bearing(t.Context(), mine.AccessToken), other.RefreshToken) // the refresh token is what counts
		gone(other)
		w.refresh(t, mine.RefreshToken)

		logout(t.Context(), "")
		logout(bearing(t.Context(), "no token"), "no token either")
		require.Zero(t, w.log.count("reused"), "a token that was logged out is no theft")
	})
}

func TestAClientThatHangsUpStillEndsItsSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()

		pair := w.register(t, "ada")
		require.NoError(t, w.service.Logout(gone, pair.RefreshToken))
		_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
	})
}

func TestOnesOwnAccountAndSessionsOnly(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		ada := w.register(t, "ada")
		w.clock.advance(time.Second)
		newer := w.login(t, "ada")
		grace := w.register(t, "grace")
		ctx, err := w.service.Authorize(bearing(t.Context(), ada.AccessToken), models.RoleUser)
		require.NoError(t, err)

		me, err := w.service.Me(ctx)
		require.NoError(t, err)
		require.Equal(t, "ada", me.Username)
		sessions, err := w.service.Sessions(ctx)
		require.NoError(t, err)
		require.Equal(t, []models.SessionID{newer.Session.ID, ada.Session.ID}, []models.SessionID{sessions[0].ID, sessions[1].ID})

		_, err = w.service.User(ctx, grace.User.ID)
		require.ErrorIs(t, err, auth.ErrNotFound)
		_, err = w.service.Session(ctx, grace.Session.ID)
		require.ErrorIs(t, err, auth.ErrNotFound)
		_, err = w.service.Session(ctx, newer.Session.ID)
		require.NoError(t, err)
		require.NoError(t, w.service.Logout(t.Context(), newer.RefreshToken))
		_, err = w.service.Session(ctx, newer.Session.ID)
		require.ErrorIs(t, err, auth.ErrNotFound, "an ended session is not listed")

		require.NoError(t, w.service.DisableUser(t.Context(), "ada"))
		_, err = w.service.Me(ctx)
		require.ErrorIs(t, err, auth.ErrUnauthenticated, "however long the access token would last")
	})
}
