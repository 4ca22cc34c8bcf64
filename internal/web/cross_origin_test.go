package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/web"
)

const (
	appOrigin   = "https://app.example.com"
	otherOrigin = "https://other.example.com:8443"
)

// allowing serves a GraphQL handler that sets the cookie on each request that may use it.
func allowing(t *testing.T, origins ...string) (url string) {
	t.Helper()
	address, _ := serve(t, web.Config{
		AllowedOrigins: origins,
		GraphQL:        onCookie(func(c auth.TokenCookie) { c.Set("new", time.Hour) }),
	}, new(journal))
	return address + "/graphql"
}

// TestWhoseCookieCounts: what a browser says about the page that sent a request decides.
func TestWhoseCookieCounts(t *testing.T) {
	url := allowing(t, appOrigin, otherOrigin)
	host := strings.TrimSuffix(strings.TrimPrefix(url, "http://"), "/graphql")
	const refused, ours, foreign = "refused", "presented: a.b.c", "no use of it"
	tests := []struct {
		name, site, origin string
		method             string // POST when empty
		withCookie         string
		without            string // what the same request gets without the cookie; ours without its token when empty
	}{
		{name: "no browser", withCookie: ours},
		{name: "our page", site: "same-origin", origin: "http://" + host, withCookie: ours},
		{name: "the person, by the address bar", site: "none", withCookie: ours},
		{name: "our page, an older browser", origin: "http://" + host, withCookie: ours},
		{name: "an allowed page", site: "same-site", origin: appOrigin, withCookie: ours},
		{name: "an allowed page of another site", site: "cross-site", origin: otherOrigin, withCookie: ours},
		{name: "an allowed page, an older browser", origin: appOrigin, withCookie: ours},
		{name: "a foreign page", site: "cross-site", origin: "https://evil.example", withCookie: refused, without: foreign},
		{name: "a foreign page of our site", site: "same-site", origin: "https://shop.example.com", withCookie: refused, without: foreign},
		{name: "a foreign page, an older browser", origin: "https://evil.example", withCookie: refused, without: foreign},
		{name: "another port of an allowed host", site: "same-site", origin: appOrigin + ":8443", withCookie: refused, without: foreign},
		{name: "an allowed host without TLS", site: "cross-site", origin: "http://app.example.com", withCookie: refused, without: foreign},
		{name: "the start of an allowed origin", site: "cross-site", origin: appOrigin + ".evil.example", withCookie: refused, without: foreign},
		{name: "another case", site: "cross-site", origin: "https://APP.example.com", withCookie: refused, without: foreign},
		{name: "a page in a sandbox", site: "cross-site", origin: "null", withCookie: refused, without: foreign},
		{name: "a page that hides its origin", site: "cross-site", withCookie: refused, without: foreign},
		{name: "a word that we do not know", site: "elsewhere", withCookie: refused, without: foreign},
		{name: "a safe method, which changes nothing", method: "GET", site: "cross-site", origin: "https://evil.example", withCookie: ours},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{}
			for name, value := range map[string]string{"Sec-Fetch-Site": tt.site, "Origin": tt.origin} {
				if value != "" {
					header.Set(name, value)
				}
			}
			method := tt.method
			if method == "" {
				method = http.MethodPost
			}
			without := send(t, method, url, header.Clone())
			require.Equal(t, 200, without.status)
			if tt.without == "" {
				tt.without = "presented: "
			}
			require.Equal(t, tt.without, without.body)
			require.Equal(t, tt.without == "presented: ", len(without.header["Set-Cookie"]) == 1, "foreign pages plant no cookie")

			for _, cookie := range []string{
				"__Host-daypass=a.b.c", "__Host-daypass=a.b.c; __Host-daypass=d.e.f", "__Host-daypass-device=g.h.i",
			} {
				header.Set("Cookie", cookie)
				with := send(t, method, url, header.Clone())
				if tt.withCookie == refused {
					require.Equal(t, 403, with.status)
					require.JSONEq(t, `{"errors":[{"message":"This origin may not use the cookie.","extensions":{"code":"CROSS_ORIGIN_REFUSED"}}]}`, with.body)
					require.Equal(t, "application/json; charset=utf-8", with.header.Get("Content-Type"))
					require.Equal(t, "no-store", with.header.Get("Cache-Control"))
					require.Empty(t, with.header["Set-Cookie"])
					require.Empty(t, with.header["Access-Control-Allow-Origin"])
					continue
				}
				require.Equal(t, 200, with.status)
			}
			if tt.withCookie != refused {
				header.Set("Cookie", "__Host-daypass=a.b.c")
				require.Equal(t, tt.withCookie, send(t, method, url, header).body)
			}
		})
	}
}

func TestARefusedOriginIsLogged(t *testing.T) {
	for _, tt := range []struct{ origin, want string }{
		{origin: "https://evil.example", want: "https://evil.example"},
		{origin: "chrome-extension://gppongmhjkpfnbhagpmjfkannfbllamg", want: "chrome-extension://gppongmhjkpfnbhagpmjfkannfbllamg"},
		{origin: "http://[2001:db8::7]:8080", want: "http://[2001:db8::7]:8080"},
		{origin: "null", want: "null"},
		{origin: "https://evil.example/?s3cr3t", want: "malformed"},
		{origin: "https://ada:s3cr3t@evil.example", want: "malformed"},
		{origin: "https://" + strings.Repeat("x", 300), want: "malformed"},
	} {
		var log journal
		address, stop := serve(t, web.Config{GraphQL: onCookie(auth.TokenCookie.Clear)}, &log)
		send(t, http.MethodPost, address+"/graphql", http.Header{"Origin": {tt.origin}, "Cookie": {"__Host-daypass=s3cr3t"}})
		stop()
		require.Equal(t, tt.want, log.only(t, "a page of another origin was refused")["origin"])
		require.NotContains(t, log.String(), "s3cr3t")
	}
}

func TestCORSPreflight(t *testing.T) {
	url := allowing(t, appOrigin, otherOrigin)
	tests := []struct {
		name, origin, method, headers string
		allowed                       bool
	}{
		{name: "a mutation", origin: appOrigin, method: "POST", headers: "authorization,content-type", allowed: true},
		{name: "the other origin", origin: otherOrigin, method: "POST", headers: "content-type", allowed: true},
		{name: "a query by GET", origin: appOrigin, method: "GET", headers: "authorization", allowed: true},
		{name: "a foreign origin", origin: "https://evil.example", method: "POST", headers: "content-type"},
		{name: "a sandbox", origin: "null", method: "POST", headers: "content-type"},
		{name: "any", origin: "*", method: "POST", headers: "content-type"},
		{name: "another case", origin: "https://APP.example.com", method: "POST", headers: "content-type"},
		{name: "a subdomain", origin: "https://a.app.example.com", method: "POST", headers: "content-type"},
		{name: "another method", origin: appOrigin, method: "DELETE", headers: "content-type"},
		{name: "another header", origin: appOrigin, method: "POST", headers: "content-type,x-request-id"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := send(t, http.MethodOptions, url, http.Header{
				"Origin": {tt.origin}, "Access-Control-Request-Method": {tt.method}, "Access-Control-Request-Headers": {tt.headers},
			})
			require.Equal(t, 204, got.status)
			require.Contains(t, got.header.Get("Vary"), "Origin")
			require.Equal(t, "no-store", got.header.Get("Cache-Control"), "browsers keep it by its own header")
			if !tt.allowed {
				for name := range got.header {
					require.NotContains(t, name, "Access-Control")
				}
				return
			}
			require.Equal(t, []string{tt.origin}, got.header["Access-Control-Allow-Origin"])
			require.Equal(t, []string{"true"}, got.header["Access-Control-Allow-Credentials"])
			require.Equal(t, []string{tt.method}, got.header["Access-Control-Allow-Methods"])
			require.Equal(t, []string{tt.headers}, got.header["Access-Control-Allow-Headers"])
			require.Equal(t, []string{"7200"}, got.header["Access-Control-Max-Age"])
		})
	}
}

func TestCORSAnswer(t *testing.T) {
	for _, origin := range []string{appOrigin, otherOrigin} {
		got := send(t, http.MethodPost, allowing(t, appOrigin, otherOrigin), http.Header{"Origin": {origin}})
		require.Equal(t, []string{origin}, got.header["Access-Control-Allow-Origin"])
		require.Equal(t, []string{"true"}, got.header["Access-Control-Allow-Credentials"])
		require.Equal(t, []string{"X-Request-Id"}, got.header["Access-Control-Expose-Headers"])
		require.Contains(t, got.header.Values("Vary"), "Origin")
	}
	for name, origins := range map[string][]string{
		"no allowed origin": nil, "another": {appOrigin}, "a wildcard that slipped through": {"*"}, "a pattern": {"https://*"},
	} {
		got := send(t, http.MethodPost, allowing(t, origins...), http.Header{"Origin": {"https://evil.example"}})
		require.Empty(t, got.header["Access-Control-Allow-Origin"], name)
		require.Empty(t, got.header["Access-Control-Allow-Credentials"], name)
	}
}

func TestCORSIsForTheAPIAlone(t *testing.T) {
	address, _ := serve(t, web.Config{AllowedOrigins: []string{appOrigin}}, new(journal))
	for _, path := range []string{"/healthz", "/readyz", "/.well-known/jwks.json", "/"} {
		got := send(t, http.MethodGet, address+path, http.Header{"Origin": {appOrigin}})
		require.Empty(t, got.header["Access-Control-Allow-Origin"], path)
	}
}
