package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/config"
)

// tab is a page in a browser that talks to the whole program over TLS.
type tab struct {
	t      *testing.T
	client *http.Client
	url    string
	origin string
	// bearer is the access token that it sends along; empty for none.
	bearer string
}

// openTab starts the program and returns a tab with an empty cookie jar.
func openTab(t *testing.T, change func(*config.Config)) *tab {
	t.Helper()
	cfg := wiredConfig()
	cfg.CookieSecure = true
	if change != nil {
		change(cfg)
	}
	_, service, handler := wired(t, cfg)
	registered(t, service)
	server := httptest.NewTLSServer(handler)
	t.Cleanup(server.Close)
	client := server.Client()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	client.Jar = jar
	return &tab{t: t, client: client, url: server.URL + "/graphql", origin: server.URL}
}

// reply is an answer with its header.
type reply struct {
	answer
	status int
	header http.Header
	body   string
}

func (b *tab) post(contentType, body string) reply {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url, strings.NewReader(body))
	require.NoError(b.t, err)
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	request.Header.Set("Origin", b.origin)
	if b.bearer != "" {
		request.Header.Set("Authorization", "Bearer "+b.bearer)
	}
	return b.do(request)
}

func (b *tab) do(request *http.Request) reply {
	b.t.Helper()
	response, err := b.client.Do(request)
	require.NoError(b.t, err)
	defer func() { require.NoError(b.t, response.Body.Close()) }()
	content, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	response.Body = io.NopCloser(strings.NewReader(string(content)))
	got, err := readAnswer(response)
	require.NoError(b.t, err)
	return reply{answer: got, status: response.StatusCode, header: response.Header, body: string(content)}
}

func (b *tab) ask(operation string) reply {
	b.t.Helper()
	return b.post("application/json", `{"query":"`+strings.ReplaceAll(operation, `"`, `\"`)+`"}`)
}

// cookie is what the jar holds, or empty.
func (b *tab) cookie() string {
	b.t.Helper()
	at, err := url.Parse(b.url)
	require.NoError(b.t, err)
	for _, cookie := range b.client.Jar.Cookies(at) {
		if cookie.Name == "__Host-daypass" {
			return cookie.Value
		}
	}
	return ""
}

func (r reply) code() any {
	if len(r.Errors) == 0 {
		return nil
	}
	return r.Errors[0]["extensions"].(map[string]any)["code"]
}

const (
	loginByCookie   = `mutation { login(input: {username: "ada", password: "an engine of analysis", tokenDelivery: COOKIE}) { accessToken refreshToken deviceToken } }`
	refreshByCookie = `mutation { refreshToken { accessToken refreshToken } }`
	logoutByCookie  = `mutation { logout { success } }`
)

func TestAPageSignsInByCookie(t *testing.T) {
	page := openTab(t, nil)
	require.Equal(t, "BAD_USER_INPUT", page.ask(refreshByCookie).code(), "nobody is signed in")

	login := page.ask(loginByCookie)
	require.Nil(t, login.code(), login.body)
	require.Len(t, login.header["Set-Cookie"], 2)
	require.Regexp(t, `^__Host-daypass-device=[^;]+; Path=/; Max-Age=31536000; HttpOnly; Secure; SameSite=Strict$`, login.header["Set-Cookie"][0])
	require.Regexp(t, `^__Host-daypass=[^;]+; Path=/; Max-Age=10(800|799); HttpOnly; Secure; SameSite=Strict$`, login.header["Set-Cookie"][1])
	require.Contains(t, login.body, `"deviceToken":null`)
	require.Equal(t, "no-store", login.header.Get("Cache-Control"))
	first := page.cookie()

	refresh := page.ask(refreshByCookie)
	require.Nil(t, refresh.code(), refresh.body)
	require.Len(t, refresh.header["Set-Cookie"], 1)
	second := page.cookie()
	require.NotEqual(t, first, second)
	for _, answer := range []reply{login, refresh} {
		require.Contains(t, answer.body, `"refreshToken":null`)
		require.NotContains(t, answer.body, first)
		require.NotContains(t, answer.body, second)
	}

	logout := page.ask(logoutByCookie)
	require.Nil(t, logout.code(), logout.body)
	require.Equal(t, []string{"__Host-daypass=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"}, logout.header["Set-Cookie"])
	require.Empty(t, page.cookie())
	require.Equal(t, "BAD_USER_INPUT", page.ask(refreshByCookie).code())
	require.Equal(t, "INVALID_REFRESH_TOKEN", page.ask(`mutation { refreshToken(input: {refreshToken: "`+second+`"}) { expiresIn } }`).code())
}

func TestATokenInABodyAndACookieDoNotMix(t *testing.T) {
	page := openTab(t, nil)
	require.Nil(t, page.ask(loginByCookie).code())
	kept := page.cookie()

	login := page.ask(`mutation { login(input: {username: "ada", password: "an engine of analysis"}) { accessToken refreshToken } }`)
	refresh := page.ask(`mutation { refreshToken(input: {refreshToken: "` + login.field("refreshToken") + `"}) { accessToken refreshToken } }`)
	require.NotEmpty(t, refresh.field("refreshToken"))
	refused := page.ask(`mutation { refreshToken(input: {refreshToken: "x.y.z"}) { refreshToken } }`)
	require.Equal(t, "INVALID_REFRESH_TOKEN", refused.code())
	logout := page.ask(`mutation { logout(input: {refreshToken: "` + refresh.field("refreshToken") + `"}) { success } }`)
	for _, answer := range []reply{login, refresh, refused, logout} {
		require.Empty(t, answer.header["Set-Cookie"])
	}
	require.Equal(t, kept, page.cookie())
	require.Nil(t, page.ask(refreshByCookie).code())
}

func TestANewPasswordRenewsTheCookie(t *testing.T) {
	page := openTab(t, nil)
	page.bearer = page.ask(loginByCookie).field("accessToken")
	before := page.cookie()
	refused := page.ask(`mutation { changePassword(input: {currentPassword: "wrong", newPassword: "an engine of difference", tokenDelivery: COOKIE}) { expiresIn } }`)
	require.Equal(t, "INVALID_CREDENTIALS", refused.code())
	require.Equal(t, before, page.cookie())

	changed := page.ask(`mutation { changePassword(input: {currentPassword: "an engine of analysis", newPassword: "an engine of difference", tokenDelivery: COOKIE}) { accessToken refreshToken } }`)
	require.Nil(t, changed.code(), changed.body)
	require.Contains(t, changed.body, `"refreshToken":null`)
	require.Len(t, changed.header["Set-Cookie"], 1)
	require.NotEqual(t, before, page.cookie())
	require.Nil(t, page.ask(refreshByCookie).code())

	page.bearer = changed.field("accessToken")
	back := page.ask(`mutation { changePassword(input: {currentPassword: "an engine of difference", newPassword: "an engine of analysis"}) { refreshToken } }`)
	require.NotEmpty(t, back.field("refreshToken"))
	require.Empty(t, page.cookie(), "its session is over, and the new token is in the body")
}

func TestAVerdictClearsTheCookieAndATimeoutDoesNot(t *testing.T) {
	page := openTab(t, nil)
	require.Nil(t, page.ask(loginByCookie).code())
	kept := page.cookie()
	hasty := openTab(t, func(cfg *config.Config) { cfg.RequestTimeout = time.Nanosecond })
	asked := func(b *tab, token string) reply {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url, strings.NewReader(`{"query":"`+refreshByCookie+`"}`))
		require.NoError(t, err)
		request.Header = http.Header{"Content-Type": {"application/json"}, "Cookie": {"__Host-daypass=" + token}}
		b.client.Jar = nil
		return b.do(request)
	}

	late := asked(hasty, kept)
	require.Equal(t, "SERVICE_UNAVAILABLE", late.code(), late.body)
	require.Empty(t, late.header["Set-Cookie"])
	verdict := asked(page, kept[:len(kept)-1])
	require.Equal(t, "INVALID_REFRESH_TOKEN", verdict.code())
	require.Len(t, verdict.header["Set-Cookie"], 1)
	require.Contains(t, verdict.header["Set-Cookie"][0], "__Host-daypass=; Path=/; Max-Age=0;")
}

// TestNothingASimpleRequestCarriesReachesTheCookie: what a foreign page can send without a preflight is refused whatever
// browsers say about origins.
func TestNothingASimpleRequestCarriesReachesTheCookie(t *testing.T) {
	page := openTab(t, nil)
	require.Nil(t, page.ask(loginByCookie).code())
	kept := page.cookie()
	for _, operation := range []string{logoutByCookie, refreshByCookie, loginByCookie} {
		body := `{"query":"` + strings.ReplaceAll(operation, `"`, `\"`) + `"}`
		form := url.Values{"query": {operation}}.Encode()
		for _, sent := range []struct{ contentType, body string }{
			{"text/plain", body}, {"text/plain; charset=utf-8", body}, {"", body},
			{"application/x-www-form-urlencoded", form},
			{"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"query\"\r\n\r\n" + operation + "\r\n--x--\r\n"},
			{"application/graphql", operation},
			{"text/plain, application/json", body}, {"text/plain;application/json", body},
		} {
			got := page.post(sent.contentType, sent.body)
			require.Equal(t, http.StatusUnsupportedMediaType, got.status, sent.contentType)
			require.Empty(t, got.header["Set-Cookie"])
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, page.url+"?"+form, nil)
		require.NoError(t, err)
		got := page.do(request)
		require.Equal(t, http.StatusMethodNotAllowed, got.status)
		require.Empty(t, got.header["Set-Cookie"])
	}
	require.Equal(t, kept, page.cookie())
	require.Nil(t, page.ask(refreshByCookie).code())
}

func TestOnlyAllowedOriginsUseTheCookie(t *testing.T) {
	page := openTab(t, func(cfg *config.Config) { cfg.AllowedOrigins = config.Origins{"https://app.example.com"} })
	page.origin = "https://evil.example"
	login := page.ask(loginByCookie)
	require.Equal(t, "CROSS_ORIGIN_REFUSED", login.code(), "nor plants one")
	require.Empty(t, login.header["Set-Cookie"])
	require.Empty(t, login.field("accessToken"))

	page.origin = "https://app.example.com"
	login = page.ask(loginByCookie)
	require.Nil(t, login.code(), login.body)
	require.Equal(t, []string{"https://app.example.com"}, login.header["Access-Control-Allow-Origin"])
	kept := page.cookie()

	page.origin = "https://evil.example"
	for _, operation := range []string{refreshByCookie, logoutByCookie, loginByCookie, `{ __typename }`} {
		got := page.ask(operation)
		require.Equal(t, http.StatusForbidden, got.status)
		require.Equal(t, "CROSS_ORIGIN_REFUSED", got.code())
		require.Empty(t, got.header["Access-Control-Allow-Origin"])
	}
	require.Equal(t, kept, page.cookie())
	page.origin = "https://app.example.com"
	require.Nil(t, page.ask(refreshByCookie).code())
}

func TestTheCookieIsTheConfiguredOne(t *testing.T) {
	for _, test := range []struct {
		name string
		cfg  config.Browsers
		want string
	}{
		{name: "as of serve", cfg: config.Browsers{CookieSecure: true, CookieSameSite: config.SameSiteStrict}, want: "; HttpOnly; Secure; SameSite=Strict"},
		{name: "as of dev", cfg: config.Browsers{CookieSameSite: config.SameSiteStrict}, want: "; HttpOnly; SameSite=Strict"},
		{name: "lax", cfg: config.Browsers{CookieSecure: true, CookieSameSite: config.SameSiteLax}, want: "; HttpOnly; Secure; SameSite=Lax"},
		{name: "none", cfg: config.Browsers{CookieSecure: true, CookieSameSite: config.SameSiteNone}, want: "; HttpOnly; Secure; SameSite=None; Partitioned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			page := openTab(t, func(cfg *config.Config) {
				cfg.Browsers = test.cfg
				cfg.HSTSMaxAge = 48 * time.Hour
			})
			login := page.ask(loginByCookie)
			require.Len(t, login.header["Set-Cookie"], 2)
			prefix := map[bool]string{true: "__Host-", false: ""}[test.cfg.CookieSecure]
			for i, name := range []string{"daypass-device", "daypass"} {
				line := login.header["Set-Cookie"][i]
				require.True(t, strings.HasPrefix(line, prefix+name+"="), line)
				require.True(t, strings.HasSuffix(line, test.want), line)
			}
			require.Equal(t, "max-age=172800", login.header.Get("Strict-Transport-Security"))
		})
	}
}
