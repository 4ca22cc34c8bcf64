package verify_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"daypass/verify"
)

const (
	issuer   = "https://id.example"
	audience = "rides"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: noon} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// signingKey is a key of Daypass, or of somebody who would like to be.
type signingKey struct {
	id      string
	method  jwt.SigningMethod
	private crypto.Signer
}

func newEdDSA(tb testing.TB, id string) signingKey {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(tb, err)
	return signingKey{id: id, method: jwt.SigningMethodEdDSA, private: private}
}

func newES256(tb testing.TB, id string) signingKey {
	tb.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(tb, err)
	return signingKey{id: id, method: jwt.SigningMethodES256, private: private}
}

func newRS256(tb testing.TB, id string) signingKey {
	tb.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(tb, err)
	return signingKey{id: id, method: jwt.SigningMethodRS256, private: private}
}

func (k signingKey) jwk() jose.JSONWebKey {
	return jose.JSONWebKey{Key: k.private.Public(), KeyID: k.id, Algorithm: k.method.Alg(), Use: "sig"}
}

func (k signingKey) sign(tb testing.TB, text string) string {
	tb.Helper()
	signature, err := k.method.Sign(text, k.private)
	require.NoError(tb, err)
	return encoded(string(signature))
}

func (k signingKey) header() members {
	return members{"alg": quoted(k.method.Alg()), "typ": `"at+jwt"`, "kid": quoted(k.id)}
}

// mint returns a token as Daypass makes them.
func (k signingKey) mint(tb testing.TB) string {
	tb.Helper()
	return k.token(tb, k.header(), genuine())
}

// token signs whatever it is given.
func (k signingKey) token(tb testing.TB, header, claims members) string {
	tb.Helper()
	return k.tokenOf(tb, header.text(tb), claims.text(tb))
}

func (k signingKey) tokenOf(tb testing.TB, header, claims string) string {
	tb.Helper()
	text := encoded(header) + "." + encoded(claims)
	return text + "." + k.sign(tb, text)
}

func genuine() members {
	return members{
		"iss": quoted(issuer), "aud": `["rides"]`, "sub": `"usr_1"`, "sid": `"ses_1"`, "gen": "7", "role": `"USER"`,
		"jti": `"jti-1"`, "iat": unix(noon), "exp": unix(noon.Add(15 * time.Minute)),
	}
}

func genuineClaims() *verify.Claims {
	return &verify.Claims{
		Subject: "usr_1", SessionID: "ses_1", Role: verify.RoleUser, ID: "jti-1",
		IssuedAt: noon, ExpiresAt: noon.Add(15 * time.Minute),
	}
}

// members are the members of a JSON object as they are written.
type members map[string]string

func (m members) with(name, value string) members {
	changed := maps.Clone(m)
	changed[name] = value
	return changed
}

func (m members) without(name string) members {
	changed := maps.Clone(m)
	delete(changed, name)
	return changed
}

func (m members) text(tb testing.TB) string {
	tb.Helper()
	raw := make(map[string]json.RawMessage, len(m))
	for name, value := range m {
		raw[name] = json.RawMessage(value)
	}
	text, err := json.Marshal(raw)
	require.NoError(tb, err)
	return string(text)
}

func quoted(text string) string {
	value, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(value)
}

func unix(t time.Time) string { return fmt.Sprint(t.Unix()) }

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func jwks(tb testing.TB, keys ...signingKey) string {
	tb.Helper()
	set := jose.JSONWebKeySet{}
	for _, k := range keys {
		set.Keys = append(set.Keys, k.jwk())
	}
	document, err := json.Marshal(set)
	require.NoError(tb, err)
	return string(document)
}

// publisher serves a JWK Set over HTTP, and counts.
type publisher struct {
	*httptest.Server

	fetches atomic.Int64
	answer  atomic.Pointer[http.HandlerFunc]
}

func newPublisher(tb testing.TB, keys ...signingKey) *publisher {
	tb.Helper()
	p := &publisher{}
	p.publish(tb, keys...)
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.fetches.Add(1)
		(*p.answer.Load())(w, r)
	}))
	tb.Cleanup(p.Close)
	return p
}

// publish answers as Daypass does.
func (p *publisher) publish(tb testing.TB, keys ...signingKey) {
	tb.Helper()
	document := jwks(tb, keys...)
	p.serve(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/jwk-set+json")
		w.Header().Set("Cache-Control", "public, max-age=300")
		fmt.Fprint(w, document)
	})
}

func (p *publisher) serve(answer http.HandlerFunc) { p.answer.Store(&answer) }

// fail answers 500, as long as nothing else is served.
func (p *publisher) fail() {
	p.serve(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
}

func newVerifier(tb testing.TB, p *publisher, change func(*verify.Config)) (*verify.Verifier, *clock) {
	tb.Helper()
	c := newClock()
	cfg := verify.Config{
		Issuer: issuer, Audience: audience, JWKSURL: p.URL + "/.well-known/jwks.json",
		Now: c.Now, Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&cfg)
	}
	verifier, err := verify.New(cfg)
	require.NoError(tb, err)
	return verifier, c
}

func requireVerifies(t *testing.T, v *verify.Verifier, token string) {
	t.Helper()
	claims, err := v.Verify(t.Context(), token)
	require.NoError(t, err)
	require.Equal(t, "usr_1", claims.Subject)
}

func requireRefused(t *testing.T, v *verify.Verifier, token string, want error) {
	t.Helper()
	claims, err := v.Verify(t.Context(), token)
	require.ErrorIs(t, err, want)
	require.Nil(t, claims)
	requireTellsNothingOf(t, err, token)
}

// requireTellsNothingOf: errors end up in logs, and tokens must not.
func requireTellsNothingOf(t *testing.T, err error, token string) {
	t.Helper()
	for segment := range strings.SplitSeq(token, ".") {
		if len(segment) > 8 {
			require.NotContains(t, err.Error(), segment)
		}
	}
	require.Less(t, len(err.Error()), 300)
}

// answerOf serves the document, and says nothing about how long it is good for.
func answerOf(document string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, document) }
}

func errorIs(err error, targets ...error) bool {
	for _, target := range targets {
		if errors.Is(err, target) {
			return true
		}
	}
	return false
}
