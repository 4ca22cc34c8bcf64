package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

const (
	secretA = "alpha-alpha-alpha-alpha-alpha-alpha"
	secretB = "bravo-bravo-bravo-bravo-bravo-bravo-bravo"
)

// grammar is what the program builds from this package.
type grammar struct {
	Dev     Development `cmd:""`
	Serve   Production  `cmd:""`
	Migrate struct {
		Database
		Log
	} `cmd:""`
}

// read parses the arguments with nothing in the environment but what is given.
func read(t *testing.T, environment map[string]string, args ...string) (*grammar, *kong.Context, *Reader) {
	t.Helper()
	for _, pair := range os.Environ() {
		if name, _, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "DAYPASS_") {
			t.Setenv(name, "") // so that it comes back after the test
			require.NoError(t, os.Unsetenv(name))
		}
	}
	for name, value := range environment {
		t.Setenv(name, value)
	}
	var g grammar
	reader := NewReader()
	parser, err := kong.New(&g, reader.Options()...)
	require.NoError(t, err)
	ctx, err := parser.Parse(args)
	require.NoError(t, err)
	return &g, ctx, reader
}

func TestDefaults(t *testing.T) {
	g, ctx, reader := read(t, nil, "dev")
	require.NoError(t, reader.Check(ctx))
	require.Equal(t, "127.0.0.1:8080", g.Dev.Addr)
	require.Equal(t, DatabaseURL{SQLitePath: "daypass.db"}, g.Dev.DatabaseURL)
	require.True(t, g.Dev.Playground)
	require.True(t, g.Dev.Introspection)
	require.Equal(t, LogText, g.Dev.LogFormat)

	g, ctx, reader = read(t, map[string]string{
		"DAYPASS_DATABASE_URL": "mysql://daypass:pw@db/daypass", "DAYPASS_SECRET": secretA + ", " + secretB,
	}, "serve")
	require.NoError(t, reader.Check(ctx))
	require.Equal(t, ":8080", g.Serve.Addr)
	require.False(t, g.Serve.Playground)
	require.False(t, g.Serve.Introspection)
	require.Equal(t, LogJSON, g.Serve.LogFormat)
	require.Equal(t, slog.LevelInfo, g.Serve.LogLevel)
	require.Equal(t, Secrets{secretA, secretB}, g.Serve.Secret)
	require.Equal(t, 15*time.Minute, g.Serve.AccessTokenTTL)
	require.Equal(t, 7*24*time.Hour, g.Serve.RefreshTokenTTL)
	require.Equal(t, 180*24*time.Hour, g.Serve.SessionTTL)
	require.Equal(t, 10*time.Second, g.Serve.RefreshGrace)
	require.Empty(t, g.Serve.TrustedProxies)
	require.Equal(t, XForwardedFor, g.Serve.ForwardedHeader)
	require.Equal(t, Limits{
		MaxSessionsPerUser: 50, MaxStreamsPerUser: 20, MaxStreams: 1_000, MaxFailuresPerClient: 5, MaxFailuresPerAccount: 20, MaxFailuresPerAddress: 100,
		MaxRegistrationsPerAddress: 20, MaxRefreshesPerAddress: 3000,
	}, g.Serve.Limits)
	require.Equal(t, 90*24*time.Hour, g.Serve.EventRetention)
	require.Equal(t, Requests{MaxBodyBytes: 100_000, MaxTokens: 1_000, MaxDepth: 20, MaxCost: 10_000}, g.Serve.Requests)
	require.Equal(t, Traces{TraceRatio: 1}, g.Serve.Traces, "off")
}

func TestTrustedProxies(t *testing.T) {
	g, ctx, reader := read(t, map[string]string{"DAYPASS_TRUSTED_PROXIES": "10.0.0.0/8, 192.0.2.1,2001:db8::/32,2001:db8::1,::ffff:192.0.2.2"},
		"dev", "--forwarded-header=forwarded")
	require.NoError(t, reader.Check(ctx))
	require.Equal(t, Forwarded, g.Dev.ForwardedHeader)
	require.Equal(t, "10.0.0.0/8,192.0.2.1/32,2001:db8::/32,2001:db8::1/128,192.0.2.2/32", g.Dev.TrustedProxies.String())
	var out bytes.Buffer
	require.NoError(t, reader.Print(&out, ctx))
	require.Regexp(t, `DAYPASS_TRUSTED_PROXIES +10.0.0.0/8,192.0.2.1/32,.* +variable`, out.String())
}

func TestFlagsWinOverVariables(t *testing.T) {
	g, ctx, reader := read(t, map[string]string{"DAYPASS_ADDR": ":1", "DAYPASS_PLAYGROUND": "true", "DAYPASS_LOG_LEVEL": "warn"},
		"dev", "--addr", "[::1]:2", "--no-playground", "--refresh-grace=0", "--log-format=json", "--session-ttl=168h")
	require.NoError(t, reader.Check(ctx))
	require.Equal(t, "[::1]:2", g.Dev.Addr)
	require.False(t, g.Dev.Playground)
	require.Zero(t, g.Dev.RefreshGrace)
	require.Equal(t, LogJSON, g.Dev.LogFormat)
	require.Equal(t, slog.LevelWarn, g.Dev.LogLevel)
}

func TestEverySettingHasAFlagAndItsVariable(t *testing.T) {
	_, ctx, _ := read(t, nil, "serve")
	flags := settings(ctx)
	require.Len(t, flags, reflect.TypeFor[Server]().NumField()+reflect.TypeFor[Requests]().NumField()+
		reflect.TypeFor[Browsers]().NumField()+reflect.TypeFor[Database]().NumField()+
		reflect.TypeFor[Tokens]().NumField()+reflect.TypeFor[Passwords]().NumField()+reflect.TypeFor[Limits]().NumField()+
		reflect.TypeFor[History]().NumField()+reflect.TypeFor[Log]().NumField()+reflect.TypeFor[Traces]().NumField())
	for _, flag := range flags {
		want := "DAYPASS_" + strings.ToUpper(strings.ReplaceAll(flag.Name, "-", "_"))
		require.Equal(t, []string{want}, flag.Envs)
		require.NotEmpty(t, flag.Help, flag.Name)
	}
}

func TestMistakesAreToldAtOnce(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	require.NoError(t, os.WriteFile(empty, nil, 0o600))

	tests := map[string]struct {
		args []string
		env  map[string]string
		want []string
	}{
		"nothing set": {
			args: []string{"serve"},
			want: []string{
				"DAYPASS_DATABASE_URL (--database-url): is needed: mysql://",
				"DAYPASS_SECRET (--secret): is needed: at least 32",
			},
		},
		"empty is not set": {
			args: []string{"serve"},
			env:  map[string]string{"DAYPASS_DATABASE_URL": "", "DAYPASS_SECRET": ""},
			want: []string{"DAYPASS_DATABASE_URL (--database-url): is needed", "DAYPASS_SECRET (--secret): is needed"},
		},
		"a section by itself": {
			args: []string{"migrate", "--connect-timeout=soon"},
			want: []string{
				"DAYPASS_DATABASE_URL (--database-url): is needed",
				`DAYPASS_CONNECT_TIMEOUT (--connect-timeout): "soon" is not a duration`,
			},
		},
		"unreadable and unfitting together, in the order of the settings": {
			args: []string{"dev", "--max-open-conns=many", "--access-token-ttl=200h", "--log-format", "xml"},
			env: map[string]string{
				"DAYPASS_ADDR": "8080", "DAYPASS_INTROSPECTION": "perhaps", "DAYPASS_LOG_LEVEL": "loud",
				"DAYPASS_SECRET": secretA + ",," + secretA + ",short", "DAYPASS_AUDIENCE": "",
			},
			want: []string{
				`DAYPASS_ADDR (--addr): "8080" is not host:port`,
				`DAYPASS_INTROSPECTION (--introspection): "perhaps" is neither`,
				`DAYPASS_MAX_OPEN_CONNS (--max-open-conns): "many" is not a whole number`,
				"DAYPASS_SECRET (--secret): entry 2 is empty; entry 3 is the same as entry 1; entry 4 has 5 bytes, and 32 are the least",
				"DAYPASS_AUDIENCE (--audience): is empty",
				"DAYPASS_ACCESS_TOKEN_TTL (--access-token-ttl): is 200h; choose between 1s and 24h",
				"DAYPASS_ACCESS_TOKEN_TTL (--access-token-ttl): is 200h; it must be shorter than the refresh-token TTL, 168h",
				`DAYPASS_LOG_FORMAT (--log-format): "xml" is not one of`,
				`DAYPASS_LOG_LEVEL (--log-level): "loud" is not one of`,
			},
		},
		"lifetimes": {
			args: []string{"dev", "--refresh-token-ttl=5s", "--session-ttl=4s", "--access-token-ttl=5s", "--refresh-grace=2m"},
			want: []string{
				"DAYPASS_ACCESS_TOKEN_TTL (--access-token-ttl): is 5s; it must be shorter",
				"DAYPASS_REFRESH_TOKEN_TTL (--refresh-token-ttl): is 5s; it must not be longer than the session TTL, 4s",
				"DAYPASS_REFRESH_GRACE (--refresh-grace): is 2m; choose between 0s and 1m",
				"DAYPASS_REFRESH_GRACE (--refresh-grace): is 2m; it must be shorter than the refresh-token TTL, 5s",
			},
		},
		"no rule judges a value that cannot be read": {
			args: []string{"dev", "--refresh-token-ttl=week", "--write-timeout=x"},
			want: []string{"DAYPASS_WRITE_TIMEOUT", "DAYPASS_REFRESH_TOKEN_TTL"},
		},
		"timeouts and pools": {
			args: []string{"dev", "--write-timeout=10s", "--drain-timeout=-1s", "--max-open-conns=4", "--hash-queue=0"},
			want: []string{
				"DAYPASS_WRITE_TIMEOUT (--write-timeout): is 10s; it must be longer than the request timeout, 10s",
				"DAYPASS_DRAIN_TIMEOUT (--drain-timeout): is -1s; choose",
				"DAYPASS_MAX_IDLE_CONNS (--max-idle-conns): is 32; it must not be above the open connections, 4",
				"DAYPASS_HASH_QUEUE (--hash-queue): is 0; choose",
			},
		},
		"proxies": {
			args: []string{"dev", "--trusted-proxies=10.1.2.3/8,0.0.0.0/0,,proxy.example,::ffff:10.0.0.0/104,fe80::1%eth0", "--forwarded-header=X-Real-IP"},
			want: []string{
				`DAYPASS_TRUSTED_PROXIES (--trusted-proxies): entry 1 "10.1.2.3/8" has bits behind its prefix; the network is 10.0.0.0/8; ` +
					`entry 2 "0.0.0.0/0" is everybody, so that anybody would be believed; entry 3 "" is neither an address nor a network ` +
					`such as 10.0.0.0/8; entry 4 "proxy.example" is neither an address nor a network such as 10.0.0.0/8; ` +
					`entry 5 "::ffff:10.0.0.0/104" is IPv4 written as IPv6; write it as IPv4; entry 6 "fe80::1%eth0" is neither`,
				`DAYPASS_FORWARDED_HEADER (--forwarded-header): "X-Real-IP" is not one of X-Forwarded-For, Forwarded`,
			},
		},
		"limits": {
			args: []string{"dev", "--max-sessions-per-user=0", "--max-failures-per-client=-1", "--max-refreshes-per-address=many", "--event-retention=10m"},
			want: []string{
				"DAYPASS_MAX_SESSIONS_PER_USER (--max-sessions-per-user): is 0; choose between 1 and 100",
				"DAYPASS_MAX_FAILURES_PER_CLIENT (--max-failures-per-client): is -1; choose between 0 and 1000000",
				`DAYPASS_MAX_REFRESHES_PER_ADDRESS (--max-refreshes-per-address): "many" is not a whole number`,
				"DAYPASS_EVENT_RETENTION (--event-retention): is 10m; choose between 1h and",
			},
		},
		"streams": {
			args: []string{"dev", "--max-streams-per-user=0", "--max-streams=100001"},
			want: []string{
				"DAYPASS_MAX_STREAMS_PER_USER (--max-streams-per-user): is 0; choose between 1 and 1000",
				"DAYPASS_MAX_STREAMS (--max-streams): is 100001; choose between 1 and 100000",
			},
		},
		"streams of one and of all": {
			args: []string{"dev", "--max-streams=19"},
			want: []string{
				"DAYPASS_MAX_STREAMS_PER_USER (--max-streams-per-user): is 20; it must not be above the streams of all accounts together, 19",
			},
		},
		"traces": {
			args: []string{"dev", "--otlp-endpoint=collector:4318", "--trace-ratio=1.01", "--trace-callers=0.0.0.0/0"},
			want: []string{
				"DAYPASS_OTLP_ENDPOINT (--otlp-endpoint): is not a URL such as http://127.0.0.1:4318",
				"DAYPASS_TRACE_RATIO (--trace-ratio): is 1.01; choose between 0 and 1",
				`DAYPASS_TRACE_CALLERS (--trace-callers): entry 1 "0.0.0.0/0" is everybody`,
			},
		},
		"limits are never off": {
			args: []string{"dev", "--max-body-bytes=0", "--max-tokens=0", "--max-depth=0", "--max-cost=0"},
			want: []string{
				"DAYPASS_MAX_BODY_BYTES (--max-body-bytes): is 0; choose between 1000 and 10000000",
				"DAYPASS_MAX_TOKENS (--max-tokens): is 0; choose between 100 and 10000",
				"DAYPASS_MAX_DEPTH (--max-depth): is 0; choose between 1 and 1000",
				"DAYPASS_MAX_COST (--max-cost): is 0; choose between 100 and 10000000",
			},
		},
		"key files": {
			args: []string{"dev", "--signing-key-file", empty},
			want: []string{"DAYPASS_SIGNING_KEY_FILE (--signing-key-file): the file " + empty + " holds no PEM block"},
		},
		"an absent key file": {
			args: []string{"dev", "--signing-key-file=/nowhere/key.pem"},
			want: []string{"DAYPASS_SIGNING_KEY_FILE (--signing-key-file): the file /nowhere/key.pem cannot be read: no such file"},
		},
		"a mistake in a variable is told although a flag replaces it": {
			args: []string{"dev", "--addr=:1"},
			env:  map[string]string{"DAYPASS_READ_TIMEOUT": "x"},
			want: []string{"DAYPASS_READ_TIMEOUT"},
		},
		"a mistake in a flag is told although its variable is right": {
			args: []string{"dev", "--read-timeout=x"},
			env:  map[string]string{"DAYPASS_READ_TIMEOUT": "3s"},
			want: []string{`DAYPASS_READ_TIMEOUT (--read-timeout): "x" is not`},
		},
		"when both are wrong, the one that would count is told": {
			args: []string{"dev", "--read-timeout=x"},
			env:  map[string]string{"DAYPASS_READ_TIMEOUT": "y"},
			want: []string{`DAYPASS_READ_TIMEOUT (--read-timeout): "x" is not`},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, ctx, reader := read(t, test.env, test.args...)
			var mistakes Mistakes
			require.ErrorAs(t, reader.Check(ctx), &mistakes)
			require.Len(t, mistakes, len(test.want), mistakes.Error())
			for i, want := range test.want {
				require.Contains(t, mistakes[i].String(), want)
				require.NotContains(t, mistakes[i].String(), "\n")
			}
		})
	}
}

func TestIssuerIsAStringOrURI(t *testing.T) {
	tests := map[string]bool{
		"daypass": true, "id.example.com": true, "https://id.example.com": true, "https://id.example.com/tenant": true,
		"urn:example:daypass": true, "http://127.0.0.1:8080": true,
		"127.0.0.1:8080": false, "https://": false, "https:id": false, "https://id.example.com/#x": false,
		"https://user:pw@id.example.com": false, "two words": false, "http://[": false,
	}
	for issuer, ok := range tests {
		t.Run(issuer, func(t *testing.T) {
			_, ctx, reader := read(t, nil, "dev", "--issuer", issuer)
			err := reader.Check(ctx)
			require.Equal(t, ok, err == nil, "%v", err)
		})
	}
}

func TestPrintTellsValuesAndWhereTheyCameFrom(t *testing.T) {
	_, ctx, reader := read(t, map[string]string{
		"DAYPASS_SECRET": secretA + "," + secretB, "DAYPASS_DATABASE_URL": "mysql://daypass:hunter2@db/daypass?tls=true",
		"DAYPASS_READ_TIMEOUT": "fast",
	}, "serve", "--refresh-token-ttl=48h", "--log-level", "debug")

	var out bytes.Buffer
	require.NoError(t, reader.Print(&out, ctx))
	for _, want := range []string{
		`DAYPASS_ADDR +:8080 +default`,
		`DAYPASS_DATABASE_URL +mysql://daypass:\*\*\*@db:3306/daypass\?tls=true +variable`,
		`DAYPASS_SECRET +2 secrets of 35, 41 bytes +variable`,
		`DAYPASS_SIGNING_KEY_FILE +\(none\) +default`,
		`DAYPASS_READ_TIMEOUT +\(unreadable\) +variable`,
		`DAYPASS_ACCESS_TOKEN_TTL +15m +default`,
		`DAYPASS_REFRESH_TOKEN_TTL +48h +flag --refresh-token-ttl`,
		`DAYPASS_LOG_LEVEL +debug +flag --log-level`,
	} {
		require.Regexp(t, want, out.String())
	}
	requireNoSecret(t, out.String(), "hunter2", secretA, secretB)
}

func TestNothingPrintsASecretByAccident(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key.pem")
	require.NoError(t, os.WriteFile(key, []byte("-----BEGIN PRIVATE KEY-----\naHVudGVyMg==\n-----END PRIVATE KEY-----\n"), 0o600))
	g, ctx, reader := read(t, map[string]string{
		"DAYPASS_SECRET": secretA, "DAYPASS_DATABASE_URL": "mysql://daypass:hunter2@db/daypass", "DAYPASS_SIGNING_KEY_FILE": key,
	}, "serve")
	require.NoError(t, reader.Check(ctx))

	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, g.Serve)
		fmt.Fprintf(&out, verb, &g.Serve)
	}
	require.NoError(t, json.NewEncoder(&out).Encode(g.Serve))
	slog.New(slog.NewTextHandler(&out, nil)).Info("read", "config", g.Serve, "url", g.Serve.DatabaseURL, "secret", g.Serve.Secret)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("read", "config", g.Serve, "url", g.Serve.DatabaseURL, "key", g.Serve.SigningKeyFile)
	requireNoSecret(t, out.String(), "hunter2", secretA, "aHVudGVyMg")
}

// requireNoSecret also looks for the ways in which Go writes byte slices.
func requireNoSecret(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		bytes := []byte(secret)
		for _, form := range []string{secret, fmt.Sprintf("%x", bytes), strings.Trim(fmt.Sprint(bytes), "[]")} {
			require.NotContains(t, text, form)
		}
	}
}
