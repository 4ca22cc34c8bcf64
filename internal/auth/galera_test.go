package auth_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// verdicts counts what was made of refresh tokens.
type verdicts struct {
	mu    sync.Mutex
	count map[string]int
}

func (v *verdicts) RefreshJudged(verdict string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.count == nil {
		v.count = map[string]int{}
	}
	v.count[verdict]++
}

func (*verdicts) Throttled(string) {}

// ahead is how many tokens were ahead of their records.
func (v *verdicts) ahead() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.count["ahead"]
}

// TestOnGalera has a replica at each of three nodes that all take writes.
func TestOnGalera(t *testing.T) {
	t.Parallel()
	views := testdb.Galera(t).Database(t)
	clock, judged := newClock(), &verdicts{}
	var replicas []*world
	for _, view := range views {
		replicas = append(replicas, newWorldWith(t, view, clock, cheap, func(c *auth.Config) { c.Meter = judged }))
	}
	t.Run("a token is good at once at every replica", func(t *testing.T) {
		testTokensAtOtherNodes(t, replicas, clock)
	})
	t.Run("of a hundred refreshes one rotates, and all are answered alike", func(t *testing.T) {
		testRefreshesAtAllNodes(t, replicas, clock)
	})
	require.Zero(t, judged.ahead(), "the cluster lost nothing")
	t.Run("a token that is ahead of a record which lags is judged by the latest", func(t *testing.T) {
		testATokenAheadOfItsNode(t, replicas, views)
		require.Zero(t, judged.ahead())
	})
	t.Run("an account is refused by its latest record only", func(t *testing.T) {
		testAnAccountAtANodeThatLags(t, replicas, views)
	})
}

func testTokensAtOtherNodes(t *testing.T, replicas []*world, clock *clock) {
	t.Helper()
	const rounds = 60
	pair := replicas[0].register(t, "ada")
	for round := range rounds {
		clock.advance(time.Minute)
		pair = replicas[round%3].refresh(t, pair.RefreshToken)
		replicas[(round+1)%3].ride(t, pair)
		if round%10 == 0 {
			session := replicas[(round+1)%3].login(t, "ada")
			replicas[(round+2)%3].refresh(t, session.RefreshToken)
			require.NoError(t, replicas[round%3].service.Logout(t.Context(), session.RefreshToken))
			_, err := replicas[(round+1)%3].service.Refresh(t.Context(), session.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
		}
	}
	require.Empty(t, happened(t, replicas[0], models.EventReuseDetected))
}

func testRefreshesAtAllNodes(t *testing.T, replicas []*world, clock *clock) {
	t.Helper()
	const callers = 100
	pair := replicas[0].register(t, "grace")
	clock.advance(time.Minute)
	tokens := make([]string, callers)
	var done sync.WaitGroup
	for i := range callers {
		done.Go(func() {
			next, err := replicas[i%3].service.Refresh(t.Context(), pair.RefreshToken)
			if err == nil {
				tokens[i] = next.RefreshToken
			}
		})
	}
	done.Wait()
	for _, token := range tokens {
		require.NotEmpty(t, token)
		require.Equal(t, tokens[0], token)
	}
}

func testATokenAheadOfItsNode(t *testing.T, replicas []*world, views []*testdb.DB) {
	t.Helper()
	pair := replicas[0].register(t, "mary")
	pair = replicas[1].refresh(t, pair.RefreshToken)
	release := views[1].HoldBack(t)
	pair = replicas[0].refresh(t, pair.RefreshToken)
	time.AfterFunc(200*time.Millisecond, release)
	replicas[1].refresh(t, pair.RefreshToken)
}

// testAnAccountAtANodeThatLags comes with a new password, and to an account that was opened again, where neither is known.
func testAnAccountAtANodeThatLags(t *testing.T, replicas []*world, views []*testdb.DB) {
	t.Helper()
	const newPassword = "another horse battery staple"
	pair := replicas[0].register(t, "joan")
	ctx := replicas[1].as(t, pair) // let pass before, for that would wait too
	release := views[1].HoldBack(t)
	_, err := replicas[0].service.ChangePassword(replicas[0].as(t, pair), testPassword, newPassword)
	require.NoError(t, err)
	time.AfterFunc(200*time.Millisecond, release)
	_, err = replicas[1].service.ChangePassword(ctx, newPassword, testPassword)
	require.NoError(t, err)

	ctx = replicas[1].as(t, replicas[1].login(t, "joan"))
	require.NoError(t, replicas[0].service.DisableUser(t.Context(), "joan"))
	require.Eventually(t, func() bool {
		_, err := replicas[1].service.Me(ctx)
		return errors.Is(err, auth.ErrUnauthenticated)
	}, time.Minute, time.Millisecond, "it has heard that the account is shut")
	release = views[1].HoldBack(t)
	require.NoError(t, replicas[0].service.EnableUser(t.Context(), "joan"))
	time.AfterFunc(200*time.Millisecond, release)
	_, err = replicas[1].service.Me(ctx)
	require.NoError(t, err)
}

// A database that failed over to a replica may have lost the last rotations.
func TestATokenAheadOfItsRecordGoesOnAndIsCounted(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		judged := &verdicts{}
		w := newWorldWith(t, db, newClock(), cheap, func(c *auth.Config) { c.Meter = judged })
		pair := w.refresh(t, w.register(t, "ada").RefreshToken)
		require.Zero(t, judged.ahead())
		_, err := db.SQL(t).ExecContext(t.Context(), "UPDATE refresh_tokens SET generation = 1")
		require.NoError(t, err)
		pair = w.refresh(t, pair.RefreshToken)
		require.Equal(t, 1, judged.ahead())
		w.refresh(t, pair.RefreshToken)
		require.Equal(t, 1, judged.ahead())
	})
}
