package auth_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// await waits at the replica for the end of the pair's session, until the test or the returned function ends it.
func (w *world) await(t *testing.T, pair *auth.Pair) (<-chan *auth.SessionEnd, context.CancelFunc) {
	t.Helper()
	ctx, leave := context.WithCancel(w.as(t, pair))
	t.Cleanup(leave)
	told, err := w.service.SessionEnded(ctx)
	require.NoError(t, err)
	return told, leave
}

// requireTold holds that the end was told by now, with this reason, and nothing after it.
func requireTold(t *testing.T, told <-chan *auth.SessionEnd, pair *auth.Pair, reason auth.EndReason) {
	t.Helper()
	select {
	case end, ok := <-told:
		require.True(t, ok, "it was closed without a word")
		require.Equal(t, pair.Session.ID, end.SessionID)
		got, err := end.Reason()
		require.NoError(t, err)
		require.Equal(t, reason, got)
	default:
		require.Fail(t, "nothing was told")
	}
	requireOver(t, told)
}

// requireOver holds that the waiting is over by now and nothing, or nothing more, is told.
func requireOver(t *testing.T, told <-chan *auth.SessionEnd) {
	t.Helper()
	select {
	case end, more := <-told:
		require.False(t, more, "%v", end)
	default:
		require.Fail(t, "it still waits")
	}
}

// awaitOver waits for what the end of a context brings about beside the test.
func awaitOver(t *testing.T, told <-chan *auth.SessionEnd) {
	t.Helper()
	select {
	case end, more := <-told:
		require.False(t, more, "%v", end)
	case <-time.After(10 * time.Second):
		require.Fail(t, "it still waits")
	}
}

func requireWaiting(t *testing.T, told <-chan *auth.SessionEnd) {
	t.Helper()
	select {
	case end, ok := <-told:
		require.Fail(t, "it does not wait any more", "%v, %v", end, ok)
	default:
	}
}

func TestWhoWaitsIsToldThatTheSessionEndedAndWhy(t *testing.T) {
	for _, end := range []struct {
		name string
		do   func(t *testing.T, w *world, pair, other *auth.Pair)
		want auth.EndReason
	}{
		{"logout", func(t *testing.T, w *world, pair, _ *auth.Pair) {
			require.NoError(t, w.service.Logout(t.Context(), pair.RefreshToken))
		}, auth.EndedByLogout},
		{"logout everywhere", func(t *testing.T, w *world, _, other *auth.Pair) {
			_, err := w.service.LogoutAll(w.as(t, other))
			require.NoError(t, err)
		}, auth.EndedByUser},
		{"revoked from another session", func(t *testing.T, w *world, pair, other *auth.Pair) {
			require.NoError(t, w.service.RevokeSession(w.as(t, other), pair.Session.ID))
		}, auth.EndedByUser},
		{"revoked by an admin", func(t *testing.T, w *world, pair, _ *auth.Pair) {
			_, err := w.service.RevokeUserSessions(w.as(t, w.admin(t, "root")), pair.User.ID)
			require.NoError(t, err)
		}, auth.EndedByAdmin},
		{"reuse", func(t *testing.T, w *world, pair, _ *auth.Pair) {
			w.refresh(t, w.refresh(t, pair.RefreshToken).RefreshToken)
			_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
		}, auth.EndedByReuse},
		{"another password", func(t *testing.T, w *world, _, other *auth.Pair) {
			_, err := w.service.ChangePassword(w.as(t, other), testPassword, "an engine of analysis")
			require.NoError(t, err)
		}, auth.EndedByPasswordChange},
		{"disabled", func(t *testing.T, w *world, _, _ *auth.Pair) {
			require.NoError(t, w.service.DisableUser(t.Context(), "ada"))
		}, auth.EndedByClosure},
		{"deleted", func(t *testing.T, w *world, _, other *auth.Pair) {
			_, err := w.service.DeleteAccount(w.as(t, other), testPassword)
			require.NoError(t, err)
		}, auth.EndedByClosure},
		{"a newer sign-in in the same browser", func(t *testing.T, w *world, pair, _ *auth.Pair) {
			w.loginByCookie(t, (&browser{held: pair.RefreshToken}).send(), "ada")
		}, auth.EndedByReplacement},
		{"one session too many", func(t *testing.T, w *world, _, _ *auth.Pair) {
			for range 50 {
				w.clock.advance(time.Millisecond)
				w.login(t, "ada")
			}
		}, auth.EndedByReplacement},
	} {
		t.Run(end.name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				clock := newClock()
				here, there := newWorld(t, db, clock), newWorld(t, db, clock)
				pair := here.register(t, "ada")
				clock.advance(time.Millisecond)
				other, stranger := here.login(t, "ada"), here.register(t, "grace")
				toldHere, _ := here.await(t, pair)
				toldThere, _ := there.await(t, pair)
				toldOther, _ := there.await(t, stranger)

				end.do(t, here, pair, other)
				requireTold(t, toldHere, pair, end.want)
				requireWaiting(t, toldThere)
				poll(t, there)
				requireTold(t, toldThere, pair, end.want)
				for range 3 { // the feed reads it again
					poll(t, here)
					poll(t, there)
				}
				requireWaiting(t, toldOther)
				require.Equal(t, 1, there.service.Waiting())
			})
		})
	}
}

func TestAnEndThatIsKnownBeforeTheWaitBeginsIsTold(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		pair := w.register(t, "ada")
		authorized := w.as(t, pair)
		require.NoError(t, w.service.Logout(t.Context(), pair.RefreshToken))
		told, err := w.service.SessionEnded(authorized)
		require.NoError(t, err)
		requireTold(t, told, pair, auth.EndedByLogout)
		require.Zero(t, w.service.Waiting())
	})
}

// Whichever comes first, the end of the session or the wait for it, on this process or another.
func TestNoEndIsMissedThatRacesTheBeginningOfTheWait(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		const rounds = 25
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		here.register(t, "ada")
		for range rounds {
			clock.advance(time.Millisecond)
			pair := here.login(t, "ada")
			replicas, told := []*world{here, there}, make([]<-chan *auth.SessionEnd, 2)
			authorized := []context.Context{here.as(t, pair), there.as(t, pair)}
			together(4, func(i int) {
				var err error
				switch i {
				case 0, 1:
					told[i], err = replicas[i].service.SessionEnded(authorized[i])
				case 2:
					err = here.service.Logout(t.Context(), pair.RefreshToken)
				default:
					_ = there.service.PollRevocations(t.Context())
				}
				if err != nil {
					t.Error(err)
				}
			})
			poll(t, there)
			requireTold(t, told[0], pair, auth.EndedByLogout)
			requireTold(t, told[1], pair, auth.EndedByLogout)
		}
		require.Zero(t, here.service.Waiting()+there.service.Waiting())
	})
}

func TestTheWaitEndsWithoutAWord(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	pair := w.register(t, "ada")
	expires := pair.AccessTokenExpiresAt.Sub(w.clock.now())

	told, _ := w.await(t, pair)
	w.clock.advance(expires - time.Millisecond)
	poll(t, w)
	requireWaiting(t, told)
	w.clock.advance(time.Millisecond)
	poll(t, w)
	requireOver(t, told) // the access token has expired

	pair = w.refresh(t, pair.RefreshToken)
	told, leave := w.await(t, pair)
	leave()
	awaitOver(t, told) // the client went away
	require.Zero(t, w.service.Waiting())

	told, _ = w.await(t, pair)
	w.service.StopWaiting()
	requireOver(t, told) // the process stops
	_, err := w.service.SessionEnded(w.as(t, pair))
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.Zero(t, w.service.Waiting())
}

func TestNobodyWaitsWithoutBeingAuthorized(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	_, err := w.service.SessionEnded(bearing(t.Context(), w.register(t, "ada").AccessToken))
	require.ErrorIs(t, err, auth.ErrUnauthenticated)
}

func TestWhileTheDatabaseIsAwayTheWaitGoesOn(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		pair := here.register(t, "ada")
		told, _ := there.await(t, pair)
		severed, sever := context.WithCancel(t.Context())
		sever()
		require.NoError(t, here.service.Logout(t.Context(), pair.RefreshToken))
		for range 20 {
			clock.advance(time.Second)
			require.Error(t, there.service.PollRevocations(severed))
		}
		requireWaiting(t, told)
		poll(t, there)
		requireTold(t, told, pair, auth.EndedByLogout)

		pair = here.register(t, "grace")
		told, _ = there.await(t, pair)
		require.NoError(t, here.service.Logout(t.Context(), pair.RefreshToken))
		poll(t, there)
		require.NoError(t, there.store.Close())
		_, err := (<-told).Reason()
		require.ErrorIs(t, err, auth.ErrUnavailable, "that it ended is known, and why is not")
	})
}

func TestWhyASessionEndedIsReadOnce(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	pair := w.register(t, "ada")
	first, _ := w.await(t, pair)
	second, _ := w.await(t, pair)
	require.NoError(t, w.service.Logout(t.Context(), pair.RefreshToken))
	requireTold(t, first, pair, auth.EndedByLogout)
	require.NoError(t, w.store.Close())
	requireTold(t, second, pair, auth.EndedByLogout)
}

func TestAnExpiredWaitEndsWithoutADatabase(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	told, _ := w.await(t, w.register(t, "ada"))
	w.clock.advance(15 * time.Minute)
	require.NoError(t, w.store.Close())
	require.Error(t, w.service.PollRevocations(t.Context()))
	requireOver(t, told)
}

func TestAChangeOfRoleEndsNoWait(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	w.admin(t, "root")
	pair := w.admin(t, "ada")
	told, _ := w.await(t, pair)
	require.NoError(t, w.service.SetUserRole(t.Context(), "ada", models.RoleUser))
	poll(t, w)
	requireWaiting(t, told)
}

func TestPlacesToWaitInAreBounded(t *testing.T) {
	db := testdb.SQLite(t)
	w := newWorldWith(t, db, newClock(), cheap, func(cfg *auth.Config) { cfg.MaxStreamsPerUser, cfg.MaxStreams = 3, 5 })
	requireNoPlace := func(pair *auth.Pair) {
		t.Helper()
		_, err := w.service.SessionEnded(w.as(t, pair))
		var limited *auth.RateLimitedError
		require.ErrorAs(t, err, &limited)
		require.Equal(t, 30*time.Second, limited.RetryAfter)
	}
	ada, grace := w.register(t, "ada"), w.register(t, "grace")
	other := w.login(t, "ada")
	first, leave := w.await(t, ada)
	w.await(t, ada)
	w.await(t, other)
	requireNoPlace(other)
	requireNoPlace(ada)
	leave()
	awaitOver(t, first)
	w.await(t, other)
	requireNoPlace(ada)

	w.await(t, grace)
	w.await(t, grace)
	requireNoPlace(grace) // her third one, but the process is full
	require.NoError(t, w.service.Logout(t.Context(), other.RefreshToken))
	w.await(t, grace)
	requireNoPlace(grace)
	require.Equal(t, 4, w.service.Waiting())
}

func TestWaitingCostsNothing(t *testing.T) {
	const many = 500
	db := testdb.StartServer(t).Database(t)
	w := newWorldWith(t, db, newClock(), cheap, func(cfg *auth.Config) { cfg.MaxStreamsPerUser = many })
	pair := w.register(t, "ada")
	server, err := db.SQL(t).Conn(t.Context())
	require.NoError(t, err)
	ctx, leave := context.WithCancelCause(w.as(t, pair))
	goroutines, statements := runtime.NumGoroutine(), questions(t, server)
	told := make([]<-chan *auth.SessionEnd, many)
	for i := range told {
		told[i], err = w.service.SessionEnded(ctx)
		require.NoError(t, err)
	}
	require.InDelta(t, goroutines, runtime.NumGoroutine(), many/10, "connections have theirs, which come and go")
	require.Equal(t, statements+1, questions(t, server), "one counted them")
	poll(t, w)
	require.Equal(t, statements+3, questions(t, server), "and a poll is one, however many wait")

	leave(errors.New("gone"))
	for _, one := range told {
		awaitOver(t, one)
	}
	require.Zero(t, w.service.Waiting())
}
