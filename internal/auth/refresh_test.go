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
				require.Empty(t, happened(t, w, models.EventReuseDetected))
			})
		})
	}
}

func TestALateReplayIsToldOnceForEachToken(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		first := here.register(t, "ada")
		second := here.refresh(t, first.RefreshToken)
		clock.advance(10 * time.Second)
		here.refresh(t, first.RefreshToken)
		require.Empty(t, happened(t, here, models.EventReplayed), "tabs that race are nothing to tell")

		for range 3 {
			clock.advance(time.Hour)
			here.refresh(t, first.RefreshToken)
			there.refresh(t, first.RefreshToken)
		}
		events := happened(t, here, models.EventReplayed)
		require.Len(t, events, 1)
		require.Equal(t, "1", events[0].Detail, "the generation")
		require.Equal(t, first.Session.ID, *events[0].SessionID)
		require.Equal(t, first.User.ID, *events[0].UserID)

		third := here.refresh(t, second.RefreshToken)
		clock.advance(time.Hour)
		there.refresh(t, second.RefreshToken)
		here.refresh(t, third.RefreshToken)
		events = happened(t, here, models.EventReplayed)
		require.Len(t, events, 2)
		require.Equal(t, "2", events[0].Detail)
	})
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
		clock.advance(11 * time.Second)
		_, err := thiefs.service.Refresh(t.Context(), stolen)
		require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
		_, err = owners.service.Refresh(t.Context(), owner.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
		require.Equal(t, 1, thiefs.log.count("refresh token reused"))
		require.Zero(t, thiefs.log.count(stolen), "no token is logged")
	})
}

// Two tabs keep one token, whose answer was lost. Both try again, and one is served and rides before the other arrives.
func TestTabsMayRaceForALostAnswerToo(t *testing.T) {
	for _, lostFor := range []time.Duration{9 * time.Second, time.Minute, time.Hour} {
		t.Run(lostFor.String(), func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				clock := newClock()
				here, there := newWorld(t, db, clock), newWorld(t, db, clock)
				kept := here.register(t, "ada").RefreshToken
				here.refresh(t, kept) // lost
				clock.advance(lostFor)
				first := there.refresh(t, kept)
				there.ride(t, first)
				confirm(t, there)
				clock.advance(6 * time.Second)
				require.Equal(t, first.RefreshToken, here.refresh(t, kept).RefreshToken, "a second tab is no thief")

				clock.advance(6 * time.Second)
				_, err := there.service.Refresh(t.Context(), kept)
				require.ErrorIs(t, err, auth.ErrRefreshTokenReused, "but what is in use does not begin it again")
			})
		})
	}
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
	record, err := w.store.SessionWithUser(t.Context(), pair.Session.Key())
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
