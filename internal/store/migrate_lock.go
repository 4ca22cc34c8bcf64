package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/pressly/goose/v3"
)

// migrationWait is how long a process waits for another that migrates.
const migrationWait = time.Minute

func (b *mysqlBackend) schema() schema {
	return schema{
		dialect:  goose.DialectMySQL,
		folder:   "mysql",
		hasTable: "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?",
		lock:     b.lockSchema,
	}
}

var errLockLost = errors.New("unlock the schema: the lock was lost; check the migration status")

// lockSchema takes a named lock, which the server frees when the connection ends; on a cluster, a lease. Unlocking fails when the lock was
// lost on the way: somebody else may then have migrated at the same time.
func (b *mysqlBackend) lockSchema(ctx context.Context, db *sql.DB) (func(context.Context) error, error) {
	if b.known.lag.Load() {
		return leaseSchema(ctx, db)
	}
	// Names are the server's, not the database's, and have at most 64 characters.
	name := fmt.Sprintf("daypass.%x", sha256.Sum224([]byte(b.config.DBName)))
	var held sql.NullBool
	if err := db.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", name, int(migrationWait.Seconds())).Scan(&held); err != nil {
		return nil, fmt.Errorf("lock the schema: %w", err)
	}
	if !held.Bool {
		return nil, fmt.Errorf("lock the schema: another process has been migrating for %s", migrationWait)
	}
	return func(ctx context.Context) error {
		if err := db.QueryRowContext(ctx, "SELECT RELEASE_LOCK(?)", name).Scan(&held); err != nil {
			return fmt.Errorf("unlock the schema: %w", err)
		}
		if !held.Bool {
			return errLockLost
		}
		return nil
	}, nil
}

func (b *sqliteBackend) schema() schema {
	return schema{
		dialect:  goose.DialectSQLite3,
		folder:   "sqlite",
		hasTable: "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = ?",
		lock:     b.lockSchema,
	}
}

// lockSchema begins one transaction around all migrations, the version table included: who gets the write lock second
// sees either all of it or, when it failed or the process died, nothing.
func (b *sqliteBackend) lockSchema(ctx context.Context, db *sql.DB) (func(context.Context) error, error) {
	if _, err := db.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return nil, fmt.Errorf("lock the schema: %w", err)
	}
	return func(ctx context.Context) error {
		if _, err := db.ExecContext(ctx, "COMMIT"); err != nil {
			return fmt.Errorf("unlock the schema: %w", err)
		}
		return nil
	}, nil
}
