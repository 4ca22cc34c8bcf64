package store_test

import (
	"context"
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"daypass/internal/store"
)

// statement is one that the store made.
type statement struct {
	sql    string
	values []any
	// transaction is the one that it was part of; nil when it was one by itself.
	transaction gorm.TxCommitter
}

// recordStatements keeps what the store sends from now on.
func recordStatements(t *testing.T, s *store.Store) *[]statement {
	t.Helper()
	var made []statement
	record := func(db *gorm.DB) {
		if db.DryRun {
			return // a part of another one
		}
		transaction, _ := db.Statement.ConnPool.(gorm.TxCommitter)
		made = append(made, statement{sql: db.Statement.SQL.String(), values: db.Statement.Vars, transaction: transaction})
	}
	s.Observe(func(_ context.Context, text string, values []any) func(error) {
		made = append(made, statement{sql: text, values: values})
		return func(error) {}
	})
	callbacks := s.GORM().Callback()
	require.NoError(t, callbacks.Query().After("gorm:query").Register("test:record", record))
	require.NoError(t, callbacks.Row().After("gorm:row").Register("test:record", record))
	require.NoError(t, callbacks.Create().After("gorm:create").Register("test:record", record))
	require.NoError(t, callbacks.Raw().After("gorm:raw").Register("test:record", record))
	require.NoError(t, callbacks.Update().After("gorm:update").Register("test:record", record))
	require.NoError(t, callbacks.Delete().After("gorm:delete").Register("test:record", record))
	return &made
}

// requireIndexes asks the database how it does the statement. Every table must be searched by an index and nothing
// sorted or gathered, but for what the plan tolerates.
func requireIndexes(t *testing.T, pool *sql.DB, onMySQL bool, made statement, plan plan) {
	t.Helper()
	faults, prefix := faultsOnSQLite, "EXPLAIN QUERY PLAN "
	if onMySQL {
		faults, prefix = faultsOnMySQL, "EXPLAIN "
	}
	steps := explain(t, pool, prefix, made)
	if !lookedUp(steps[0]) {
		require.Contains(t, steps[0]["key"]+steps[0]["detail"], plan.index, "%s\n%s\n%v", plan.name, made.sql, steps)
	}
	for _, step := range steps {
		for _, fault := range faults(step) {
			require.Contains(t, plan.tolerated, fault, "%s\n%s\n%v", plan.name, made.sql, step)
		}
	}
}

// lookedUp reports whether MySQL read the one row by its key already, for the plan, and found it not as asked for any more.
func lookedUp(step map[string]string) bool { return step["table"] == "" && step["detail"] == "" }

func faultsOnMySQL(step map[string]string) []string {
	if lookedUp(step) {
		return nil
	}
	var faults []string
	if !slices.Contains([]string{"const", "eq_ref", "ref", "range"}, step["type"]) {
		faults = append(faults, step["type"]+" "+step["table"])
	}
	for _, fault := range []string{"filesort", "temporary"} {
		if strings.Contains(step["Extra"], fault) {
			faults = append(faults, fault)
		}
	}
	return faults
}

func faultsOnSQLite(step map[string]string) []string {
	detail := step["detail"]
	if strings.HasPrefix(detail, "SEARCH ") {
		return nil
	}
	return []string{detail}
}

// explain returns the rows of a plan, each as column and text.
func explain(t *testing.T, pool *sql.DB, prefix string, made statement) []map[string]string {
	t.Helper()
	rows, err := pool.QueryContext(t.Context(), prefix+made.sql, made.values...)
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
