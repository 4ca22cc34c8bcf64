package token_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/require"

	"daypass/internal/token"
)

const (
	secret      = "a secret of at least thirty-two bytes"
	otherSecret = "another secret, no shorter than that one"
	issuer      = "https://daypass.example"
	audience    = "rides"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// clock is a clock that tests move.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

func newKeys(tb testing.TB, signingKeyPEM []byte, secrets ...string) *token.KeySet {
	tb.Helper()
	keys, err := token.NewKeySet(secrets, signingKeyPEM)
	require.NoError(tb, err)
	return keys
}

func newCodec(tb testing.TB, change func(*token.Config)) (*token.Codec, *clock) {
	tb.Helper()
	c := &clock{now: noon}
	cfg := token.Config{Issuer: issuer, Audience: audience, Now: c.Now}
	if change != nil {
		change(&cfg)
	}
	if cfg.Keys == nil {
		cfg.Keys = newKeys(tb, nil, secret)
	}
	codec, err := token.NewCodec(cfg)
	require.NoError(tb, err)
	return codec, c
}

func withKeys(keys *token.KeySet) func(*token.Config) {
	return func(cfg *token.Config) { cfg.Keys = keys }
}

func accessClaims() token.AccessClaims {
	return token.AccessClaims{
		Subject: "usr_1", SessionID: "ses_1", Generation: 7, Role: "USER", ID: "jti-1",
		IssuedAt: noon, ExpiresAt: noon.Add(15 * time.Minute),
	}
}

func refreshClaims() token.RefreshClaims {
	return token.RefreshClaims{
		Subject: "usr_1", SessionID: "ses_1", Generation: 7, Nonce: [16]byte{0xde, 0xad, 15: 0xff},
		IssuedAt: noon, ExpiresAt: noon.Add(168 * time.Hour),
	}
}

func deviceClaims() token.DeviceClaims {
	return token.DeviceClaims{Subject: "usr_1", ID: "device-1", IssuedAt: noon, ExpiresAt: noon.Add(8760 * time.Hour)}
}

func mintAccess(tb testing.TB, codec *token.Codec, claims token.AccessClaims) string {
	tb.Helper()
	raw, err := codec.MintAccess(claims)
	require.NoError(tb, err)
	return raw
}

func mintRefresh(tb testing.TB, codec *token.Codec, claims token.RefreshClaims) string {
	tb.Helper()
	raw, err := codec.MintRefresh(claims)
	require.NoError(tb, err)
	return raw
}

func mintDevice(tb testing.TB, codec *token.Codec, claims token.DeviceClaims) string {
	tb.Helper()
	raw, err := codec.MintDevice(claims)
	require.NoError(tb, err)
	return raw
}

// publicKeys returns what the key set publishes.
func publicKeys(tb testing.TB, keys *token.KeySet) []jose.JSONWebKey {
	tb.Helper()
	document, err := keys.PublicJWKS()
	require.NoError(tb, err)
	var set jose.JSONWebKeySet
	require.NoError(tb, json.Unmarshal(document, &set))
	return set.Keys
}

// segments returns the decoded header and claims of a token.
func segments(tb testing.TB, raw string) (header, claims string) {
	tb.Helper()
	parts := strings.Split(raw, ".")
	require.Len(tb, parts, 3)
	return decoded(tb, parts[0]), decoded(tb, parts[1])
}

func decoded(tb testing.TB, segment string) string {
	tb.Helper()
	text, err := base64.RawURLEncoding.Strict().DecodeString(segment)
	require.NoError(tb, err)
	return string(text)
}

func encoded(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

func pkcs8(tb testing.TB, private crypto.Signer) []byte {
	tb.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(tb, err)
	return pemBlock("PRIVATE KEY", der)
}

func pemBlock(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func newEd25519(tb testing.TB) ed25519.PrivateKey {
	tb.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(tb, err)
	return private
}

func publicKey(tb testing.TB, private ed25519.PrivateKey) ed25519.PublicKey {
	tb.Helper()
	public, ok := private.Public().(ed25519.PublicKey)
	require.True(tb, ok)
	return public
}

func newECDSA(tb testing.TB, curve elliptic.Curve) *ecdsa.PrivateKey {
	tb.Helper()
	private, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(tb, err)
	return private
}

func newRSA(tb testing.TB, bits int) *rsa.PrivateKey {
	tb.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	require.NoError(tb, err)
	return private
}
