package store_test

import (
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

const (
	// cleanUpBatch is how many rows go at once.
	cleanUpBatch = 500
	// maxLockWait is how long a refresh may wait for a lock of a clean-up.
	maxLockWait = 50 * time.Millisecond
)

// Clean-up in batches goes on beside refreshes, and none of them waits long for a lock of it. The counters of InnoDB
// tell, on a server of its own; SQLite has one writer at a time and no such counters.
func TestRefreshesGoOnWhileItIsCleanedUp(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { refreshWhileCleaningUp(t, testdb.SQLite(t), 5_000) })
	t.Run("mysql", func(t *testing.T) {
		db := testdb.StartServer(t).Database(t)
		refreshWhileCleaningUp(t, db, 20_000)
		waits, longest := rowLockWaits(t, db)
		t.Logf("%d lock waits, the longest took %s", waits, longest)
		require.LessOrEqual(t, longest, maxLockWait)
	})
}

func refreshWhileCleaningUp(t *testing.T, db *testdb.DB, sessions int) {
	t.Helper()
	cleaner, refresher := db.OpenStore(t), db.OpenStore(t)
	live := fillWithExpired(t, cleaner, sessions)

	before := refreshDuring(t, refresher, live, func() { time.Sleep(time.Second) })
	batches := 0
	beside := refreshDuring(t, refresher, live, func() { batches = cleanUp(t, cleaner) })

	t.Logf("%d sessions, %d of them live", sessions, len(live))
	t.Logf("alone:             %s", describeLatency(before))
	t.Logf("beside %3d batches: %s", batches, describeLatency(beside))
	require.Equal(t, len(live), count(t, cleaner, &models.RefreshToken{}), "what lives stays")
	for _, model := range []any{&models.SecurityEvent{}, &models.Throttle{}, &models.Revocation{}} {
		require.Zero(t, count(t, cleaner, model), "%T", model)
	}
}

// fillWithExpired makes n sessions: of five, side by side, one is live, two have reached their idle limit and two their
// absolute one. It makes as much as the latter of all else that expires, and returns the live ones.
func fillWithExpired(t *testing.T, s *store.Store, n int) []models.SessionKey {
	t.Helper()
	user, ago, ahead := newUser(t, "ada"), morning.Add(-time.Hour), morning.Add(30*24*time.Hour)
	var live []models.SessionKey
	var sessions []models.RefreshToken
	var revocations []models.Revocation
	var events []models.SecurityEvent
	var throttles []models.Throttle
	for i, key := range throttleKeys(n) {
		session := newSession(t, user)
		session.IdleExpiresAt, session.ExpiresAt = ago, ahead
		switch i % 5 {
		case 0:
			session.IdleExpiresAt = ahead
			live = append(live, session.Key())
		case 1, 2:
			session.ExpiresAt = ago
			revocations = append(revocations, models.Revocation{UserID: user.ID, SessionID: &session.ID, ExpiresAt: ago})
			events = append(events, newEvent(t, ago))
			throttles = append(throttles, models.Throttle{ID: key, ClearsAt: ago, BlockedUntil: ago})
		}
		sessions = append(sessions, *session)
	}
	for _, rows := range []any{sessions, revocations, events, throttles} {
		require.NoError(t, s.GORM().Omit("User").CreateInBatches(rows, 1000).Error)
	}
	return live
}

// cleanUp removes what has expired, a batch at a time, and returns how many it took.
func cleanUp(t *testing.T, s *store.Store) int {
	batches := 0
	for deleted := cleanUpBatch; deleted == cleanUpBatch; batches++ {
		var err error
		deleted, err = s.DeleteExpired(t.Context(), auth.Expired{At: morning, EventsBefore: morning}, cleanUpBatch)
		require.NoError(t, err)
	}
	for last := (models.SessionID{1}); last != (models.SessionID{}); batches++ {
		var err error
		last, err = s.DeleteIdleSessions(t.Context(), last, morning, cleanUpBatch)
		require.NoError(t, err)
	}
	return batches
}

// refreshDuring rotates the sessions, 8 at a time, until the work is done, and returns how long each rotation took.
func refreshDuring(t *testing.T, s *store.Store, live []models.SessionKey, work func()) []time.Duration {
	t.Helper()
	const clients = 8
	var done atomic.Bool
	var clientsDone sync.WaitGroup
	took := make([][]time.Duration, clients)
	for client := range clients {
		clientsDone.Go(func() {
			for turn := 0; !done.Load(); turn++ {
				key := live[(turn*clients+client)%len(live)]
				start := time.Now()
				// Above every generation that there is: it always succeeds.
				rotated, err := s.Rotate(t.Context(), key, rotationOf(uint64(start.UnixNano()), morning))
				took[client] = append(took[client], time.Since(start))
				if err != nil || !rotated {
					t.Errorf("rotated %t: %v", rotated, err)
					return
				}
			}
		})
	}
	work()
	done.Store(true)
	clientsDone.Wait()
	return slices.Concat(took...)
}

func describeLatency(took []time.Duration) string {
	slices.Sort(took)
	at := func(share float64) time.Duration {
		return took[int(share*float64(len(took)-1))].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("%d refreshes, median %s, 99th percentile %s, longest %s", len(took), at(0.5), at(0.99), at(1))
}

// rowLockWaits returns how often a statement waited for a row since the server was started, and how long at most.
func rowLockWaits(t *testing.T, db *testdb.DB) (waits int, longest time.Duration) {
	t.Helper()
	admin := db.SQL(t)
	read := func(counter string) (value int) {
		var name string
		require.NoError(t, admin.QueryRowContext(t.Context(), "SHOW GLOBAL STATUS LIKE '"+counter+"'").Scan(&name, &value))
		return value
	}
	return read("Innodb_row_lock_waits"), time.Duration(read("Innodb_row_lock_time_max")) * time.Millisecond
}
