package testbed_test

import (
	"database/sql"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"daypass/internal/testbed"
)

// TestAClusterLosesNodesAndGetsThemBack writes on one node and reads on another, while one is gone and afterwards.
func TestAClusterLosesNodesAndGetsThemBack(t *testing.T) {
	folder := t.TempDir()
	require.NoError(t, openToAll(folder))
	t.Setenv("TMPDIR", folder)
	cluster := startGalera(t)
	nodes := cluster.Nodes()
	first, second, third := open(t, nodes[0]), open(t, nodes[1]), open(t, nodes[2])
	_, err := first.Exec("CREATE DATABASE sample")
	require.NoError(t, err)
	_, err = first.Exec("CREATE TABLE sample.rides (id INT PRIMARY KEY) ENGINE=InnoDB")
	require.NoError(t, err)
	insert(t, first, 1)
	awaitRides(t, third, 1)

	require.NoError(t, nodes[1].Kill())
	insert(t, third, 2)
	awaitRides(t, first, 2)
	require.NoError(t, nodes[1].Restart())
	require.NoError(t, cluster.AwaitSynced(t.Context()))
	awaitRides(t, second, 2)

	require.NoError(t, nodes[2].Isolate())
	require.Eventually(t, func() bool {
		_, err := third.Exec("INSERT INTO sample.rides VALUES (3)")
		refusal, ok := errors.AsType[*mysql.MySQLError](err)
		return ok && refusal.Number == 1047
	}, time.Minute, 50*time.Millisecond, "it has no quorum")
	insert(t, first, 4)
	require.NoError(t, nodes[2].Rejoin())
	require.NoError(t, cluster.AwaitSynced(t.Context()))
	awaitRides(t, third, 3)

	require.NoError(t, nodes[0].Pause())
	insert(t, second, 5)
	require.NoError(t, nodes[0].Resume())
	require.NoError(t, cluster.AwaitSynced(t.Context()))
	awaitRides(t, first, 4)

	cluster.Discard()
	for _, node := range nodes {
		_, err := net.Dial("tcp", node.Address())
		require.Error(t, err)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// startGalera skips the test where there can be no cluster.
func startGalera(t *testing.T) *testbed.Galera {
	t.Helper()
	if testing.Short() {
		t.Skip("no Galera in -short mode")
	}
	cluster, err := testbed.StartGalera(3, testbed.GaleraConfig{})
	if errors.Is(err, testbed.ErrNoGalera) && os.Getenv("CI") != "true" {
		t.Skip(err)
	}
	require.NoError(t, err)
	t.Cleanup(cluster.Discard)
	return cluster
}

// openToAll lets the account of the servers through the folders of a test.
func openToAll(folder string) error {
	return errors.Join(os.Chmod(folder, 0o755), os.Chmod(filepath.Dir(folder), 0o755))
}

func open(t *testing.T, node *testbed.GaleraNode) *sql.DB {
	t.Helper()
	pool, err := node.Open("")
	require.NoError(t, err)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

// insert goes on until the group has noticed who is gone.
func insert(t *testing.T, pool *sql.DB, id int) {
	t.Helper()
	_, err := pool.Exec("INSERT INTO sample.rides VALUES (?)", id)
	require.NoError(t, err)
}

func awaitRides(t *testing.T, pool *sql.DB, want int) {
	t.Helper()
	require.Eventually(t, func() bool {
		var count int
		err := pool.QueryRow("SELECT COUNT(*) FROM sample.rides").Scan(&count)
		return err == nil && count == want
	}, time.Minute, 20*time.Millisecond)
}
