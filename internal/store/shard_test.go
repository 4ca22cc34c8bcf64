package store_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// exception is a call that asks for more than the shard of one account.
type exception struct {
	// asks are its routes to elsewhere.
	asks []string
	// across says that a transaction of it goes to several shards, which are not sure to commit together.
	across bool
	why    string
}

const (
	overview  = "an ADMIN, or an operator, looks at all accounts"
	attempts  = "a throttle is on the shard of its own key, which is a hash"
	cleaning  = "a clean-up: what it leaves today it removes tomorrow"
	lastAdmin = "one ADMIN must be left of all. The account commits first, being asked first; the lock is a number that nobody reads"
)

// exceptions are all that there are, by the names of the calls. docs/scaling.md has them too.
var exceptions = map[string]exception{
	"read: UserByUsername":        {asks: []string{"users: by look-up"}, why: "who signs in says a name"},
	"read: UsersByID":             {asks: []string{"users: by keys"}, why: "an ADMIN reads a page of events"},
	"read: Users":                 {asks: []string{"users: everywhere"}, why: overview},
	"read: Users by prefix":       {asks: []string{"users: everywhere"}, why: overview},
	"read: CountUsers":            {asks: []string{"users: everywhere"}, why: overview},
	"read: CountUsers by prefix":  {asks: []string{"users: everywhere"}, why: overview},
	"read: Events":                {asks: []string{"security_events: everywhere"}, why: overview},
	"read: Events by kind and IP": {asks: []string{"security_events: everywhere"}, why: overview},
	"read: EventByID":             {asks: []string{"security_events: everywhere"}, why: overview},
	"read: CountEvents":           {asks: []string{"security_events: everywhere"}, why: overview},
	"read: Revocations":           {asks: []string{"revocations: everywhere"}, why: "the feed is of what was revoked anywhere"},
	"read: Throttles":             {asks: []string{"throttles: by keys"}, why: attempts},
	"ForgetThrottles":             {asks: []string{"throttles: by keys"}, why: attempts},
	"UpdateThrottles":             {asks: []string{"throttles: by keys"}, across: true, why: attempts},
	"UpdateThrottles with events": {
		asks: []string{"security_events: of nobody", "throttles: by keys"}, across: true, why: attempts,
	},
	"AppendEvent of nobody":   {asks: []string{"security_events: of nobody"}, why: "no account has the name"},
	"Confirm":                 {asks: []string{"refresh_tokens: by keys"}, why: "one statement for all whom a process saw"},
	"SetRole of an ADMIN":     {asks: []string{"locks: in one place", "users: everywhere"}, across: true, why: lastAdmin},
	"DisableUser of an ADMIN": {asks: []string{"locks: in one place", "users: everywhere"}, across: true, why: lastAdmin},
	"DeleteUser of an ADMIN":  {asks: []string{"locks: in one place", "users: everywhere"}, across: true, why: lastAdmin},
	"TakeLock":                {asks: []string{"locks: in one place"}, why: cleaning},
	"DeleteExpired": {asks: []string{
		"refresh_tokens: everywhere", "revocations: everywhere", "security_events: everywhere",
		"throttles: by keys", "throttles: everywhere",
	}, why: cleaning},
	"DeleteIdleSessions": {asks: []string{"refresh_tokens: everywhere"}, why: cleaning},
}

// TestEveryCallStaysOnTheShardOfItsAccount reads off every statement of every call which shards it asks. But for the
// exceptions that is one, all along: that of the account whom the call is about.
func TestEveryCallStaysOnTheShardOfItsAccount(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		calls := everyCall(t, t.Context(), s)
		delete(calls, "read: CheckSchema") // asks for the tables, not for what is in them
		delete(calls, "Ping")              // asks for the server
		for name := range exceptions {
			require.Contains(t, calls, name)
		}
		made := recordStatements(t, s)
		for name, call := range calls {
			*made = nil
			require.NoError(t, call(), name)
			require.NotEmpty(t, *made, name)
			want, got := exceptions[name], journeyOf(t, *made)
			require.Equal(t, want.asks, slices.Sorted(maps.Keys(got.elsewhere)), "%s (%s): %v", name, want.why, *made)
			require.Equal(t, want.across, got.across, "%s (%s): %v", name, want.why, *made)
			require.LessOrEqual(t, len(got.accounts), 1, "%s: several accounts: %v", name, *made)
			if want.asks == nil {
				require.Len(t, got.accounts, 1, "%s: %v", name, *made)
			}
		}
	})
}

// journey is where the statements of a call go.
type journey struct {
	// accounts are those to whose shards they go, elsewhere the other routes.
	accounts, elsewhere map[string]bool
	// across reports whether those of one transaction go to several shards.
	across bool
}

func journeyOf(t *testing.T, made []statement) journey {
	t.Helper()
	j := journey{accounts: map[string]bool{}, elsewhere: map[string]bool{}}
	began := map[any]string{}
	for _, statement := range made {
		for _, to := range routesOf(t, statement) {
			place := to.String()
			if to.reach == byKey && to.table != "throttles" {
				place = to.key
				j.accounts[place] = true
			} else {
				j.elsewhere[place] = true
			}
			if statement.transaction == nil {
				continue
			}
			before, further := began[statement.transaction]
			began[statement.transaction] = place
			j.across = j.across || further && place != before || to.reach == byKeys || to.reach == everywhere
		}
	}
	return j
}

func TestThePageOnScalingHasEveryException(t *testing.T) {
	page, err := os.ReadFile("../../docs/scaling.md")
	require.NoError(t, err)
	for name := range exceptions {
		require.Contains(t, string(page), "`"+strings.TrimPrefix(name, "read: ")+"`")
	}
}
