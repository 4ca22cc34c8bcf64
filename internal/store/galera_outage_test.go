package store_test

import (
	"context"
	"errors"
	"net"
	"slices"
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

// openAcross returns a store that goes to the nodes in this order.
func openAcross(t *testing.T, views ...*testdb.DB) *store.Store {
	t.Helper()
	c := views[0].Config()
	c.ConnectTimeout = 5 * time.Second
	for _, view := range views[1:] {
		c.MySQLFailover = append(c.MySQLFailover, view.Config().MySQL.Addr)
	}
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// testAKilledNode kills a node under clients who rotate their sessions, each at a replica of its own; a replica goes to the
// next node when its own fails.
func testAKilledNode(t *testing.T, cluster *testdb.Cluster) {
	const clients, generations = 6, 60
	views := cluster.Database(t)
	stores := storesAt(t, views)
	user := createUser(t, stores[0], "ada")
	replicas := []*store.Store{
		openAcross(t, views[0], views[1], views[2]), openAcross(t, views[1], views[2], views[0]), openAcross(t, views[2], views[0], views[1]),
	}
	sessions := make([]*models.RefreshToken, clients)
	for i := range sessions {
		sessions[i] = createSession(t, stores[0], user)
	}
	began := time.Now()
	var rotations, failures atomic.Int32
	var kill sync.Once
	requireNoErrors(t, together(clients, func(i int) error {
		for generation := uint64(1); generation <= generations; {
			_, err := replicas[i%3].Rotate(t.Context(), sessions[i].Key(), rotationOf(generation, morning))
			switch {
			case errors.Is(err, auth.ErrUnavailable):
				failures.Add(1) // it may have taken effect
				continue
			case err != nil:
				return err
			}
			generation++
			if rotations.Add(1) > clients*generations/4 {
				kill.Do(func() { require.NoError(t, cluster.Nodes()[1].Kill()) })
			}
		}
		return nil
	}))
	t.Logf("%d rotations in %s, %d calls failed when the node was killed", rotations.Load(), time.Since(began), failures.Load())
	for _, session := range sessions {
		require.EqualValues(t, generations+1, latestSession(t, replicas[0], session.Key()).Generation, "all that was answered is kept")
	}
}

func testAnIsolatedNode(t *testing.T, cluster *testdb.Cluster) {
	const pooled = 8
	views, node := cluster.Database(t), cluster.Nodes()[1]
	stores := storesAt(t, views)
	user := createUser(t, stores[0], "ada")
	session := createSession(t, stores[1], user)
	replica := openAcross(t, views[1], views[0])
	counted := countRetries(replica)
	require.Equal(t, []string{node.Address()}, serversOf(t, replica, pooled))
	alone := openAcross(t, views[1])
	alone.Pool().SetMaxOpenConns(1)
	open := alone.GORM().Begin()
	require.NoError(t, open.Exec("UPDATE users SET username = 'nobody' WHERE id = ?", user.ID).Error)

	require.NoError(t, node.Isolate())
	rejoin := sync.OnceValue(func() error { return errors.Join(node.Rejoin(), cluster.AwaitSynced(context.Background())) })
	t.Cleanup(func() { _ = rejoin() })
	_, err := stores[1].Rotate(t.Context(), session.Key(), rotationOf(1, morning))
	require.ErrorIs(t, err, auth.ErrUnavailable, "nobody confirms it")
	awaitNotReady(t, views[1])

	for range pooled {
		_, err := replica.UserByID(t.Context(), user.ID)
		require.NoError(t, err)
	}
	require.LessOrEqual(t, counted.of("not_ready"), 1, "one call finds out for all")
	require.Equal(t, []string{cluster.Nodes()[0].Address()}, serversOf(t, replica, pooled))
	require.Equal(t, []string{cluster.Nodes()[0].Address()}, serversOf(t, openAcross(t, views[1], views[0]), 1), "it is passed over")

	resync := desync(t, views[0])
	require.Equal(t, []string{cluster.Nodes()[2].Address()}, serversOf(t, openAcross(t, views[0], views[2]), 1), "one that keeps up is better")
	require.Equal(t, []string{cluster.Nodes()[0].Address()}, serversOf(t, openAcross(t, views[1], views[0]), 1), "than one that is cut off it is")
	resync()

	inAHurry, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	require.ErrorIs(t, stores[1].Ping(inAHurry), auth.ErrUnavailable, "SELECT 1 would do")
	require.ErrorContains(t, open.Commit().Error, "1047")
	require.NoError(t, rejoin())
	require.NoError(t, alone.Ping(t.Context()))
	after, err := stores[0].UserByUsername(t.Context(), "ada")
	require.NoError(t, err, "what could not be committed is taken back")
	require.Equal(t, user.ID, after.ID)
}

// testASilentNode stops a node where it is: its connections stay, and nobody answers.
func testASilentNode(t *testing.T, cluster *testdb.Cluster) {
	const pooled = 16
	views, node := cluster.Database(t), cluster.Nodes()[1]
	stores := storesAt(t, views)
	user := createUser(t, stores[0], "ada")
	replica := openAcross(t, views[1], views[0])
	require.Equal(t, []string{node.Address()}, serversOf(t, replica, pooled))
	require.NoError(t, node.Pause())
	resume := sync.OnceValue(node.Resume)
	t.Cleanup(func() { _ = resume() })

	silences := 0
	require.Eventually(t, func() bool {
		inAHurry, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err := replica.UserByID(inAHurry, user.ID)
		if err != nil {
			require.ErrorIs(t, err, auth.ErrUnavailable)
			silences++
		}
		return err == nil
	}, 10*time.Second, time.Millisecond)
	require.Less(t, silences, pooled, "not each of its connections is tried")
	require.Equal(t, []string{cluster.Nodes()[0].Address()}, serversOf(t, replica, pooled))
	began := time.Now()
	require.NoError(t, resume())
	require.NoError(t, cluster.AwaitSynced(t.Context()))
	t.Logf("%d calls had no answer; the node was back %s after it went on", silences, time.Since(began))
}

// serversOf returns the addresses at the other ends of so many connections of the pool, all in use at once.
func serversOf(t *testing.T, s *store.Store, connections int) []string {
	t.Helper()
	var servers []string
	for range connections {
		conn, err := s.Pool().Conn(t.Context())
		require.NoError(t, err)
		defer func() { _ = conn.Close() }()
		var port string
		require.NoError(t, conn.QueryRowContext(t.Context(), "SELECT @@port").Scan(&port))
		servers = append(servers, net.JoinHostPort("127.0.0.1", port))
	}
	slices.Sort(servers)
	return slices.Compact(servers)
}

// desync lets the node fall behind the others, as one that gives another its state, until it is told otherwise.
func desync(t *testing.T, view *testdb.DB) (resync func()) {
	t.Helper()
	pool := view.SQL(t)
	_, err := pool.ExecContext(t.Context(), "SET GLOBAL wsrep_desync = ON")
	require.NoError(t, err)
	resync = sync.OnceFunc(func() { _, _ = pool.ExecContext(context.Background(), "SET GLOBAL wsrep_desync = OFF") })
	t.Cleanup(resync)
	return resync
}

// awaitNotReady returns when the node has found out that it is cut off.
func awaitNotReady(t *testing.T, view *testdb.DB) {
	t.Helper()
	pool := view.SQL(t)
	require.Eventually(t, func() bool {
		var name, ready string
		err := pool.QueryRowContext(t.Context(), "SHOW STATUS LIKE 'wsrep_ready'").Scan(&name, &ready)
		return err == nil && ready == "OFF"
	}, 20*time.Second, 20*time.Millisecond)
}
