package auth_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
)

// What the server does for an attempt must not tell names that exist from names that do not.
func TestNamesThatExistCostTheStatementsOfThoseThatDoNot(t *testing.T) {
	server := testdb.StartServer(t)
	db := server.Database(t)
	clock := newClock()
	w := newLimitedWorld(t, db, clock)
	w.register(t, "ada")
	w.register(t, "disabled")
	require.NoError(t, w.service.DisableUser(t.Context(), "disabled"))

	spent := func(ip, username, password string) map[string]int {
		before := statements(t, db)
		_, err := w.service.Login(from(t.Context(), ip), auth.Credentials{Username: username, Password: password})
		require.Error(t, err)
		after := statements(t, db)
		maps.DeleteFunc(after, func(name string, count int) bool { return count == before[name] })
		for name := range after {
			after[name] -= before[name]
		}
		return after
	}
	spent(stranger(4), "somebody", testPassword) // statements are prepared once a connection
	for i := range 8 {                           // five of them wrong, the others throttled
		unknown := spent(stranger(1), "nobody", testPassword)
		require.Equal(t, unknown, spent(stranger(2), "ada", "a wrong guess"), "attempt %d", i+1)
		require.Equal(t, unknown, spent(stranger(3), "disabled", testPassword), "attempt %d", i+1)
		if i == 0 || i == 7 {
			t.Logf("attempt %d: %v", i+1, unknown)
		}
		if i >= 5 {
			require.Equal(t, 2, unknown["Com_select"], "the account and its counters")
			require.Zero(t, unknown["Com_insert"]+unknown["Com_update"]+unknown["Com_commit"])
		}
	}
}

// statements counts those that the server took, by kind, but for the one that asks.
func statements(t *testing.T, db *testdb.DB) map[string]int {
	t.Helper()
	rows, err := db.SQL(t).QueryContext(t.Context(), "SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Com\\_%'")
	require.NoError(t, err)
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var name string
		var count int
		require.NoError(t, rows.Scan(&name, &count))
		if !strings.HasPrefix(name, "Com_show") && name != "Com_set_option" {
			counts[name] = count
		}
	}
	require.NoError(t, rows.Err())
	return counts
}
