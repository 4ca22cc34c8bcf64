package store_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/sqlc-dev/marino/ast"
	"github.com/sqlc-dev/marino/parser"
	"github.com/stretchr/testify/require"
)

// Where statements go when the accounts are spread over many databases, read off the statements as a router does: by the
// conditions that must all hold, and by the rows that are inserted. What is not understood here fails the test.

// shardKeys names the column of each table that tells on which shard a row is.
var shardKeys = map[string]string{
	"users": "id", "refresh_tokens": "user_id", "security_events": "user_id", "revocations": "user_id", "throttles": "id",
}

// unsharded are the tables that one database holds whole.
var unsharded = map[string]bool{"locks": true}

// lookups names the columns by whose values a router can look the shard up: each value is there once.
var lookups = map[string]string{"users": "username"}

// route is where a statement goes for the rows of one table.
type route struct {
	table string
	reach reach
	// key is the value of the shard key, for byKey.
	key string
}

func (r route) String() string { return r.table + ": " + string(r.reach) }

// reach says which shards a route asks.
type reach string

const (
	// byKey: the one that has the key.
	byKey reach = "by key"
	// byKeys: those that have the keys.
	byKeys reach = "by keys"
	// byLookup: one, which has to be looked up.
	byLookup reach = "by look-up"
	// ofNobody: the one that has the rows whose key is NULL.
	ofNobody reach = "of nobody"
	// inOnePlace: the database of the tables that are not sharded.
	inOnePlace reach = "in one place"
	// everywhere: all of them.
	everywhere reach = "everywhere"
)

// afterRows is what comes after the rows of an INSERT on SQLite, and says nothing about their place.
var afterRows = regexp.MustCompile(` (ON CONFLICT|RETURNING) .*$`)

// asOnMySQL says what MySQL says in other words.
func asOnMySQL(sql string) string {
	return strings.ReplaceAll(afterRows.ReplaceAllString(sql, ""), "AS INTEGER)", "AS SIGNED)")
}

// routesOf returns where the statement goes, for each table that it names.
func routesOf(t *testing.T, made statement) []route {
	t.Helper()
	sql := asOnMySQL(made.sql)
	parsed, err := parser.New().ParseOneStmt(sql, "", "")
	require.NoError(t, err, made.sql)
	parsed.Accept(strict{t})
	r := router{T: t, sql: sql, values: made.values}
	switch s := parsed.(type) {
	case *ast.SelectStmt:
		return r.search(s.From, s.Where)
	case *ast.UpdateStmt:
		r.requireKeysStay(s.TableRefs, s.List)
		return r.search(s.TableRefs, s.Where)
	case *ast.DeleteStmt:
		return r.search(s.TableRefs, s.Where)
	case *ast.InsertStmt:
		r.requireKeysStay(s.Table, s.OnDuplicate)
		return r.insert(s)
	}
	t.Fatalf("a statement of another kind: %s", made.sql)
	return nil
}

// strict fails on what could ask more than the tables that a statement names in its FROM.
type strict struct{ *testing.T }

func (s strict) Enter(node ast.Node) (ast.Node, bool) {
	switch node.(type) {
	case *ast.SubqueryExpr, *ast.SetOprStmt, *ast.WithClause:
		s.Fatalf("a statement with a %T", node)
	}
	return node, false
}

func (strict) Leave(node ast.Node) (ast.Node, bool) { return node, true }

func TestRoutesAreReadOffStatements(t *testing.T) {
	for sql, want := range map[string]string{
		"SELECT * FROM users WHERE id = ?":                                                                         "users: by key 1",
		"SELECT * FROM users WHERE (role = ? AND (1 = 1 AND ? = `users`.`id`))":                                    "users: by key 2",
		"SELECT * FROM users WHERE id IN (?,?)":                                                                    "users: by keys",
		"SELECT * FROM users WHERE id IN (?) AND id IN (?,?)":                                                      "users: by key 1",
		"SELECT * FROM users WHERE username = ?":                                                                   "users: by look-up",
		"SELECT * FROM users WHERE username = ? AND id = ?":                                                        "users: by key 2",
		"SELECT * FROM users WHERE username > ?":                                                                   "users: everywhere",
		"SELECT * FROM users":                                                                                      "users: everywhere",
		"SELECT * FROM users WHERE id = ? OR id = ?":                                                               "users: everywhere",
		"SELECT * FROM users WHERE id > ?":                                                                         "users: everywhere",
		"SELECT * FROM users WHERE NOT id = ?":                                                                     "users: everywhere",
		"SELECT * FROM users WHERE id NOT IN (?)":                                                                  "users: everywhere",
		"SELECT * FROM users WHERE COALESCE(id, '') = ?":                                                           "users: everywhere",
		"SELECT * FROM users WHERE id = username":                                                                  "users: everywhere",
		"SELECT COUNT(*) FROM (SELECT id FROM users WHERE id = ? LIMIT 5) AS some":                                 "users: by key 1",
		"SELECT * FROM refresh_tokens s JOIN users u ON s.user_id = u.id WHERE s.user_id = ?":                      "refresh_tokens: by key 1, users: by key 1",
		"SELECT * FROM refresh_tokens s JOIN users u ON s.user_id = u.id WHERE u.id = ?":                           "refresh_tokens: by key 1, users: by key 1",
		"SELECT * FROM refresh_tokens s JOIN users u ON s.user_id = u.id WHERE s.id = ?":                           "refresh_tokens: everywhere, users: everywhere",
		"SELECT * FROM refresh_tokens s JOIN users u ON s.user_id > u.id WHERE s.user_id = ?":                      "refresh_tokens: by key 1, users: everywhere",
		"UPDATE refresh_tokens FORCE INDEX (PRIMARY) SET ip = ? WHERE user_id = ? AND id = ?":                      "refresh_tokens: by key 2",
		"UPDATE refresh_tokens SET ip = CASE WHEN user_id = ? THEN ? ELSE ip END":                                  "refresh_tokens: everywhere",
		"DELETE FROM refresh_tokens WHERE id IN (?,?)":                                                             "refresh_tokens: everywhere",
		"UPDATE locks SET version = version + 1 WHERE name = ?":                                                    "locks: in one place",
		"INSERT INTO security_events (id, user_id) VALUES (?,?)":                                                   "security_events: by key 2",
		"INSERT INTO security_events (user_id, id) VALUES (?,?),(?,?)":                                             "security_events: by keys",
		"INSERT INTO throttles (id) VALUES (?) ON CONFLICT (id) DO NOTHING RETURNING id":                           "throttles: by key 1",
		"INSERT INTO throttles (id, clears_at) VALUES (?,?) ON DUPLICATE KEY UPDATE clears_at = VALUES(clears_at)": "throttles: by key 1",
	} {
		var got []string
		for _, to := range routesOf(t, statement{sql: sql, values: []any{1, 2, 3, 4}}) {
			got = append(got, strings.TrimSpace(to.String()+" "+to.key))
		}
		require.Equal(t, want, strings.Join(got, ", "), sql)
	}
	rows := statement{sql: "INSERT INTO security_events (id, user_id) VALUES (?,?),(?,?)", values: []any{1, nil, 2, 7}}
	require.Equal(t, []route{{"security_events", ofNobody, ""}, {"security_events", byKey, "7"}}, routesOf(t, rows))
	none := statement{sql: "SELECT * FROM security_events WHERE user_id = ?", values: []any{nil}}
	require.Equal(t, []route{{"security_events", everywhere, ""}}, routesOf(t, none))
}
