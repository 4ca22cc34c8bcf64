package store_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestEventsAreCountedByKindAndBucket(t *testing.T) {
	// Neither aligned to an hour nor to a second; and a span over the end of a month, and of daylight saving time in
	// many zones.
	for name, since := range map[string]time.Time{
		"morning":  morning,
		"march":    time.Date(2026, 3, 28, 23, 17, 31, 999*int(time.Millisecond), time.UTC),
		"aligned":  time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC),
		"new year": time.Date(2025, 12, 31, 23, 59, 59, 1*int(time.Millisecond), time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) { countFrom(t, db, since) })
		})
	}
}

func countFrom(t *testing.T, db *testdb.DB, since time.Time) {
	s := db.OpenStore(t)
	until := since.Add(50*time.Hour + 1234*time.Millisecond)
	moments := []time.Time{since.Add(-time.Millisecond), since, until.Add(-time.Millisecond), until}
	for _, bucket := range []time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour} {
		moments = append(moments, since.Add(bucket-time.Millisecond), since.Add(bucket), since.Add(7*bucket+500*time.Millisecond))
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		moments = append(moments, since.Add(time.Duration(random.Int64N(int64(until.Sub(since)))).Truncate(time.Millisecond)))
	}
	kinds := []models.EventKind{models.EventSignedIn, models.EventReuseDetected}
	var events []models.SecurityEvent
	for i, moment := range moments {
		event := newEvent(t, moment)
		event.Kind = kinds[i%2]
		events = append(events, event)
	}
	require.NoError(t, s.GORM().CreateInBatches(events, 100).Error)

	for _, bucket := range []time.Duration{time.Second, 7 * time.Second, time.Minute, time.Hour, 24 * time.Hour, 1000 * time.Hour} {
		counted, err := s.CountEvents(t.Context(), since, until, bucket)
		require.NoError(t, err)
		require.Equal(t, countHere(events, since, until, bucket), counted, bucket)
	}
	counted, err := s.CountEvents(t.Context(), until.Add(time.Hour), until.Add(2*time.Hour), time.Hour)
	require.NoError(t, err)
	require.Empty(t, counted)
}

// countHere counts without a database.
func countHere(events []models.SecurityEvent, since, until time.Time, bucket time.Duration) []auth.EventCount {
	counts := map[auth.EventCount]int{}
	for _, event := range events {
		if event.CreatedAt.Before(since) || !event.CreatedAt.Before(until) {
			continue
		}
		passed := event.CreatedAt.Sub(since)
		counts[auth.EventCount{Kind: event.Kind, From: since.Add(passed - passed%bucket)}]++
	}
	var all []auth.EventCount
	for key, count := range counts {
		key.Count = count
		all = append(all, key)
	}
	slices.SortFunc(all, func(a, b auth.EventCount) int {
		return cmp.Or(a.From.Compare(b.From), cmp.Compare(a.Kind, b.Kind))
	})
	return all
}
