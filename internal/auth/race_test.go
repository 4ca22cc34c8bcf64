package auth_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// together starts n goroutines at one moment and waits for all.
func together(n int, run func(i int)) {
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			run(i)
		})
	}
	start.Done()
	done.Wait()
}

func TestHundredRefreshesOfOneTokenMakeOneRotation(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		replicas := []*world{newWorld(t, db, clock), newWorld(t, db, clock)}
		first := replicas[0].register(t, "ada")

		const n = 100
		tokens, errs := make([]string, n), make([]error, n)
		together(n, func(i int) {
			pair, err := replicas[i%2].service.Refresh(t.Context(), first.RefreshToken)
			if errs[i] = err; err == nil {
				tokens[i] = pair.RefreshToken
			}
		})

		for i := range n {
			require.NoError(t, errs[i])
			require.Equal(t, tokens[0], tokens[i], "one distinct token")
		}
		require.NotEqual(t, first.RefreshToken, tokens[0])
		record, err := replicas[1].store.SessionWithUser(t.Context(), first.Session.Key())
		require.NoError(t, err)
		require.EqualValues(t, 2, record.Generation, "one rotation")
		t.Logf("%d refreshes of one token on 2 pools: 1 rotation", n)
	})
}

func TestNoSessionSurvivesALogoutThatRacesARefresh(t *testing.T) {
	endingRacesRefresh(t, func(ctx context.Context, w *world, session *auth.Pair) error {
		return w.service.Logout(ctx, session.RefreshToken)
	})
}

func TestNoSessionSurvivesADisableThatRacesARefresh(t *testing.T) {
	endingRacesRefresh(t, func(ctx context.Context, w *world, session *auth.Pair) error {
		return w.service.DisableUser(ctx, session.User.Username)
	})
}

// endingRacesRefresh starts a refresh on one replica and an end of the session on another together, many times: never
// does a token of that session work afterwards.
func endingRacesRefresh(t *testing.T, end func(context.Context, *world, *auth.Pair) error) {
	const rounds = 1000
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		account := here.register(t, "ada").User
		rotations := 0
		for range rounds {
			clock.advance(time.Second)
			require.NoError(t, here.service.EnableUser(t.Context(), account.Username))
			session := here.login(t, account.Username)
			newest := session
			var refreshed *auth.Pair
			var refreshErr, endErr error
			together(2, func(i int) {
				if i == 0 {
					refreshed, refreshErr = here.service.Refresh(t.Context(), session.RefreshToken)
				} else {
					endErr = end(t.Context(), there, session)
				}
			})
			require.NoError(t, endErr)
			if refreshErr == nil {
				rotations++
				newest = refreshed
			} else {
				require.ErrorIs(t, refreshErr, auth.ErrRefreshTokenRevoked)
			}
			_, err := there.service.Refresh(t.Context(), newest.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
			poll(t, here)
			require.False(t, admitted(t, here, newest))
		}
		t.Logf("%d rounds, the refresh came first in %d: no session lived on", rounds, rotations)
	})
}

func TestNoSessionOfADisabledAccountAfterALoginThatRaced(t *testing.T) {
	const rounds = 200
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		account := here.register(t, "ada").User
		signedIn := 0
		for range rounds {
			require.NoError(t, here.service.EnableUser(t.Context(), account.Username))
			var loginErr, disableErr error
			together(2, func(i int) {
				if i == 0 {
					_, loginErr = here.service.Login(t.Context(), auth.Credentials{Username: account.Username, Password: testPassword})
				} else {
					disableErr = there.service.DisableUser(t.Context(), account.Username)
				}
			})
			require.NoError(t, disableErr)
			if loginErr == nil {
				signedIn++
			} else {
				require.ErrorIs(t, loginErr, auth.ErrInvalidCredentials)
			}
			live, err := here.store.LiveSessions(t.Context(), account.ID, clock.now(), 10)
			require.NoError(t, err)
			require.Empty(t, live)
		}
		t.Logf("%d rounds, the login came first in %d: no session lived on", rounds, signedIn)
	})
}

func TestRowsGrowWithSignInsNotWithRefreshes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		newest := w.register(t, "ada").RefreshToken
		events := rows(t, db, "security_events")
		for range 100 {
			newest = w.refresh(t, newest).RefreshToken
		}
		require.Equal(t, 1, rows(t, db, "refresh_tokens"))
		require.Equal(t, events, rows(t, db, "security_events"), "a plain refresh is nothing to tell")
	})
}

func TestADatabaseThatForgotRotationsSignsNobodyOut(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		first := w.register(t, "ada")
		newest := first.RefreshToken
		for range 5 {
			newest = w.refresh(t, newest).RefreshToken
		}
		// The failover: the row is as it was three rotations ago.
		_, err := db.SQL(t).ExecContext(t.Context(), "UPDATE refresh_tokens SET generation = generation - 3")
		require.NoError(t, err)

		w.clock.advance(time.Hour)
		again := w.refresh(t, newest)
		require.Empty(t, happened(t, w, models.EventReuseDetected))
		record, err := w.store.SessionWithUser(t.Context(), first.Session.Key())
		require.NoError(t, err)
		require.EqualValues(t, 7, record.Generation, "rotated from the token's generation")
		w.refresh(t, again.RefreshToken)
	})
}

func TestTwoAccountsCannotShareANameInAnyCase(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		names := []string{"ada", "Ada", "ADA", "aDa"}
		errs := make([]error, len(names))
		together(len(names), func(i int) { _, errs[i] = w.service.Register(t.Context(), names[i], testPassword) })

		created := 0
		for _, err := range errs {
			if err == nil {
				created++
			} else {
				require.ErrorIs(t, err, auth.ErrUsernameTaken)
			}
		}
		require.Equal(t, 1, created)
		users, err := w.service.ListUsers(t.Context(), nil, 10)
		require.NoError(t, err)
		require.Len(t, users, 1)
	})
}
