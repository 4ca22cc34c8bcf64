package auth

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/models"
)

// What polls and requests do to the memory, in an order that databases seldom bring about.

func TestAnOlderRoleDoesNotReplaceANewerOne(t *testing.T) {
	at := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	ada := models.UserID{1}
	role := func(id uint64, role models.Role) []models.Revocation {
		return []models.Revocation{{ID: id, UserID: ada, Role: role, ExpiresAt: at.Add(time.Hour)}}
	}
	known := newRevocations(func(models.SessionKey) {})
	known.polledSince(at)
	refused := func() bool {
		revoked, _ := known.check(Caller{UserID: ada, Role: models.RoleAdmin}, at)
		return revoked
	}

	known.add(role(7, models.RoleAdmin))
	known.add(role(8, models.RoleUser)) // by a request, while a poll was reading
	known.add(role(7, models.RoleAdmin))
	require.True(t, refused())

	known.distrustIDs()
	require.True(t, refused(), "until the table says otherwise")
	known.add(role(8, models.RoleUser)) // by a request, while the table was read
	known.add(role(5, models.RoleAdmin))
	require.True(t, refused())

	known.distrustIDs()
	known.add(role(5, models.RoleAdmin))
	require.False(t, refused(), "all that the table has left")
}

func TestElapsedCountsSleep(t *testing.T) {
	from := time.Now()
	require.Equal(t, time.Second, elapsed(from, from.Add(time.Second)))
	slept := from.Round(0).Add(time.Hour) // only the wall clock moved
	require.Equal(t, time.Hour, elapsed(from, slept))
	known := newRevocations(func(models.SessionKey) {})
	known.polledSince(from)
	_, fresh := known.check(Caller{}, slept)
	require.False(t, fresh)
}

// Each poll sees one id more than the one before; at the sixtieth second everything is read.
func TestAPollReadsAgainWhatCouldHaveBeenUnderWay(t *testing.T) {
	const first = 10_000
	begin := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	var f feed
	after, whole := f.start(begin)
	require.True(t, whole)
	require.Zero(t, after)
	f.finish(begin, whole, []models.Revocation{{ID: first}})
	for second := uint64(1); second < 60; second++ {
		now := begin.Add(time.Duration(second) * time.Second)
		after, whole = f.start(now)
		require.False(t, whole)
		settled := first + max(second, 31) - 31 // the last id that a poll saw thirty seconds or more before the last one
		require.Equal(t, settled-pollOverlapIDs, after, "second %d", second)
		f.finish(now, whole, []models.Revocation{{ID: first + second}})
	}
	require.Len(t, f.horizons, 31)
	_, whole = f.start(begin.Add(time.Minute))
	require.True(t, whole)
}

func TestAQuietTableIsNotReadFromItsBeginning(t *testing.T) {
	begin := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	f := feed{reloadedAt: begin}
	f.finish(begin, true, []models.Revocation{{ID: 500}})
	for second := range 59 {
		now := begin.Add(time.Duration(second) * time.Second)
		after, _ := f.start(now)
		require.EqualValues(t, 400, after)
		f.finish(now, false, nil)
	}
}
