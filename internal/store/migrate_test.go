package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/store"
	"daypass/internal/testdb"
)

var everyMigration = []string{
	"00001_create_users.sql", "00002_create_refresh_tokens.sql",
	"00003_create_revocations.sql", "00004_create_security_events.sql", "00005_create_throttles.sql", "00006_create_locks.sql",
	"00007_index_users_by_role.sql",
}

// openEmpty opens a store and leaves the database as it is.
func openEmpty(t *testing.T, db *testdb.DB) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), db.Config())
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func tables(t *testing.T, s *store.Store) []string {
	t.Helper()
	names, err := s.GORM().Migrator().GetTables()
	require.NoError(t, err)
	return names
}

func TestMigrate(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := openEmpty(t, db), t.Context()
		err := s.CheckSchema(ctx)
		require.ErrorIs(t, err, store.ErrNotMigrated)
		require.ErrorContains(t, err, "database is at version 0, this program needs 7: run `daypass migrate`")
		require.Empty(t, tables(t, s), "to look changes nothing")

		applied, err := s.Migrate(ctx)
		require.NoError(t, err)
		require.Equal(t, everyMigration, applied)
		require.NoError(t, s.CheckSchema(ctx))
		applied, err = s.Migrate(ctx)
		require.NoError(t, err)
		require.Empty(t, applied)

		status, err := s.MigrationStatus(ctx)
		require.NoError(t, err)
		require.Len(t, status, len(everyMigration))
		for i, migration := range status {
			require.Equal(t, everyMigration[i], migration.Name)
			require.EqualValues(t, i+1, migration.Version)
			require.WithinDuration(t, time.Now(), migration.AppliedAt, time.Minute)
		}
	})
}

func TestADatabaseThatIsAheadIsFine(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		_, err := s.Pool().ExecContext(t.Context(), "INSERT INTO daypass_migrations (version_id, is_applied) VALUES (99, 1)")
		require.NoError(t, err)
		require.NoError(t, s.CheckSchema(t.Context()))
		applied, err := s.Migrate(t.Context())
		require.NoError(t, err)
		require.Empty(t, applied)
	})
}

func TestProcessesThatMigrateTogether(t *testing.T) {
	const processes = 8
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		applied := make([][]string, processes)
		requireNoErrors(t, together(processes, func(i int) error {
			s, err := store.Open(t.Context(), db.Config())
			if err != nil {
				return err
			}
			defer s.Close()
			if applied[i], err = s.Migrate(t.Context()); err != nil {
				return err
			}
			return s.CheckSchema(t.Context())
		}))
		var all []string
		for _, names := range applied {
			all = append(all, names...)
		}
		require.Equal(t, everyMigration, all, "each was applied once, all by one process")
	})
}

func TestATableOfSomebodyElseIsNotTakenOver(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := openEmpty(t, db)
		_, err := s.Pool().ExecContext(t.Context(), "CREATE TABLE refresh_tokens (theirs INTEGER)")
		require.NoError(t, err)

		_, err = s.Migrate(t.Context())
		require.ErrorContains(t, err, "refresh_tokens")
		require.ErrorContains(t, err, "already exists")
		require.ErrorIs(t, s.CheckSchema(t.Context()), store.ErrNotMigrated)
		if !db.IsMySQL() {
			require.Equal(t, []string{"refresh_tokens"}, tables(t, s), "all migrations or none")
		}

		_, err = s.Pool().ExecContext(t.Context(), "DROP TABLE refresh_tokens")
		require.NoError(t, err)
		_, err = s.Migrate(t.Context())
		require.NoError(t, err, "and the lock was freed")
	})
}
