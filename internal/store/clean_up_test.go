package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

func takeLock(t *testing.T, s *store.Store, at, until time.Time) bool {
	t.Helper()
	taken, err := s.TakeLock(t.Context(), models.LockCleanUp, at, until)
	require.NoError(t, err)
	return taken
}

func TestALockHasOneHolder(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		noon, minute := morning.Add(4*time.Hour), time.Minute
		require.True(t, takeLock(t, s, noon, noon.Add(minute)))
		require.False(t, takeLock(t, s, noon, noon.Add(2*minute)), "another, at that very moment")
		require.False(t, takeLock(t, s, noon.Add(minute-time.Millisecond), noon.Add(2*minute)), "another, just before it ends")

		require.True(t, takeLock(t, s, noon.Add(minute), noon.Add(2*minute)), "the holder extends it")
		require.False(t, takeLock(t, s, noon.Add(minute), noon.Add(3*minute)), "another, when it would have ended")
		require.True(t, takeLock(t, s, noon.Add(3*minute), noon.Add(4*minute)), "another, after the holder was too slow")
		require.False(t, takeLock(t, s, noon.Add(2*minute), noon.Add(5*minute)), "which the former holder learns")

		taken, err := s.TakeLock(t.Context(), models.LockAdmins, noon, noon)
		require.NoError(t, err)
		require.True(t, taken, "each name is a lock of its own")
		taken, err = s.TakeLock(t.Context(), "absent", noon, noon)
		require.NoError(t, err)
		require.False(t, taken)
	})
}

// TestALockThatAClockFarAheadTookIsFree: else nobody would get it for as long as that clock was ahead.
func TestALockThatAClockFarAheadTookIsFree(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		noon, minute := morning.Add(4*time.Hour), time.Minute
		require.True(t, takeLock(t, s, noon.Add(minute), noon.Add(2*minute)))
		require.False(t, takeLock(t, s, noon, noon.Add(minute)), "a clock that is a little ahead")
		year := noon.Add(365 * 24 * time.Hour)
		require.True(t, takeLock(t, s, year, year.Add(minute)))
		require.True(t, takeLock(t, s, noon, noon.Add(minute)))
	})
}

func TestOfManyWhoTakeALockOneHasIt(t *testing.T) {
	const rounds, processes = 50, 10
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		for round := range rounds {
			at := morning.Add(time.Duration(round) * time.Minute)
			taken := make([]bool, processes)
			requireNoErrors(t, together(processes, func(i int) (err error) {
				// One of them had it until now and extends it, the others find it free.
				taken[i], err = stores[i%2].TakeLock(t.Context(), models.LockCleanUp, at, at.Add(time.Minute))
				return err
			}))
			holders := 0
			for _, mine := range taken {
				if mine {
					holders++
				}
			}
			require.Equal(t, 1, holders)
		}
		t.Logf("%d rounds of %d", rounds, processes)
	})
}

// count returns how many rows the table of the model has.
func count(t *testing.T, s *store.Store, model any) int {
	t.Helper()
	var rows int64
	require.NoError(t, s.GORM().Model(model).Count(&rows).Error)
	return int(rows)
}

func TestWhatHasExpiredGoesInBatches(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, user := db.OpenStore(t), t.Context(), newUser(t, "ada")
		now, retained := morning, morning.Add(-90*24*time.Hour)
		var kept []any
		add := func(row any) {
			require.NoError(t, s.GORM().Omit("User").Create(row).Error)
		}
		// Of each kind 12 that expired, the last of them just now, and two that did not.
		for i := range 14 {
			late := time.Duration(i-12) * time.Millisecond
			session := newSession(t, user)
			session.IdleExpiresAt, session.ExpiresAt = now.Add(late), now.Add(late)
			event := newEvent(t, retained.Add(late))
			throttle := &models.Throttle{ID: throttleKeys(14)[i], ClearsAt: now.Add(late), BlockedUntil: now.Add(time.Hour)}
			revocation := &models.Revocation{UserID: user.ID, SessionID: &session.ID, ExpiresAt: now.Add(late)}
			for _, row := range []any{session, &event, throttle, revocation} {
				add(row)
				if i >= 12 {
					kept = append(kept, row)
				}
			}
		}
		expired := auth.Expired{At: now, EventsBefore: retained}
		for _, want := range []int{5, 5, 2, 0} {
			deleted, err := s.DeleteExpired(ctx, expired, 5)
			require.NoError(t, err)
			require.Equal(t, want, deleted)
		}
		for _, model := range []any{&models.RefreshToken{}, &models.SecurityEvent{}, &models.Throttle{}, &models.Revocation{}} {
			require.Equal(t, 2, count(t, s, model), "%T", model)
		}
		for _, row := range kept {
			require.NoError(t, s.GORM().Take(row).Error, "%+v", row)
		}
	})
}

func TestTheHighestNumberOfOneTableCounts(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, keys := db.OpenStore(t), throttleKeys(8)
		require.NoError(t, s.UpdateThrottles(t.Context(), keys, countOne))
		user := createUser(t, s, "ada") // leaves an event
		createSession(t, s, user)       // and another
		deleted, err := s.DeleteExpired(t.Context(), auth.Expired{At: morning, EventsBefore: morning.Add(time.Hour)}, 500)
		require.NoError(t, err)
		require.Equal(t, len(keys), deleted)
		require.Empty(t, history(t, s))
	})
}

// A session that was ended is of no use once the last refresh token of it has expired, long before its absolute limit.
func TestARevokedSessionGoesAtItsIdleLimit(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		user := createUser(t, s, "ada")
		ended, live := createSession(t, s, user), createSession(t, s, user)
		_, err := s.Revoke(ctx, ended.Key(), models.RevokedByLogout, changeAt(t, morning))
		require.NoError(t, err)
		for _, tt := range []struct {
			at   time.Time
			want int
		}{{ended.IdleExpiresAt, 2}, {ended.IdleExpiresAt.Add(time.Millisecond), 1}, {live.ExpiresAt, 1}, {live.ExpiresAt.Add(time.Millisecond), 0}} {
			_, err := s.DeleteExpired(ctx, auth.Expired{At: tt.at}, 500)
			require.NoError(t, err)
			require.Equal(t, tt.want, count(t, s, &models.RefreshToken{}), tt.at)
		}
	})
}

func TestIdleSessionsGo(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		user := createUser(t, s, "ada")
		var kept []models.SessionID
		for i := range 12 {
			session := newSessionAt(t, user, morning.Add(time.Duration(i)*time.Second))
			session.IdleExpiresAt = morning.Add(time.Hour)
			if i%3 == 0 {
				session.IdleExpiresAt = session.IdleExpiresAt.Add(-time.Millisecond)
			} else {
				kept = append(kept, session.ID)
			}
			keepSession(t, s, user, session)
		}
		var after models.SessionID
		pages := 0
		for ; ; pages++ {
			last, err := s.DeleteIdleSessions(ctx, after, morning.Add(time.Hour), 5)
			require.NoError(t, err)
			if last == (models.SessionID{}) {
				break
			}
			require.Greater(t, string(last[:]), string(after[:]))
			after = last
		}
		require.Equal(t, 3, pages)
		var left []models.SessionID
		require.NoError(t, s.GORM().Model(&models.RefreshToken{}).Order("id").Pluck("id", &left).Error)
		require.Equal(t, kept, left)
	})
}
