package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
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

// splitServer signs in and refreshes by JSON at one path, told apart by its query, and answers who it is by GET at another.
type splitServer struct{ names, asked []string }

func (e *splitServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct{ Email, Token string }
	_ = json.NewDecoder(r.Body).Decode(&body) // a GET has none
	e.asked = append(e.asked, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+body.Token))
	switch {
	case body.Email != "" && r.Header.Get("Content-Type") == "application/json":
		e.names = append(e.names, body.Email)
		fmt.Fprint(w, `{"access_token":"at","refresh_token":"rt"}`)
	case body.Token == "rt" || body.Token == "rt next":
		fmt.Fprint(w, `{"new":{"refresh_token":"rt next"}}`)
	case r.Header.Get("Authorization") == "Bearer at" && r.Header.Get("Accept") == "a/b, c/d":
		fmt.Fprint(w, `{"id":1}`)
	default:
		w.WriteHeader(http.StatusBadRequest)
	}
}

func TestAPeerMayHaveAPlaceForEachOperation(t *testing.T) {
	server := httptest.NewServer(nil)
	defer server.Close()
	var parsed struct{ peer }
	parser, err := kong.New(&parsed)
	require.NoError(t, err)
	_, err = parser.Parse([]string{
		"--compare", server.URL + "/v1/token", "--compare-username", "u{n}@example.com",
		"--compare-login", `{"email": "{username}"}`, "--compare-login-at", "?by=name",
		"--compare-refresh", `{"token": "{token}"}`, "--compare-refresh-at", "?by=token", "--compare-query-at", "/v1/me",
		"--compare-token", "refresh_token,new.refresh_token", "--compare-header", "Accept: a/b, c/d",
	})
	require.NoError(t, err)
	for name, want := range map[string][]string{
		"login":   {"POST /v1/token?by=name", "POST /v1/token?by=name"},
		"refresh": {"POST /v1/token?by=name", "POST /v1/token?by=token rt", "POST /v1/token?by=token rt next"},
		"query":   {"POST /v1/token?by=name", "GET /v1/me", "GET /v1/me"},
	} {
		endpoint := &splitServer{}
		server.Config.Handler = endpoint
		work, err := parsed.subjects(t.Context(), name)[0].work(7)
		require.NoError(t, err, name)
		require.NoError(t, work(), name)
		require.NoError(t, work(), name)
		require.Equal(t, want, endpoint.asked, name)
		require.Equal(t, "u7@example.com", endpoint.names[0], name)
	}
}

func TestAPeerThatRefusesIsNoSpeed(t *testing.T) {
	const password = "a secret"
	for answer, want := range map[string]string{
		`{"data":null,"errors":[{"message":"no such account"}]}`:          "no such account",
		`{"errors":[{"message":"no account ada with ` + password + `"}]}`: "password in it",
		`{"errors":{"message":"x"}}`:                                      "of another form",
		`{"error":"invalid_grant"}`:                                       "invalid_grant",
		`{"error":{"code":"x"}}`:                                          "code:x",
		`{"data":{"login":null}}`:                                         "no data",
		`{"data":null}`:                                                   "no data",
		`{"data":{"login":{"accessToken":null}}}`:                         "no such token at data.*.accessToken",
		`{}`:       "no such token",
		`not JSON`: "no JSON",
		``:         "no JSON",
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, answer) }))
		p := &peer{Compare: server.URL + "/graphql", CompareUsername: "ada", ComparePassword: password}
		require.NoError(t, p.AfterApply())
		work, err := p.subjects(t.Context(), "login")[0].work(0)
		require.NoError(t, err, answer)
		err = work()
		require.ErrorContains(t, err, want, answer)
		require.NotContains(t, err.Error(), password)
		_, err = p.subjects(t.Context(), "query")[0].work(0)
		require.ErrorContains(t, err, want, answer)
		server.Close()
	}
}

func TestAPeerIsDescribedSoThatItCanBeAsked(t *testing.T) {
	for want, p := range map[string]peer{
		"--compare: that is no URL":               {Compare: "localhost"},
		"--compare-query-at: that is no URL":      {Compare: "http://x/", CompareQueryAt: "%"},
		"--compare-header: that is no NAME:VALUE": {Compare: "http://x/", CompareHeader: []string{"Origin"}},
	} {
		require.EqualError(t, p.AfterApply(), want)
	}
}

func TestTextAt(t *testing.T) {
	answer := []byte(`{"data":{"login":{"accessToken":"at"}},"list":["x"]}`)
	for _, paths := range [][]string{{"data.login.accessToken"}, {"data.*.accessToken"}, {"accessToken", "data.*.accessToken"}} {
		got, err := textAt(answer, paths)
		require.NoError(t, err, paths)
		require.Equal(t, "at", got, paths)
	}
	for _, path := range []string{"", "data", "data.login", "data.login.accessToken.more", "list.x"} {
		_, err := textAt(answer, []string{path})
		require.ErrorIs(t, err, errNotThere, path)
		require.ErrorContains(t, err, path)
	}
}
