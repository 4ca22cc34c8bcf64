package store

import (
	"cmp"
	"errors"
	"log/slog"
	"runtime"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Config says which database to use and how. Exactly one of MySQL and SQLitePath is set; every other zero value
// stands for a default.
type Config struct {
	// MySQL is how to reach a MySQL server. The store works on a copy and sets what it relies on (see mysql.go).
	MySQL *mysql.Config
	// MySQLFailover are the addresses, host:port, of further servers of the same database. The first one that answers and
	// takes writes is used, that of MySQL before these; ConnectTimeout is shared out among them.
	MySQLFailover []string
	// SQLitePath is the database file; it is made when absent, readable by its owner only.
	SQLitePath string

	// MaxOpenConns bounds the connections; default 32 on MySQL, one a processor and at least 4 on SQLite.
	MaxOpenConns int
	// MaxIdleConns bounds those that are kept for the next call; default MaxOpenConns.
	MaxIdleConns int
	// ConnMaxLifetime is when a connection is replaced; default 30 minutes on MySQL, never on SQLite.
	ConnMaxLifetime time.Duration
	// ConnMaxIdleTime is when an unused connection is closed; default 5 minutes on MySQL, never on SQLite.
	ConnMaxIdleTime time.Duration
	// ConnectTimeout bounds [Open], and how long a server may take to pick up later; default 10 seconds.
	ConnectTimeout time.Duration

	// Log receives what is worth knowing and no error to a caller: retries, the driver's remarks. Never a value of a
	// statement. Default: nowhere.
	Log *slog.Logger
}

const (
	// lockWait is how long one statement waits for a lock of another.
	lockWait = 3 * time.Second
	// networkWait is how long one read from or write to the server may take, when the MySQL config does not say.
	networkWait = 15 * time.Second
)

func (c Config) backend() (backend, error) {
	switch {
	case c.MySQL != nil && c.SQLitePath != "":
		return nil, errors.New("both MySQL and an SQLite file are configured")
	case c.MySQL != nil:
		return newMySQL(c)
	case c.SQLitePath != "":
		return newSQLite(c.SQLitePath)
	default:
		return nil, errors.New("no database is configured")
	}
}

func (c Config) withDefaults() Config {
	conns, lifetime, idle := 32, 30*time.Minute, 5*time.Minute
	if c.MySQL == nil {
		// Connections stay: with the last one SQLite removes the files beside the database.
		conns, lifetime, idle = max(4, runtime.GOMAXPROCS(0)), 0, 0
	}
	c.MaxOpenConns = cmp.Or(c.MaxOpenConns, conns)
	c.MaxIdleConns = cmp.Or(c.MaxIdleConns, c.MaxOpenConns)
	c.ConnMaxLifetime = cmp.Or(c.ConnMaxLifetime, lifetime)
	c.ConnMaxIdleTime = cmp.Or(c.ConnMaxIdleTime, idle)
	c.ConnectTimeout = cmp.Or(c.ConnectTimeout, 10*time.Second)
	c.Log = cmp.Or(c.Log, slog.New(slog.DiscardHandler))
	return c
}
