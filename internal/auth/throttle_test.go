package auth_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

const (
	home      = "198.51.100.7"
	elsewhere = "2001:db8:7::1"
)

// newLimitedWorld is a replica with the defaults of the configuration.
func newLimitedWorld(t testing.TB, db *testdb.DB, clock *clock) *world {
	t.Helper()
	return newWorldWith(t, db, clock, cheap, func(cfg *auth.Config) {
		cfg.Limits = auth.Limits{
			FailuresPerClient: 5, FailuresPerAccount: 20, FailuresPerAddress: 100,
			RegistrationsPerAddress: 20, RefreshesPerAddress: 3000,
		}
	})
}

func from(ctx context.Context, ip string) context.Context {
	return auth.WithRequest(ctx, auth.Request{IP: ip, UserAgent: "throttle test"})
}

func stranger(i int) string { return fmt.Sprintf("203.0.113.%d", i) }

// guess tries a wrong password.
func (w *world) guess(t *testing.T, ip, username string) error {
	t.Helper()
	_, err := w.service.Login(from(t.Context(), ip), auth.Credentials{Username: username, Password: "a wrong guess"})
	require.Error(t, err)
	return err
}

// guessTimes tries a wrong password, so many times without a wait.
func (w *world) guessTimes(t *testing.T, n int, ip, username string) {
	t.Helper()
	for i := range n {
		require.ErrorIs(t, w.guess(t, ip, username), auth.ErrInvalidCredentials, "guess %d", i+1)
	}
}

func (w *world) signIn(t *testing.T, ip, username, deviceToken string) (*auth.Pair, error) {
	t.Helper()
	return w.service.Login(from(t.Context(), ip), auth.Credentials{Username: username, Password: testPassword, DeviceToken: deviceToken})
}

func requireWait(t *testing.T, wait time.Duration, err error) {
	t.Helper()
	var limited *auth.RateLimitedError
	require.ErrorAs(t, err, &limited)
	require.Equal(t, wait, limited.RetryAfter)
}

// eventsOf returns the events of a kind, oldest first.
func (w *world) eventsOf(t *testing.T, kind models.EventKind) []models.SecurityEvent {
	t.Helper()
	events, err := w.store.Events(t.Context(), auth.EventPage{Kind: kind, Limit: 10_000})
	require.NoError(t, err)
	slices.Reverse(events)
	return events
}

// written is all that throttling writes, as text.
func written(t *testing.T, db *testdb.DB) string {
	t.Helper()
	rows, err := db.SQL(t).QueryContext(t.Context(), "SELECT id, clears_at, blocked_until FROM throttles ORDER BY id")
	require.NoError(t, err)
	defer rows.Close()
	text := ""
	for rows.Next() {
		var id []byte
		var clears, blocked any
		require.NoError(t, rows.Scan(&id, &clears, &blocked))
		text += fmt.Sprintf("%x %v %v\n", id, clears, blocked)
	}
	require.NoError(t, rows.Err())
	return text
}

func TestGuessesWaitLongerAndLonger(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newLimitedWorld(t, db, clock), newLimitedWorld(t, db, clock)
		here.register(t, "ada")
		here.guessTimes(t, 3, home, "ada")
		there.guessTimes(t, 2, home, "ADA")
		for wait := time.Second; wait <= 16*time.Second; wait *= 2 {
			requireWait(t, wait, here.guess(t, home, "Ada"))
			requireWait(t, wait, there.guess(t, home, "ada"))
			_, err := here.signIn(t, home, "ada", "")
			requireWait(t, wait, err)
			clock.advance(wait - time.Millisecond)
			requireWait(t, time.Millisecond, here.guess(t, home, "ada"))
			clock.advance(time.Millisecond)
			there.guessTimes(t, 1, home, "ada")
		}
		clock.advance(32 * time.Second)
		_, err := here.signIn(t, home, "ada", "")
		require.NoError(t, err, "after the wait the right password is as good as ever")
		there.guessTimes(t, 5, home, "ada")
		requireWait(t, time.Second, here.guess(t, home, "ada"))
		clock.advance(24 * time.Hour)
		here.guessTimes(t, 5, home, "ada")
	})
}

func TestUnknownNamesAreThrottledLikeKnownOnes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		w.register(t, "ada")
		w.register(t, "disabled")
		require.NoError(t, w.service.DisableUser(t.Context(), "disabled"))
		for i := range 30 {
			known, unknown := w.guess(t, home, "ada"), w.guess(t, elsewhere, "nobody")
			require.Equal(t, known, unknown, "guess %d", i+1)
			_, disabled := w.signIn(t, stranger(1), "disabled", "")
			require.Equal(t, known, disabled, "the right password of a disabled account, guess %d", i+1)
			clock.advance(3 * time.Second)
		}
	})
}

// Whoever owns the account signs in again and again while others guess: they must not gain free guesses by that.
func TestASignInForgetsTheFailuresOfItsOwnClientAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newLimitedWorld(t, db, newClock())
		deviceToken := w.register(t, "ada").DeviceToken
		for i := range 4 {
			w.guessTimes(t, 4, stranger(i), "ada")
			_, err := w.signIn(t, home, "ada", "")
			require.NoError(t, err)
			_, err = w.signIn(t, home, "ada", deviceToken)
			require.NoError(t, err)
		}
		for i := range 4 {
			w.guessTimes(t, 1, stranger(i), "ada")
			requireWait(t, time.Second, w.guess(t, stranger(i), "ada"))
		}
		requireWait(t, time.Second, w.guess(t, stranger(9), "ada"))
	})
}

func TestOneAddressCannotTryEverybody(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		w.register(t, "mallory")
		for i := range 100 {
			// A host of its own each time, within the one network that a client has.
			host := fmt.Sprintf("2001:db8:0:1:%x::%x", i, i+1)
			name := fmt.Sprintf("victim-%d", i)
			if i%2 == 1 {
				name = "!" // no name at all
			}
			require.ErrorIs(t, w.guess(t, host, name), auth.ErrInvalidCredentials)
			if i%10 == 0 {
				_, err := w.signIn(t, host, "mallory", "")
				require.NoError(t, err, "an account of its own in between")
			}
		}
		_, err := w.signIn(t, "2001:db8:0:1::", "mallory", "")
		requireWait(t, time.Second, err)
		require.ErrorIs(t, w.guess(t, "2001:db8:0:2::", "victim-0"), auth.ErrInvalidCredentials, "the network beside it")
		clock.advance(time.Second)
		require.ErrorIs(t, w.guess(t, "2001:db8:0:1::99", "victim-1000"), auth.ErrInvalidCredentials)
		requireWait(t, 2*time.Second, w.guess(t, "2001:db8:0:1::98", "victim-1001"))
	})
}

func TestFailedSignInsAreTold(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		ada := w.register(t, "ada").User.ID
		w.guessTimes(t, 1, home, "nobody")
		w.guessTimes(t, 1, home, "Robert'); DROP TABLE users;--")
		clock.advance(time.Millisecond)
		for i := range 4 {
			w.guessTimes(t, 5, stranger(i), "ada")
			requireWait(t, time.Second, w.guess(t, stranger(i), "ada"))
		}

		failed := w.eventsOf(t, models.EventSignInFailed)
		require.Len(t, failed, 22)
		for i, event := range failed {
			require.Equal(t, i < 2, event.UserID == nil, "known names only")
			require.Empty(t, event.Detail, "what was typed may be a password")
			require.NotEmpty(t, event.IP)
			require.Equal(t, "throttle test", event.UserAgent)
			if i >= 2 {
				require.Equal(t, ada, *event.UserID)
			}
		}
		var details []string
		for _, event := range w.eventsOf(t, models.EventThrottled) {
			require.Equal(t, ada, *event.UserID)
			details = append(details, event.Detail)
		}
		require.ElementsMatch(t, []string{
			"ACCOUNT_AND_ADDRESS", "ACCOUNT_AND_ADDRESS", "ACCOUNT_AND_ADDRESS", "ACCOUNT_AND_ADDRESS", "ACCOUNT",
		}, details, "once a counter")

		before := written(t, db)
		for range 10 {
			requireWait(t, time.Second, w.guess(t, home, "ada"))
		}
		require.Equal(t, before, written(t, db), "who is refused writes nothing")
		require.Len(t, w.eventsOf(t, models.EventSignInFailed), 22)
		require.Len(t, w.eventsOf(t, models.EventThrottled), 5)

		clock.advance(time.Second)
		w.guessTimes(t, 1, home, "ada")
		requireWait(t, 2*time.Second, w.guess(t, home, "ada"))
		require.Len(t, w.eventsOf(t, models.EventThrottled), 5, "further waits of one series are not told")
	})
}

func TestThrottledAddressesAndDevicesAreTold(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		ada := w.register(t, "ada")
		for range 5 {
			_, err := w.service.Login(t.Context(), auth.Credentials{Username: "ada", Password: "mistyped", DeviceToken: ada.DeviceToken})
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		}
		clock.advance(time.Millisecond)
		for i := range 99 {
			w.guessTimes(t, 1, home, fmt.Sprintf("victim-%d", i))
		}
		w.guessTimes(t, 1, home, "ada")
		told := w.eventsOf(t, models.EventThrottled)
		require.Len(t, told, 2)
		require.Equal(t, "DEVICE", told[0].Detail)
		require.Equal(t, ada.User.ID, *told[0].UserID)
		require.Equal(t, "ADDRESS", told[1].Detail)
		require.Nil(t, told[1].UserID, "it is about no account more than about another")
		require.Equal(t, home, told[1].IP)
	})
}

func TestNoLimitsThrottleNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		w.register(t, "ada")
		w.guessTimes(t, 150, home, "ada")
		require.Empty(t, written(t, db))
		require.Len(t, w.eventsOf(t, models.EventSignInFailed), 150, "they are told nevertheless")
	})
}
