package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/graph"
	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/internal/testdb"
	"daypass/internal/web"
	"daypass/models"
)

const (
	frontDoorPassword = "a ticket for the tram!"
	trustedPage       = "https://app.example.com"
)

// frontDoor is the whole program on a SQLite file, as strangers meet it, and what it must keep to itself.
type frontDoor struct {
	handler http.Handler
	service *auth.Service
	log     bytes.Buffer
	// secret must come back nowhere; no name in GraphQL looks like it. agent is for User-Agent, which its owner sees again.
	secret, agent string
	admin         *auth.Pair
	event         string
	// rider has an account, until a mutation that was executed may have used it up.
	rider *auth.Pair
	used  bool
}

func openFrontDoor(t testing.TB) *frontDoor {
	t.Helper()
	cfg := wiredConfig()
	cfg.Playground, cfg.Introspection, cfg.CookieSecure, cfg.HSTSMaxAge = true, true, true, time.Hour
	cfg.AllowedOrigins = config.Origins{trustedPage}
	cfg.TrustedProxies, cfg.ForwardedHeader = config.Networks{netip.MustParsePrefix("127.0.0.0/8")}, config.XForwardedFor
	cfg.MaxFailuresPerClient = 5

	door := &frontDoor{secret: "!$" + rand.Text() + "$!", agent: "?$" + rand.Text() + "$?"}
	log := slog.New(web.LogHandler(slog.NewJSONHandler(&door.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	program, err := wire(cfg, testdb.SQLite(t).OpenStore(t), nil, log)
	require.NoError(t, err)
	door.service, door.handler = program.service, program.handler
	door.signIn(t)
	return door
}

// signIn gives the words of the ADMIN a meaning again: with a new account, for nobody knows what became of the last one.
func (d *frontDoor) signIn(t testing.TB) {
	t.Helper()
	credentials := auth.Credentials{Username: "admin-" + rand.Text(), Password: frontDoorPassword}
	_, err := d.service.AddUser(t.Context(), credentials.Username, credentials.Password, models.RoleAdmin)
	require.NoError(t, err)
	d.admin, err = d.service.Login(t.Context(), credentials)
	require.NoError(t, err)
	history, err := d.service.SecurityEvents(d.asAdmin(t), auth.EventPage{Limit: 1})
	require.NoError(t, err)
	d.event = history[0].ID.String()
}

// asAdmin returns the context of a request by the ADMIN, or nil when the session is over.
func (d *frontDoor) asAdmin(t testing.TB) context.Context {
	t.Helper()
	ctx, err := d.service.Authorize(auth.WithRequest(t.Context(), auth.Request{AccessToken: d.admin.AccessToken}), models.RoleAdmin)
	if err != nil {
		return nil
	}
	return ctx
}

// signUp gives the words of the rider a meaning again.
func (d *frontDoor) signUp(t *testing.T) {
	t.Helper()
	var err error
	d.rider, err = d.service.Register(t.Context(), "rider-"+rand.Text(), frontDoorPassword)
	require.NoError(t, err)
	d.used = false
}

// words returns what fills in the words in percent signs.
func (d *frontDoor) words(secret string) *strings.Replacer {
	return strings.NewReplacer(
		"%secret%", secret, "%password%", frontDoorPassword, "%admin%", d.admin.AccessToken, "%access%", d.rider.AccessToken,
		"%refresh%", d.rider.RefreshToken, "%device%", d.rider.DeviceToken, "%username%", d.rider.User.Username,
		"%user%", d.rider.User.ID.String(), "%session%", d.rider.Session.ID.String(), "%event%", d.event,
	)
}

// request reads the head of a request as net/http does, and reports false when that refuses it.
func (d *frontDoor) request(t *testing.T, asked knock) (request *http.Request, body string, ok bool) {
	t.Helper()
	if d.rider == nil || d.used && strings.Contains(asked.header+asked.body, "%") {
		d.signUp(t)
	}
	if strings.Contains(asked.header, "%admin%") && d.asAdmin(t) == nil {
		d.signIn(t)
	}
	head := asked.method + " " + asked.target + " HTTP/1.1\nHost: daypass.example\n" + asked.header + "\n\n"
	request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(d.words(d.secret).Replace(head))))
	if err != nil {
		return nil, "", false
	}
	for name, values := range request.Header {
		if strings.ContainsFunc(strings.Join(values, ""), isControl) {
			return nil, "", false
		}
		if name == "User-Agent" {
			values[0] = strings.ReplaceAll(values[0], d.secret, d.agent)
		}
	}
	body = d.words(d.secret).Replace(asked.body)
	request.Body, request.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
	request.RemoteAddr = "127.0.0.1:1234"
	return request, body, true
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// meet answers the request and holds the answer to all that must be so whatever was sent.
func (d *frontDoor) meet(t *testing.T, request *http.Request, body string) {
	t.Helper()
	d.log.Reset()
	visitor, ctx := newVisitor(t)
	d.handler.ServeHTTP(visitor, request.WithContext(ctx))
	answer, content := visitor.Result(), visitor.Body.String()
	executed := strings.Contains(content, `"data":`)
	d.used = d.used || executed && strings.Contains(body, "mutation")

	d.requireNoEcho(t, answer.Header, content)
	d.requireQuietLog(t)
	requireSecured(t, answer.Header)
	requireCookies(t, request, body, answer, content)
	require.Contains(t, []string{"", trustedPage}, answer.Header.Get("Access-Control-Allow-Origin"))
	if request.URL.Path == "/graphql" {
		requireGraphQL(t, request, answer, content)
		return
	}
	require.Less(t, answer.StatusCode, 500)
}

// visitor records an answer, and hangs up when that is a stream that has begun.
type visitor struct {
	*httptest.ResponseRecorder
	hangUp context.CancelFunc
}

func newVisitor(t *testing.T) (*visitor, context.Context) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	return &visitor{httptest.NewRecorder(), cancel}, ctx
}

// Flush implements [http.Flusher].
func (v *visitor) Flush() {
	v.ResponseRecorder.Flush()
	v.hangUp()
}

// requireNoEcho: names may come back, and what the agent called itself; no secret does. A device token is renewed, which
// within a second makes the same one.
func (d *frontDoor) requireNoEcho(t *testing.T, header http.Header, content string) {
	t.Helper()
	var lines strings.Builder
	require.NoError(t, header.Write(&lines))
	for _, secret := range []string{d.secret, frontDoorPassword, d.admin.AccessToken, d.rider.AccessToken, d.rider.RefreshToken} {
		require.NotContains(t, content, secret)
		require.NotContains(t, lines.String(), secret)
		require.NotContains(t, d.log.String(), secret)
	}
	require.NotContains(t, lines.String(), d.agent)
	require.NotContains(t, d.log.String(), d.agent)
	require.NotContains(t, d.log.String(), d.rider.DeviceToken)
}

// requireQuietLog: there is nothing to report that an operator would look into, such as a panic.
func (d *frontDoor) requireQuietLog(t *testing.T) {
	t.Helper()
	require.NotContains(t, d.log.String(), `"level":"ERROR"`)
	for line := range strings.Lines(d.log.String()) {
		require.Less(t, len(line), 2_000, line)
	}
}

func requireSecured(t *testing.T, header http.Header) {
	t.Helper()
	for name, value := range map[string]string{
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Strict-Transport-Security": "max-age=3600",
	} {
		require.Equal(t, []string{value}, header[name], name)
	}
	require.Contains(t, header.Get("Content-Security-Policy"), "default-src 'none'; ")
	require.Regexp(t, `^[A-Za-z0-9._-]{1,64}$`, header.Get("X-Request-Id"))
}

// requireCookies: the browser is told of our two cookies only, with all their flags, and only where the request presents
// one or wants one. What a cookie holds, no body does.
func requireCookies(t *testing.T, request *http.Request, body string, answer *http.Response, content string) {
	t.Helper()
	for _, line := range answer.Header["Set-Cookie"] {
		cookie, err := http.ParseSetCookie(line)
		require.NoError(t, err)
		require.Contains(t, []string{"__Host-daypass", "__Host-daypass-device"}, cookie.Name)
		require.Regexp(t, `^[^;]+; Path=/; Max-Age=[0-9]+; HttpOnly; Secure; SameSite=Strict$`, line)
		require.True(t, request.Method == http.MethodPost && asksForACookie(request.Header, body), "nobody asked for %s", cookie.Name)
		require.False(t, isForeign(request.Header), "a page of another origin got %s", cookie.Name)
		if cookie.Value != "" {
			require.NotContains(t, content, cookie.Value)
		}
	}
}

func asksForACookie(header http.Header, body string) bool {
	var decoded any
	_ = json.Unmarshal([]byte(body), &decoded) // what cannot be read asks for nothing
	plain, _ := json.Marshal(decoded)
	return strings.Contains(strings.Join(header["Cookie"], ";"), "__Host-daypass") || bytes.Contains(plain, []byte("COOKIE"))
}

func isForeign(header http.Header) bool {
	return header.Get("Sec-Fetch-Site") == "cross-site" && header.Get("Origin") != trustedPage
}

// requireGraphQL: whatever comes to /graphql is answered as GraphQL over HTTP, but for a browser that asks what it may
// send.
func requireGraphQL(t *testing.T, request *http.Request, answer *http.Response, content string) {
	t.Helper()
	require.Equal(t, []string{"no-store"}, answer.Header["Cache-Control"])
	if request.Method == http.MethodOptions && request.Header.Get("Access-Control-Request-Method") != "" {
		require.Equal(t, http.StatusNoContent, answer.StatusCode)
		require.Empty(t, content)
		return
	}
	if answer.Header.Get("Content-Type") == "text/event-stream" {
		for line := range strings.Lines(content) {
			if message, ok := strings.CutPrefix(line, "data: "); ok {
				requireResponse(t, answer.StatusCode, message)
			}
		}
		return
	}
	require.Regexp(t, `^application/(graphql-response\+)?json; charset=utf-8$`, answer.Header.Get("Content-Type"))
	requireResponse(t, answer.StatusCode, content)
}

// requireResponse: it is a GraphQL response (GraphQL section 7.1), with no other error codes than the contract has, and
// the server does not blame itself but for being busy.
func requireResponse(t *testing.T, status int, content string) {
	t.Helper()
	var response struct {
		Data   json.RawMessage
		Errors []struct {
			Message    string
			Path       []any
			Locations  []struct{ Line, Column int }
			Extensions struct{ Code graph.ErrorCode }
		}
		Extensions json.RawMessage
	}
	require.NoError(t, json.Unmarshal([]byte(content), &response), content)
	require.True(t, len(response.Data) > 0 || len(response.Errors) > 0, content)
	require.LessOrEqual(t, len(response.Errors), 10)
	busy := false
	for _, err := range response.Errors {
		require.Contains(t, graph.AllErrorCode, err.Extensions.Code)
		require.NotEqual(t, graph.ErrorCodeInternalServerError, err.Extensions.Code)
		require.NotEmpty(t, err.Message)
		require.NotContains(t, strings.ToLower(err.Message), "did you mean")
		busy = busy || err.Extensions.Code == graph.ErrorCodeServiceUnavailable
	}
	require.True(t, status < 500 || status == http.StatusServiceUnavailable && busy, "%d: %s", status, content)
}
