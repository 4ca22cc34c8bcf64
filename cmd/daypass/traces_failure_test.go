package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/config"
	"daypass/internal/store"
	"daypass/internal/testdb"
)

func TestTracesTellWhoseFaultItIs(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		told, log := startCollector(t), new(journal)
		cfg, stored := tracedConfig(told), db.OpenStore(t)
		cfg.RequestTimeout = time.Second
		program, err := wire(cfg, stored, nil, log.logger())
		require.NoError(t, err)
		pair := registered(t, program.service)

		other, err := db.SQL(t).BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = other.ExecContext(t.Context(), "UPDATE refresh_tokens SET user_agent = 'other'")
		require.NoError(t, err)
		post(t, program.handler, fmt.Sprintf(`mutation { refreshToken(input: {refreshToken: %q}) { expiresIn } }`, pair.RefreshToken))
		require.NoError(t, other.Rollback())

		opened := *stored
		*stored = store.Store{} // whoever asks it panics
		post(t, program.handler, `mutation { login(input: {username: "ada", password: "x"}) { expiresIn } }`)
		*stored = opened
		program.traces.Close(t.Context())

		require.Equal(t, `POST /graphql 200 SERVICE_UNAVAILABLE
  mutation refreshToken SERVICE_UNAVAILABLE failed
    SELECT refresh_tokens
    UPDATE refresh_tokens failed
POST /graphql 200 INTERNAL_SERVER_ERROR
  mutation login INTERNAL_SERVER_ERROR failed
`, told.tree())
		require.NotEmpty(t, attributeOf(told.named(t, "UPDATE refresh_tokens"), "error.type"))
		require.Equal(t, "daypass.fields daypass.outcome db.collection.name db.operation.name db.query.text db.system.name error.type "+
			"graphql.operation.type http.request.method http.response.status_code http.route", told.attributes(), "no message, no cause")
		require.NotContains(t, told.bytes(), "nil pointer")
		require.Contains(t, log.String(), "nil pointer")
	})
}

func TestAStreamIsTracedToItsEnd(t *testing.T) {
	told := startCollector(t)
	program, err := wire(tracedConfig(told), testdb.SQLite(t).OpenStore(t), nil, new(journal).logger())
	require.NoError(t, err)
	require.NoError(t, program.service.LoadRevocations(t.Context()))
	server := httptest.NewServer(program.handler)
	t.Cleanup(server.Close)
	pair := registered(t, program.service)
	tab := (&rider{accessToken: pair.AccessToken}).listen(t, server.URL)
	require.NoError(t, program.service.Logout(t.Context(), pair.RefreshToken))
	heard, err := tab.await()
	require.NoError(t, err)
	require.Len(t, heard.answers, 1)
	server.Close() // waits for the request
	program.traces.Close(t.Context())
	require.Equal(t, "POST /graphql 200\n  subscription sessionEnded OK\n", told.tree())
}

// request is one that costs no statement; traceparent may be empty.
func request(t *testing.T, from string, traceparent string) *http.Request {
	t.Helper()
	made := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(`{"query": "{ __typename }"}`))
	made.RemoteAddr = from
	made.Header.Set("Content-Type", "application/json")
	if traceparent != "" {
		made.Header.Set("Traceparent", traceparent)
		made.Header.Set("Tracestate", "secret=state")
	}
	return made
}

func TestOnlyCallersDecideWhatIsTraced(t *testing.T) {
	const (
		caller, stranger = "192.0.2.7:4711", "198.51.100.7:4711"
		id               = "0af7651916cd43dd8448eb211c80319c"
		sampled          = "00-" + id + "-b7ad6b7169203331-01"
		unsampled        = "00-" + id + "-b7ad6b7169203331-00"
		// The ratio goes by the last eight bytes of an id: of all these are the most likely ones.
		luckyID = "0af7651916cd43dd0000000000000000"
		lucky   = "00-" + luckyID + "-b7ad6b7169203331-00"
	)
	tests := map[string]struct {
		from, traceparent string
		ratio             float64
		traced, joined    bool
	}{
		"a stranger asks for it":                    {from: stranger, traceparent: sampled, ratio: 0},
		"a stranger asks for it by the id":          {from: stranger, traceparent: lucky, ratio: 1e-9},
		"a stranger does not ask for it":            {from: stranger, traceparent: unsampled, ratio: 1, traced: true},
		"a stranger is not joined":                  {from: stranger, traceparent: sampled, ratio: 1, traced: true},
		"a caller asks for it":                      {from: caller, traceparent: sampled, ratio: 0, traced: true, joined: true},
		"a caller does not ask for it":              {from: caller, traceparent: unsampled, ratio: 1},
		"a caller does not ask, with a lucky id":    {from: caller, traceparent: lucky, ratio: 1},
		"a caller says nothing":                     {from: caller, ratio: 1, traced: true},
		"a caller says what nobody understands":     {from: caller, traceparent: "00-" + id, ratio: 1, traced: true},
		"nobody asks, and none are traced":          {from: caller, ratio: 0},
		"a caller from IPv4 in IPv6 asks for it":    {from: "[::ffff:192.0.2.7]:4711", traceparent: sampled, traced: true, joined: true},
		"who knows where it comes from asks for it": {from: "@", traceparent: sampled},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			told, log := startCollector(t), new(journal)
			cfg := tracedConfig(told)
			cfg.TraceRatio = test.ratio
			var err error
			cfg.TraceCallers, err = config.ParseNetworks("192.0.2.0/24")
			require.NoError(t, err)
			cfg.ForwardedHeader = config.XForwardedFor
			cfg.TrustedProxies, err = config.ParseNetworks("198.51.100.7")
			require.NoError(t, err)
			program, err := wire(cfg, testdb.SQLite(t).OpenStore(t), nil, log.logger())
			require.NoError(t, err)
			asked := request(t, test.from, test.traceparent)
			asked.Header.Set("X-Forwarded-For", "192.0.2.7") // which is another matter
			program.handler.ServeHTTP(httptest.NewRecorder(), asked)
			program.traces.Close(t.Context())

			if !test.traced {
				require.Empty(t, told.all())
				require.NotContains(t, log.String(), "trace_id")
				return
			}
			span := told.named(t, "POST /graphql")
			require.Equal(t, test.joined, traceIDOf(span) == id)
			require.Equal(t, test.joined, len(span.GetParentSpanId()) > 0)
			require.Empty(t, span.GetTraceState())
			require.Contains(t, log.String(), fmt.Sprintf(`"trace_id":%q`, traceIDOf(span)))
		})
	}
}
