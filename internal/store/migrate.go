package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"time"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// versionTable records which migrations were applied. It has a name of our own, so that an application whose database
// Daypass shares may use the same migration tool.
const versionTable = "daypass_migrations"

// schema is what the kinds of database do differently about migrations.
type schema struct {
	dialect goose.Dialect
	// folder below migrations/.
	folder string
	// hasTable counts the tables with the given name.
	hasTable string
	// lock keeps other processes from migrating until the returned function was called, or the context ended and the pool
	// is closed.
	lock func(ctx context.Context, db *sql.DB) (unlock func(context.Context) error, err error)
}

// Migration is one step of the schema.
type Migration struct {
	Version int64
	// Name is that of its file.
	Name string
	// AppliedAt is when it was applied; zero when it was not.
	AppliedAt time.Time
}

// Migrate brings the schema up to date and returns the names of the migrations that it applied. Any number of
// processes may do so at once: one migrates, the others wait and find nothing left to do.
func (s *Store) Migrate(ctx context.Context) (applied []string, err error) {
	applied, err = s.migrate(ctx)
	return applied, describe(ctx, "migrate", err)
}

func (s *Store) migrate(ctx context.Context) ([]string, error) {
	// However this ends, nothing holds the lock any more.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	// The lock belongs to a connection, so this pool has just one.
	db, err := s.backend.openForMigration()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)

	unlock, err := s.backend.schema().lock(ctx, db)
	if err != nil {
		return nil, err
	}
	provider, err := s.migrationProvider(db)
	if err != nil {
		return nil, err
	}
	results, err := provider.Up(ctx)
	if err != nil {
		return nil, err
	}
	applied := make([]string, 0, len(results))
	for _, result := range results {
		applied = append(applied, path.Base(result.Source.Path))
	}
	return applied, unlock(ctx)
}

// migrationProvider runs no transactions of its own: MySQL has none around DDL, and on SQLite the lock is one.
func (s *Store) migrationProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, path.Join("migrations", s.backend.schema().folder))
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(s.backend.schema().dialect, db, files,
		goose.WithTableName(versionTable), goose.WithIsolateDDL(true), goose.WithDisableGlobalRegistry(true))
}

// MigrationStatus returns all migrations of this program, oldest first. It changes nothing.
func (s *Store) MigrationStatus(ctx context.Context) ([]Migration, error) {
	status, err := s.migrationStatus(ctx)
	return status, describe(ctx, "read migration status", err)
}

func (s *Store) migrationStatus(ctx context.Context) ([]Migration, error) {
	db, err := s.backend.openForMigration()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	provider, err := s.migrationProvider(db)
	if err != nil {
		return nil, err
	}
	var status []Migration
	var versionTables int
	if err := db.QueryRowContext(ctx, s.backend.schema().hasTable, versionTable).Scan(&versionTables); err != nil {
		return nil, err
	}
	// The provider would make the version table if it were asked without one.
	if versionTables == 0 {
		for _, source := range provider.ListSources() {
			status = append(status, Migration{Version: source.Version, Name: path.Base(source.Path)})
		}
		return status, nil
	}
	known, err := provider.Status(ctx)
	for _, m := range known {
		status = append(status, Migration{Version: m.Source.Version, Name: path.Base(m.Source.Path), AppliedAt: m.AppliedAt})
	}
	return status, err
}

// CheckSchema returns [ErrNotMigrated] when a migration of this program is missing from the database. A database that
// is ahead is fine: while replicas are replaced the new one migrates and the old ones go on.
func (s *Store) CheckSchema(ctx context.Context) error {
	status, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	var at, needed int64
	for _, migration := range status {
		needed = migration.Version
		if !migration.AppliedAt.IsZero() {
			at = migration.Version
		}
	}
	if at < needed {
		return fmt.Errorf("%w: database is at version %d, this program needs %d: run `daypass migrate`", ErrNotMigrated, at, needed)
	}
	return nil
}
