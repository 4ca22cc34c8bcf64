package testdb

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testbed"
)

// A Server is a private MySQL server on a free port of the loopback interface.
type Server struct{ *testbed.MySQLServer }

// StartServer runs a server for one test, which may then kill it. It skips the test where none is installed.
func StartServer(t testing.TB) *Server {
	t.Helper()
	err := testbed.HasMySQL()
	if err != nil && os.Getenv(URLVariable) != "" {
		t.Skipf("cannot stop the server of %s, and %v", URLVariable, err)
	}
	if err != nil || testing.Short() {
		skip(t)
	}
	server, err := testbed.StartMySQL(testbed.MySQLConfig{})
	require.NoError(t, err)
	t.Cleanup(server.Discard)
	return &Server{server}
}

// Database returns a fresh database on this server.
func (s *Server) Database(t testing.TB) *DB {
	t.Helper()
	return createDatabase(t, s.URL(""))
}

// Restart starts a server that was killed, on its old port and files.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	require.NoError(t, s.MySQLServer.Restart())
}
