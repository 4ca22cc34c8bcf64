package store_test

import (
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
)

const secret = "pa$$-w0rd"

func mysqlAt(address string) store.Config {
	c := mysql.NewConfig()
	c.User, c.Passwd, c.Net, c.Addr, c.DBName = "daypass", secret, "tcp", address, "daypass"
	return store.Config{MySQL: c, ConnectTimeout: 500 * time.Millisecond}
}

// silent is a port that takes connections and never says anything.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

func refusing(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func TestADatabaseOutOfReachIsAClearErrorInTime(t *testing.T) {
	for name, address := range map[string]string{"nobody listens": refusing(t), "nobody answers": silent(t)} {
		start := time.Now()
		_, err := store.Open(t.Context(), mysqlAt(address))
		require.ErrorIs(t, err, auth.ErrUnavailable, name)
		require.ErrorContains(t, err, address, name)
		require.NotContains(t, err.Error(), secret, name)
		require.Less(t, time.Since(start), 3*time.Second, name)
	}
}

func TestAWrongMySQLConfigurationIsAClearError(t *testing.T) {
	db := testdb.MySQL(t)

	wrongPassword := db.Config()
	wrongPassword.MySQL.Passwd = secret
	_, err := store.Open(t.Context(), wrongPassword)
	require.ErrorContains(t, err, "Access denied for user")
	require.NotContains(t, err.Error(), secret)

	noDatabase := db.Config()
	noDatabase.MySQL.DBName = "daypass_absent"
	_, err = store.Open(t.Context(), noDatabase)
	require.ErrorContains(t, err, "Unknown database 'daypass_absent'")
	require.NotContains(t, err.Error(), noDatabase.MySQL.Passwd)
}

func TestAWrongConfigurationIsAClearError(t *testing.T) {
	for name, c := range map[string]store.Config{
		"no database is configured": {},
		"both MySQL and":            {MySQL: mysql.NewConfig(), SQLitePath: "x"},
		"no such file or directory": {SQLitePath: filepath.Join(t.TempDir(), "absent", "daypass.db")},
		"is a directory":            {SQLitePath: t.TempDir()},
	} {
		_, err := store.Open(t.Context(), c)
		require.ErrorContains(t, err, name)
	}
	notADatabase := filepath.Join(t.TempDir(), "notes.txt")
	require.NoError(t, os.WriteFile(notADatabase, []byte(strings.Repeat("not a database\n", 100)), 0o600))
	_, err := store.Open(t.Context(), store.Config{SQLitePath: notADatabase})
	require.ErrorContains(t, err, "file is not a database")
}

func TestTheCallersConfigurationIsLeftAlone(t *testing.T) {
	db := testdb.MySQL(t)
	given := db.Config()
	before := *given.MySQL
	s, err := store.Open(t.Context(), given)
	require.NoError(t, err)
	defer s.Close()
	require.Equal(t, before, *given.MySQL)
}

func TestWhatTheStoreSetsOnAMySQLConnection(t *testing.T) {
	db := testdb.MySQL(t)
	c := db.Config()
	c.MySQL.Params = map[string]string{"sql_mode": "''", "innodb_lock_wait_timeout": "50", "lock_wait_timeout": "77"}
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	defer s.Close()
	for variable, want := range map[string]string{
		"autocommit":               "1",
		"time_zone":                "+00:00",
		"innodb_lock_wait_timeout": "3",
		"character_set_client":     "utf8mb4",
		"character_set_results":    "utf8mb4",
		"collation_connection":     "utf8mb4_general_ci",
		"sql_mode":                 "STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION",
		"lock_wait_timeout":        "77",
	} {
		var got string
		require.NoError(t, s.Pool().QueryRowContext(t.Context(), "SELECT @@SESSION."+variable).Scan(&got))
		require.Equal(t, want, got, variable)
	}
	var name, level string
	require.NoError(t, s.Pool().QueryRowContext(t.Context(),
		"SHOW SESSION VARIABLES WHERE Variable_name IN ('transaction_isolation', 'tx_isolation')").Scan(&name, &level))
	require.Equal(t, "READ-COMMITTED", level)
	require.Equal(t, 32, s.Pool().Stats().MaxOpenConnections)
}

func TestWhatTheStoreSetsOnAnSQLiteConnection(t *testing.T) {
	// A path with everything that a URI could take for something else.
	path := filepath.Join(t.TempDir(), "100% day pass?mode=ro&x=1#é.db")
	if runtime.GOOS == "windows" {
		path = filepath.Join(t.TempDir(), "100% day pass&x=1#é.db")
	}
	s, err := store.Open(t.Context(), store.Config{SQLitePath: path})
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Migrate(t.Context())
	require.NoError(t, err)
	createUser(t, s, "ada")

	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "busy_timeout": "3000"} {
		var got string
		require.NoError(t, s.Pool().QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got))
		require.Equal(t, want, got, pragma)
	}
	if runtime.GOOS == "windows" {
		return
	}
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(file)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), "%s is nobody else's business", file)
	}
}
