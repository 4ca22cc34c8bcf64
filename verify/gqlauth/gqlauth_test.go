package gqlauth_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"daypass/graph"
	"daypass/internal/token"
	"daypass/models"
	"daypass/verify"
	"daypass/verify/gqlauth"
)

// service is another GraphQL server, with a schema that is known already, and no database.
type service struct {
	*graph.Resolver
	graph.QueryResolver
}

func (s service) Query() graph.QueryResolver { return s }

// Me is guarded for a USER.
func (service) Me(ctx context.Context) (*graph.User, error) {
	claims, err := verify.FromContext(ctx)
	if err != nil {
		return nil, err
	}
	return &graph.User{ID: claims.Subject}, nil
}

// User is guarded for an ADMIN.
func (service) User(context.Context, string) (*graph.User, error) {
	return &graph.User{ID: "usr_2"}, nil
}

// world is that service beside the keys of a Daypass.
type world struct {
	tokens *token.Codec
	url    string
	down   bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	keys, err := token.NewKeySet([]string{"a secret of at least thirty-two bytes"}, nil)
	require.NoError(t, err)
	document, err := keys.PublicJWKS()
	require.NoError(t, err)
	w := &world{}
	daypass := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		if w.down {
			answer.WriteHeader(http.StatusBadGateway)
			return
		}
		_, _ = answer.Write(document)
	}))
	t.Cleanup(daypass.Close)
	w.tokens, err = token.NewCodec(token.Config{Issuer: "https://id.example", Audience: "rides", Keys: keys, Now: time.Now})
	require.NoError(t, err)
	verifier, err := verify.New(verify.Config{
		Issuer: "https://id.example", Audience: "rides", JWKSURL: daypass.URL, Log: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	api := handler.New(graph.NewExecutableSchema(graph.Config{
		Resolvers:  service{},
		Directives: graph.DirectiveRoot{Auth: gqlauth.Directive[models.Role]},
	}))
	api.AddTransport(transport.POST{})
	server := httptest.NewServer(verifier.Optional(api))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

func (w *world) login(t *testing.T, role models.Role, lifetime time.Duration) string {
	t.Helper()
	issued := time.Now().Add(-time.Hour)
	raw, err := w.tokens.MintAccess(token.AccessClaims{
		Subject: "usr_1", SessionID: "ses_1", Generation: 1, Role: string(role), IssuedAt: issued, ExpiresAt: time.Now().Add(lifetime),
	})
	require.NoError(t, err)
	return raw
}

type answer struct {
	Data   json.RawMessage
	Errors gqlerror.List
}

func (w *world) ask(t *testing.T, accessToken, query string) (got answer) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url, strings.NewReader(string(body)))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	if accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.NoError(t, json.NewDecoder(response.Body).Decode(&got))
	return got
}

func TestDirective(t *testing.T) {
	w := newWorld(t)
	user, admin := w.login(t, models.RoleUser, time.Minute), w.login(t, models.RoleAdmin, time.Minute)
	for _, tc := range []struct {
		name, token, query string
		data               string
		code               graph.ErrorCode
	}{
		{"signed in", user, `{ me { id } }`, `{"me":{"id":"usr_1"}}`, ""},
		{"an ADMIN may do what a USER may", admin, `{ me { id } user(id: "usr_2") { id } }`, `{"me":{"id":"usr_1"},"user":{"id":"usr_2"}}`, ""},
		{"nobody", "", `{ __typename me { id } }`, `{"__typename":"Query","me":null}`, graph.ErrorCodeUnauthenticated},
		{"a forger", "a.b.c", `{ user(id: "usr_2") { id } }`, `{"user":null}`, graph.ErrorCodeUnauthenticated},
		{"too late", w.login(t, models.RoleUser, -time.Minute), `{ me { id } }`, `{"me":null}`, graph.ErrorCodeUnauthenticated},
		{"too low", user, `{ me { id } user(id: "usr_2") { id } }`, `{"me":{"id":"usr_1"},"user":null}`, graph.ErrorCodeForbidden},
		{"a stale token fails no public field", "a.b.c", `{ __typename }`, `{"__typename":"Query"}`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := w.ask(t, tc.token, tc.query)
			require.JSONEq(t, tc.data, string(got.Data))
			if tc.code == "" {
				require.Empty(t, got.Errors)
				return
			}
			require.Len(t, got.Errors, 1)
			require.Equal(t, map[string]any{"code": tc.code.String()}, got.Errors[0].Extensions)
			require.NotContains(t, got.Errors[0].Message, "token")
		})
	}
}

func TestDirectiveWhileNobodyCanTell(t *testing.T) {
	w := newWorld(t)
	w.down = true
	got := w.ask(t, w.login(t, models.RoleUser, time.Minute), `{ me { id } }`)
	require.JSONEq(t, `{"me":null}`, string(got.Data))
	require.Equal(t, map[string]any{"code": graph.ErrorCodeServiceUnavailable.String(), "retryAfter": 2.0}, got.Errors[0].Extensions)
}

func TestTheCauseIsThereForTheLog(t *testing.T) {
	_, err := gqlauth.Directive(t.Context(), nil, nil, models.RoleUser)
	require.ErrorIs(t, err, verify.ErrNoToken)
	require.NotContains(t, err.Error(), "token")
}
