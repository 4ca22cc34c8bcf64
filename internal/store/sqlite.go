package store

import (
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"
)

// sqliteBackend is one SQLite file, shared by the processes of one machine.
type sqliteBackend struct {
	path  string
	known servers // all that is zero: the file is what it is
}

// newSQLite makes the file when it is absent. It holds password hashes, so nobody else may read it.
func newSQLite(path string) (backend, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("locate the database file: %w", err)
	}
	// The index of the log (-shm) holds no content but locks: whoever can open it can keep us from writing.
	for _, path := range []string{absolute, absolute + "-shm"} {
		if err := makePrivate(path); err != nil {
			return nil, fmt.Errorf("open the database file: %w", err)
		}
	}
	return &sqliteBackend{path: absolute}, nil
}

// makePrivate makes the file, readable by its owner only, unless it is there.
func makePrivate(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	return file.Close()
}

func (b *sqliteBackend) String() string { return fmt.Sprintf("sqlite file %q", b.path) }

func (b *sqliteBackend) open() (*sql.DB, error) {
	return driver.Open(b.dsn(lockWait, url.Values{
		// A transaction takes the write lock when it begins, so they run one after another.
		"_txlock": {"immediate"},
		// Of one width and in UTC, so that text order is time order.
		"_timefmt": {string(sqlite3.TimeFormat7)},
	}))
}

func (b *sqliteBackend) servers() *servers { return &b.known }

// openForMigration reads times in the format of the migration tool.
func (b *sqliteBackend) openForMigration() (*sql.DB, error) {
	return driver.Open(b.dsn(migrationWait, url.Values{}))
}

func (b *sqliteBackend) dsn(wait time.Duration, parameters url.Values) string {
	parameters["_pragma"] = []string{
		// First, because those below may have to wait.
		fmt.Sprintf("busy_timeout(%d)", wait.Milliseconds()),
		"journal_mode(wal)",
		// Every commit reaches the disk: a logout that was answered survives a power cut.
		"synchronous(full)",
	}
	// The write-ahead log holds what the file holds: the same permissions.
	parameters.Set("modeof", b.path)
	path := url.URL{Path: filepath.ToSlash(b.path)}
	// SQLite reads %20 as a space, but not the plus that forms use.
	return "file:" + path.EscapedPath() + "?" + strings.ReplaceAll(parameters.Encode(), "+", "%20")
}

func (b *sqliteBackend) dialector(pool *sql.DB) gorm.Dialector { return gormlite.OpenDB(pool) }

func (b *sqliteBackend) probe() string { return "PRAGMA schema_version" }

// byKey has nothing to add: SQLite prefers what finds one row at most.
func (b *sqliteBackend) byKey(table string) string { return table }

// bucket rounds to whole milliseconds, for unixepoch counts in seconds with a fraction.
func (b *sqliteBackend) bucket(column string) string {
	return "CAST(ROUND((UNIXEPOCH(" + column + ", 'subsec') - UNIXEPOCH(?, 'subsec')) * 1000) AS INTEGER) / ?"
}
