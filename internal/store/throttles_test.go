package store_test

import (
	"crypto/sha256"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

func throttleKeys(n int) []models.ThrottleKey {
	keys := make([]models.ThrottleKey, n)
	for i := range keys {
		keys[i] = sha256.Sum256([]byte(strconv.Itoa(i)))
	}
	return keys
}

func TestThrottlesAreReadInTheOrderOfTheirKeys(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, keys := db.OpenStore(t), t.Context(), throttleKeys(3)
		read, err := s.Throttles(ctx, keys)
		require.NoError(t, err)
		for i, key := range keys {
			require.Equal(t, models.Throttle{ID: key}, read[i], "never counted")
		}

		event := newEvent(t, morning)
		counted := []models.Throttle{
			{ID: keys[2], ClearsAt: morning, BlockedUntil: morning.Add(time.Millisecond)},
			{ID: keys[0], ClearsAt: morning.Add(time.Hour)}, // not blocked
		}
		err = s.UpdateThrottles(ctx, []models.ThrottleKey{keys[2], keys[0]}, func(throttles []models.Throttle) []models.SecurityEvent {
			require.Equal(t, []models.Throttle{{ID: keys[2]}, {ID: keys[0]}}, throttles)
			copy(throttles, counted)
			return []models.SecurityEvent{event}
		})
		require.NoError(t, err)
		require.Equal(t, []models.SecurityEvent{event}, history(t, s))
		read, err = s.Throttles(ctx, keys)
		require.NoError(t, err)
		require.Equal(t, []models.Throttle{counted[1], {ID: keys[1]}, counted[0]}, read)

		err = s.UpdateThrottles(ctx, keys, func(throttles []models.Throttle) []models.SecurityEvent {
			require.Equal(t, read, throttles)
			return nil
		})
		require.NoError(t, err)
		again, err := s.Throttles(ctx, keys)
		require.NoError(t, err)
		require.Equal(t, read, again)
		require.Len(t, history(t, s), 1)
	})
}

func TestThrottlesAreForgotten(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, keys := db.OpenStore(t), t.Context(), throttleKeys(3)
		require.NoError(t, s.ForgetThrottles(ctx, keys), "none of them is there")
		require.NoError(t, s.UpdateThrottles(ctx, keys, countOne))
		require.NoError(t, s.ForgetThrottles(ctx, keys[:2]))
		read, err := s.Throttles(ctx, keys)
		require.NoError(t, err)
		require.Equal(t, []models.Throttle{{ID: keys[0]}, {ID: keys[1]}, {ID: keys[2], ClearsAt: time.UnixMilli(1001).UTC()}}, read)
	})
}

// countOne adds a second to what clears last, from a moment that stands for none.
func countOne(throttles []models.Throttle) []models.SecurityEvent {
	for i := range throttles {
		if throttles[i].ClearsAt.IsZero() {
			throttles[i].ClearsAt = time.UnixMilli(1).UTC()
		}
		throttles[i].ClearsAt = throttles[i].ClearsAt.Add(time.Second)
	}
	return nil
}

// Callers share some counters and not others, and name them in orders of their own.
func TestNoAttemptGoesUncounted(t *testing.T) {
	const rounds, callers = 5, 100
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		keys := throttleKeys(1 + callers/10)
		for range rounds {
			requireNoErrors(t, together(callers, func(i int) error {
				mine := []models.ThrottleKey{keys[0], keys[1+i/10]}
				if i%2 == 0 {
					slices.Reverse(mine)
				}
				return stores[i%2].UpdateThrottles(t.Context(), mine, countOne)
			}))
		}
		counted := func(i int) int64 {
			read, err := stores[0].Throttles(t.Context(), keys[i:i+1])
			require.NoError(t, err)
			return read[0].ClearsAt.Unix()
		}
		require.EqualValues(t, rounds*callers, counted(0), "counted by all")
		for i := range keys[1:] {
			require.EqualValues(t, rounds*10, counted(1+i), "counted by ten")
		}
		t.Logf("%d rounds of %d attempts", rounds, callers)
	})
}
