package auth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// Counters know only what has failed already, so a burst could pass as a whole: each process also bounds what it has
// under way.
func TestABurstCannotOutrunTheCounters(t *testing.T) {
	const burst, replicas = 500, 2
	tests := []struct {
		name string
		ip   func(i int) string
		free int
	}{
		{name: "from one address", ip: func(int) string { return home }, free: 5},
		{name: "from as many addresses", ip: func(i int) string { return fmt.Sprintf("10.0.%d.%d", i/250, i%250) }, free: 20},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				clock := newClock()
				worlds := [replicas]*world{newLimitedWorld(t, db, clock), newLimitedWorld(t, db, clock)}
				worlds[0].register(t, "ada")
				errs := make([]error, burst)
				together(burst, func(i int) {
					_, errs[i] = worlds[i%replicas].service.Login(from(context.WithoutCancel(t.Context()), test.ip(i)),
						auth.Credentials{Username: "ada", Password: fmt.Sprintf("guess %d", i)})
				})
				hashed, refused := 0, 0
				for _, err := range errs {
					if errors.Is(err, auth.ErrInvalidCredentials) {
						hashed++
						continue
					}
					require.ErrorAs(t, err, new(*auth.RateLimitedError))
					refused++
				}
				t.Logf("%d guesses at once on %d replicas: %d were hashed, %d refused", burst, replicas, hashed, refused)
				require.GreaterOrEqual(t, hashed, test.free)
				require.LessOrEqual(t, hashed, test.free*replicas)
				require.Len(t, worlds[0].eventsOf(t, models.EventSignInFailed), hashed)

				clock.advance(24 * time.Hour)
				worlds[0].login(t, "ada")
			})
		})
	}
}

func TestSeveralTabsMaySignInAtOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newLimitedWorld(t, db, newClock())
		w.register(t, "ada")
		errs := make([]error, 5)
		together(len(errs), func(i int) { _, errs[i] = w.signIn(t, home, "ada", "") })
		for _, err := range errs {
			require.NoError(t, err)
		}
	})
}

func TestAGuessCountsAlthoughItsClientHangsUp(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newLimitedWorld(t, db, newClock())
		caller := callerOf(t, w, w.register(t, "ada"))
		for range 5 {
			ctx, hangUp := context.WithCancel(t.Context())
			err := w.service.CheckCurrentPassword(ctx, caller, func(context.Context) error {
				hangUp()
				return auth.ErrInvalidCredentials
			})
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		}
		err := w.service.CheckCurrentPassword(t.Context(), caller, func(context.Context) error { return nil })
		requireWait(t, time.Second, err)
	})
}

// A database that takes no writes must not make guesses free.
func TestAGuessThatCannotBeCountedIsNoVerdict(t *testing.T) {
	server := testdb.StartServer(t)
	w := newLimitedWorld(t, server.Database(t), newClock())
	caller := callerOf(t, w, w.register(t, "ada"))
	err := w.service.CheckCurrentPassword(t.Context(), caller, func(context.Context) error {
		server.Kill()
		return auth.ErrInvalidCredentials
	})
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.NotErrorIs(t, err, auth.ErrInvalidCredentials)
	_, err = w.signIn(t, home, "ada", "")
	require.ErrorIs(t, err, auth.ErrUnavailable)
	server.Restart(t)
	_, err = w.signIn(t, home, "ada", "")
	require.NoError(t, err)
}

func TestOverloadIsNoFailure(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newLimitedWorld(t, db, newClock())
		caller := callerOf(t, w, w.register(t, "ada"))
		for range 30 {
			err := w.service.CheckCurrentPassword(t.Context(), caller, func(context.Context) error { return auth.ErrUnavailable })
			require.ErrorIs(t, err, auth.ErrUnavailable)
		}
		require.Empty(t, w.eventsOf(t, models.EventSignInFailed))
		require.NoError(t, w.service.CheckCurrentPassword(t.Context(), caller, func(context.Context) error { return nil }))
	})
}

func TestTheCurrentPasswordIsAskedForBySession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newLimitedWorld(t, db, clock)
		stolen, own := callerOf(t, w, w.register(t, "ada")), callerOf(t, w, w.login(t, "ada"))
		wrong := func(context.Context) error { return fmt.Errorf("check: %w", auth.ErrInvalidCredentials) }
		right := func(context.Context) error { return nil }
		check := func(caller auth.Caller, verify func(context.Context) error) error {
			return w.service.CheckCurrentPassword(t.Context(), caller, verify)
		}
		for range 5 {
			require.ErrorIs(t, check(stolen, wrong), auth.ErrInvalidCredentials)
		}
		requireWait(t, time.Second, check(stolen, right))
		require.NoError(t, check(own, right), "another session of the account is not slowed")
		w.login(t, "ada")

		failed, told := w.eventsOf(t, models.EventSignInFailed), w.eventsOf(t, models.EventThrottled)
		require.Len(t, failed, 5)
		require.Len(t, told, 1)
		require.Equal(t, "SESSION", told[0].Detail)
		for _, event := range append(failed, told...) {
			require.Equal(t, stolen.UserID, *event.UserID)
			require.Equal(t, stolen.SessionID, *event.SessionID)
		}
		clock.advance(time.Second)
		require.NoError(t, check(stolen, right))
		for range 5 {
			require.ErrorIs(t, check(stolen, wrong), auth.ErrInvalidCredentials, "the right one forgot the wrong ones")
		}
	})
}

func callerOf(t *testing.T, w *world, pair *auth.Pair) auth.Caller {
	t.Helper()
	caller, err := w.service.Authenticate(bearing(t.Context(), pair.AccessToken))
	require.NoError(t, err)
	return caller
}
