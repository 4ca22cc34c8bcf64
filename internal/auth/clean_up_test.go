package auth_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

const day = 24 * time.Hour

// cleanUp has the process take its turn, and reports whether it got one.
func cleanUp(t *testing.T, cleaner *auth.Cleaner) bool {
	t.Helper()
	worked, err := cleaner.TakeTurn(t.Context())
	require.NoError(t, err)
	return worked
}

// rows counts the records of a table.
func rows(t *testing.T, db *testdb.DB, table string) (count int) {
	t.Helper()
	require.NoError(t, db.SQL(t).QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&count))
	return count
}

func TestCleanUpRemovesWhatHasEndedAndNothingElse(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		w := newWorld(t, db, newClock())
		cleaner := auth.NewCleaner(w.service)
		key := models.ThrottleKey{1}
		require.NoError(t, w.store.UpdateThrottles(t.Context(), []models.ThrottleKey{key}, func(counters []models.Throttle) []models.SecurityEvent {
			counters[0].ClearsAt, counters[0].BlockedUntil = w.clock.now().Add(time.Hour), w.clock.now()
			return nil
		}))
		idle, ended, live := w.register(t, "ada"), w.login(t, "ada"), w.login(t, "ada")
		require.NoError(t, w.service.Logout(t.Context(), ended.RefreshToken))
		require.Equal(t, 1, rows(t, db, "revocations"))

		for range 3 {
			w.clock.advance(6 * day)
			live = w.refresh(t, live.RefreshToken)
			require.True(t, cleanUp(t, cleaner))
		}
		require.Zero(t, rows(t, db, "revocations"), "no access token is left that it could be about")
		require.Zero(t, rows(t, db, "throttles"))
		require.Equal(t, 1, rows(t, db, "refresh_tokens"))
		_, err := w.service.Refresh(t.Context(), idle.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenExpired)
		live = w.refresh(t, live.RefreshToken)

		events := rows(t, db, "security_events")
		for range 26 {
			w.clock.advance(6 * day)
			live = w.refresh(t, live.RefreshToken)
			require.True(t, cleanUp(t, cleaner))
		}
		require.Positive(t, events)
		require.Zero(t, rows(t, db, "security_events"), "the history is kept for 90 days")
		w.clock.advance(7 * day)
		require.True(t, cleanUp(t, cleaner))
		require.Zero(t, rows(t, db, "refresh_tokens"), "past the absolute limit")
	})
}

func TestCleanUpKeepsWhatCouldStillBeUsed(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		cleaner := auth.NewCleaner(w.service)
		first := w.register(t, "ada")
		w.clock.advance(7*day - time.Second)
		ahead := w.refresh(t, first.RefreshToken)
		// A failover forgets that refresh: the record has been idle for too long, the token has not.
		_, err := db.SQL(t).ExecContext(t.Context(), "UPDATE refresh_tokens SET generation = 1, idle_expires_at = rotated_at")
		require.NoError(t, err)
		w.clock.advance(7*day - time.Second)
		require.True(t, cleanUp(t, cleaner))
		w.refresh(t, ahead.RefreshToken)
	})
}

func TestCleanUpEndsNoRevocationEarly(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		cleaner := auth.NewCleaner(w.service)
		pair := w.register(t, "ada")
		require.NoError(t, w.service.Logout(t.Context(), pair.RefreshToken))
		for range 4 {
			w.clock.advance(5 * time.Minute)
			require.True(t, cleanUp(t, cleaner))
			require.False(t, admitted(t, newWorld(t, db, w.clock), pair), "in a process that has just begun")
		}
	})
}

func TestAnOldReplayIsReuseAfterACleanUpToo(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		const rotations = 1000
		w := newWorld(t, db, newClock())
		cleaner := auth.NewCleaner(w.service)
		first := w.register(t, "ada")
		newest := first
		for i := range rotations {
			w.clock.advance(10 * time.Minute) // a week in all
			newest = w.refresh(t, newest.RefreshToken)
			if i%100 == 0 {
				require.True(t, cleanUp(t, cleaner))
			}
		}
		stolen, err := w.tokens.VerifyRefresh(first.RefreshToken)
		require.NoError(t, err)
		stolen.ExpiresAt = w.clock.now().Add(time.Hour) // by now even its own expiry would stop it
		old, err := w.tokens.MintRefresh(stolen)
		require.NoError(t, err)

		_, err = w.service.Refresh(t.Context(), old)
		require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
		_, err = w.service.Refresh(t.Context(), newest.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
		require.Len(t, happened(t, w, models.EventReuseDetected), 1)
		t.Logf("generation 1 of %d after %d clean-ups: reuse", rotations+1, rotations/100)
	})
}

func TestACleanUpWorksThroughAllThatIsThere(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		const live, idle, expired = 600, 700, 1200 // more than a batch each
		w := newWorld(t, db, newClock())
		user := w.register(t, "ada").User
		tx, err := db.SQL(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		at := func(d time.Duration) string {
			text := w.clock.now().Add(d).Format("2006-01-02T15:04:05.000")
			if !db.IsMySQL() {
				text += "Z" // as the store writes it
			}
			return text
		}
		past, lately, future := at(-15*day), at(-day), at(15*day)
		for i := range live + idle + expired {
			idleUntil, until := past, future
			switch {
			case i < live:
				idleUntil = future
			case i >= live+idle: // the walk would leave them alone for now
				idleUntil, until = lately, lately
			}
			id, err := models.NewSessionID(w.clock.now().Add(time.Duration(i) * time.Millisecond))
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), `INSERT INTO refresh_tokens (id, user_id, nonce_hash, generation, confirmed_generation,
				rotated_at, idle_expires_at, expires_at, revoked_reason, ip, user_agent, created_at) VALUES (?, ?, ?, 1, 1, ?, ?, ?, '', '', '', ?)`,
				id[:], user.ID[:], bytes.Repeat([]byte{1}, 32), past, idleUntil, until, past)
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit())
		cleaner := auth.NewCleaner(w.service)
		for range 2 { // the second walk begins where the table does
			require.True(t, cleanUp(t, cleaner))
			require.Equal(t, live+1, rows(t, db, "refresh_tokens"), "and the session that was made here")
			w.clock.advance(5 * time.Minute)
		}
	})
}

func TestOneProcessCleansUpAtATime(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		const processes, rounds = 4, 20
		var cleaners []*auth.Cleaner
		for range processes {
			cleaners = append(cleaners, auth.NewCleaner(newWorld(t, db, clock).service))
		}
		for range rounds {
			worked := make([]bool, processes)
			together(processes, func(i int) { worked[i] = cleanUp(t, cleaners[i]) })
			turns := 0
			for _, mine := range worked {
				if mine {
					turns++
				}
			}
			require.Equal(t, 1, turns)
			clock.advance(4 * time.Minute)
			require.False(t, cleanUp(t, cleaners[0]), "its turn lasts, though it may have died")
			clock.advance(time.Minute)
		}
		t.Logf("%d rounds of %d processes: one at work in each", rounds, processes)
	})
}

func TestACleanUpThatFailedIsDoneLater(t *testing.T) {
	server := testdb.StartServer(t)
	db := server.Database(t)
	w := newWorld(t, db, newClock())
	cleaner := auth.NewCleaner(w.service)
	pair := w.register(t, "ada")
	require.NoError(t, w.service.Logout(t.Context(), pair.RefreshToken))
	w.clock.advance(8 * day)
	server.Kill()
	_, err := cleaner.TakeTurn(t.Context())
	require.ErrorIs(t, err, auth.ErrUnavailable)
	server.Restart(t)
	require.Eventually(t, func() bool {
		worked, err := cleaner.TakeTurn(t.Context())
		return err == nil && worked
	}, 10*time.Second, 100*time.Millisecond)
	require.Zero(t, rows(t, db, "refresh_tokens"))
}

func TestHistoryIsKeptAsLongAsConfigured(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorldWith(t, db, newClock(), cheap, func(cfg *auth.Config) { cfg.EventRetention = 2 * day })
		w.register(t, "ada")
		w.clock.advance(2*day - time.Minute)
		w.login(t, "ada")
		cleaner := auth.NewCleaner(w.service)
		require.True(t, cleanUp(t, cleaner))
		require.Equal(t, 2, rows(t, db, "security_events"))
		w.clock.advance(2 * time.Hour)
		require.True(t, cleanUp(t, cleaner))
		require.Equal(t, 1, rows(t, db, "security_events"))
	})
}
