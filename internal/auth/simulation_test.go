package auth_test

import (
	"errors"
	"math/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// A life is one session on two replicas: an owner with two tabs that share what they keep, answers that get lost,
// confirmations that are written late, and perhaps a thief who copied the owner's tokens.
type life struct {
	*testing.T

	random   *rand.Rand
	clock    *clock
	replicas [2]*world
	owner    *auth.Pair // what the owner keeps
	thief    *auth.Pair // what the thief has; nil without one
	acted    bool       // the thief has swapped a token that it copied
	ended    bool       // somebody was told that the session is over
	seen     []*auth.Pair

	refreshes, lost int
}

func (l *life) replica() *world { return l.replicas[l.random.Intn(2)] }

func (l *life) sometimes(do func()) {
	if l.random.Intn(2) == 0 {
		do()
	}
}

// refresh presents a token, and returns nil when the session is over.
func (l *life) refresh(presented *auth.Pair) *auth.Pair {
	next, err := l.replica().service.Refresh(l.Context(), presented.RefreshToken)
	l.refreshes++
	if err != nil {
		require.True(l, errors.Is(err, auth.ErrRefreshTokenReused) || errors.Is(err, auth.ErrRefreshTokenRevoked), "%v", err)
		require.True(l, l.acted, "nobody is signed out unless a stolen token was used")
		l.ended = true
		return nil
	}
	require.False(l, l.ended, "an ended session stays so")
	l.seen = append(l.seen, next)
	return next
}

// ownerRefreshes has one tab or both swap the token that they keep, one up to half the grace after the other; each
// answer may get lost, and the first may be in use before the second tab is served.
func (l *life) ownerRefreshes(mayLose bool) {
	kept := l.owner
	for range 1 + l.random.Intn(2) {
		next := l.refresh(kept)
		switch {
		case next == nil:
			return
		case mayLose && l.random.Intn(4) == 0:
			l.lost++
		default:
			l.owner = next
			l.sometimes(func() { l.ride(next) })
			l.sometimes(func() { confirm(l.T, l.replica()) })
		}
		l.clock.advance(time.Duration(l.random.Intn(6)) * time.Second)
	}
}

func (l *life) ride(pair *auth.Pair) {
	if !l.clock.now().Before(pair.AccessTokenExpiresAt) {
		return
	}
	if !admitted(l.T, l.replica(), pair) {
		require.True(l, l.ended, "a good access token is refused")
	}
}

func (l *life) thiefRefreshes() {
	l.acted = true
	if next := l.refresh(l.thief); next != nil {
		l.thief = next
	}
}

func (l *life) pass() {
	pauses := []time.Duration{time.Second, 5 * time.Second, 11 * time.Second, time.Minute, 10 * time.Minute, time.Hour}
	l.clock.advance(pauses[l.random.Intn(len(pauses))])
}

// step is whatever happens next.
func (l *life) step() {
	switch l.random.Intn(7) {
	case 0, 1:
		l.ownerRefreshes(true)
	case 2:
		l.ride(l.owner)
	case 3:
		confirm(l.T, l.replica())
		poll(l.T, l.replica())
	case 4, 5:
		l.pass()
	case 6:
		if l.thief != nil {
			l.sometimes(l.thiefRefreshes)
			l.sometimes(func() { l.ride(l.thief) })
		}
	}
}

// settle gives everyone a turn, such that all know what has been seen in use.
func (l *life) settle(act func()) {
	act()
	for _, w := range l.replicas {
		confirm(l.T, w)
		poll(l.T, w)
	}
	l.clock.advance(11 * time.Second)
}

func TestAnyLifeOfASessionEndsWell(t *testing.T) {
	const lives, steps = 150, 60
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		clock := newClock()
		replicas := [2]*world{newWorld(t, db, clock), newWorld(t, db, clock)}
		replicas[0].register(t, "ada")
		var thefts, alarms, refreshes, lost int
		for seed := range lives {
			clock.advance(time.Second)
			l := &life{T: t, random: rand.New(rand.NewSource(int64(seed))), clock: clock, replicas: replicas, owner: replicas[0].login(t, "ada")}
			l.seen = append(l.seen, l.owner)
			stolenAt := l.random.Intn(2 * steps) // in half of the lives never
			for step := range steps {
				if step == stolenAt {
					l.thief = l.owner
				}
				l.step()
			}
			told := endsWell(l)
			require.Len(t, happened(t, replicas[0], models.EventReuseDetected), alarms+told, "seed %d", seed)
			alarms += told
			refreshes, lost = refreshes+l.refreshes, lost+l.lost
			if l.thief != nil {
				thefts++
			}
			require.NoError(t, replicas[0].service.Logout(t.Context(), l.owner.RefreshToken))
		}
		require.Equal(t, thefts, alarms)
		t.Logf("%d lives, %d refreshes, %d answers lost: %d tokens stolen, %d alarms, nobody else signed out", lives, refreshes, lost, thefts, alarms)
	})
}

// endsWell has the owner come back twice, and the thief, if there is one, between. It returns how many alarms there
// must have been.
func endsWell(l *life) int {
	for range 2 {
		l.settle(func() {
			l.ownerRefreshes(false)
			l.ride(l.owner)
		})
		if l.thief != nil {
			l.settle(func() {
				l.thiefRefreshes()
				l.ride(l.thief)
			})
		}
	}
	if l.thief == nil {
		require.False(l, l.ended)
		return 0
	}
	require.True(l, l.ended, "a thief stays in")
	out(l.T, l.replicas[:], l.seen...)
	return 1
}
