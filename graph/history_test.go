package graph_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/graph"
	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

const eventPage = `query ($first: Int, $after: String, $last: Int, $before: String, $kind: SecurityEventKind) {
	page: allSecurityEvents(first: $first, after: $after, last: $last, before: $before, kind: $kind) {
		edges { cursor node { id kind createdAt user { id } } } nodes { id kind } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
	} }`

func TestPagesOfHistoryAreStableUnderInserts(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		api := newAPIOn(t, db.OpenStore(t))
		root := api.admin("root")
		api.user("ada")
		for range 5 {
			api.login("ada", testPassword)
		}
		var want []string
		for _, node := range page(root, map[string]any{"first": 100})["nodes"].([]any) {
			want = append(want, idOf(node))
		}
		require.Len(t, want, 8)

		var got []string
		cursor := any(nil)
		for more := true; more; {
			current := page(root, map[string]any{"first": 3, "after": cursor})
			api.login("ada", testPassword) // what happens meanwhile is newer than all that was seen
			for _, node := range current["nodes"].([]any) {
				got = append(got, idOf(node))
			}
			info := current["pageInfo"].(map[string]any)
			more, cursor = info["hasNextPage"].(bool), info["endCursor"]
		}
		require.Equal(t, want, got)

		kind := page(root, map[string]any{"kind": "SIGNED_UP", "last": 1})
		require.Len(t, kind["nodes"], 1)
		require.Equal(t, want[len(want)-1], idOf(kind["nodes"].([]any)[0]), "the first that happened")
		require.Equal(t, true, kind["pageInfo"].(map[string]any)["hasPreviousPage"])
	})
}

func page(p *person, variables map[string]any) map[string]any {
	p.t.Helper()
	return p.get("page", eventPage, variables).(map[string]any)
}

// countingStore counts the reads of accounts.
type countingStore struct {
	auth.Store
	reads atomic.Int64
}

func (s *countingStore) UserByID(ctx context.Context, id models.UserID) (*models.User, error) {
	s.reads.Add(1)
	return s.Store.UserByID(ctx, id)
}

func (s *countingStore) UsersByID(ctx context.Context, ids []models.UserID) ([]models.User, error) {
	s.reads.Add(1)
	return s.Store.UsersByID(ctx, ids)
}

func (s *countingStore) CountUsers(ctx context.Context, prefix string, limit int) (int, error) {
	s.reads.Add(1)
	return s.Store.CountUsers(ctx, prefix, limit)
}

func TestAPageOfHistoryReadsItsAccountsAtOnce(t *testing.T) {
	store := &countingStore{Store: testdb.SQLite(t).OpenStore(t)}
	api := newAPIOn(t, store)
	root := api.admin("root")
	for i := range 10 {
		api.user(fmt.Sprintf("user-%d", i))
	}
	store.reads.Store(0)
	root.get("allSecurityEvents", `{ allSecurityEvents { nodes { id userId actorId } } }`, nil)
	require.Zero(t, store.reads.Load(), "nobody asked for accounts")
	root.get("allSecurityEvents", `{ allSecurityEvents { edges { node { user { username } actor { username } } } nodes { user { role } } } }`, nil)
	require.EqualValues(t, 1, store.reads.Load())
	store.reads.Store(0)
	root.get("users", `{ users { nodes { id } } }`, nil)
	require.Zero(t, store.reads.Load(), "nobody asked how many there are")
}

func TestTheHistoryOfADeletedAccountStays(t *testing.T) {
	api := newAPI(t)
	root, ada := api.admin("root"), api.user("ada")
	ada.get("deleteAccount", `mutation ($p: String!) { deleteAccount(input: {password: $p}) { deletedUserId } }`, map[string]any{"p": testPassword})
	got := root.get("allSecurityEvents", `query ($id: ID!) { allSecurityEvents(userId: $id) { nodes { kind userId user { id } } } }`, map[string]any{"id": ada.id})
	require.Equal(t, []any{
		map[string]any{"kind": "USER_DELETED", "userId": ada.id, "user": nil},
		map[string]any{"kind": "SIGNED_UP", "userId": ada.id, "user": nil},
	}, got.(map[string]any)["nodes"])
}

func TestTheOverviewIsForPlots(t *testing.T) {
	api := newAPI(t)
	root := api.admin("root")
	for range 3 {
		api.login("root", testPassword)
	}
	since := time.Now().UTC().Add(-90 * time.Minute).Truncate(time.Second)
	got := root.get("securityOverview", `query ($s: DateTime!, $u: DateTime!) { securityOverview(since: $s, until: $u) { counts { kind from count } } }`, map[string]any{
		"s": since.Add(400 * time.Millisecond).Format(time.RFC3339Nano), "u": since.Add(3 * time.Hour).In(time.FixedZone("", 3600)).Format(time.RFC3339Nano),
	})
	from := since.Add(time.Hour).Format("2006-01-02T15:04:05.000Z")
	require.Equal(t, map[string]any{"counts": []any{
		map[string]any{"kind": "SIGNED_IN", "from": from, "count": 4.0},
		map[string]any{"kind": "SIGNED_UP", "from": from, "count": 1.0},
	}}, got)
	empty := root.get("securityOverview", `{ securityOverview(since: "2001-01-01T00:00:00Z", until: "2001-06-01T00:00:00Z", bucket: DAY) { counts { count } } }`, nil)
	require.Equal(t, map[string]any{"counts": []any{}}, empty)
}

// TestTheSchemaTellsHowLongAnOverviewGets holds what the cost of an operation goes by to what an answer can have.
func TestTheSchemaTellsHowLongAnOverviewGets(t *testing.T) {
	root := newAPI(t).admin("root")
	overview := func(buckets int) answer {
		since := time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)
		return root.ask(`query ($s: DateTime!, $u: DateTime!) { securityOverview(since: $s, until: $u, bucket: HOUR) { counts { count } } }`, map[string]any{
			"s": since.Format(time.RFC3339), "u": since.Add(time.Duration(buckets) * time.Hour).Format(time.RFC3339),
		})
	}
	const most = 168
	require.Empty(t, overview(most).Errors)
	require.NotEmpty(t, overview(most+1).Errors)

	schema := graph.NewSchema(root.service).Schema()
	assumed := schema.Types["SecurityOverview"].Fields.ForName("counts").Directives.ForName("listSize").Arguments.ForName("assumedSize")
	require.Equal(t, fmt.Sprint(most*len(schema.Types["SecurityEventKind"].EnumValues)), assumed.Value.Raw)
}

func TestAnEventTellsWhereItCameFrom(t *testing.T) {
	api := newAPI(t)
	ada := api.user("ada")
	node := ada.get("securityEvents", `{ securityEvents { nodes { id kind detail createdAt userId sessionId ipAddress userAgent } } }`, nil).(map[string]any)["nodes"].([]any)[0].(map[string]any)
	require.Regexp(t, `^evt_[0-9a-z]{26}$`, node["id"])
	_, err := time.Parse(time.RFC3339, node["createdAt"].(string))
	require.NoError(t, err)
	require.Equal(t, map[string]any{
		"id": node["id"], "kind": "SIGNED_UP", "detail": nil, "createdAt": node["createdAt"], "userId": ada.id, "sessionId": ada.session,
		"ipAddress": nil, "userAgent": "Go-http-client/1.1",
	}, node)
}
