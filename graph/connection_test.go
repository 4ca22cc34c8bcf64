package graph_test

import (
	"encoding/base64"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

const userPage = `query ($first: Int, $after: String, $last: Int, $before: String, $search: String) {
	users(first: $first, after: $after, last: $last, before: $before, search: $search) {
		edges { cursor node { username } } nodes { username } totalCount
		pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
	} }`

// usersPage is a page of accounts as a client holds it.
type usersPage struct {
	names          []string
	cursors        []string
	total          int
	next, previous bool
	start, end     any
}

func (p *person) usersPage(variables map[string]any) usersPage {
	p.t.Helper()
	return p.usersPageOf(userPage, variables)
}

func (p *person) usersPageOf(query string, variables map[string]any) usersPage {
	p.t.Helper()
	got := p.get("users", query, variables).(map[string]any)
	info := got["pageInfo"].(map[string]any)
	page := usersPage{
		total: int(got["totalCount"].(float64)), next: info["hasNextPage"].(bool), previous: info["hasPreviousPage"].(bool),
		start: info["startCursor"], end: info["endCursor"],
	}
	for i, edge := range got["edges"].([]any) {
		edge := edge.(map[string]any)
		require.Equal(p.t, edge["node"], got["nodes"].([]any)[i])
		page.names = append(page.names, edge["node"].(map[string]any)["username"].(string))
		page.cursors = append(page.cursors, edge["cursor"].(string))
	}
	if len(page.cursors) > 0 {
		require.Equal(p.t, []any{page.cursors[0], page.cursors[len(page.cursors)-1]}, []any{page.start, page.end})
	} else {
		require.Equal(p.t, []any{nil, nil}, []any{page.start, page.end})
	}
	return page
}

func TestPagesOfAccountsAreStableUnderInserts(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		api := newAPIOn(t, db.OpenStore(t))
		root := api.admin("root")
		var newestFirst, byName []string
		for i := range 6 {
			name := fmt.Sprintf("p%d", (i*5)%6) + "-x"
			api.user(name)
			newestFirst = append([]string{name}, newestFirst...)
			byName = append(byName, fmt.Sprintf("p%d-x", i))
		}
		newestFirst = append(newestFirst, "root")
		disturbances := 0
		disturb := func() { // at both ends of the list by age, and in the middle of that by name
			disturbances++
			api.user(fmt.Sprintf("p%d-y%d", disturbances%6, disturbances))
			leaver := api.user("p0-leaver")
			leaver.get("deleteAccount", `mutation ($p: String!) { deleteAccount(input: {password: $p}) { deletedUserId } }`, map[string]any{"p": testPassword})
		}
		for _, search := range []any{nil, "p"} {
			want := newestFirst
			if search != nil {
				want = byName
			}
			require.Equal(t, want, original(walk(root, search, "first", "after", disturb)), "forward, searched %v", search)
			backward := original(walk(root, search, "last", "before", disturb))
			require.Equal(t, want, backward, "backward, searched %v", search)
		}
	})
}

// walk goes from one end of the list to the other in pages of two, while it is disturbed in between. It returns the names
// in the order of the list.
func walk(p *person, search any, size, cursor string, disturb func()) []string {
	var names []string
	variables := map[string]any{"search": search, size: 2}
	for {
		page := p.usersPage(variables)
		disturb()
		more := page.next
		if size == "last" {
			more = page.previous
			names = append(append([]string{}, page.names...), names...)
			variables[cursor] = page.start
		} else {
			names = append(names, page.names...)
			variables[cursor] = page.end
		}
		if !more {
			return names
		}
	}
}

// original leaves out who came only during the walk.
func original(names []string) []string {
	var kept []string
	for _, name := range names {
		if name == "root" || name[len(name)-2:] == "-x" {
			kept = append(kept, name)
		}
	}
	return kept
}

func TestWhichPageIsAskedFor(t *testing.T) {
	api := newAPI(t)
	root := api.admin("root")
	for i := range 24 {
		api.user(fmt.Sprintf("p%02d", i))
	}
	name := func(i int) string { return fmt.Sprintf("p%02d", i) }
	all := root.usersPage(map[string]any{"first": 100})
	require.Len(t, all.names, 25)
	require.False(t, all.next)

	for _, test := range []struct {
		name           string
		query          string
		variables      map[string]any
		first, last    string
		count          int
		next, previous bool
	}{
		{name: "neither", first: name(23), last: name(4), count: 20, next: true},
		{name: "nulls", variables: map[string]any{"first": nil, "last": nil}, first: name(23), last: name(4), count: 20, next: true},
		{name: "the default in the query", query: `{ users { edges { cursor node { username } } nodes { username } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, first: name(23), last: name(4), count: 20, next: true},
		{name: "last alone is from the end", variables: map[string]any{"last": 2}, first: name(0), last: "root", count: 2, previous: true},
		{name: "last alone, as a literal", query: `{ users(last: 2) { edges { cursor node { username } } nodes { username } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`, first: name(0), last: "root", count: 2, previous: true},
		{name: "last beside a null", variables: map[string]any{"first": nil, "last": 2}, first: name(0), last: "root", count: 2, previous: true},
		{name: "both", variables: map[string]any{"first": 5, "last": 2}, first: name(20), last: name(19), count: 2, next: true, previous: true},
		{name: "both, the default among them", variables: map[string]any{"first": 20, "last": 1}, first: name(4), last: name(4), count: 1, next: true, previous: true},
		{name: "none", variables: map[string]any{"first": 0}, next: true},
		{name: "none from the end", variables: map[string]any{"last": 0}, previous: true},
		{name: "between", variables: map[string]any{"after": all.cursors[2], "before": all.cursors[5]}, first: name(20), last: name(19), count: 2, previous: true},
		{name: "between, from the end", variables: map[string]any{"after": all.cursors[2], "before": all.cursors[5], "last": 1}, first: name(19), last: name(19), count: 1, next: true, previous: true},
		{name: "after the last", variables: map[string]any{"after": all.cursors[24]}, previous: true},
		{name: "before the first", variables: map[string]any{"before": all.cursors[0], "last": 3}, next: true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if test.query == "" {
				test.query = userPage
			}
			page := root.usersPageOf(test.query, test.variables)
			require.Len(t, page.names, test.count)
			if test.count > 0 {
				require.Equal(t, []string{test.first, test.last}, []string{page.names[0], page.names[test.count-1]})
			}
			require.Equal(t, [2]bool{test.next, test.previous}, [2]bool{page.next, page.previous}, "next, previous")
			require.Equal(t, 25, page.total)
		})
	}
	require.Equal(t, 10, root.usersPage(map[string]any{"search": "P0", "first": 1}).total)
	require.Zero(t, root.usersPage(map[string]any{"search": "p_"}).total)
}

func TestArgumentsThatAreOfNoUse(t *testing.T) {
	api := newAPI(t)
	root := api.admin("root")
	user := root.usersPage(nil).cursors[0]
	place, err := base64.RawURLEncoding.DecodeString(user)
	require.NoError(t, err)
	notText := base64.RawURLEncoding.EncodeToString(append(place, 0xff))
	event := root.get("securityEvents", `{ securityEvents { edges { cursor } } }`, nil).(map[string]any)["edges"].([]any)[0].(map[string]any)["cursor"]
	const overview = `query ($s: DateTime!, $u: DateTime!, $b: TimeBucket!) { securityOverview(since: $s, until: $u, bucket: $b) { counts { count } } }`
	const january, june = "2026-01-01T00:00:00Z", "2026-06-01T00:00:00Z"
	for _, test := range []struct {
		name, query string
		variables   map[string]any
		wantFields  []string
	}{
		{name: "negative", query: userPage, variables: map[string]any{"first": -1}, wantFields: []string{"first"}},
		{name: "too many", query: userPage, variables: map[string]any{"first": 101}, wantFields: []string{"first"}},
		{name: "both wrong", query: userPage, variables: map[string]any{"first": 101, "last": -1}, wantFields: []string{"first", "last"}},
		{name: "far too many", query: userPage, variables: map[string]any{"last": 1 << 40}, wantFields: []string{"last"}},
		{name: "literal", query: `{ securityEvents(first: 101) { nodes { id } } }`, wantFields: []string{"first"}},
		{name: "no cursor", query: userPage, variables: map[string]any{"after": "!"}, wantFields: []string{"after"}},
		{name: "empty cursor", query: userPage, variables: map[string]any{"before": ""}, wantFields: []string{"before"}},
		{name: "cursor of another list", query: userPage, variables: map[string]any{"after": event}, wantFields: []string{"after"}},
		{name: "cursor that is no text", query: userPage, variables: map[string]any{"after": notText, "search": "r"}, wantFields: []string{"after"}},
		{name: "the other way round", query: `query ($c: String) { allSecurityEvents(before: $c) { nodes { id } } }`, variables: map[string]any{"c": user}, wantFields: []string{"before"}},
		{name: "no account", query: `{ allSecurityEvents(userId: "ses_") { nodes { id } } }`, wantFields: []string{"userId"}},
		{name: "no address", query: `{ allSecurityEvents(ipAddress: "localhost") { nodes { id } } }`, wantFields: []string{"ipAddress"}},
		{name: "empty address", query: `{ allSecurityEvents(ipAddress: "") { nodes { id } } }`, wantFields: []string{"ipAddress"}},
		{name: "no time", query: `{ allSecurityEvents(since: "tomorrow") { nodes { id } } }`, wantFields: []string{"since"}},
		{name: "before all databases", query: overview, variables: map[string]any{"s": "0000-01-01T00:00:00+23:59", "u": january, "b": "DAY"}, wantFields: []string{"since"}},
		{name: "after all databases", query: `{ allSecurityEvents(until: "9999-12-31T23:59:59-23:59") { nodes { id } } }`, wantFields: []string{"until"}},
		{name: "no time at all", query: overview, variables: map[string]any{"s": january, "u": 7, "b": "HOUR"}, wantFields: []string{"until"}},
		{name: "kind in small letters", query: `query ($k: SecurityEventKind) { allSecurityEvents(kind: $k) { nodes { id } } }`, variables: map[string]any{"k": "signed_in"}, wantFields: []string{"k"}},
		{name: "bucket in small letters", query: overview, variables: map[string]any{"s": january, "u": june, "b": "hour"}, wantFields: []string{"b"}},
		{name: "role in small letters", query: `mutation ($id: ID!, $r: Role!) { setRole(input: {userId: $id, role: $r}) { user { id } } }`, variables: map[string]any{"id": root.id, "r": "user"}, wantFields: []string{"r"}},
		{name: "too fine", query: overview, variables: map[string]any{"s": january, "u": june, "b": "MINUTE"}, wantFields: []string{"bucket"}},
		{name: "backwards", query: overview, variables: map[string]any{"s": june, "u": january, "b": "DAY"}, wantFields: []string{"until"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := root.ask(test.query, test.variables)
			require.Equal(t, "BAD_USER_INPUT", got.code(), "%v", got.Errors)
			fields := got.Errors[0].Extensions["fields"].(map[string]any)
			require.Len(t, fields, len(test.wantFields))
			for _, field := range test.wantFields {
				require.NotEmpty(t, fields[field], field)
			}
			if _, named := test.variables[test.wantFields[0]]; !named || len(got.Errors[0].Path) > 0 {
				require.Len(t, got.Errors[0].Path, 1, "the path is that of the field in the answer, unless a variable is not of its type")
			}
		})
	}
	for query, want := range map[string]string{
		`{ users(first: 99999999999999999999) { nodes { id } } }`: "OPERATION_TOO_COMPLEX",
		`{ allSecurityEvents(kind: FORGOTTEN) { nodes { id } } }`: "GRAPHQL_VALIDATION_FAILED",
	} {
		require.Equal(t, want, root.ask(query, nil).code(), query)
	}
}
