package web_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/web"
)

const strictPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func TestRoutes(t *testing.T) {
	graphQL := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "graphql") })
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", "script-src 'self'")
		_, _ = io.WriteString(w, "page")
	})
	with, _ := serve(t, web.Config{GraphQL: graphQL, Playground: page, JWKS: []byte(`{"keys":[]}`)}, new(journal))
	without, _ := serve(t, web.Config{GraphQL: graphQL, JWKS: []byte(`{"keys":[]}`)}, new(journal))
	tests := []struct {
		name   string
		method string
		url    string
		status int
		body   string
		policy string
	}{
		{name: "graphql by GET", method: "GET", url: with + "/graphql", status: 200, body: "graphql", policy: strictPolicy},
		{name: "graphql by POST", method: "POST", url: with + "/graphql", status: 200, body: "graphql", policy: strictPolicy},
		{name: "page", method: "GET", url: with + "/", status: 200, body: "page", policy: "script-src 'self'"},
		{name: "asset", method: "GET", url: with + "/assets/a.js", status: 200, body: "page", policy: "script-src 'self'"},
		{name: "alive", method: "GET", url: with + "/healthz", status: 200, body: `{"status":"ok"}`, policy: strictPolicy},
		{name: "ready", method: "GET", url: with + "/readyz", status: 200, body: `{"status":"ok"}`, policy: strictPolicy},
		{name: "keys", method: "GET", url: with + "/.well-known/jwks.json", status: 200, body: `{"keys":[]}`, policy: strictPolicy},
		{name: "graphql without playground", method: "POST", url: without + "/graphql", status: 200, body: "graphql", policy: strictPolicy},
		{name: "no page without playground", method: "GET", url: without + "/", status: 404, body: "404 page not found\n", policy: strictPolicy},
		{name: "health is read only", method: "POST", url: without + "/healthz", status: 405, body: "Method Not Allowed\n", policy: strictPolicy},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := send(t, tt.method, tt.url, http.Header{})
			require.Equal(t, tt.status, got.status)
			require.Equal(t, tt.body, got.body)
			require.Equal(t, tt.policy, got.header.Get("Content-Security-Policy"))
			require.Equal(t, "nosniff", got.header.Get("X-Content-Type-Options"))
			require.Equal(t, "no-referrer", got.header.Get("Referrer-Policy"))
			require.Equal(t, "DENY", got.header.Get("X-Frame-Options"))
			require.Equal(t, "same-origin", got.header.Get("Cross-Origin-Resource-Policy"))
			require.Equal(t, "same-origin", got.header.Get("Cross-Origin-Opener-Policy"))
			require.Empty(t, got.header.Values("Strict-Transport-Security"), "only where it was asked for")
			require.NotEmpty(t, got.header.Get("X-Request-Id"))
		})
	}
}

func TestNoAnswerRepeatsTheURL(t *testing.T) {
	with, _ := serve(t, web.Config{Playground: http.NotFoundHandler()}, new(journal))
	without, _ := serve(t, web.Config{}, new(journal))
	for _, address := range []string{with, without} {
		for _, path := range []string{"//graphql", "/x/../graphql", "/./graphql", "/graphql/", "//s3cr3t", "/s3cr3t/", "/%2e%2e/s3cr3t"} {
			got := get(t, address+path+"?query=s3cr3t")
			require.Equal(t, 404, got.status, path)
			require.NotContains(t, got.body, "s3cr3t")
			require.NotContains(t, fmt.Sprint(got.header), "s3cr3t")
		}
	}
}

func TestThePlaygroundsFilesStayOutOfTheLog(t *testing.T) {
	var log journal
	playground := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/absent.js" {
			w.WriteHeader(http.StatusNotFound)
		}
	})
	address, stop := serve(t, web.Config{Playground: playground}, &log)
	get(t, address+"/")
	get(t, address+"/app.js")
	get(t, address+"/healthz")
	get(t, address+"/absent.js")
	stop()
	require.Equal(t, 2, strings.Count(log.String(), `"msg":"request"`))
	require.Contains(t, log.String(), `"status":404`)
}

func TestBrowsersAreToldToComeBackOverTLS(t *testing.T) {
	address, _ := serve(t, web.Config{HSTSMaxAge: 365 * 24 * time.Hour}, new(journal))
	for _, path := range []string{"/healthz", "/graphql", "/nowhere", "/.well-known/jwks.json"} {
		require.Equal(t, []string{"max-age=31536000"}, get(t, address+path).header.Values("Strict-Transport-Security"), path)
	}
}

func TestNotReadyTellsTheLogWhyAndNobodyElse(t *testing.T) {
	var log journal
	address, stop := serve(t, web.Config{
		Ready: func(context.Context) error { return errors.New("dial tcp 10.0.0.7:3306: connection refused") },
	}, &log)
	got := get(t, address+"/readyz")
	require.Equal(t, 503, got.status)
	require.JSONEq(t, `{"status":"unavailable","reason":"database"}`, got.body)
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	require.Equal(t, 200, get(t, address+"/healthz").status)
	stop()
	require.Contains(t, log.only(t, "not ready")["error"], "10.0.0.7:3306")
}

func TestReadyDoesNotWaitForASilentDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := web.Handler(complete(web.Config{
			RequestTimeout: time.Hour,
			Ready: func(ctx context.Context) error {
				<-ctx.Done()
				return ctx.Err()
			},
		}, new(journal)))
		started := time.Now()
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		require.Equal(t, 503, recorder.Code)
		require.Equal(t, 2*time.Second, time.Since(started))
	})
}

func TestKeysAreCached(t *testing.T) {
	const keys = `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`
	address, _ := serve(t, web.Config{JWKS: []byte(keys)}, new(journal))
	url := address + "/.well-known/jwks.json"

	first := get(t, url)
	require.JSONEq(t, keys, first.body)
	require.Equal(t, "application/jwk-set+json", first.header.Get("Content-Type"))
	require.Equal(t, "public, max-age=300", first.header.Get("Cache-Control"))
	require.NotEmpty(t, first.header.Get("ETag"))

	again := send(t, http.MethodGet, url, http.Header{"If-None-Match": {first.header.Get("ETag")}})
	require.Equal(t, 304, again.status)
	require.Empty(t, again.body)

	head := send(t, http.MethodHead, url, http.Header{})
	require.Equal(t, 200, head.status)
	require.Equal(t, first.header.Get("ETag"), head.header.Get("ETag"))

	rotated, _ := serve(t, web.Config{JWKS: []byte(`{"keys":[]}`)}, new(journal))
	after := send(t, http.MethodGet, rotated+"/.well-known/jwks.json", http.Header{"If-None-Match": {first.header.Get("ETag")}})
	require.Equal(t, 200, after.status)
}

func TestRequestID(t *testing.T) {
	tests := []struct {
		name   string
		sent   string
		passed bool
	}{
		{name: "none", sent: ""},
		{name: "of a proxy", sent: "0192f0c1-8a4e-7b2c-9d3e-5f6a7b8c9d0e", passed: true},
		{name: "longest", sent: strings.Repeat("a", 64), passed: true},
		{name: "too long", sent: strings.Repeat("a", 65)},
		{name: "with a space", sent: "a b"},
		{name: "forging a record", sent: `a","level":"ERROR`},
		{name: "not ASCII", sent: "ä"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log journal
			logger := log.logger()
			address, stop := serve(t, web.Config{
				GraphQL: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					logger.With("user", "u").InfoContext(r.Context(), "login")
				}),
			}, &log)
			got := send(t, http.MethodPost, address+"/graphql", http.Header{"X-Request-Id": {tt.sent}})
			stop()

			id := got.header.Get("X-Request-Id")
			require.Regexp(t, `^[A-Za-z0-9._-]{20,64}$`, id)
			require.Equal(t, tt.passed, id == tt.sent)
			require.Equal(t, id, log.only(t, "request")["request_id"])
			require.Equal(t, id, log.only(t, "login")["request_id"])
			require.Equal(t, "u", log.only(t, "login")["user"])
		})
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	address, _ := serve(t, web.Config{}, new(journal))
	first, second := get(t, address+"/healthz"), get(t, address+"/healthz")
	require.NotEqual(t, first.header.Get("X-Request-Id"), second.header.Get("X-Request-Id"))
}

func TestRecordsOutsideOfRequestsHaveNoID(t *testing.T) {
	var log journal
	log.logger().InfoContext(t.Context(), "started")
	require.NotContains(t, log.only(t, "started"), "request_id")
}
