package main

import (
	"cmp"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzFrontDoor sends whatever requests to the whole program. Words in percent signs stand for what a stranger cannot
// guess, so that seeds lead past the tokens: %access% and %refresh% are those of a session, %admin% opens what is for an
// ADMIN, %secret% is something that must come back nowhere. What must hold is told by [frontDoor.meet].
func FuzzFrontDoor(f *testing.F) {
	for _, seed := range frontDoorSeeds(f) {
		f.Add(seed.method, seed.target, seed.header, seed.body)
	}
	door := openFrontDoor(f)
	f.Fuzz(func(t *testing.T, method, target, header, body string) {
		request, sent, ok := door.request(t, knock{method, target, header, body})
		if !ok {
			t.Skip("net/http refuses it")
		}
		door.meet(t, request, sent)
	})
}

// knock is a request as text.
type knock struct {
	method, target, header, body string
}

const (
	ofARider  = "Authorization: Bearer %access%\nUser-Agent: %secret%\n"
	ofAnAdmin = "Authorization: Bearer %admin%\nX-Forwarded-For: 192.0.2.1\n"
	byCookie  = "Cookie: __Host-daypass=%refresh%; __Host-daypass-device=%device%\nOrigin: https://app.example.com\n"
	isJSON    = "Content-Type: application/json\n"
)

func frontDoorSeeds(t testing.TB) []knock {
	t.Helper()
	seeds := []knock{
		{header: isJSON + byCookie, body: `{"query":"mutation { refreshToken { accessToken refreshToken } }"}`},
		{header: isJSON + byCookie, body: `{"query":"mutation { logout { success } }"}`},
		{header: isJSON + byCookie, body: `{"query":"mutation { login(input: {username: \"%username%\", password: \"%password%\", tokenDelivery: COOKIE}) { refreshToken deviceToken } }"}`},
		{header: isJSON + ofARider + byCookie, body: `{"query":"mutation($in: ChangePasswordInput!) { changePassword(input: $in) { expiresIn } }","variables":{"in":{"currentPassword":"%password%","newPassword":"%secret%","tokenDelivery":"COOKIE"}}}`},
		{header: isJSON + "Cookie: __Host-daypass=%secret%\nSec-Fetch-Site: same-origin\n", body: `{"query":"mutation { refreshToken { expiresIn } }"}`},
		{header: isJSON + "Cookie: __Host-daypass=%refresh%; __Host-daypass=%secret%\n", body: `{"query":"mutation { refreshToken { expiresIn } }"}`},
		{header: isJSON + "Cookie: __Host-daypass=%refresh%\nSec-Fetch-Site: cross-site\nOrigin: https://%secret%.example\n", body: `{"query":"mutation { refreshToken { expiresIn } }"}`},
		{header: isJSON + "Sec-Fetch-Site: cross-site\nOrigin: null\n", body: `{"query":"mutation { login(input: {username: \"%username%\", password: \"%password%\", tokenDelivery: COOKIE}) { expiresIn } }"}`},
		{header: isJSON + ofARider, body: `{"query":"{ me { id } sessions { id ip: ipAddress ua: userAgent deviceName } node(id: \"%session%\") { ... on Session { current } } }"}`},
		{header: isJSON + ofAnAdmin, body: `{"query":"query($n: Int) { users(first: $n, search: \"%secret%\") { edges { cursor } totalCount } user(id: \"%user%\") { disabledAt } }","variables":{"n":3}}`},
		{header: isJSON + ofAnAdmin, body: `{"query":"{ allSecurityEvents(last: 3, ipAddress: \"%secret%\", since: \"2026-01-31T12:34:56Z\") { nodes { user { id } actor { id } userAgent } } }"}`},
		{header: isJSON + ofAnAdmin, body: `{"query":"query($c: String, $i: ID) { users(after: $c) { nodes { id } } allSecurityEvents(userId: $i) { nodes { id } } }","variables":{"c":"%secret%","i":"%secret%"}}`},
		{header: isJSON + ofAnAdmin, body: `{"query":"{ users(first: 101) { nodes { id } } securityOverview(since: \"%secret%\", until: \"2026-02-01T00:00:00Z\") { counts { from } } }"}`},
		{header: isJSON, body: `{"query":"{ users(first: 100) { nodes { ` + numbered(100, "a#: id ") + `} } }"}`},
		{header: isJSON + "Accept: application/graphql-response+json;q=0.5, text/event-stream\nX-Request-Id: %secret%\n", body: `{"query":"{ me { id } }"}`},
		{header: isJSON + ofARider + "Accept: text/event-stream\n", body: `{"query":"subscription { sessionEnded { sessionId reason } }"}`},
		{header: isJSON + "Accept: text/event-stream\n", body: `{"query":"subscription { %secret%: sessionEnded { reason } }"}`},
		{header: isJSON + ofARider + "Accept: text/event-stream\n", body: `{"query":"mutation { logout(input: {refreshToken: \"%secret%\"}) { success } }"}`},
		{header: isJSON + ofARider, body: `{"query":"subscription { sessionEnded { sessionId } }"}`},
		{header: isJSON, body: `{"query":"{ node(id: \"%secret%\") { %secret% } }"}`},
		{header: isJSON, body: `{"query":"query q($v: Role! = \"%secret%\") { users(first: 1000000) { nodes { id } } }","operationName":"%secret%","variables":{"v":"%secret%"}}`},
		{header: isJSON, body: `{"query":"mutation { register(input: {username: \"%secret%\", password: \"%secret%\"}) { expiresIn } }"}`},
		{header: isJSON, body: `[{"query":"%secret%"}]`},
		{header: "Content-Type: text/plain; charset=%secret%\nContent-Encoding: %secret%\n", body: `%secret%`},
		{method: "GET", target: "/graphql?query=%7Bme%7Bid%7D%7D&variables=%7B%7D", header: ofARider},
		{method: "GET", target: "/graphql?query=mutation%7Blogout%7Bsuccess%7D%7D&operationName=%secret%", header: byCookie},
		{method: "GET", target: "/graphql?query=%zz%secret%;"},
		{method: "HEAD", target: "/graphql?query={__typename}"},
		{method: "OPTIONS", header: "Origin: https://app.example.com\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: authorization,content-type\n"},
		{method: "OPTIONS", header: "Origin: https://%secret%\nAccess-Control-Request-Method: %secret%\n"},
		{method: "OPTIONS", target: "*"},
		{method: "%secret%", target: "http://%secret%@daypass.example/graphql?%secret%", header: "Host: %secret%\n"},
		{method: "%secret%", target: "/"},
		{method: "CONNECT", target: "daypass.example:443"},
		{method: "GET", target: "//graphql/../?%secret%"},
		{method: "GET", target: "/%secret%"},
		{method: "GET", target: "/", header: "Accept-Encoding: gzip;q=1, %secret%\n"},
		{method: "GET", target: "/assets/%2e%2e/index.html"},
		{method: "GET", target: "/healthz"},
		{method: "POST", target: "/readyz", body: "%secret%"},
		{method: "GET", target: "/readyz", header: "Connection: close\nTransfer-Encoding: chunked\n"},
		{method: "GET", target: "/.well-known/jwks.json", header: "If-None-Match: %secret%\nRange: bytes=0-1,5-%secret%\n"},
	}
	for i := range seeds {
		seeds[i].method = cmp.Or(seeds[i].method, http.MethodPost)
		seeds[i].target = cmp.Or(seeds[i].target, "/graphql")
	}
	return append(seeds, seedsOfOperations(t)...)
}

// seedsOfOperations are the operations that the tests of the program use, by a rider and by an ADMIN.
func seedsOfOperations(t testing.TB) []knock {
	t.Helper()
	variables, err := json.Marshal(map[string]any{
		"username": "%username%", "password": "%password%", "deviceToken": "%device%", "token": "%refresh%", "current": "%password%",
		"new": "%secret% %secret%", "user": "%user%", "id": "%event%", "session": "%session%", "role": "ADMIN", "kind": "SIGNED_IN",
		"ip": "192.0.2.1", "search": "ri", "after": nil, "since": "2026-01-31T00:00:00Z", "until": "2026-02-01T00:00:00Z", "bucket": "DAY",
	})
	require.NoError(t, err)
	files, err := filepath.Glob("testdata/operations/*.graphql")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var seeds []knock
	for _, file := range files {
		operation, err := os.ReadFile(file)
		require.NoError(t, err)
		body, err := json.Marshal(map[string]any{"query": string(operation), "variables": json.RawMessage(variables)})
		require.NoError(t, err)
		for _, caller := range []string{ofARider, ofAnAdmin} {
			seeds = append(seeds, knock{http.MethodPost, "/graphql", isJSON + caller, string(body)})
		}
	}
	return seeds
}
