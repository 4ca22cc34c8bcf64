package verify_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/verify"
)

// greet is a service of two words.
func greet(w http.ResponseWriter, r *http.Request) {
	claims, err := verify.FromContext(r.Context())
	if err != nil {
		fmt.Fprintf(w, "hello, stranger: %s", err)
		return
	}
	fmt.Fprintf(w, "hello, %s", claims.Subject)
}

func call(t *testing.T, service http.Handler, authorization ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	request.Header["Authorization"] = authorization
	recorder := httptest.NewRecorder()
	service.ServeHTTP(recorder, request)
	return recorder
}

func TestMiddleware(t *testing.T) {
	key := newEdDSA(t, "a")
	v, c := newVerifier(t, newPublisher(t, key), nil)
	c.advance(time.Minute)
	service := v.Middleware(http.HandlerFunc(greet))
	good := key.mint(t)
	expired := key.token(t, key.header(), genuine().with("exp", unix(noon)))
	for _, tc := range []struct {
		name          string
		authorization []string
		status        int
		challenge     string
		body          string
	}{
		{"a token", []string{"Bearer " + good}, 200, "", "hello, usr_1"},
		{"whatever its case (RFC 9110 section 11.1)", []string{"bearer   " + good + " "}, 200, "", "hello, usr_1"},
		{"nothing", nil, 401, "Bearer", "Sign in first.\n"},
		{"another scheme", []string{"Basic dXNlcjpwYXNz"}, 401, "Bearer", "Sign in first.\n"},
		{"no token", []string{"Bearer "}, 401, "Bearer", "Sign in first.\n"},
		{"no scheme", []string{good}, 401, "Bearer", "Sign in first.\n"},
		{"two headers", []string{"Bearer " + good, "Bearer " + good}, 401, "Bearer", "Sign in first.\n"},
		{"two tokens", []string{"Bearer " + good + ", Bearer " + good}, 401, `Bearer error="invalid_token", error_description="The access token is invalid."`, "The access token is invalid.\n"},
		{"not a token", []string{"Bearer hunter2"}, 401, `Bearer error="invalid_token", error_description="The access token is invalid."`, "The access token is invalid.\n"},
		{"an old one", []string{"Bearer " + expired}, 401, `Bearer error="invalid_token", error_description="The access token is expired."`, "The access token is expired.\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.status == 401 && tc.name == "an old one" {
				c.advance(time.Minute)
			}
			answer := call(t, service, tc.authorization...)
			require.Equal(t, tc.status, answer.Code)
			require.Equal(t, tc.challenge, answer.Header().Get("WWW-Authenticate"))
			require.Equal(t, tc.body, answer.Body.String())
			if tc.status != 200 {
				require.Equal(t, "no-store", answer.Header().Get("Cache-Control"))
			}
		})
	}
}

func TestMiddlewareWhileNobodyCanTell(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	p.fail()
	v, _ := newVerifier(t, p, nil)
	answer := call(t, v.Middleware(http.HandlerFunc(greet)), "Bearer "+key.mint(t))
	require.Equal(t, http.StatusServiceUnavailable, answer.Code)
	require.Equal(t, "2", answer.Header().Get("Retry-After"))
	require.Empty(t, answer.Header().Get("WWW-Authenticate"), "the token may be good")
}

func TestOptional(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	v, _ := newVerifier(t, p, nil)
	public := v.Optional(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "for all") }))
	for _, authorization := range []string{"", "Bearer hunter2", "Bearer " + key.mint(t)} {
		require.Equal(t, "for all", call(t, public, authorization).Body.String())
	}
	require.Zero(t, p.fetches.Load(), "nobody asked")

	service := v.Optional(http.HandlerFunc(greet))
	require.Equal(t, "hello, usr_1", call(t, service, "Bearer "+key.mint(t)).Body.String())
	require.Equal(t, "hello, stranger: no access token", call(t, service).Body.String())
	require.Contains(t, call(t, service, "Bearer a.b.c").Body.String(), "hello, stranger: access token is invalid")
}

func TestRequireRole(t *testing.T) {
	key := newEdDSA(t, "a")
	v, _ := newVerifier(t, newPublisher(t, key), nil)
	as := func(role string) string {
		return "Bearer " + key.token(t, key.header(), genuine().with("role", quoted(role)))
	}
	for _, wrap := range []func(http.Handler) http.Handler{v.Middleware, v.Optional} {
		forAdmins := wrap(verify.RequireRole(verify.RoleAdmin, http.HandlerFunc(greet)))
		require.Equal(t, "hello, usr_1", call(t, forAdmins, as("ADMIN")).Body.String())
		require.Equal(t, http.StatusUnauthorized, call(t, forAdmins).Code)
		for _, role := range []string{"USER", "admin", "ROOT", "ADMIN "} {
			answer := call(t, forAdmins, as(role))
			require.Equal(t, http.StatusForbidden, answer.Code)
			require.Equal(t, `Bearer error="insufficient_scope", error_description="Your role does not allow this."`, answer.Header().Get("WWW-Authenticate"))
		}
		forNobody := wrap(verify.RequireRole("", http.HandlerFunc(greet)))
		require.Equal(t, http.StatusForbidden, call(t, forNobody, as("ADMIN")).Code)
	}
}

func TestWithoutMiddlewareNobodyIsKnown(t *testing.T) {
	_, err := verify.FromContext(context.Background())
	require.ErrorIs(t, err, verify.ErrNoToken)
	_, err = verify.Authorize(context.Background(), verify.RoleUser)
	require.ErrorIs(t, err, verify.ErrNoToken)
	require.Equal(t, http.StatusUnauthorized, call(t, verify.RequireRole(verify.RoleUser, http.HandlerFunc(greet))).Code)
}

// A token is verified once a request, and the verdict does not change in its midst.
func TestOneVerdictARequest(t *testing.T) {
	key := newEdDSA(t, "a")
	v, c := newVerifier(t, newPublisher(t, key), nil)
	service := v.Optional(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		before, _ := verify.FromContext(r.Context())
		c.advance(time.Hour)
		after, err := verify.FromContext(r.Context())
		fmt.Fprint(w, before.Subject, before == after, err)
	}))
	require.Equal(t, "usr_1true <nil>", call(t, service, "Bearer "+key.mint(t)).Body.String())
}
