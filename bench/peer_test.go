package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

// tokenEndpoint is one of an OAuth 2.0 server that rotates refresh tokens (RFC 6749 sections 4.3 and 6).
type tokenEndpoint struct {
	logins, refreshes int
	current           string
}

func (e *tokenEndpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	signsIn := r.FormValue("grant_type") == "password" && r.FormValue("username") == "ada" && r.FormValue("password") == "a & b"
	refreshes := r.FormValue("grant_type") == "refresh_token" && r.FormValue("refresh_token") == e.current && e.current != ""
	switch {
	case r.Header.Get("Apikey") != "known":
		w.WriteHeader(http.StatusForbidden)
		return
	case signsIn:
		e.logins++
	case refreshes:
		e.refreshes++
	default:
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	e.current = fmt.Sprintf("token %d", e.logins+e.refreshes)
	fmt.Fprintf(w, `{"access_token":"at","token_type":"bearer","refresh_token":%q}`, e.current)
}

func TestATokenEndpointIsDrivenToo(t *testing.T) {
	endpoint := &tokenEndpoint{}
	server := httptest.NewServer(endpoint)
	defer server.Close()
	p := &peer{Compare: server.URL + "/token", CompareUsername: "ada", ComparePassword: "a & b", CompareHeader: []string{"apikey: known"}}
	require.NoError(t, p.AfterApply())
	require.Empty(t, p.subjects(t.Context(), "query"), "it has none")
	for name, want := range map[string]tokenEndpoint{"login": {logins: 3}, "refresh": {logins: 1, refreshes: 3}} {
		*endpoint = tokenEndpoint{}
		subjects := p.subjects(t.Context(), name)
		require.Len(t, subjects, 1)
		work, err := subjects[0].work(0)
		require.NoError(t, err)
		for range 3 {
			require.NoError(t, work())
		}
		require.Equal(t, want.logins, endpoint.logins, name)
		require.Equal(t, want.refreshes, endpoint.refreshes, name)
	}
}

func TestAPeerThatRefusesIsNoSpeed(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"data":null,"errors":[{"message":"no such account"}]}`)
	}))
	defer server.Close()
	p := &peer{Compare: server.URL + "/graphql", CompareUsername: "ada", ComparePassword: "secret"}
	require.NoError(t, p.AfterApply())
	_, err := p.subjects(t.Context(), "query")[0].work(0)
	require.ErrorContains(t, err, "no such account")
	require.NotContains(t, err.Error(), "secret")
}

func TestTextAt(t *testing.T) {
	answer := []byte(`{"data":{"login":{"accessToken":"at"}},"list":["x"]}`)
	for path, want := range map[string]string{"data.login.accessToken": "at", "data.*.accessToken": "at"} {
		got, err := textAt(answer, path)
		require.NoError(t, err, path)
		require.Equal(t, want, got, path)
	}
	for _, path := range []string{"", "data", "data.login", "data.login.accessToken.more", "list.x"} {
		_, err := textAt(answer, path)
		require.ErrorIs(t, err, errNotThere, path)
	}
}
