package auth_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestRefreshHandsOutWhatTheAccountMayDoNow(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		first := w.register(t, "ada")
		require.NoError(t, w.service.SetUserRole(t.Context(), "ada", models.RoleAdmin))

		second := w.refresh(t, first.RefreshToken)
		claims, err := w.tokens.VerifyAccess(second.AccessToken)
		require.NoError(t, err)
		require.Equal(t, "ADMIN", claims.Role)
		require.EqualValues(t, 2, claims.Generation)
		require.Equal(t, first.Session.ID.String(), claims.SessionID)
		require.Equal(t, 15*time.Minute, second.AccessTokenTTL)

		authorized, err := w.service.Authorize(bearing(t.Context(), second.AccessToken), models.RoleAdmin)
		require.NoError(t, err)
		caller, err := auth.CallerFrom(authorized)
		require.NoError(t, err)
		require.Equal(t, first.User.ID, caller.UserID)
		_, err = w.service.Authorize(bearing(t.Context(), first.AccessToken), models.RoleAdmin)
		require.ErrorIs(t, err, auth.ErrForbidden)
	})
}

func TestALostAnswerSignsNobodyOut(t *testing.T) {
	for _, wait := range []time.Duration{time.Second, time.Hour, 6 * 24 * time.Hour} {
		t.Run(wait.String(), func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				w := newWorld(t, db, newClock())
				first := w.register(t, "ada")
				lost := w.refresh(t, first.RefreshToken)
				w.clock.advance(wait)
				retried := w.refresh(t, first.RefreshToken)
				require.Equal(t, lost.RefreshToken, retried.RefreshToken, "byte for byte")
				require.Equal(t, lost.RefreshTokenExpiresAt, retried.RefreshTokenExpiresAt, "the window does not slide")
				w.refresh(t, retried.RefreshToken)
			})
		})
	}
}

func TestAThiefOneGenerationBehindIsCaughtOnceTheOwnerRides(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		owners, thiefs := newWorld(t, db, clock), newWorld(t, db, clock)
		stolen := owners.register(t, "ada").RefreshToken
		owner := owners.refresh(t, stolen)
		clock.advance(11 * time.Second)
		require.Equal(t, owner.RefreshToken, thiefs.refresh(t, stolen).RefreshToken, "nobody has used the new one")

		owners.ride(t, owner)
		confirm(t, owners)
		_, err := thiefs.service.Refresh(t.Context(), stolen)
		require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
		_, err = owners.service.Refresh(t.Context(), owner.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
		require.Equal(t, 1, thiefs.log.count("refresh token reused"))
		require.Zero(t, thiefs.log.count(stolen), "no token is logged")
	})
}

func TestAProcessKnowsWhatItSawBeforeItIsWritten(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	stolen := w.register(t, "ada").RefreshToken
	w.ride(t, w.refresh(t, stolen))
	w.clock.advance(11 * time.Second)
	_, err := w.service.Refresh(t.Context(), stolen)
	require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
}

func TestConfirmationsWaitForADatabaseThatIsAway(t *testing.T) {
	server := testdb.StartServer(t)
	w := newWorld(t, server.Database(t), newClock())
	pair := w.register(t, "ada")
	server.Kill()
	w.ride(t, pair)
	confirm(t, w)
	require.Positive(t, w.log.count("confirm the use"), "the failure is logged")
	server.Restart(t)
	confirm(t, w)
	record, err := w.store.SessionWithUser(t.Context(), pair.Session.ID)
	require.NoError(t, err)
	require.EqualValues(t, 1, record.ConfirmedGeneration)
}

func TestForgedTokensCostNoDatabaseWork(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	pair := w.register(t, "ada")
	require.NoError(t, w.store.Close()) // from here on, any question to the database is an error of its own

	tampered := pair.RefreshToken[:len(pair.RefreshToken)-2] + "AA"
	for name, presented := range map[string]string{
		"empty": "", "noise": "a.b.c", "tampered": tampered, "an access token": pair.AccessToken, "huge": strings.Repeat("x", 1<<20),
	} {
		_, err := w.service.Refresh(t.Context(), presented)
		require.ErrorIs(t, err, auth.ErrRefreshTokenInvalid, name)
		require.NoError(t, w.service.Logout(t.Context(), presented+"."), name)
	}
	_, err := w.service.Authorize(bearing(t.Context(), pair.RefreshToken), models.RoleUser)
	require.ErrorIs(t, err, auth.ErrUnauthenticated, "a refresh token is no access token")
	_, err = w.service.Authorize(bearing(t.Context(), pair.AccessToken), models.RoleUser)
	require.NoError(t, err, "an access token needs no database")
	w.clock.advance(8 * 24 * time.Hour)
	_, err = w.service.Refresh(t.Context(), pair.RefreshToken)
	require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)
}

func TestADatabaseThatGoesAwayIsNoVerdict(t *testing.T) {
	server := testdb.StartServer(t)
	w := newWorld(t, server.Database(t), newClock())
	pair := w.register(t, "ada")
	server.Kill()
	_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.ErrorIs(t, w.service.Logout(t.Context(), pair.RefreshToken), auth.ErrUnavailable)
	server.Restart(t)
	w.refresh(t, pair.RefreshToken)
}
