package auth_test

import (
	"context"
	"errors"
	"math/rand"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// definite reports whether an error tells the client to drop its token.
func definite(err error) bool {
	return slices.ContainsFunc([]error{
		auth.ErrRefreshTokenInvalid, auth.ErrRefreshTokenExpired, auth.ErrRefreshTokenRevoked, auth.ErrRefreshTokenReused,
		auth.ErrUnauthenticated,
	}, func(verdict error) bool { return errors.Is(err, verdict) })
}

func TestNoFaultClearsATokenThatIsGood(t *testing.T) {
	const rounds = 400
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		replicas := []*world{newWorld(t, db, clock), newWorld(t, db, clock)}
		random := rand.New(rand.NewSource(1))
		owner := replicas[0].register(t, "ada")
		faults, answersLost := 0, 0
		for range rounds {
			clock.advance(time.Minute)
			w := replicas[random.Intn(2)]
			breaking, cancel := context.WithTimeout(t.Context(), time.Duration(random.Intn(3000))*time.Microsecond)
			ctx := auth.WithRequest(breaking, auth.Request{AccessToken: owner.AccessToken, IP: "192.0.2.1"})
			_, refreshErr := w.service.Refresh(ctx, owner.RefreshToken)
			_, rideErr := w.service.Authorize(ctx, models.RoleUser)
			cancel()
			require.False(t, definite(refreshErr), "%v", refreshErr)
			if owner.AccessTokenExpiresAt.After(clock.now()) {
				require.False(t, definite(rideErr), "%v", rideErr)
			}
			if refreshErr != nil {
				faults++
			} else {
				answersLost++ // nobody kept what it handed out
			}
			// The client still has what it had.
			owner = replicas[random.Intn(2)].refresh(t, owner.RefreshToken)
			replicas[random.Intn(2)].ride(t, owner)
			if random.Intn(4) == 0 {
				confirm(t, replicas[random.Intn(2)])
			}
		}
		require.Empty(t, happened(t, replicas[0], models.EventReuseDetected))
		require.Positive(t, faults)
		t.Logf("%d rounds with the same token tried again: %d broken off, %d answered to nobody, 0 signed out", rounds, faults, answersLost)
	})
}

func TestALockThatStaysClearsNoToken(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		w := newWorld(t, db, newClock())
		pair := w.register(t, "ada")
		tx, err := db.SQL(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		t.Cleanup(func() { _ = tx.Rollback() })
		_, err = tx.ExecContext(t.Context(), "UPDATE refresh_tokens SET ip = 'locked'")
		require.NoError(t, err)
		_, err = w.service.Refresh(t.Context(), pair.RefreshToken)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.NoError(t, tx.Rollback())
		w.refresh(t, pair.RefreshToken)
	})
}

// Clients schedule by the lifetime that they are told; when it was issued, and what time they believe it is, is theirs.
func TestNothingDependsOnTheClocksOfClients(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		pair := w.register(t, "ada")
		for range 20 {
			w.clock.advance(pair.AccessTokenTTL - time.Second)
			require.True(t, admitted(t, w, pair), "good for as long as it was said")
			pair = w.refresh(t, pair.RefreshToken)
			require.Equal(t, 15*time.Minute, pair.AccessTokenTTL)
		}
		w.clock.advance(pair.AccessTokenTTL + time.Minute)
		require.False(t, admitted(t, w, pair))
	})
}

// Replicas may differ by as much as tokens are honoured longer.
func TestReplicasWhoseClocksDifferSignNobodyOut(t *testing.T) {
	const rounds, apart = 100, 25 * time.Second
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		behind, ahead := newClock(), newClock()
		ahead.advance(apart)
		replicas := []*world{newWorld(t, db, behind), newWorld(t, db, ahead)}
		random := rand.New(rand.NewSource(2))
		pair := replicas[1].register(t, "ada")
		for range rounds {
			step := time.Duration(random.Intn(14*60)) * time.Second
			behind.advance(step)
			ahead.advance(step)
			for _, w := range replicas {
				require.True(t, admitted(t, w, pair))
				confirm(t, w)
			}
			pair = replicas[random.Intn(2)].refresh(t, pair.RefreshToken)
		}
		require.NoError(t, replicas[0].service.Logout(t.Context(), pair.RefreshToken))
		out(t, replicas, pair)
		t.Logf("%d refreshes between replicas %v apart", rounds, apart)
	})
}
