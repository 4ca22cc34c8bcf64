package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestTimesAreKeptToTheMillisecondInUTC(t *testing.T) {
	newYork := time.FixedZone("EST", -5*60*60)
	for _, tt := range []struct {
		name        string
		given, want time.Time
	}{
		{name: "a millisecond", given: morning, want: morning},
		{name: "a whole second", given: morning.Truncate(time.Second), want: morning.Truncate(time.Second)},
		{name: "zeros at the end of the fraction", given: morning.Truncate(time.Second).Add(120 * time.Millisecond), want: morning.Truncate(time.Second).Add(120 * time.Millisecond)},
		{name: "another zone", given: morning.In(newYork), want: morning},
		{name: "finer than promised: cut, never rounded up", given: morning.Add(999_999), want: morning},
		{name: "midnight", given: morning.Truncate(24 * time.Hour), want: morning.Truncate(24 * time.Hour)},
		{name: "the leap day", given: time.Date(2028, 2, 29, 23, 59, 59, 999_000_000, time.UTC), want: time.Date(2028, 2, 29, 23, 59, 59, 999_000_000, time.UTC)},
		{name: "an hour that many zones skip", given: time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC), want: time.Date(2026, 3, 29, 2, 30, 0, 0, time.UTC)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				s := db.OpenStore(t)
				user := newUser(t, "ada")
				user.CreatedAt, user.UpdatedAt, user.DisabledAt = tt.given, tt.given, &tt.given
				require.NoError(t, s.CreateUser(t.Context(), user, newEvent(t, morning)))
				got, err := s.UserByID(t.Context(), user.ID)
				require.NoError(t, err)
				require.Equal(t, tt.want, got.CreatedAt)
				require.Equal(t, tt.want, got.UpdatedAt)
				require.Equal(t, tt.want, *got.DisabledAt)
			})
		})
	}
}

// Text such as `12:00:00Z` sorts after `12:00:00.5Z`: a format that drops zeros would get these wrong.
func TestWholeSecondsAndFractionsCompareAsTimes(t *testing.T) {
	noon := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	moments := []time.Time{
		noon.Add(-time.Millisecond), noon, noon.Add(time.Millisecond), noon.Add(10 * time.Millisecond),
		noon.Add(500 * time.Millisecond), noon.Add(time.Second), noon.Add(time.Second + 100*time.Millisecond),
	}
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		for _, moment := range moments {
			session := newSession(t, user)
			session.IdleExpiresAt = moment
			keepSession(t, s, user, session)
		}
		for i, moment := range moments {
			live, err := s.LiveSessions(t.Context(), user.ID, moment, 100)
			require.NoError(t, err)
			require.Len(t, live, len(moments)-1-i, "at %s", moment)
			for _, session := range live {
				require.True(t, session.IdleExpiresAt.After(moment))
			}
		}
	})
}

func TestACheckRefusesAnIdleLimitAfterTheAbsoluteOne(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		session := createSession(t, s, user)
		rotation := rotationOf(1, morning)
		rotation.IdleExpiresAt = session.ExpiresAt.Add(time.Millisecond)
		rotated, err := s.Rotate(t.Context(), session.Key(), rotation)
		require.Error(t, err)
		require.NotErrorIs(t, err, auth.ErrUnavailable, "it will not pass")
		require.False(t, rotated)
		rotation.IdleExpiresAt = session.ExpiresAt
		rotated, err = s.Rotate(t.Context(), session.Key(), rotation)
		require.NoError(t, err)
		require.True(t, rotated)

		half := newSession(t, user)
		half.RevokedReason = models.RevokedByLogout
		_, err = s.CreateSession(t.Context(), half, user, 1000, changeAt(t, morning))
		require.Error(t, err, "a reason without a time")
	})
}
