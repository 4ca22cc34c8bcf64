package testdb

import (
	"crypto/rand"
	"database/sql"
	"flag"
	"log"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/stretchr/testify/require"

	"daypass/internal/config"
	"daypass/internal/store"
	"daypass/internal/testbed"
)

// URLVariable names the server to use. [Main] sets it to the private server for the tests and their child processes.
const URLVariable = "DAYPASS_TEST_DATABASE_URL"

// Main runs a package's tests beside a MySQL server, and exits. With -short it starts none.
func Main(m *testing.M) {
	flag.Parse()
	os.Exit(runBesideServer(m))
}

func runBesideServer(m *testing.M) int {
	if os.Getenv(URLVariable) != "" || testing.Short() || testbed.HasMySQL() != nil {
		return m.Run()
	}
	server, err := testbed.StartMySQL(testbed.MySQLConfig{})
	if err != nil {
		log.Printf("testdb: %v", err)
		return 1
	}
	defer server.Discard()
	if err := os.Setenv(URLVariable, server.URL("")); err != nil {
		log.Printf("testdb: %v", err)
		return 1
	}
	return m.Run()
}

// A DB is a fresh, empty database for one test, gone when the test ends.
type DB struct {
	url    string
	config config.DatabaseURL
}

// Each runs the test on SQLite and on MySQL.
func Each(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQL(t)) })
}

// SQLite returns a fresh file.
func SQLite(t testing.TB) *DB {
	t.Helper()
	return newDB(t, "sqlite:"+filepath.Join(t.TempDir(), "daypass.db"))
}

// MySQL returns a fresh database on the server, or skips the test when there is none.
func MySQL(t testing.TB) *DB {
	t.Helper()
	server := os.Getenv(URLVariable)
	if server == "" {
		skip(t)
	}
	return createDatabase(t, server)
}

func skip(t testing.TB) {
	t.Helper()
	err := testbed.HasMySQL()
	switch {
	case os.Getenv("CI") == "true" && err != nil:
		t.Fatalf("CI=true wants MySQL, but %s is not set and %v", URLVariable, err)
	case err != nil:
		t.Skipf("no MySQL: %s is not set and %v", URLVariable, err)
	case testing.Short():
		t.Skip("no MySQL in -short mode")
	default:
		t.Fatal("the package's TestMain must call testdb.Main")
	}
}

func createDatabase(t testing.TB, server string) *DB {
	t.Helper()
	name := "daypass_test_" + strings.ToLower(rand.Text())
	admin := newDB(t, withDatabase(t, server, "mysql")).SQL(t)
	_, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() { _, _ = admin.Exec("DROP DATABASE " + name) })
	return newDB(t, withDatabase(t, server, name))
}

func withDatabase(t testing.TB, server, name string) string {
	t.Helper()
	u, err := url.Parse(server)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

func newDB(t testing.TB, databaseURL string) *DB {
	t.Helper()
	parsed, err := config.ParseDatabaseURL(databaseURL)
	require.NoError(t, err)
	return &DB{url: databaseURL, config: parsed}
}

// URL is what DAYPASS_DATABASE_URL takes.
func (db *DB) URL() string { return db.url }

// IsMySQL tells the two kinds apart.
func (db *DB) IsMySQL() bool { return db.config.MySQL != nil }

// Config is what [store.Open] takes. Change it as you like, it is a copy.
func (db *DB) Config() store.Config {
	c := store.Config{SQLitePath: db.config.SQLitePath}
	if db.IsMySQL() {
		c.MySQL, c.MySQLFailover = db.config.MySQL.Clone(), slices.Clone(db.config.MySQLFailover)
	}
	return c
}

// OpenStore returns a store with a pool of its own, as one more process has, on the migrated database.
func (db *DB) OpenStore(t testing.TB) *store.Store {
	t.Helper()
	opened, err := store.Open(t.Context(), db.Config())
	require.NoError(t, err)
	t.Cleanup(func() { _ = opened.Close() })
	_, err = opened.Migrate(t.Context())
	require.NoError(t, err)
	return opened
}

// SQL returns a plain pool on the database, to look behind the store. On MySQL times are read as [time.Time].
func (db *DB) SQL(t testing.TB) *sql.DB {
	t.Helper()
	pool, err := db.open()
	require.NoError(t, err)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func (db *DB) open() (*sql.DB, error) {
	if !db.IsMySQL() {
		path := url.URL{Path: filepath.ToSlash(db.config.SQLitePath)}
		return driver.Open("file:" + path.EscapedPath() + "?_pragma=busy_timeout(5000)")
	}
	plain := db.config.MySQL.Clone()
	plain.ParseTime = true
	plain.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(plain)
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}
