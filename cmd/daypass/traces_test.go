package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/config"
	"daypass/internal/testdb"
	"daypass/internal/tracing"
	"daypass/internal/web"
)

// tracedConfig is wiredConfig with all requests traced, and counters of failures as in production.
func tracedConfig(collector *collector) *config.Config {
	cfg := wiredConfig()
	cfg.OTLPEndpoint, cfg.TraceRatio = config.CollectorURL(collector.URL), 1
	cfg.MaxFailuresPerClient, cfg.MaxFailuresPerAccount, cfg.MaxFailuresPerAddress = 5, 20, 100
	return cfg
}

// journal is a log that can be read while it is written. Everything is told in it.
type journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	return slog.New(tracing.LogHandler(web.LogHandler(slog.NewJSONHandler(j, options))))
}

// guest sends requests to a program that is traced, and remembers what must not be told of them.
type guest struct {
	t       *testing.T
	url     string
	header  http.Header
	secrets []string
}

// secret is one that is told nowhere.
func (g *guest) secret() string {
	made := rand.Text()
	g.secrets = append(g.secrets, made)
	return made
}

// keep remembers tokens of an answer, and returns them.
func (g *guest) keep(got reply, names ...string) []string {
	g.t.Helper()
	var kept []string
	for _, name := range names {
		token := got.field(name)
		require.NotEmpty(g.t, token, "%s of %s", name, got.body)
		kept = append(kept, token)
	}
	g.secrets = append(g.secrets, kept...)
	return kept
}

// ask sends a document, which has all values in it.
func (g *guest) ask(document string, header http.Header) reply {
	g.t.Helper()
	return g.send(http.MethodPost, "/graphql", fmt.Sprintf(`{"query": %q}`, document), header)
}

func (g *guest) send(method, path, body string, header http.Header) reply {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), method, g.url+path, strings.NewReader(body))
	require.NoError(g.t, err)
	request.Header = g.header.Clone()
	request.Header.Set("Content-Type", "application/json")
	maps.Copy(request.Header, header)
	response, err := http.DefaultClient.Do(request)
	require.NoError(g.t, err)
	defer func() { require.NoError(g.t, response.Body.Close()) }()
	got := reply{status: response.StatusCode, header: response.Header}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		got.answer, err = readAnswer(response)
		require.NoError(g.t, err)
	}
	return got
}

func TestTracesTellHowAndNotWhat(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		told, log := startCollector(t), new(journal)
		cfg := tracedConfig(told)
		program, err := wire(cfg, db.OpenStore(t), nil, log.logger())
		require.NoError(t, err)
		require.NoError(t, program.service.LoadRevocations(t.Context()))
		server := httptest.NewServer(program.handler)
		t.Cleanup(server.Close)
		g := &guest{t: t, url: server.URL, secrets: []string{cfg.Secret[0]}}
		if db.IsMySQL() {
			g.secrets = append(g.secrets, db.Config().MySQL.Passwd)
		}
		g.header = http.Header{
			"User-Agent":      {"Mozilla/5.0 " + g.secret()},
			"X-Forwarded-For": {"203.0.113.77"},
			"Traceparent":     {"00-5ec7e75ec7e75ec7e75ec7e75ec7e7a1-5ec7e75ec7e7a1aa-01"},
			"Tracestate":      {"guest=" + g.secret()},
			"Baggage":         {"session=" + g.secret()},
		}

		g.story()
		// What nobody asked for makes no spans: the polls, and what was noted of the use of tokens.
		stopped, stop := context.WithCancel(t.Context())
		stop()
		program.service.Run(stopped)
		require.NoError(t, program.service.LoadRevocations(t.Context()))
		program.traces.Close(t.Context())

		t.Logf("%d spans of %d requests in %d bytes", len(told.all()), strings.Count(storyAsTold, " /graphql")+1, len(told.bytes()))
		require.Equal(t, storyAsTold, told.tree())
		require.Equal(t, attributesAsTold, told.attributes())
		require.Equal(t, []string{"service.name", "service.version"}, told.resourceAttributes())
		require.Equal(t, "me", attributeOf(told.named(t, "query me"), "daypass.fields"), "by its name in the schema")
		require.Equal(t, "__typename,node", attributeOf(told.named(t, "query"), "daypass.fields"))
		require.Equal(t, map[bool]string{false: "sqlite", true: "mysql"}[db.IsMySQL()], attributeOf(told.named(t, "INSERT revocations"), "db.system.name"))
		rotation := told.with(t, "db.query.text", "SET generation = ")
		require.Regexp(t, `^UPDATE refresh_tokens( FORCE INDEX \(PRIMARY\))? SET generation = \?, [^=]* = \?, [^=]* = \?\s+WHERE user_id = \? AND id = \? AND`,
			attributeOf(rotation, "db.query.text"), "placeholders, no values")
		require.Equal(t, attributeOf(told.named(t, "INSERT revocations"), "db.system.name"), attributeOf(rotation, "db.system.name"), "though not by GORM")
		requireUntold(t, told.bytes(), slices.Concat(g.secrets, []string{
			"203.0.113.77", "127.0.0.1", "Mozilla", "\x5e\xc7\xe7\x5e\xc7\xe7\x5e\xc7",
		}))
		requireUntold(t, log.String(), append(g.secrets, "5ec7e75ec7e75ec7e75ec7e75ec7e7a1"))
		requireSameTraces(t, told, log)
	})
}

// TestWhatOperatorsReadOfTracesIsSo holds the page about them to what is told.
func TestWhatOperatorsReadOfTracesIsSo(t *testing.T) {
	text, err := os.ReadFile("../../docs/operating.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "```\nPOST /graphql\n")
	login, _, _ := strings.Cut(rest, "```")
	require.Contains(t, strings.ReplaceAll(storyAsTold, " OK\n", "\n"), "POST /graphql 200\n"+login+"POST /graphql")
	for _, key := range append(strings.Fields(attributesAsTold), "error.type", "service.name", "service.version") {
		require.Contains(t, string(text), "`"+key+"`")
	}
}

func requireUntold(t *testing.T, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		for _, form := range []string{secret, url.QueryEscape(secret), strings.ToLower(secret)} {
			require.NotContains(t, text, form)
		}
	}
}

// requireSameTraces wants each line of a request that is traced to name its trace.
func requireSameTraces(t *testing.T, told *collector, log *journal) {
	t.Helper()
	var traced, logged []string
	for _, span := range told.all() {
		if len(span.GetParentSpanId()) == 0 {
			traced = append(traced, traceIDOf(span))
		}
	}
	for line := range strings.Lines(log.String()) {
		var record struct {
			Msg, Route, Code string
			TraceID          string `json:"trace_id"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		switch {
		case record.Msg == "request" && record.Route != "GET /readyz":
			logged = append(logged, record.TraceID)
		case record.Msg == "refused":
			require.Contains(t, traced, record.TraceID, "the domain's lines too")
		default:
			require.Empty(t, record.TraceID, line)
		}
	}
	require.Equal(t, traced, logged)
}

// story is what visitors do, and nobody should read.
func (g *guest) story() {
	password, username := g.secret(), "Ada."+g.secret()
	enter := func(mutation, password string) reply {
		return g.ask(fmt.Sprintf(`mutation { %s(input: {username: %q, password: %q}) { accessToken refreshToken deviceToken } }`,
			mutation, username, password), nil)
	}
	g.keep(enter("register", password), "accessToken", "refreshToken", "deviceToken")
	enter("login", g.secret())
	tokens := g.keep(enter("login", password), "accessToken", "refreshToken", "deviceToken")
	access, refresh := tokens[0], tokens[1]

	byCookie := g.ask(fmt.Sprintf(`mutation { login(input: {username: %q, password: %q, tokenDelivery: COOKIE}) { deviceToken } }`,
		username, password), nil)
	for _, cookie := range (&http.Response{Header: byCookie.header}).Cookies() {
		g.secrets = append(g.secrets, cookie.Value)
	}
	require.Len(g.t, byCookie.header["Set-Cookie"], 2)

	bearer := http.Header{"Authorization": {"Bearer " + access}, "Cookie": {"daypass=" + refresh + "; other=" + g.secret()}}
	g.ask("query q"+g.secret()+" { a"+g.secret()+": me { id } me { username } }", bearer)
	g.send(http.MethodGet, "/graphql?"+url.Values{
		"query": {fmt.Sprintf("{ __typename node(id: %q) { id } }", refresh)}, "access_token": {access},
	}.Encode(), "", nil)
	swap := `mutation ($token: String!) { refreshToken(input: {refreshToken: $token}) { refreshToken } }`
	swapped := g.send(http.MethodPost, "/graphql", fmt.Sprintf(`{"query": %q, "variables": {"token": %q}}`, swap, refresh), nil)
	refresh = g.keep(swapped, "refreshToken")[0]

	g.ask("mutation { login(input: {password: "+g.secret(), nil)       // no GraphQL
	g.ask("{ f"+g.secret()+" }", nil)                                  // no field
	g.send(http.MethodPost, "/graphql", `{"query": "`+g.secret(), nil) // no JSON
	g.send(http.MethodGet, "/"+access, "", nil)                        // no page
	g.send(g.secret(), "/graphql", "", nil)                            // no method
	g.send(http.MethodGet, "/readyz", "", nil)                         // no trace
	g.ask(fmt.Sprintf("mutation { logout(input: {refreshToken: %q}) { success } }", refresh), nil)
}

// storyAsTold is how long things took, but for the numbers.
const storyAsTold = `POST /graphql 200
  mutation register OK
    argon2id
    BEGIN
    INSERT users
    INSERT refresh_tokens
    INSERT security_events
    COMMIT
POST /graphql 200 INVALID_CREDENTIALS
  mutation login INVALID_CREDENTIALS
    SELECT users
    SELECT throttles
    argon2id
    BEGIN
    INSERT throttles
    SELECT throttles
    INSERT throttles
    INSERT security_events
    COMMIT
POST /graphql 200
  mutation login OK
    SELECT users
    SELECT throttles
    argon2id
    DELETE throttles
    BEGIN
    UPDATE users
    INSERT refresh_tokens
    INSERT security_events
    COMMIT
POST /graphql 200
  mutation login OK
    SELECT users
    SELECT throttles
    argon2id
    BEGIN
    UPDATE users
    INSERT refresh_tokens
    INSERT security_events
    COMMIT
POST /graphql 200
  query me OK
    SELECT users
    SELECT users
GET /graphql 200 UNAUTHENTICATED
  query UNAUTHENTICATED
POST /graphql 200
  mutation refreshToken OK
    SELECT refresh_tokens
    UPDATE refresh_tokens
POST /graphql 200 GRAPHQL_PARSE_FAILED
POST /graphql 200 GRAPHQL_VALIDATION_FAILED
POST /graphql 400 GRAPHQL_PARSE_FAILED
GET 404
HTTP /graphql 405 BAD_USER_INPUT
POST /graphql 200
  mutation logout OK
    BEGIN
    SELECT refresh_tokens
    UPDATE refresh_tokens
    INSERT revocations
    INSERT security_events
    COMMIT
`

const attributesAsTold = `daypass.fields daypass.outcome db.collection.name db.operation.name db.query.text db.system.name ` +
	`graphql.operation.type http.request.method http.response.status_code http.route`
