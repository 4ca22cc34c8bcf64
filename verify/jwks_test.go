package verify_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"daypass/verify"
)

// What a set holds beside the good key does not spoil it, and verifies nothing.
func TestKeysThatAreNotUsed(t *testing.T) {
	good, other := newEdDSA(t, "good"), newEdDSA(t, "x")
	secret := jose.JSONWebKey{Key: []byte("a secret of at least thirty-two bytes"), KeyID: "x", Algorithm: "HS256", Use: "sig"}
	private := jose.JSONWebKey{Key: other.private, KeyID: "x", Algorithm: "EdDSA", Use: "sig"}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	hmacSecret := signingKey{id: "x", method: jwt.SigningMethodHS256}
	for _, tc := range []struct {
		name, why string
		jwk       string
		token     string
	}{
		{"a secret", "not a public key", text(t, secret), hmacToken(t, hmacSecret, secret)},
		{"a private key", "not a public key", text(t, private), other.mint(t)},
		{"for encryption", "not for signatures", text(t, with(other.jwk(), func(k *jose.JSONWebKey) { k.Use = "enc" })), other.mint(t)},
		{"for another algorithm", "algorithm is not", text(t, with(other.jwk(), func(k *jose.JSONWebKey) { k.Algorithm = "RS256" })), other.mint(t)},
		{"without an id", "no id", text(t, with(other.jwk(), func(k *jose.JSONWebKey) { k.KeyID = "" })), other.token(t, other.header().with("kid", `""`), genuine())},
		{"on another curve", "not P-256", text(t, jose.JSONWebKey{Key: p384.Public(), KeyID: "x"}), signingKey{id: "x", method: jwt.SigningMethodES384, private: p384}.mint(t)},
		{"too small", "1024 bits", text(t, jose.JSONWebKey{Key: small.Public(), KeyID: "x"}), signingKey{id: "x", method: jwt.SigningMethodRS256, private: small}.mint(t)},
		{"of an unknown type", "cannot be read", `{"kty":"OKP","crv":"Ed448","kid":"x","x":"AAAA"}`, other.mint(t)},
		{"of no type", "cannot be read", `{"kid":"x"}`, other.mint(t)},
		{"with a member twice", "cannot be read", strings.Replace(text(t, other.jwk()), "{", `{"kid":"y",`, 1), other.mint(t)},
		{"a number", "cannot be read", `1`, other.mint(t)},
		{"a point that is on no curve", "cannot be read", `{"kty":"EC","crv":"P-256","kid":"x","x":"` + strings.Repeat("A", 43) + `","y":"` + strings.Repeat("A", 43) + `"}`, other.mint(t)},
		{"a cut Ed25519 key", "cannot be read", `{"kty":"OKP","crv":"Ed25519","kid":"x","x":"AAAA"}`, other.mint(t)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var log strings.Builder
			p := newPublisher(t)
			p.serve(answerOf(`{"keys":[` + tc.jwk + "," + text(t, good.jwk()) + "]}"))
			v, _ := newVerifier(t, p, func(cfg *verify.Config) { cfg.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			requireVerifies(t, v, good.mint(t))
			requireRefused(t, v, tc.token, verify.ErrInvalid)
			require.Contains(t, log.String(), "key 1 of 2: ")
			require.Contains(t, log.String(), tc.why)

			p.serve(answerOf(`{"keys":[` + tc.jwk + "]}")) // alone it is as good as nothing
			v, _ = newVerifier(t, p, nil)
			requireRefused(t, v, good.mint(t), verify.ErrUnavailable)
		})
	}
}

func TestKeysThatShareAnID(t *testing.T) {
	good, one, two, three := newEdDSA(t, "good"), newEdDSA(t, "x"), newEdDSA(t, "x"), newES256(t, "x")
	v, _ := newVerifier(t, newPublisher(t, one, good, two, one, three), nil)
	requireVerifies(t, v, good.mint(t))
	for _, key := range []signingKey{one, two, three} {
		requireRefused(t, v, key.mint(t), verify.ErrInvalid)
	}
	v, _ = newVerifier(t, newPublisher(t, one, one), nil)
	requireVerifies(t, v, one.mint(t)) // the same key twice is one key
}

func TestKeysWithoutAlgorithmAndUse(t *testing.T) {
	for _, key := range []signingKey{newEdDSA(t, "a"), newES256(t, "b"), newRS256(t, "c")} {
		p := newPublisher(t)
		p.serve(answerOf(`{"keys":[` + text(t, jose.JSONWebKey{Key: key.private.Public(), KeyID: key.id}) + `],"more":1}`))
		v, _ := newVerifier(t, p, nil)
		requireVerifies(t, v, key.mint(t))
		other := jwt.SigningMethodPS256.Alg()
		requireRefused(t, v, key.token(t, key.header().with("alg", quoted(other)), genuine()), verify.ErrInvalid)
	}
}

func TestAsManyKeysAsAllowed(t *testing.T) {
	keys := many(t, 32)
	v, _ := newVerifier(t, newPublisher(t, keys...), nil)
	for _, key := range keys {
		requireVerifies(t, v, key.mint(t))
	}
}

func hmacToken(tb testing.TB, k signingKey, secret jose.JSONWebKey) string {
	tb.Helper()
	signed := encoded(k.header().text(tb)) + "." + encoded(genuine().text(tb))
	signature, err := k.method.Sign(signed, secret.Key)
	require.NoError(tb, err)
	return fmt.Sprintf("%s.%s", signed, encoded(string(signature)))
}

func with(k jose.JSONWebKey, change func(*jose.JSONWebKey)) jose.JSONWebKey {
	change(&k)
	return k
}

func text(tb testing.TB, k jose.JSONWebKey) string {
	tb.Helper()
	document, err := json.Marshal(k)
	require.NoError(tb, err)
	return string(document)
}
