package auth_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// poll has the replica read what others revoked, as it does twice a second.
func poll(t *testing.T, w *world) {
	t.Helper()
	require.NoError(t, w.service.PollRevocations(t.Context()))
}

// admitted says whether the replica lets the access token pass; an error of its own ends the test.
func admitted(t *testing.T, w *world, pair *auth.Pair) bool {
	t.Helper()
	_, err := w.service.Authorize(bearing(t.Context(), pair.AccessToken), models.RoleUser)
	if err != nil {
		require.ErrorIs(t, err, auth.ErrUnauthenticated)
	}
	return err == nil
}

func TestWhatEndsASessionEndsItsAccessTokensEverywhere(t *testing.T) {
	for _, end := range []struct {
		name string
		do   func(t *testing.T, w *world, pair *auth.Pair)
	}{
		{"logout", func(t *testing.T, w *world, pair *auth.Pair) {
			require.NoError(t, w.service.Logout(t.Context(), pair.RefreshToken))
		}},
		{"disable", func(t *testing.T, w *world, pair *auth.Pair) {
			require.NoError(t, w.service.DisableUser(t.Context(), pair.User.Username))
		}},
		{"reuse", func(t *testing.T, w *world, pair *auth.Pair) {
			w.refresh(t, w.refresh(t, pair.RefreshToken).RefreshToken)
			_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
		}},
		{"one session too many", func(t *testing.T, w *world, pair *auth.Pair) {
			for range 50 {
				w.clock.advance(time.Millisecond)
				w.login(t, pair.User.Username)
			}
		}},
	} {
		t.Run(end.name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				clock := newClock()
				here, there := newWorld(t, db, clock), newWorld(t, db, clock)
				pair, other := here.register(t, "ada"), here.register(t, "grace")
				for _, w := range []*world{here, there} {
					require.True(t, admitted(t, w, pair))
				}
				end.do(t, here, pair)
				require.False(t, admitted(t, here, pair), "at once where it was ended")
				poll(t, there)
				require.False(t, admitted(t, there, pair), "elsewhere after a poll")
				require.False(t, admitted(t, newWorld(t, db, clock), pair), "and in a process that starts later")
				require.True(t, admitted(t, there, other), "nobody else's")
			})
		})
	}
}

func TestADemotionHoldsAtOnceAndAPromotionLiftsIt(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		for _, name := range []string{"ada", "grace"} {
			here.register(t, name)
			require.NoError(t, here.service.SetUserRole(t.Context(), name, models.RoleAdmin))
		}
		admin := here.login(t, "ada")
		poll(t, there)
		require.True(t, admitted(t, here, admin) && admitted(t, there, admin))

		require.NoError(t, here.service.SetUserRole(t.Context(), "ada", models.RoleUser))
		require.False(t, admitted(t, here, admin))
		poll(t, there)
		require.False(t, admitted(t, there, admin))
		demoted := there.refresh(t, admin.RefreshToken)
		require.True(t, admitted(t, here, demoted) && admitted(t, there, demoted), "the session goes on, as what it is now")

		require.NoError(t, there.service.SetUserRole(t.Context(), "ada", models.RoleAdmin))
		poll(t, here)
		for range 2 { // a poll reads the demotion again and again
			poll(t, here)
			poll(t, there)
			require.True(t, admitted(t, here, admin) && admitted(t, there, admin))
		}
	})
}

// A transaction takes its id when it writes and shows it when it commits: others with higher ids may be seen before.
func TestARevocationThatBecomesVisibleLateIsNotMissed(t *testing.T) {
	db := testdb.MySQL(t)
	clock := newClock()
	here, there := newWorld(t, db, clock), newWorld(t, db, clock)
	slow, quick := here.register(t, "ada"), here.register(t, "grace")
	pool, until := db.SQL(t), clock.now().Add(time.Hour)
	const insert = "INSERT INTO revocations (user_id, session_id, role, expires_at) VALUES (?, ?, '', ?)"
	poll(t, there)
	tx, err := pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	_, err = tx.ExecContext(t.Context(), insert, slow.User.ID[:], slow.Session.ID[:], until)
	require.NoError(t, err)
	for range 200 { // more ids than are read again in any case
		_, err := pool.ExecContext(t.Context(), insert, slow.User.ID[:], make([]byte, 16), until)
		require.NoError(t, err)
	}
	require.NoError(t, here.service.Logout(t.Context(), quick.RefreshToken))
	for range 50 {
		poll(t, there)
		clock.advance(500 * time.Millisecond)
	}
	require.False(t, admitted(t, there, quick))
	require.True(t, admitted(t, there, slow))
	require.NoError(t, tx.Commit())
	poll(t, there)
	require.False(t, admitted(t, there, slow))
}

func TestAFailoverThatTakesIDsBackHidesNoRevocation(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		ada := here.register(t, "ada")
		for range 20 {
			require.NoError(t, here.service.Logout(t.Context(), here.login(t, "ada").RefreshToken))
		}
		for range 100 { // all that there has read lies within what it saw last
			poll(t, there)
			clock.advance(500 * time.Millisecond)
		}
		forgetRevocations(t, db, 10)
		require.NoError(t, here.service.Logout(t.Context(), ada.RefreshToken))
		poll(t, there)
		require.False(t, admitted(t, there, ada))
	})
}

// forgetRevocations makes those after the last one undone, and their ids free, as a failover to a copy that lags does.
func forgetRevocations(t *testing.T, db *testdb.DB, last int) {
	t.Helper()
	statements := []string{"DELETE FROM revocations WHERE id > %d", "UPDATE sqlite_sequence SET seq = %d WHERE name = 'revocations'"}
	if db.IsMySQL() {
		statements[1] = "ALTER TABLE revocations AUTO_INCREMENT = %d"
	}
	for _, statement := range statements {
		_, err := db.SQL(t).ExecContext(t.Context(), fmt.Sprintf(statement, last))
		require.NoError(t, err)
	}
}

func TestAfterAFailoverTheTableSaysWhichRoleIsNewest(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		for _, name := range []string{"ada", "grace"} {
			here.register(t, name)
			require.NoError(t, here.service.SetUserRole(t.Context(), name, models.RoleAdmin))
		}
		for range 3 {
			require.NoError(t, here.service.SetUserRole(t.Context(), "ada", models.RoleUser))
			require.NoError(t, here.service.SetUserRole(t.Context(), "ada", models.RoleAdmin))
		}
		poll(t, there)
		admin := here.login(t, "ada")
		forgetRevocations(t, db, 3)
		require.NoError(t, here.service.SetUserRole(t.Context(), "ada", models.RoleUser))
		clock.advance(time.Minute)
		poll(t, there)
		require.False(t, admitted(t, there, admin), "though it knew a promotion with a higher id")
	})
}

func TestManyRevocationsAreReadInPagesAndForgottenInTime(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		const many = 2500
		w := newWorld(t, db, newClock())
		pair := w.register(t, "ada")
		tx, err := db.SQL(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		expires := any(w.clock.now().Add(16 * time.Minute))
		if !db.IsMySQL() {
			expires = w.clock.now().Add(16 * time.Minute).Format("2006-01-02T15:04:05.000Z")
		}
		for i := range many {
			id, err := models.NewSessionID(w.clock.now())
			require.NoError(t, err)
			if i == many-1 {
				id = pair.Session.ID
			}
			_, err = tx.ExecContext(t.Context(), "INSERT INTO revocations (user_id, session_id, role, expires_at) VALUES (?, ?, '', ?)",
				pair.User.ID[:], id[:], expires)
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit())

		starting := newWorld(t, db, w.clock)
		require.Equal(t, many, starting.service.KnownRevocations())
		require.False(t, admitted(t, starting, pair), "the last one too")
		w.clock.advance(17 * time.Minute)
		poll(t, starting)
		require.Zero(t, starting.service.KnownRevocations(), "no access token is left that they could be about")
	})
}

func TestAStaleProcessAsksTheRecord(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		ada, grace := here.register(t, "ada"), here.register(t, "grace")
		require.NoError(t, here.service.SetUserRole(t.Context(), "ada", models.RoleAdmin))
		require.NoError(t, here.service.SetUserRole(t.Context(), "grace", models.RoleAdmin))
		disabled, demoted, fine := here.register(t, "mallory"), here.login(t, "grace"), here.login(t, "ada")
		poll(t, there)

		require.NoError(t, here.service.Logout(t.Context(), ada.RefreshToken))
		require.NoError(t, here.service.DisableUser(t.Context(), "mallory"))
		require.NoError(t, here.service.SetUserRole(t.Context(), "grace", models.RoleUser))
		clock.advance(5 * time.Second)
		require.True(t, admitted(t, there, ada), "its last poll still counts")
		clock.advance(time.Millisecond)
		for range 2 {
			require.False(t, admitted(t, there, ada), "ended")
			require.False(t, admitted(t, there, disabled), "disabled")
			require.False(t, admitted(t, there, demoted), "minted before a demotion")
			require.True(t, admitted(t, there, grace), "minted before it was promoted")
			require.True(t, admitted(t, there, fine))
			poll(t, there)
		}

		clock.advance(6 * time.Second)
		require.NoError(t, there.store.Close())
		require.Error(t, there.service.PollRevocations(t.Context()))
		for _, pair := range []*auth.Pair{grace, fine} {
			_, err := there.service.Authorize(bearing(t.Context(), pair.AccessToken), models.RoleUser)
			require.ErrorIs(t, err, auth.ErrUnavailable, "nobody can tell")
			require.NotErrorIs(t, err, auth.ErrUnauthenticated, "and the client keeps its token")
		}
		require.False(t, admitted(t, there, ada), "what it knows is enough to refuse")
	})
}

func TestAPollThatHangsMakesAProcessStale(t *testing.T) {
	db := testdb.MySQL(t)
	clock := newClock()
	here, there := newWorld(t, db, clock), newWorld(t, db, clock)
	pair := here.register(t, "ada")
	require.NoError(t, here.service.Logout(t.Context(), pair.RefreshToken))
	locker, err := db.SQL(t).Conn(t.Context())
	require.NoError(t, err)
	_, err = locker.ExecContext(t.Context(), "LOCK TABLES revocations WRITE")
	require.NoError(t, err)
	unlock := func() { _, _ = locker.ExecContext(context.Background(), "UNLOCK TABLES") }
	t.Cleanup(unlock)

	polled := make(chan error)
	go func() { polled <- there.service.PollRevocations(context.WithoutCancel(t.Context())) }()
	clock.advance(6 * time.Second)
	require.False(t, admitted(t, there, pair), "the record says so, and nobody waits for the poll")
	require.ErrorIs(t, <-polled, auth.ErrUnavailable, "it gives up by itself")
	unlock()
	poll(t, there)
	require.False(t, admitted(t, there, pair))
}

func TestAProcessThatNeverPolledAsksTheRecord(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		pair := w.register(t, "ada")
		cold := auth.New(auth.Config{Now: w.clock.now}, w.store, w.tokens, nil)
		_, err := cold.Authenticate(bearing(t.Context(), pair.AccessToken))
		require.NoError(t, err)
		require.NoError(t, w.service.Logout(t.Context(), pair.RefreshToken))
		_, err = cold.Authenticate(bearing(t.Context(), pair.AccessToken))
		require.ErrorIs(t, err, auth.ErrUnauthenticated)
	})
}

func TestPollsAndRequestsMayComeTogether(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		var pairs []*auth.Pair
		for range 20 {
			pairs = append(pairs, here.login(t, here.register(t, "user-"+string(rune('a'+len(pairs)))).User.Username))
		}
		together(len(pairs)+4, func(i int) {
			if i < len(pairs) {
				require.NoError(t, here.service.Logout(t.Context(), pairs[i].RefreshToken))
				require.False(t, admitted(t, here, pairs[i]))
				return
			}
			for _, pair := range pairs {
				require.NoError(t, there.service.LoadRevocations(t.Context()))
				admitted(t, there, pair)
			}
		})
		poll(t, there)
		for _, pair := range pairs {
			require.False(t, admitted(t, there, pair))
		}
	})
}

// TestTheFeedRunsByItself is the one test here by the real clock.
func TestTheFeedRunsByItself(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		pair := here.register(t, "ada")
		running, stop := context.WithCancel(t.Context())
		stopped := make(chan struct{})
		go func() {
			defer close(stopped)
			there.service.Run(running)
		}()
		require.True(t, admitted(t, there, pair))
		require.NoError(t, here.service.Logout(t.Context(), pair.RefreshToken))
		began := time.Now()
		require.Eventually(t, func() bool { return !admitted(t, there, pair) }, 10*time.Second, 10*time.Millisecond)
		t.Logf("refused on the other replica after %v", time.Since(began).Round(time.Millisecond))
		stop()
		<-stopped
		require.Zero(t, there.log.count("revocations cannot be read"), "to stop is no failure")
	})
}
