package testdb

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TwinName is the database, and the user, that all twins have.
const TwinName = "daypass_twin"

// Twin is one of several servers with the same database and the same user, who has no right to write where it is read-only.
// Nothing goes from one to another.
type Twin struct {
	*Server
	admin *DB
}

// StartTwin starts a server. The database is empty.
func StartTwin(t testing.TB) *Twin {
	t.Helper()
	server := StartServer(t)
	twin := &Twin{server, server.Database(t)}
	twin.Exec(t, "CREATE DATABASE "+TwinName)
	twin.Exec(t, fmt.Sprintf("CREATE USER '%s'@'127.0.0.1'", TwinName))
	twin.Exec(t, fmt.Sprintf("GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX, DROP ON %s.* TO '%s'@'127.0.0.1'", TwinName, TwinName))
	return twin
}

// Address is where the server listens.
func (s *Twin) Address() string { return s.admin.config.MySQL.Addr }

// SQL returns a pool of an administrator's connections.
func (s *Twin) SQL(t testing.TB) *sql.DB {
	t.Helper()
	return s.admin.SQL(t)
}

// Exec has an administrator run the statement.
func (s *Twin) Exec(t testing.TB, statement string) {
	t.Helper()
	_, err := s.SQL(t).ExecContext(t.Context(), statement)
	require.NoError(t, err)
}

// Rows counts the rows of a table.
func (s *Twin) Rows(t testing.TB, table string) (n int) {
	t.Helper()
	require.NoError(t, s.SQL(t).QueryRowContext(t.Context(), "SELECT COUNT(*) FROM "+TwinName+"."+table).Scan(&n))
	return n
}

// TwinsAt is the database of the twins at the addresses, in the order in which they are tried.
func TwinsAt(t testing.TB, addresses ...string) *DB {
	t.Helper()
	return newDB(t, fmt.Sprintf("mysql://%s@%s/%s", TwinName, strings.Join(addresses, ","), TwinName))
}
