package token_test

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/token"
)

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

// text writes them sorted by name, as our tokens do.
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

func parsed(tb testing.TB, text string) members {
	tb.Helper()
	var raw map[string]json.RawMessage
	require.NoError(tb, json.Unmarshal([]byte(text), &raw))
	m := make(members, len(raw))
	for name, value := range raw {
		m[name] = string(value)
	}
	return m
}

// kind is one of the kinds of token, with the true key: most forgeries are better than an attacker could make.
type kind struct {
	genuine string
	header  members
	claims  members
	public  ed25519.PublicKey
	sign    func(text string) string
	verify  func(raw string) (any, error)
}

func (k kind) forge(tb testing.TB, header, claims members) string {
	tb.Helper()
	return k.forgeText(header.text(tb), claims.text(tb))
}

func (k kind) forgeText(header, claims string) string {
	text := encoded(header) + "." + encoded(claims)
	return text + "." + k.sign(text)
}

func newKind(tb testing.TB, genuine string) kind {
	tb.Helper()
	header, claims := segments(tb, genuine)
	return kind{genuine: genuine, header: parsed(tb, header), claims: parsed(tb, claims)}
}

func allKinds(tb testing.TB) (access, refresh, device kind) {
	tb.Helper()
	private := newEd25519(tb)
	codec, _ := newCodec(tb, withKeys(newKeys(tb, pkcs8(tb, private), secret)))

	access = newKind(tb, mintAccess(tb, codec, accessClaims()))
	access.public = publicKey(tb, private)
	access.sign = func(text string) string { return encoded(string(ed25519.Sign(private, []byte(text)))) }
	access.verify = func(raw string) (any, error) { return codec.VerifyAccess(raw) }

	refresh = newKind(tb, mintRefresh(tb, codec, refreshClaims()))
	refresh.public = access.public
	refresh.sign = signer(tb, "daypass v1 refresh token HS256 key")
	refresh.verify = func(raw string) (any, error) { return codec.VerifyRefresh(raw) }

	device = newKind(tb, mintDevice(tb, codec, deviceClaims()))
	device.public = access.public
	device.sign = signer(tb, "daypass v1 device token HS256 key")
	device.verify = func(raw string) (any, error) { return codec.VerifyDevice(raw) }
	return access, refresh, device
}

func signer(tb testing.TB, label string) func(text string) string {
	tb.Helper()
	mac, err := hkdf.Key(sha256.New, []byte(secret), nil, label, 32)
	require.NoError(tb, err)
	return func(text string) string { return hs256(text, mac) }
}

func hs256(text string, secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return encoded(string(mac.Sum(nil)))
}

func TestForgeriesAreRefusedAlike(t *testing.T) {
	access, refresh, device := allKinds(t)
	for _, tc := range []struct {
		name   string
		kind   kind
		others []kind
		more   map[string]string
		empty  any
	}{
		{name: "access", kind: access, others: []kind{refresh, device}, more: accessForgeries(t, access), empty: token.AccessClaims{}},
		{name: "refresh", kind: refresh, others: []kind{access, device}, more: refreshForgeries(t, refresh), empty: token.RefreshClaims{}},
		{name: "device", kind: device, others: []kind{access, refresh}, more: deviceForgeries(t, device), empty: token.DeviceClaims{}},
	} {
		k := tc.kind
		_, err := k.verify(k.forge(t, k.header, k.claims))
		require.NoError(t, err, "unchanged, what is forged here passes")

		forgeries := headerForgeries(t, k)
		maps.Copy(forgeries, claimForgeries(t, k))
		maps.Copy(forgeries, spellingForgeries(t, k))
		maps.Copy(forgeries, confusions(t, k, tc.others))
		maps.Copy(forgeries, tc.more)
		for name, raw := range forgeries {
			t.Run(tc.name+"/"+name, func(t *testing.T) {
				claims, err := k.verify(raw)
				require.Equal(t, token.ErrInvalid, err, "the very same error, with no cause")
				require.Equal(t, tc.empty, claims)
			})
		}
	}
}

// headerForgeries are signed by the true key, except where an attacker's key is the point.
func headerForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	forgeries := make(map[string]string)
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "HS256 ", "hs256", "eddsa", "HS384", "HS512", "ES256", "RS256", "PS256", "EdDSA", "HS256"} {
		if header := k.header.with("alg", quoted(alg)); header["alg"] != k.header["alg"] {
			forgeries["alg "+alg] = k.forge(tb, header, k.claims)
			unsigned := encoded(header.text(tb)) + "." + encoded(k.claims.text(tb)) + "."
			forgeries["alg "+alg+" without a signature"] = unsigned
		}
	}
	for name, key := range publicKeyAsSecret(tb, k.public) {
		header := k.header.with("alg", quoted("HS256"))
		text := encoded(header.text(tb)) + "." + encoded(k.claims.text(tb))
		forgeries["HS256 under the public key as "+name] = text + "." + hs256(text, key)
	}
	for name, value := range map[string]string{"null": "null", "a number": "256", "an array": `["EdDSA","HS256"]`} {
		forgeries["alg is "+name] = k.forge(tb, k.header.with("alg", value), k.claims)
		forgeries["typ is "+name] = k.forge(tb, k.header.with("typ", value), k.claims)
		forgeries["kid is "+name] = k.forge(tb, k.header.with("kid", value), k.claims)
	}
	for _, typ := range []string{"", "JWT", "jwt", "AT+JWT", "RT+JWT", "DT+JWT", "application/at+jwt", "at+jwt ", "id+jwt", "dpop+jwt"} {
		forgeries["typ "+typ] = k.forge(tb, k.header.with("typ", quoted(typ)), k.claims)
	}
	for _, kid := range []string{
		"", "unknown", "../../../../dev/null", "/etc/passwd", "https://evil.example/jwks.json", "' OR '1'='1", "0", "*",
		"key\x00", strings.Repeat("k", 2000),
	} {
		forgeries[fmt.Sprintf("kid %.30q", kid)] = k.forge(tb, k.header.with("kid", quoted(kid)), k.claims)
	}
	for _, name := range []string{"alg", "typ", "kid"} {
		forgeries["no "+name] = k.forge(tb, k.header.without(name), k.claims)
		forgeries["upper case "+name] = k.forge(tb, k.header.without(name).with(strings.ToUpper(name), k.header[name]), k.claims)
	}
	for name, value := range map[string]string{
		"jku": `"https://evil.example/jwks.json"`, "x5u": `"https://evil.example/cert.pem"`, "x5c": `["MIIB"]`, "x5t": `"AAAA"`,
		"crit": `["exp"]`, "b64": "false", "zip": `"DEF"`, "cty": `"JWT"`, "enc": `"A256GCM"`, "nonce": `"n"`,
	} {
		forgeries["header with "+name] = k.forge(tb, k.header.with(name, value), k.claims)
	}
	maps.Copy(forgeries, embeddedKeyForgeries(tb, k))
	header, claims := k.header.text(tb), k.claims.text(tb)
	for name, text := range map[string]string{
		"repeated":      strings.Replace(header, "{", `{"alg":"none",`, 1),
		"spaced":        " " + header,
		"followed":      header + "{}",
		"escaped":       strings.Replace(header, "alg", `\u0061lg`, 1),
		"null":          "null",
		"an array":      "[" + header + "]",
		"empty":         "",
		"an open brace": "{",
	} {
		forgeries["header "+name] = k.forgeText(text, claims)
	}
	return forgeries
}

// publicKeyAsSecret are the spellings of a public key that an algorithm confusion may use as an HMAC secret.
func publicKeyAsSecret(tb testing.TB, public ed25519.PublicKey) map[string][]byte {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(tb, err)
	jwk := fmt.Sprintf(`{"crv":"Ed25519","kty":"OKP","x":%q}`, encoded(string(public)))
	return map[string][]byte{
		"bytes": public, "base64url": []byte(encoded(string(public))), "DER": der, "PEM": pemBlock("PUBLIC KEY", der),
		"JWK": []byte(jwk), "nothing": {},
	}
}

// embeddedKeyForgeries are signed by a key of the attacker's, which the header offers.
func embeddedKeyForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	private := newEd25519(tb)
	public := encoded(string(publicKey(tb, private)))
	attacker := k
	attacker.sign = func(text string) string { return encoded(string(ed25519.Sign(private, []byte(text)))) }
	header := k.header.with("alg", quoted("EdDSA"))
	jwk := fmt.Sprintf(`{"kty":"OKP","crv":"Ed25519","x":%q,"kid":%s}`, public, k.header["kid"])
	return map[string]string{
		"embedded jwk":             attacker.forge(tb, header.with("jwk", jwk), k.claims),
		"embedded jwk without kid": attacker.forge(tb, header.without("kid").with("jwk", jwk), k.claims),
		"another key":              attacker.forge(tb, header, k.claims),
	}
}

func quoted(text string) string {
	value, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(value)
}
