package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

var everyMigration = []string{
	"00001_create_users.sql", "00002_create_refresh_tokens.sql",
	"00003_create_revocations.sql", "00004_create_security_events.sql", "00005_create_throttles.sql", "00006_create_locks.sql",
	"00007_index_users_by_role.sql",
	"00008_add_replayed_at.sql",
	"00009_add_ended_sign_ins.sql",
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
		require.ErrorContains(t, err, fmt.Sprintf("database is at version 0, this program needs %d: run `daypass migrate`", len(everyMigration)))
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

// The database of the first release, in use: version 2, with people and their sessions.
func TestADatabaseInUseIsMigrated(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := openEmpty(t, db), t.Context()
		require.NoError(t, s.MigrateTo(ctx, 2))
		admin, user := newUser(t, "root"), newUser(t, "ada")
		admin.Role = models.RoleAdmin
		session, ended := newSession(t, user), newSession(t, user)
		ended.RevokedAt, ended.RevokedReason = &morning, models.RevokedByLogout
		for _, row := range []any{admin, user, session, ended} {
			require.NoError(t, s.GORM().Omit("User", "ReplayedAt", "EndedSignIns").Create(row).Error)
		}
		require.ElementsMatch(t, []string{"users", "refresh_tokens", "daypass_migrations"},
			slices.DeleteFunc(tables(t, s), func(table string) bool { return table == "sqlite_sequence" }))

		applied, err := s.Migrate(ctx)
		require.NoError(t, err)
		require.Equal(t, everyMigration[2:], applied)
		require.Equal(t, admin, readUser(t, s, admin.ID))
		session.User, ended.User = *user, *user
		require.Equal(t, session, readSession(t, s, session.Key()))
		require.Equal(t, ended, readSession(t, s, ended.Key()))

		// And it goes on from there.
		_, err = s.DisableUser(ctx, admin.ID, changeAt(t, morning))
		require.ErrorIs(t, err, auth.ErrLastAdmin)
		rotated, err := s.Rotate(ctx, session.Key(), rotationOf(1, morning))
		require.NoError(t, err)
		require.True(t, rotated)
		revoked, err := s.RevokeAll(ctx, user.ID, models.RevokedByLogoutAll, changeAt(t, morning))
		require.NoError(t, err)
		require.Len(t, revoked, 1)
		taken, err := s.TakeLock(ctx, models.LockCleanUp, morning, morning.Add(time.Minute))
		require.NoError(t, err)
		require.True(t, taken)
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
