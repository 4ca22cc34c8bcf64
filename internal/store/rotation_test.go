package store_test

import (
	"cmp"
	"context"
	"crypto/rand"
	"net"
	"runtime"
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

// rotationCase is a sign-in as it is when its token is presented.
type rotationCase struct {
	name              string
	stored, presented uint64
	revoked, foreign  bool
	// sameTime and sameEnd: it was left so by another, at the time of the rotation, or with the end that it brings.
	sameTime, sameEnd bool
	want              bool
}

// TestRotationsThatComeTogetherAreJudgedEachByItself has those that succeed and those that must not go together.
func TestRotationsThatComeTogetherAreJudgedEachByItself(t *testing.T) {
	cases := []rotationCase{
		{name: "current", stored: 5, presented: 5, want: true},
		{name: "another current one", stored: 2, presented: 2, want: true},
		{name: "forgotten by the database", stored: 5, presented: 9, want: true},
		{name: "outrun", stored: 5, presented: 4},
		{name: "ended", stored: 5, presented: 5, revoked: true},
		{name: "ended after another rotated it alike", stored: 6, presented: 5, revoked: true, sameTime: true, sameEnd: true},
		{name: "rotated by another at another time", stored: 6, presented: 5, sameEnd: true},
		{name: "rotated by another to another end", stored: 6, presented: 5, sameTime: true},
		{name: "of another account", stored: 5, presented: 5, foreign: true},
	}
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user, other := createUser(t, s, "ada"), createUser(t, s, "bob")
		rotationFor := func(i int) auth.Rotation {
			at := morning.Add(time.Duration(i)*time.Millisecond + 678*time.Microsecond) // the database keeps milliseconds
			return rotationOf(cases[i%len(cases)].presented, at)
		}
		before := make([]*models.RefreshToken, 40)
		for i := range before {
			before[i] = newSession(t, user)
			before[i].Generation = cases[i%len(cases)].stored
			if cases[i%len(cases)].sameTime {
				before[i].RotatedAt = rotationFor(i).RotatedAt.Truncate(time.Millisecond)
			}
			if cases[i%len(cases)].sameEnd {
				before[i].IdleExpiresAt = rotationFor(i).IdleExpiresAt.Truncate(time.Millisecond)
			}
			keepSession(t, s, user, before[i])
			if cases[i%len(cases)].revoked {
				_, err := s.Revoke(t.Context(), before[i].Key(), models.RevokedByLogout, changeAt(t, morning))
				require.NoError(t, err)
			}
		}
		for i := range before {
			before[i] = readSession(t, s, before[i].Key())
		}

		gather(t, len(before), func(i int) error {
			key := before[i].Key()
			if cases[i%len(cases)].foreign {
				key.UserID = other.ID
			}
			rotated, err := s.Rotate(t.Context(), key, rotationFor(i))
			require.Equal(t, cases[i%len(cases)].want, rotated, cases[i%len(cases)].name)
			return err
		})
		for i, want := range before {
			if r := rotationFor(i); cases[i%len(cases)].want {
				want.Generation, want.RotatedAt = r.Presented+1, r.RotatedAt.Truncate(time.Millisecond)
				want.IdleExpiresAt = r.IdleExpiresAt.Truncate(time.Millisecond)
			}
			require.Equal(t, want, readSession(t, s, want.Key()), cases[i%len(cases)].name)
		}
	})
}

// TestRotationsThatComeTogetherShareACommit counts on the server, over the store's one connection.
func TestRotationsThatComeTogetherShareACommit(t *testing.T) {
	const sessions = 40
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	s := openOne(t, db)
	user := createUser(t, s, "ada")
	var keys []models.SessionKey
	for range sessions {
		keys = append(keys, createSession(t, s, user).Key())
	}
	before := sessionStatus(t, s)
	gather(t, sessions, func(i int) error {
		rotated, err := s.Rotate(t.Context(), keys[i], rotationOf(1, morning))
		require.True(t, rotated)
		return err
	})
	after := sessionStatus(t, s)
	require.Less(t, after["Com_update"]-before["Com_update"], sessions/4)
	require.Equal(t, sessions, after["Handler_update"]-before["Handler_update"], "rows written")
	require.Zero(t, after["Com_select"]-before["Com_select"], "nobody was in doubt")
}

// TestOfTwoProcessesOneRotatesEachSession has both rotate all sessions at once, each at a time of its own.
func TestOfTwoProcessesOneRotatesEachSession(t *testing.T) {
	const sessions, rounds = 40, 10
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		user := createUser(t, stores[0], "ada")
		var keys []models.SessionKey
		for range sessions {
			keys = append(keys, createSession(t, stores[0], user).Key())
		}
		at := [2]time.Time{morning.Add(time.Millisecond), morning.Add(2 * time.Millisecond)}
		var shared atomic.Int32
		for generation := uint64(1); generation <= rounds; generation++ {
			var rotated [2][sessions]bool
			requireNoErrors(t, together(2*sessions, func(i int) (err error) {
				rotated[i%2][i/2], err = stores[i%2].Rotate(t.Context(), keys[i/2], rotationOf(generation, at[i%2]))
				return err
			}))
			won := [2]int{}
			for i, key := range keys {
				require.NotEqual(t, rotated[0][i], rotated[1][i], "one of them did")
				winner := 0
				if rotated[1][i] {
					winner = 1
				}
				won[winner]++
				record := readSession(t, stores[0], key)
				require.Equal(t, generation+1, record.Generation)
				require.Equal(t, at[winner], record.RotatedAt)
			}
			if won[0] > 0 && won[1] > 0 {
				shared.Add(1)
			}
		}
		t.Logf("%d rounds, in %d of them each process had some", rounds, shared.Load())
	})
}

// TestTwoRotationsOfOneSessionDoNotMix presents two generations at once, of which one alone is current.
func TestTwoRotationsOfOneSessionDoNotMix(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		for _, presents := range [][2]uint64{{4, 5}, {5, 4}} { // whichever comes first
			session := newSession(t, user)
			session.Generation = 5
			keepSession(t, s, user, session)
			gather(t, 8, func(i int) error {
				presented := presents[i%2]
				rotated, err := s.Rotate(t.Context(), session.Key(), rotationOf(presented, morning.Add(time.Duration(i)*time.Millisecond)))
				require.False(t, rotated && presented == 4)
				return err
			})
			require.EqualValues(t, 6, readSession(t, s, session.Key()).Generation)
		}
	})
}

// TestARotationThatIsRefusedSpoilsNoOther has one break a rule of the table.
func TestARotationThatIsRefusedSpoilsNoOther(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		var sessions []*models.RefreshToken
		for range 20 {
			sessions = append(sessions, createSession(t, s, user))
		}
		gather(t, len(sessions), func(i int) error {
			r := rotationOf(1, morning)
			if i == 7 {
				r.IdleExpiresAt = sessions[i].ExpiresAt.Add(time.Millisecond)
			}
			rotated, err := s.Rotate(t.Context(), sessions[i].Key(), r)
			require.Equal(t, i != 7, rotated)
			if i == 7 {
				require.Error(t, err)
				return nil
			}
			return err
		})
	})
}

// TestWhoLeavesStopsNoRotationOfAnother has half of the callers leave while one of the sessions is locked; whoever came
// first, and so asked for all, is among them once.
func TestWhoLeavesStopsNoRotationOfAnother(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		for leaving := range 2 {
			for _, hangUp := range []bool{true, false} {
				s := db.OpenStore(t)
				sessions := tenSessions(t, s)
				other := lockEverything(t, db, sessions[leaving])
				stuck := func() {
					if db.IsMySQL() {
						awaitLockWait(t, db)
					}
				}
				rotateWhileSomeLeave(t, s, sessions, leaving, hangUp, stuck, func() { require.NoError(t, other.Rollback()) })
			}
		}
	})
}

// TestWhoLeavesWhileConnectingStopsNoRotationOfAnother has the connection for all of them be under way.
func TestWhoLeavesWhileConnectingStopsNoRotationOfAnother(t *testing.T) {
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	for leaving := range 2 {
		for _, hangUp := range []bool{true, false} {
			dialling, cleared := make(chan struct{}), make(chan struct{})
			var slow atomic.Bool
			c := db.Config()
			c.MySQL.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
				if slow.Swap(false) {
					close(dialling)
					select {
					case <-cleared:
					case <-ctx.Done(): // which is what it then says
					}
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			}
			s, err := store.Open(t.Context(), c)
			require.NoError(t, err)
			t.Cleanup(func() { _ = s.Close() })
			sessions := tenSessions(t, s)
			s.Pool().SetMaxIdleConns(0)
			s.Pool().SetMaxIdleConns(5)
			slow.Store(true)
			rotateWhileSomeLeave(t, s, sessions, leaving, hangUp, func() { <-dialling }, func() { close(cleared) })
		}
	}
}

func tenSessions(t *testing.T, s *store.Store) []*models.RefreshToken {
	t.Helper()
	user := createUser(t, s, "ada"+rand.Text())
	sessions := make([]*models.RefreshToken, 10)
	for i := range sessions {
		sessions[i] = createSession(t, s, user)
	}
	return sessions
}

// rotateWhileSomeLeave rotates all at once.
func rotateWhileSomeLeave(
	t *testing.T, s *store.Store, sessions []*models.RefreshToken, leaving int, hangUp bool, stuck, clearAway func(),
) {
	t.Helper()
	stayed := callWhileSomeLeave(t, len(sessions), leaving, hangUp, stuck, clearAway, func(ctx context.Context, i int) error {
		// Outrun, if at all, by the statement that was given up: the server goes on with that.
		_, err := s.Rotate(ctx, sessions[i].Key(), rotationOf(1, morning))
		return err
	})
	for _, i := range stayed {
		require.EqualValues(t, 2, readSession(t, s, sessions[i].Key()).Generation)
	}
}

// callWhileSomeLeave makes so many calls at once. Those at even or at odd places leave when they are stuck, or a second after
// they came, and then the way is cleared. The others, which it returns, must not notice.
func callWhileSomeLeave(
	t *testing.T, n, leaving int, hangUp bool, stuck, clearAway func(), call func(ctx context.Context, i int) error,
) (stayed []int) {
	t.Helper()
	leave, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	var left sync.WaitGroup
	left.Add(n / 2)
	ended := make(chan []error)
	go func() {
		ended <- together(n, func(i int) error {
			if i%2 != leaving {
				return call(t.Context(), i)
			}
			defer left.Done()
			return call(leave, i)
		})
	}()
	stuck()
	wantLeaver := auth.ErrUnavailable
	if hangUp {
		wantLeaver = context.Canceled
		cancel()
	}
	left.Wait()
	clearAway()
	for i, err := range <-ended {
		if i%2 == leaving {
			require.ErrorIs(t, cmp.Or(err, wantLeaver), wantLeaver)
			continue
		}
		require.NoError(t, err)
		stayed = append(stayed, i)
	}
	return stayed
}

// TestALockedSessionIsLeftToItself has one of those that came together be locked until all others are done. That they were
// held up is told.
func TestALockedSessionIsLeftToItself(t *testing.T) {
	const locked = 3
	db := testdb.MySQL(t)
	s, log := openLogged(t, db)
	sessions := tenSessions(t, s)
	other := lockEverything(t, db, sessions[locked])
	var others sync.WaitGroup
	others.Add(len(sessions) - 1)
	ended := make(chan []error)
	go func() {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1)) // see gather
		ended <- together(len(sessions), func(i int) error {
			if i != locked {
				defer others.Done()
			}
			_, err := s.Rotate(t.Context(), sessions[i].Key(), rotationOf(1, morning))
			return err
		})
	}()
	log.await(t, `doing="rotate sessions"`)
	others.Wait()
	require.NoError(t, other.Rollback())
	requireNoErrors(t, <-ended)
	for _, session := range sessions {
		require.EqualValues(t, 2, readSession(t, s, session.Key()).Generation)
	}
}
