package store_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// statement is one that the store made, to be explained.
type statement struct {
	sql    string
	values []any
}

// recordStatements keeps what the store sends from now on.
func recordStatements(t *testing.T, s *store.Store) *[]statement {
	t.Helper()
	var made []statement
	record := func(db *gorm.DB) {
		made = append(made, statement{sql: db.Statement.SQL.String(), values: db.Statement.Vars})
	}
	callbacks := s.GORM().Callback()
	require.NoError(t, callbacks.Query().After("gorm:query").Register("test:record", record))
	require.NoError(t, callbacks.Raw().After("gorm:raw").Register("test:record", record))
	require.NoError(t, callbacks.Update().After("gorm:update").Register("test:record", record))
	return &made
}

// TestEveryStatementUsesAnIndex asks the database how it would do each, among rows enough that it matters.
func TestEveryStatementUsesAnIndex(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		user, session := fill(t, s)
		made := recordStatements(t, s)
		for _, tt := range []struct {
			name string
			call func() error
		}{
			{"UserByID", func() error { _, err := s.UserByID(ctx, user.ID); return err }},
			{"UserByUsername", func() error { _, err := s.UserByUsername(ctx, "USER-A"); return err }},
			{"Users", func() error { _, err := s.Users(ctx, auth.UserPage{After: user, Limit: 20}); return err }},
			{"ReplacePasswordHash", func() error {
				return s.ReplacePasswordHash(ctx, user.ID, user.PasswordHash, user.PasswordHash)
			}},
			{"SetRole", func() error { _, err := s.SetRole(ctx, user.ID, models.RoleUser, changeAt(t, morning)); return err }},
			{"EnableUser", func() error { return s.EnableUser(ctx, user.ID, changeAt(t, morning)) }},
			{"CreateSession", func() error {
				_, err := s.CreateSession(ctx, newSession(t, user), user, 1000, changeAt(t, morning))
				return err
			}},
			{"SessionWithUser", func() error { _, err := s.SessionWithUser(ctx, session.ID); return err }},
			{"LiveSessions", func() error { _, err := s.LiveSessions(ctx, user.ID, morning, 20); return err }},
			{"Rotate", func() error { _, err := s.Rotate(ctx, session.ID, rotationOf(1, morning)); return err }},
			{"Confirm", func() error {
				return s.Confirm(ctx, map[models.SessionID]uint64{session.ID: 1, newSession(t, user).ID: 1})
			}},
			{"Revoke", func() error {
				_, err := s.Revoke(ctx, session.ID, models.RevokedByReuse, changeAt(t, morning))
				return err
			}},
			{"DisableUser", func() error { _, err := s.DisableUser(ctx, user.ID, changeAt(t, morning)); return err }},
		} {
			*made = nil
			require.NoError(t, tt.call(), tt.name)
			require.NotEmpty(t, *made, tt.name)
			for _, statement := range *made {
				if db.IsMySQL() {
					requireIndexOnMySQL(t, ctx, s.Pool(), statement)
				} else {
					requireIndexOnSQLite(t, ctx, s.Pool(), statement)
				}
			}
		}
	})
}

// fill makes 26 accounts with 8 sessions each, and returns the first and one session of it.
func fill(t *testing.T, s *store.Store) (*models.User, *models.RefreshToken) {
	t.Helper()
	var users []models.User
	var sessions []models.RefreshToken
	for letter := 'a'; letter <= 'z'; letter++ {
		user := newUser(t, "user-"+string(letter))
		users = append(users, *user)
		for i := range 8 {
			sessions = append(sessions, *newSessionAt(t, user, morning.Add(time.Duration(i)*time.Minute)))
		}
	}
	require.NoError(t, s.GORM().CreateInBatches(users, 100).Error)
	require.NoError(t, s.GORM().Omit("User").CreateInBatches(sessions, 100).Error)
	return &users[0], &sessions[0]
}

func requireIndexOnMySQL(t *testing.T, ctx context.Context, pool *sql.DB, made statement) {
	t.Helper()
	for _, step := range explain(t, ctx, pool, "EXPLAIN ", made) {
		if strings.HasSuffix(step["Extra"], "after reading const tables") {
			continue // the row by its key, which is not as asked for
		}
		require.Contains(t, []string{"const", "eq_ref", "ref", "range"}, step["type"], "%s\n%v", made.sql, step)
		require.NotEmpty(t, step["key"], "%s\n%v", made.sql, step)
		require.NotContains(t, step["Extra"], "filesort", made.sql)
		require.NotContains(t, step["Extra"], "temporary", made.sql)
	}
}

func requireIndexOnSQLite(t *testing.T, ctx context.Context, pool *sql.DB, made statement) {
	t.Helper()
	for _, step := range explain(t, ctx, pool, "EXPLAIN QUERY PLAN ", made) {
		require.True(t, strings.HasPrefix(step["detail"], "SEARCH "), "%s\n%s", made.sql, step["detail"])
	}
}

// explain returns the rows of a plan, each as column and text.
func explain(t *testing.T, ctx context.Context, pool *sql.DB, prefix string, made statement) []map[string]string {
	t.Helper()
	rows, err := pool.QueryContext(ctx, prefix+made.sql, made.values...)
	require.NoError(t, err, made.sql)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	var steps []map[string]string
	for rows.Next() {
		cells, places := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			places[i] = &cells[i]
		}
		require.NoError(t, rows.Scan(places...))
		step := map[string]string{}
		for i, column := range columns {
			step[column] = cells[i].String
		}
		steps = append(steps, step)
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, steps)
	return steps
}
