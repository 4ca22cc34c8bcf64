package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/verify"
)

// station is a place where programs follow each other on one database and at one address.
type station struct {
	program, folder string
	db              *testdb.DB
	running         *daypass
	address         *httptest.Server
	target          atomic.Pointer[url.URL]
}

func newStation(t *testing.T, db *testdb.DB) *station {
	t.Helper()
	s := &station{program: filepath.Join(installProgram(t), "daypass"), folder: t.TempDir(), db: db}
	s.address = httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(s.target.Load()) }})
	t.Cleanup(s.address.Close)
	return s
}

// follow starts the next program in place of the one that runs.
func (s *station) follow(t *testing.T, name string, settings ...string) {
	t.Helper()
	if s.running != nil {
		require.NoError(t, s.running.end(syscall.SIGTERM))
	}
	environment := append([]string{
		"DAYPASS_DATABASE_URL=" + s.db.URL(), "DAYPASS_ISSUER=https://id.example", "DAYPASS_AUDIENCE=rides",
		"DAYPASS_ACCESS_TOKEN_TTL=24h",
	}, settings...)
	var err error
	s.running, err = launch(s.program, s.folder, name, environment, "serve", "--migrate", "--addr=127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(s.running.discard)
	require.NoError(t, s.running.await())
	target, err := url.Parse(s.running.URL)
	require.NoError(t, err)
	s.target.Store(target)
}

func (s *station) do(t *testing.T, operation string, variables map[string]string) answer {
	t.Helper()
	a, err := frontEnd{url: s.address.URL}.do(operation, variables)
	require.NoError(t, err)
	require.NoError(t, a.err())
	return a
}

// TestAnotherServiceChecksOurTokens follows the rotation of secrets and of signing keys (docs/tokens.md) from a service
// that knows the published keys only: it refuses no token that is good here, and none is good there that is void here.
func TestAnotherServiceChecksOurTokens(t *testing.T) {
	const one, two = "DAYPASS_SECRET=" + testSecret, "DAYPASS_SECRET=bravo-bravo-bravo-bravo-bravo-bravo"
	const oneTwo, twoOne = one + ",bravo-bravo-bravo-bravo-bravo-bravo", two + "," + testSecret
	s := newStation(t, testdb.SQLite(t))
	es256, rs256 := signingKeyFiles(t)
	var waited time.Duration
	verifier, err := verify.New(verify.Config{
		Issuer: "https://id.example", Audience: "rides", JWKSURL: s.address.URL + "/.well-known/jwks.json",
		Now: func() time.Time { return time.Now().Add(waited) },
	})
	require.NoError(t, err)

	tokens := map[string]string{}
	for _, step := range []struct {
		name       string
		settings   []string
		good, void []string
	}{
		{name: "one secret", settings: []string{one}},
		{name: "a new one behind it", settings: []string{oneTwo}, good: []string{"one secret"}},
		{name: "in front of it", settings: []string{twoOne}, good: []string{"one secret", "a new one behind it"}},
		{name: "without it", settings: []string{two}, good: []string{"in front of it"}, void: []string{"one secret", "a new one behind it"}},
		{name: "ES256", settings: []string{two, "DAYPASS_SIGNING_KEY_FILE=" + es256}, void: []string{"without it"}},
		{name: "RS256", settings: []string{two, "DAYPASS_SIGNING_KEY_FILE=" + rs256}, good: []string{"ES256"}, void: []string{"one secret"}},
	} {
		s.follow(t, step.name, step.settings...)
		if len(tokens) == 0 {
			s.do(t, "register", map[string]string{"username": "ada", "password": "an engine of analysis"})
		}
		waited += 5*time.Minute + time.Second // the max-age of the keys
		tokens[step.name] = s.do(t, "login", map[string]string{"username": "ada", "password": "an engine of analysis"}).field("accessToken")
		for _, good := range append(step.good, step.name) {
			claims, err := verifier.Verify(t.Context(), tokens[good])
			require.NoError(t, err, "%s, now %s", good, step.name)
			require.Equal(t, verify.RoleUser, claims.Role)
			me, err := frontEnd{url: s.address.URL, accessToken: tokens[good]}.do("me", nil)
			require.NoError(t, err)
			require.Equal(t, me.field("id"), claims.Subject)
		}
		for _, void := range step.void {
			_, err := verifier.Verify(t.Context(), tokens[void])
			require.ErrorIs(t, err, verify.ErrInvalid, "%s, now %s", void, step.name)
			me, err := frontEnd{url: s.address.URL, accessToken: tokens[void]}.do("me", nil)
			require.NoError(t, err)
			require.Error(t, me.err())
		}
	}
}

func signingKeyFiles(t *testing.T) (es256, rs256 string) {
	t.Helper()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	folder := t.TempDir()
	es256, rs256 = filepath.Join(folder, "es256.pem"), filepath.Join(folder, "rs256.pem")
	require.NoError(t, os.WriteFile(es256, pemOf(t, p256), 0o600))
	require.NoError(t, os.WriteFile(rs256, append(pemOf(t, rsaKey), pemOf(t, p256)...), 0o600))
	return es256, rs256
}

func pemOf(t *testing.T, key crypto.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}
