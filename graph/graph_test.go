package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/graph"
	"daypass/internal/auth"
	"daypass/internal/gqlhttp"
	"daypass/internal/password"
	"daypass/internal/testdb"
	"daypass/internal/token"
	"daypass/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

const testPassword = "correct horse battery staple"

// api is the GraphQL front over a real domain and a real database, spoken to over HTTP.
type api struct {
	t       *testing.T
	url     string
	service *auth.Service
}

func newService(t *testing.T, store auth.Store) *auth.Service {
	t.Helper()
	keys, err := token.NewKeySet([]string{"a secret of at least thirty-two bytes"}, nil)
	require.NoError(t, err)
	tokens, err := token.NewCodec(token.Config{Issuer: "daypass", Audience: "daypass", Keys: keys, Now: time.Now})
	require.NoError(t, err)
	passwords, err := password.NewHasher(password.Config{MemoryKiB: 8, Iterations: 1, Parallelism: 1})
	require.NoError(t, err)
	service := auth.New(auth.Config{
		AccessTokenTTL: 15 * time.Minute, RefreshTokenTTL: time.Hour, SessionTTL: 24 * time.Hour, RefreshGrace: 10 * time.Second,
	}, store, tokens, passwords)
	require.NoError(t, service.LoadRevocations(t.Context()))
	return service
}

func newAPI(t *testing.T) api {
	t.Helper()
	return newAPIOn(t, testdb.SQLite(t).OpenStore(t))
}

func newAPIOn(t *testing.T, store auth.Store) api {
	t.Helper()
	service := newService(t, store)
	handler := gqlhttp.NewHandler(graph.NewSchema(service), gqlhttp.Config{
		PresentError: graph.PresentError(slog.New(slog.DiscardHandler)), Recover: graph.Recover,
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		handler.ServeHTTP(w, r.WithContext(auth.WithRequest(r.Context(), auth.Request{AccessToken: bearer, UserAgent: r.UserAgent()})))
	}))
	t.Cleanup(server.Close)
	return api{t: t, url: server.URL, service: service}
}

// answer is a GraphQL response.
type answer struct {
	Data   map[string]any
	Errors []struct {
		Message    string
		Path       []any
		Extensions map[string]any
	}
}

// code is that of the only error, or empty.
func (a answer) code() string {
	if len(a.Errors) != 1 {
		return ""
	}
	return a.Errors[0].Extensions["code"].(string)
}

func (a api) do(bearer, query string, variables map[string]any) answer {
	a.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(a.t, err)
	request, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.url, bytes.NewReader(body))
	require.NoError(a.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+bearer)
	response, err := http.DefaultClient.Do(request)
	require.NoError(a.t, err)
	defer func() { require.NoError(a.t, response.Body.Close()) }()
	require.Equal(a.t, http.StatusOK, response.StatusCode)
	var got answer
	require.NoError(a.t, json.NewDecoder(response.Body).Decode(&got))
	return got
}

// register signs a new account up and returns the payload.
func (a api) register(username string) map[string]any {
	a.t.Helper()
	got := a.do("", `mutation ($u: String!, $p: String!) { register(input: {username: $u, password: $p}) {
		accessToken expiresIn accessTokenExpiresAt refreshToken refreshTokenExpiresAt
		user { id username role disabledAt createdAt updatedAt }
		session { id createdAt lastUsedAt expiresAt ipAddress userAgent deviceName current }
	} }`, map[string]any{"u": username, "p": testPassword})
	require.Empty(a.t, got.Errors)
	return got.Data["register"].(map[string]any)
}

func TestPayloadOfASignIn(t *testing.T) {
	pair := newAPI(t).register("Ada")
	require.EqualValues(t, 900, pair["expiresIn"])
	user, session := pair["user"].(map[string]any), pair["session"].(map[string]any)
	require.Regexp(t, `^usr_[0-9a-z]{26}$`, user["id"])
	require.Equal(t, "Ada", user["username"])
	require.Equal(t, "USER", user["role"])
	require.Nil(t, user["disabledAt"])
	require.Regexp(t, `^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`, user["createdAt"])
	require.Regexp(t, `^ses_[0-9a-z]{26}$`, session["id"])
	require.Equal(t, true, session["current"])
	require.Equal(t, "Go-http-client/1.1", session["userAgent"])
	require.Nil(t, session["ipAddress"], "unknown is null, not empty")
}

func TestGuardedFields(t *testing.T) {
	api := newAPI(t)
	pair := api.register("ada")
	access, refresh := pair["accessToken"].(string), pair["refreshToken"].(string)

	got := api.do(access, `{ me { username } sessions { current } }`, nil)
	require.Empty(t, got.Errors)
	require.Equal(t, map[string]any{"username": "ada"}, got.Data["me"])
	require.Equal(t, []any{map[string]any{"current": true}}, got.Data["sessions"])

	for name, bearer := range map[string]string{"none": "", "noise": "x.y.z", "a refresh token": refresh} {
		got := api.do(bearer, `{ __typename me { username } }`, nil)
		require.Equal(t, "UNAUTHENTICATED", got.code(), name)
		require.Equal(t, []any{"me"}, got.Errors[0].Path)
		require.Equal(t, "Query", got.Data["__typename"], "the sibling survives")
	}
}

func TestTheDirectiveStopsWhoeverMayNotPass(t *testing.T) {
	service := newService(t, testdb.SQLite(t).OpenStore(t))
	pair, err := service.Register(t.Context(), "ada", testPassword)
	require.NoError(t, err)
	tests := []struct {
		name, bearer string
		requires     models.Role
		wantErr      error
	}{
		{name: "nobody", bearer: "", requires: models.RoleUser, wantErr: auth.ErrUnauthenticated},
		{name: "a user where an admin is asked for", bearer: pair.AccessToken, requires: models.RoleAdmin, wantErr: auth.ErrForbidden},
		{name: "a user", bearer: pair.AccessToken, requires: models.RoleUser},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			resolved := false
			resolver := func(ctx context.Context) (any, error) {
				resolved = true
				caller, err := auth.CallerFrom(ctx)
				require.Equal(t, pair.User.ID, caller.UserID)
				return nil, err
			}
			ctx := auth.WithRequest(t.Context(), auth.Request{AccessToken: test.bearer})
			_, err := graph.Authorize(service)(ctx, nil, resolver, test.requires)
			require.ErrorIs(t, err, test.wantErr)
			require.Equal(t, test.wantErr == nil, resolved)
		})
	}
}

func TestAStaleHeaderNeverFailsAnUnguardedField(t *testing.T) {
	api := newAPI(t)
	refresh := api.register("ada")["refreshToken"]
	got := api.do("stale", `mutation ($t: String!) { refreshToken(input: {refreshToken: $t}) { refreshToken } }`, map[string]any{"t": refresh})
	require.Empty(t, got.Errors)
	got = api.do("stale", `mutation ($p: String!) { login(input: {username: "ADA", password: $p}) { expiresIn } }`, map[string]any{"p": testPassword})
	require.Empty(t, got.Errors)
	got = api.do("stale", `mutation ($t: String!) { logout(input: {refreshToken: $t}) { success } }`, map[string]any{"t": refresh})
	require.Empty(t, got.Errors)
}

func TestNodeShowsOnesOwnAlone(t *testing.T) {
	api := newAPI(t)
	ada, grace := api.register("ada"), api.register("grace")
	access := ada["accessToken"].(string)
	id := func(pair map[string]any, field string) any { return pair[field].(map[string]any)["id"] }
	const query = `query ($id: ID!) { node(id: $id) { __typename id ... on User { username } ... on Session { current } } }`
	tests := []struct {
		name string
		id   any
		want map[string]any
	}{
		{name: "own account", id: id(ada, "user"), want: map[string]any{"__typename": "User", "id": id(ada, "user"), "username": "ada"}},
		{name: "own session", id: id(ada, "session"), want: map[string]any{"__typename": "Session", "id": id(ada, "session"), "current": true}},
		{name: "another's account", id: id(grace, "user")},
		{name: "another's session", id: id(grace, "session")},
		{name: "an account's id as a session's", id: strings.Replace(id(ada, "user").(string), "usr_", "ses_", 1)},
		{name: "no such kind", id: strings.Replace(id(ada, "user").(string), "usr_", "org_", 1)},
		{name: "noise", id: "!"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := api.do(access, query, map[string]any{"id": test.id})
			require.Empty(t, got.Errors)
			if test.want == nil {
				require.Nil(t, got.Data["node"])
				return
			}
			require.Equal(t, test.want, got.Data["node"])
		})
	}
	require.Equal(t, "UNAUTHENTICATED", api.do("", query, map[string]any{"id": id(ada, "user")}).code())
}

func TestErrorsHaveTheirCodes(t *testing.T) {
	api := newAPI(t)
	refresh := api.register("ada")["refreshToken"].(string)
	api.do("", `mutation ($t: String!) { logout(input: {refreshToken: $t}) { success } }`, map[string]any{"t": refresh})
	tests := []struct {
		name, query string
		wantCode    string
		want        map[string]any
	}{
		{name: "taken", query: `mutation { register(input: {username: "ADA", password: "` + testPassword + `"}) { expiresIn } }`, wantCode: "USERNAME_TAKEN"},
		{name: "bad input", query: `mutation { register(input: {username: "a", password: "b"}) { expiresIn } }`, wantCode: "BAD_USER_INPUT", want: map[string]any{"fields": map[string]any{
			"input.username": "must be 3 to 64 letters (A-Z, a-z), digits, dots, underscores or hyphens",
			"input.password": "must have at least 8 characters",
		}}},
		{name: "wrong password", query: `mutation { login(input: {username: "ada", password: "wrong"}) { expiresIn } }`, wantCode: "INVALID_CREDENTIALS"},
		{name: "no such account", query: `mutation { login(input: {username: "bob", password: "wrong"}) { expiresIn } }`, wantCode: "INVALID_CREDENTIALS"},
		{name: "no input", query: `mutation { refreshToken { expiresIn } }`, wantCode: "BAD_USER_INPUT", want: map[string]any{"fields": map[string]any{"input.refreshToken": "is required"}}},
		{name: "no token", query: `mutation { refreshToken(input: {refreshToken: "x"}) { expiresIn } }`, wantCode: "INVALID_REFRESH_TOKEN", want: map[string]any{"reason": "INVALID"}},
		{name: "logged out", query: `mutation { refreshToken(input: {refreshToken: "` + refresh + `"}) { expiresIn } }`, wantCode: "INVALID_REFRESH_TOKEN", want: map[string]any{"reason": "REVOKED"}},
		{name: "a cookie for a foreign page", query: `mutation { login(input: {username: "ada", password: "` + testPassword + `", tokenDelivery: COOKIE}) { expiresIn } }`, wantCode: "CROSS_ORIGIN_REFUSED"},
		{name: "no such delivery", query: `mutation { login(input: {username: "ada", password: "x", tokenDelivery: PIGEON}) { expiresIn } }`, wantCode: "GRAPHQL_VALIDATION_FAILED"},
		{name: "not GraphQL", query: `{`, wantCode: "GRAPHQL_PARSE_FAILED"},
		{name: "not in the schema", query: `{ passengers }`, wantCode: "GRAPHQL_VALIDATION_FAILED"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := api.do("", test.query, nil)
			require.Equal(t, test.wantCode, got.code())
			for name, value := range test.want {
				require.Equal(t, value, got.Errors[0].Extensions[name])
			}
		})
	}
}
