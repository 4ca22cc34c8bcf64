package store_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"daypass/internal/testdb"
)

// TestModelsAndTablesAgree holds each model against the table that the migrations made.
func TestModelsAndTablesAgree(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		known := []string{"daypass_migrations", "sqlite_sequence"}
		for _, model := range everyModel() {
			parsed, err := schema.Parse(model, &sync.Map{}, s.GORM().NamingStrategy)
			require.NoError(t, err)
			known = append(known, parsed.Table)
			columns, err := s.GORM().Migrator().ColumnTypes(model)
			require.NoError(t, err)
			compare(t, parsed, columns)
		}
		for _, table := range tables(t, s) {
			require.Contains(t, known, table, "a table without a model")
		}
	})
}

func compare(t *testing.T, model *schema.Schema, columns []gorm.ColumnType) {
	t.Helper()
	found := make([]string, 0, len(columns))
	for _, column := range columns {
		name := model.Table + "." + column.Name()
		field := model.FieldsByDBName[column.Name()]
		require.NotNil(t, field, "the model lacks %s", name)
		require.Contains(t, fittingTypes(field), strings.ToLower(column.DatabaseTypeName()), name)
		nullable, ok := column.Nullable()
		require.True(t, ok, name)
		require.Equal(t, field.FieldType.Kind().String() == "ptr", nullable, "%s: a pointer stands for NULL", name)
		if length, ok := column.Length(); ok && field.Name == "Username" && length > 0 {
			require.EqualValues(t, 64, length, name)
		}
		found = append(found, column.Name())
	}
	want := slices.Clone(model.DBNames)
	require.ElementsMatch(t, want, found, "columns of %s", model.Table)
}

func fittingTypes(field *schema.Field) []string {
	switch field.DataType {
	case schema.Bytes:
		return []string{"binary", "blob"}
	case schema.String:
		return []string{"varchar", "text"}
	case schema.Time:
		return []string{"datetime"}
	case schema.Uint:
		return []string{"bigint", "integer"}
	default:
		return nil
	}
}

// TestKeysAndIndexes pins what the speed of a refresh stands on: two secondary indexes, neither of them on a column
// that a rotation writes. And what lists, counts and cleans up stands on.
func TestKeysAndIndexes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		migrator := db.OpenStore(t).GORM().Migrator()
		got := map[string][]string{}
		for _, model := range everyModel() {
			indexes, err := migrator.GetIndexes(model)
			require.NoError(t, err)
			for _, index := range indexes {
				if primary, ok := index.PrimaryKey(); ok && primary || strings.HasPrefix(index.Name(), "sqlite_autoindex_") {
					continue
				}
				got[index.Table()] = append(got[index.Table()], strings.Join(index.Columns(), ","))
			}
		}
		users := []string{"role"}
		if db.IsMySQL() { // on SQLite the constraint's own index, which was left out above
			users = append(users, "username")
		}
		require.ElementsMatch(t, users, got["users"])
		require.ElementsMatch(t, []string{"user_id", "expires_at"}, got["refresh_tokens"])
		require.ElementsMatch(t, []string{"expires_at"}, got["revocations"])
		require.ElementsMatch(t, []string{"user_id,id", "kind,id", "ip,id", "created_at,kind"}, got["security_events"])
		require.ElementsMatch(t, []string{"clears_at"}, got["throttles"])
		require.Empty(t, got["locks"])
	})
}

func TestTextColumnsCompareAsIntended(t *testing.T) {
	db := testdb.MySQL(t)
	s := db.OpenStore(t)
	rows, err := s.Pool().QueryContext(t.Context(), `SELECT CONCAT(table_name, '.', column_name), collation_name FROM information_schema.columns
		WHERE table_schema = DATABASE() AND table_name <> 'daypass_migrations' AND collation_name IS NOT NULL`)
	require.NoError(t, err)
	defer rows.Close()
	got := map[string]string{}
	for rows.Next() {
		var column, collation string
		require.NoError(t, rows.Scan(&column, &collation))
		got[column] = collation
	}
	require.NoError(t, rows.Err())
	require.Equal(t, map[string]string{
		"users.username":                "utf8mb4_general_ci",
		"users.password_hash":           "ascii_bin",
		"users.role":                    "ascii_bin",
		"refresh_tokens.revoked_reason": "ascii_bin",
		"refresh_tokens.ip":             "ascii_bin",
		"refresh_tokens.user_agent":     "utf8mb4_bin",
		"revocations.role":              "ascii_bin",
		"security_events.kind":          "ascii_bin",
		"security_events.detail":        "ascii_bin",
		"security_events.ip":            "ascii_bin",
		"security_events.user_agent":    "utf8mb4_bin",
		"locks.name":                    "ascii_bin",
	}, got)
}
