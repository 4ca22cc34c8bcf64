package testdb

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testbed"
)

// A Cluster is a private Galera cluster of three nodes.
type Cluster struct{ *testbed.Galera }

// Galera starts a cluster for one test and its subtests, which may kill nodes, cut them off and pause them. It skips the
// test where there can be none; with CI=true it fails.
func Galera(t testing.TB) *Cluster {
	t.Helper()
	err := testbed.HasGalera()
	switch {
	case err != nil && os.Getenv("CI") == "true":
		t.Fatalf("CI=true wants Galera, but %v", err)
	case err != nil:
		t.Skipf("no Galera: %v", err)
	case testing.Short():
		t.Skip("no Galera in -short mode")
	}
	cluster, err := testbed.StartGalera(3, testbed.GaleraConfig{})
	require.NoError(t, err)
	t.Cleanup(cluster.Discard)
	return &Cluster{cluster}
}

// Database returns a fresh database of the cluster, as it is reached by each of the nodes.
func (c *Cluster) Database(t testing.TB) []*DB {
	t.Helper()
	nodes := c.Nodes()
	views := []*DB{createDatabase(t, nodes[0].URL(""))}
	for _, node := range nodes[1:] {
		views = append(views, newDB(t, withDatabase(t, node.URL(""), views[0].config.MySQL.DBName)))
	}
	return views
}
