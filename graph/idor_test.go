package graph_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestIDsOfOthersOpenNothing asks every field that takes an id for every kind of object of somebody else.
func TestIDsOfOthersOpenNothing(t *testing.T) {
	api := newAPI(t)
	root, ada, grace := api.admin("root"), api.user("ada"), api.user("grace")
	event := func(p *person) string {
		nodes := p.get("securityEvents", `{ securityEvents(first: 1) { nodes { id } } }`, nil).(map[string]any)["nodes"].([]any)
		return idOf(nodes[0])
	}
	everyone := map[string]*person{"root": root, "ada": ada, "grace": grace}
	events := map[string]string{"root": event(root), "ada": event(ada), "grace": event(grace)}

	for callerName, caller := range everyone {
		for ownerName, owner := range everyone {
			if callerName == ownerName {
				continue
			}
			isAdmin := caller == root
			name := callerName + " asks for what is " + ownerName + "'s"
			ids := map[string]string{"user": owner.id, "session": owner.session, "event": events[ownerName]}
			for kind, id := range ids {
				node := caller.get("node", `query ($id: ID!) { node(id: $id) { id } }`, map[string]any{"id": id})
				require.Equal(t, isAdmin && kind != "session", node != nil, "%s: node, %s", name, kind)

				user := caller.ask(`query ($id: ID!) { user(id: $id) { id } }`, map[string]any{"id": id})
				require.Equal(t, isAdmin && kind == "user", user.Data["user"] != nil, "%s: user, %s", name, kind)

				revoked := caller.ask(`mutation ($id: ID!) { revokeSession(input: {sessionId: $id}) { revokedSessionId } }`, map[string]any{"id": id})
				require.Equal(t, "NOT_FOUND", revoked.code(), "%s: revokeSession, %s", name, kind)

				history := caller.ask(`query ($id: ID!) { allSecurityEvents(userId: $id) { nodes { id } } }`, map[string]any{"id": id})
				require.Equal(t, isAdmin && kind == "user", history.Data["allSecurityEvents"] != nil, "%s: allSecurityEvents, %s", name, kind)
				for field, mutation := range adminMutations {
					if !isAdmin {
						require.Equal(t, "FORBIDDEN", caller.ask(mutation, map[string]any{"id": id}).code(), "%s: %s, %s", name, field, kind)
					} else if kind != "user" {
						require.Equal(t, "NOT_FOUND", caller.ask(mutation, map[string]any{"id": id}).code(), "%s: %s, %s", name, field, kind)
					}
				}
			}
			for _, field := range []string{
				`users { nodes { id } }`, `allSecurityEvents { nodes { id } }`,
				`securityOverview(since: "2026-01-01T00:00:00Z", until: "2026-01-02T00:00:00Z") { counts { count } }`,
			} {
				require.Equal(t, isAdmin, caller.ask("{ "+field+" }", nil).code() == "", "%s: %s", callerName, field)
			}
		}
	}
	for name, p := range everyone {
		require.Empty(t, p.swap(), "%s is signed in as before", name)
		require.NotNil(t, p.get("me", `{ me { id } }`, nil), name)
	}
}

// TestOneSeesNobodyElseInOnesHistory looks for traces of the ADMIN, and of others, in all that an account can read.
func TestOneSeesNobodyElseInOnesHistory(t *testing.T) {
	api := newAPI(t)
	root, ada := api.admin("root"), api.user("ada")
	root.get("setRole", adminMutations["setRole"], map[string]any{"id": ada.id}) // changes nothing, so tells nothing
	root.get("revokeUserSessions", adminMutations["revokeUserSessions"], map[string]any{"id": api.login("ada", testPassword).id})
	ada = api.login("ada", testPassword)
	const all = `nodes { id kind detail userId user { username } actorId actor { username } sessionId ipAddress userAgent deviceName }`

	nodes := ada.get("securityEvents", `{ securityEvents { `+all+` } }`, nil).(map[string]any)["nodes"].([]any)
	require.Len(t, nodes, 4)
	revoked := nodes[1].(map[string]any)
	require.Equal(t, map[string]any{
		"id": revoked["id"], "kind": "REVOKED", "detail": "ADMIN", "userId": ada.id, "user": map[string]any{"username": "ada"},
		"actorId": nil, "actor": nil, "sessionId": nil, "ipAddress": nil, "userAgent": nil, "deviceName": nil,
	}, revoked)
	node := ada.get("node", `query ($id: ID!) { node(id: $id) { ... on SecurityEvent { actorId actor { id } userAgent } } }`, map[string]any{"id": revoked["id"]})
	require.Equal(t, map[string]any{"actorId": nil, "actor": nil, "userAgent": nil}, node)

	nodes = root.get("allSecurityEvents", `query ($id: ID!) { allSecurityEvents(userId: $id, kind: REVOKED) { `+all+` } }`, map[string]any{"id": ada.id}).(map[string]any)["nodes"].([]any)
	require.Len(t, nodes, 1)
	revoked = nodes[0].(map[string]any)
	require.Equal(t, root.id, revoked["actorId"])
	require.Equal(t, map[string]any{"username": "root"}, revoked["actor"])
	require.Equal(t, "Go-http-client/1.1", revoked["userAgent"])
}
