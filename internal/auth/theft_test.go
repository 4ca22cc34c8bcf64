package auth_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// out asserts that nothing of a session works any more, on any replica.
func out(t *testing.T, replicas []*world, pairs ...*auth.Pair) {
	t.Helper()
	for _, w := range replicas {
		poll(t, w)
		for _, pair := range pairs {
			_, err := w.service.Refresh(t.Context(), pair.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
			require.False(t, admitted(t, w, pair))
		}
	}
}

func TestAThiefOneGenerationBehindIsCaughtAfterEachRefreshOfTheOwner(t *testing.T) {
	const rounds = 50
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		owners, thiefs := newWorld(t, db, clock), newWorld(t, db, clock)
		owners.register(t, "ada")
		for round := range rounds {
			owner := owners.login(t, "ada")
			for range round % 7 {
				owner = owners.refresh(t, owner.RefreshToken)
			}
			stolen := owner
			owner = owners.refresh(t, stolen.RefreshToken)
			owners.ride(t, owner)
			confirm(t, owners)
			clock.advance(11 * time.Second)

			_, err := thiefs.service.Refresh(t.Context(), stolen.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenReused, "at the first replay")
			out(t, []*world{owners, thiefs}, owner, stolen)
			require.Len(t, happened(t, owners, models.EventReuseDetected), round+1)
		}
		t.Logf("%d thefts: %d caught at the first replay", rounds, rounds)
	})
}

func TestAThiefWhoIsFasterIsCaughtByTheOwner(t *testing.T) {
	const rounds = 50
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		owners, thiefs := newWorld(t, db, clock), newWorld(t, db, clock)
		owners.register(t, "ada")
		for round := range rounds {
			owner := owners.login(t, "ada")
			thief := owner
			for range 1 + round%3 {
				clock.advance(15 * time.Minute)
				thief = thiefs.refresh(t, thief.RefreshToken)
				thiefs.ride(t, thief)
			}
			confirm(t, thiefs)
			clock.advance(11 * time.Second)

			_, err := owners.service.Refresh(t.Context(), owner.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenReused)
			out(t, []*world{owners, thiefs}, owner, thief)
			require.Len(t, happened(t, owners, models.EventReuseDetected), round+1)
		}
		t.Logf("%d thefts by a faster thief: %d told by the owner's next refresh", rounds, rounds)
	})
}

func TestOneReuseMakesOneEventHoweverOftenItIsReplayed(t *testing.T) {
	const rounds, replays = 20, 50
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		replicas := []*world{newWorld(t, db, clock), newWorld(t, db, clock)}
		replicas[0].register(t, "ada")
		for round := range rounds {
			stolen := replicas[0].login(t, "ada")
			newest := stolen
			for range 3 {
				newest = replicas[0].refresh(t, newest.RefreshToken)
			}

			errs := make([]error, replays)
			together(replays, func(i int) { _, errs[i] = replicas[i%2].service.Refresh(t.Context(), stolen.RefreshToken) })
			for _, err := range errs {
				require.True(t, errors.Is(err, auth.ErrRefreshTokenReused) || errors.Is(err, auth.ErrRefreshTokenRevoked), "%v", err)
			}
			out(t, replicas, newest, stolen)
			events := happened(t, replicas[0], models.EventReuseDetected)
			require.Len(t, events, round+1, "one event")
			require.Equal(t, stolen.Session.ID, *events[0].SessionID)
			require.Equal(t, stolen.User.ID, *events[0].UserID)
			clock.advance(time.Second)
		}
		logged := replicas[0].log.count("refresh token reused") + replicas[1].log.count("refresh token reused")
		require.Equal(t, rounds, logged, "and one line in one log")
		t.Logf("%d rounds of %d replays on 2 replicas: one event each", rounds, replays)
	})
}
