package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestStrangersDoNotMakeAKnownDeviceWait(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		first, err := w.service.Register(from(t.Context(), home), "ada", testPassword)
		require.NoError(t, err)
		known := deviceOf(t, w, first.DeviceToken)
		for i := range 4 {
			w.guessTimes(t, 5, stranger(i), "ada")
		}
		requireWait(t, time.Second, w.guess(t, stranger(5), "ada"))
		_, err = w.signIn(t, home, "ada", "")
		requireWait(t, time.Second, err)

		again, err := w.signIn(t, home, "ada", first.DeviceToken)
		require.NoError(t, err)
		renewed := deviceOf(t, w, again.DeviceToken)
		require.Equal(t, known.ID, renewed.ID, "the device keeps its name")

		// Its own failures count for it alone, and are forgotten when it gets it right.
		for range 2 {
			for i := range 5 {
				_, err = w.service.Login(from(t.Context(), stranger(i)), auth.Credentials{Username: "ADA", Password: "mistyped", DeviceToken: again.DeviceToken})
				require.ErrorIs(t, err, auth.ErrInvalidCredentials)
			}
			_, err = w.signIn(t, elsewhere, "ada", first.DeviceToken)
			requireWait(t, time.Second, err)
			clock.advance(time.Second)
			_, err = w.signIn(t, elsewhere, "ada", again.DeviceToken)
			require.NoError(t, err)
		}
	})
}

func TestOnlyADeviceOfTheAccountIsKnown(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		ada, mallory := w.register(t, "ada"), w.register(t, "mallory")
		for i := range 4 {
			w.guessTimes(t, 5, stranger(i), "ada")
			w.guessTimes(t, 5, stranger(i), "nobody")
		}
		for name, deviceToken := range map[string]string{
			"none":                    "",
			"noise":                   "x.y.z",
			"of another account":      mallory.DeviceToken,
			"a refresh token":         ada.RefreshToken,
			"an access token":         ada.AccessToken,
			"cut":                     ada.DeviceToken[:len(ada.DeviceToken)-1],
			"with something behind":   ada.DeviceToken + " ",
			"with a line break in it": ada.DeviceToken[:40] + "\n" + ada.DeviceToken[40:],
		} {
			_, err := w.signIn(t, home, "ada", deviceToken)
			requireWait(t, time.Second, err)
			_, err = w.signIn(t, home, "nobody", deviceToken)
			requireWait(t, time.Second, err)
			require.NotEmpty(t, name)
		}
		_, err := w.signIn(t, home, "ada", ada.DeviceToken)
		require.NoError(t, err)

		clock.advance(365*24*time.Hour + time.Minute)
		for i := range 4 {
			w.guessTimes(t, 5, stranger(i), "ada")
		}
		_, err = w.signIn(t, home, "ada", ada.DeviceToken)
		requireWait(t, time.Second, err)
		clock.advance(time.Second)
		fresh, err := w.signIn(t, home, "ada", ada.DeviceToken)
		require.NoError(t, err)
		require.NotEmpty(t, fresh.DeviceToken, "the device is known again")
	})
}

func TestADeviceTokenOpensNothing(t *testing.T) {
	w := newLimitedWorld(t, testdb.SQLite(t), newClock())
	pair := w.register(t, "ada")
	_, err := w.service.Refresh(t.Context(), pair.DeviceToken)
	require.ErrorIs(t, err, auth.ErrRefreshTokenInvalid)
	_, err = w.service.Authorize(bearing(t.Context(), pair.DeviceToken), models.RoleUser)
	require.ErrorIs(t, err, auth.ErrUnauthenticated)
	require.NoError(t, w.service.Logout(t.Context(), pair.DeviceToken))
	refreshed := w.refresh(t, pair.RefreshToken)
	require.Empty(t, refreshed.DeviceToken, "a refresh makes no new one")
}

func deviceOf(t *testing.T, w *world, raw string) (device struct{ Subject, ID string }) {
	t.Helper()
	claims, err := w.tokens.VerifyDevice(raw)
	require.NoError(t, err)
	require.Equal(t, 365*24*time.Hour, claims.ExpiresAt.Sub(claims.IssuedAt))
	device.Subject, device.ID = claims.Subject, claims.ID
	return device
}

// TestANewPasswordEndsTheUseOfStolenDeviceTokens: else a copy would escape the counters that strangers share for a year.
func TestANewPasswordEndsTheUseOfStolenDeviceTokens(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		pair := w.register(t, "ada")
		stolen := pair.DeviceToken
		clock.advance(time.Minute)
		_, err := w.service.ChangePassword(w.as(t, pair), testPassword, nextPassword)
		require.NoError(t, err)
		for i := range 4 {
			w.guessTimes(t, 5, stranger(i), "ada")
		}
		login := func(deviceToken string) (*auth.Pair, error) {
			return w.service.Login(from(t.Context(), home), auth.Credentials{Username: "ada", Password: nextPassword, DeviceToken: deviceToken})
		}
		_, err = login(stolen)
		requireWait(t, time.Second, err)
		clock.advance(time.Second)
		known, err := login("")
		require.NoError(t, err)
		w.guessTimes(t, 1, stranger(5), "ada")
		_, err = login(known.DeviceToken)
		require.NoError(t, err, "the owner's device is known again")
	})
}
