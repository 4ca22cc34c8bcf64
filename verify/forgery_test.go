package verify_test

import (
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"daypass/verify"
)

// Most forgeries are better than an attacker could make: they are signed by a true key.
func TestForgeriesAreRefused(t *testing.T) {
	eddsa, es256, rs256 := newEdDSA(t, "ed"), newES256(t, "es"), newRS256(t, "rs")
	v, c := newVerifier(t, newPublisher(t, eddsa, es256, rs256), nil)
	for _, key := range []signingKey{eddsa, es256, rs256} {
		for _, forgeries := range []map[string]string{
			headerForgeries(t, key), claimForgeries(t, key), spellingForgeries(t, key),
			confusions(t, key, eddsa, es256, rs256),
		} {
			for name, raw := range forgeries {
				t.Run(key.method.Alg()+"/"+name, func(t *testing.T) {
					c.advance(time.Millisecond)
					requireRefused(t, v, raw, verify.ErrInvalid)
				})
			}
		}
		requireVerifies(t, v, key.mint(t))
	}
}

func headerForgeries(tb testing.TB, k signingKey) map[string]string {
	tb.Helper()
	header, claims := k.header(), genuine()
	forgeries := make(map[string]string)
	for _, alg := range []string{
		"none", "None", "NONE", "", "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
		"ES256", "ES384", "ES512", "ES256K", "EdDSA", "Ed25519", "Ed448", "eddsa", "dir", "A256GCM", "RSA-OAEP",
	} {
		if alg != k.method.Alg() {
			forgeries["alg "+alg] = k.token(tb, header.with("alg", quoted(alg)), claims)
			unsigned := encoded(header.with("alg", quoted(alg)).text(tb)) + "." + encoded(claims.text(tb)) + "."
			forgeries["alg "+alg+", unsigned"] = unsigned
		}
	}
	for _, typ := range []string{
		"", "JWT", "jwt", "AT+JWT", "rt+jwt", "dt+jwt", "application/at+jwt", "at+jwt ", "id+jwt", "dpop+jwt", "logout+jwt",
	} {
		forgeries["typ "+typ] = k.token(tb, header.with("typ", quoted(typ)), claims)
	}
	for _, kid := range []string{
		"", "unknown", "../../../../dev/null", "https://evil.example/jwks.json", "' OR '1'='1", "*", "key\x00", strings.Repeat("k", 2000),
	} {
		forgeries[fmt.Sprintf("kid %.30q", kid)] = k.token(tb, header.with("kid", quoted(kid)), claims)
	}
	for _, name := range []string{"alg", "typ", "kid"} {
		forgeries["no "+name] = k.token(tb, header.without(name), claims)
		forgeries["upper case "+name] = k.token(tb, header.without(name).with(strings.ToUpper(name), header[name]), claims)
		for _, value := range []string{"null", "256", "true", "{}", "[" + header[name] + "]"} {
			forgeries[name+" is "+value] = k.token(tb, header.with(name, value), claims)
		}
		repeated := strings.Replace(header.text(tb), "{", fmt.Sprintf(`{%q:"x",`, name), 1)
		forgeries[name+" repeated"] = k.tokenOf(tb, repeated, claims.text(tb))
	}
	for _, crit := range []string{`["exp"]`, `["b64"]`, `[]`, `"exp"`} {
		forgeries["crit "+crit] = k.token(tb, header.with("crit", crit).with("b64", "false"), claims)
	}
	text := header.text(tb)
	for name, changed := range map[string]string{
		"followed": text + "{}", "null": "null", "an array": "[" + text + "]", "empty": "", "an open brace": "{",
		"nested": strings.Repeat("[", 2000), "deep": strings.Replace(text, "{", `{"x":`+strings.Repeat("[", 1000)+strings.Repeat("]", 999)+",", 1),
	} {
		forgeries["header "+name] = k.tokenOf(tb, changed, claims.text(tb))
	}
	return forgeries
}

func claimForgeries(tb testing.TB, k signingKey) map[string]string {
	tb.Helper()
	header, claims := k.header(), genuine()
	forgeries := make(map[string]string)
	required := claims.without("gen") // which only Daypass reads
	for name := range required {
		forgeries["no "+name] = k.token(tb, header, claims.without(name))
		for _, value := range []string{"null", "{}", "true"} {
			forgeries[name+" is "+value] = k.token(tb, header, claims.with(name, value))
		}
		forgeries[name+" upper case"] = k.token(tb, header, claims.without(name).with(strings.ToUpper(name), claims[name]))
		repeated := strings.Replace(claims.text(tb), "{", fmt.Sprintf(`{%q:%s,`, name, claims[name]), 1)
		forgeries[name+" repeated"] = k.tokenOf(tb, header.text(tb), repeated)
	}
	for name, values := range map[string][]string{
		"iss":  {`""`, `"https://evil.example"`, `"https://id.example/"`, `"HTTPS://ID.EXAMPLE"`, `["https://id.example"]`},
		"aud":  {`[]`, `""`, `"others"`, `["others"]`, `[1]`, `"*"`, `"RIDES"`, `["rides",1]`},
		"sub":  {`""`, "1"},
		"sid":  {`""`, "1"},
		"jti":  {`""`, "1"},
		"role": {`""`, "1", `["ADMIN"]`},
		"exp":  {`"tomorrow"`, "1e400", "-1e400", `""`},
		"iat":  {unix(noon.Add(31 * time.Second)), `"now"`},
		"nbf":  {unix(noon.Add(31 * time.Second)), `"now"`},
	} {
		for _, value := range values {
			forgeries[name+" "+value] = k.token(tb, header, claims.with(name, value))
		}
	}
	expired := claims.with("exp", "1")
	forgeries["expired and for others"] = k.token(tb, header, expired.with("aud", `"others"`))
	forgeries["expired and of others"] = k.token(tb, header, expired.with("iss", `"others"`))
	forgeries["expired and no subject"] = k.token(tb, header, expired.without("sub"))
	for name, text := range map[string]string{
		"nothing": "", "null": "null", "an array": "[]", "a string": `"x"`, "an open brace": "{", "no members": "{}",
		"followed": claims.text(tb) + "{}", "ended by NUL": claims.text(tb) + "\x00", "nested": strings.Repeat("[", 2000),
	} {
		forgeries["claims "+name] = k.tokenOf(tb, header.text(tb), text)
	}
	return forgeries
}

// spellingForgeries are the genuine token, spelt in another way, cut or blown up.
func spellingForgeries(tb testing.TB, k signingKey) map[string]string {
	tb.Helper()
	genuineToken := k.mint(tb)
	parts := strings.Split(genuineToken, ".")
	header, claims, signature := parts[0], parts[1], parts[2]
	forgeries := map[string]string{
		"empty": "", "a dot": ".", "two dots": "..", "three dots": "...", "only dots": strings.Repeat(".", 4000),
		"no signature":       header + "." + claims + ".",
		"two segments":       header + "." + claims,
		"four segments":      genuineToken + "." + signature,
		"dot behind":         genuineToken + ".",
		"dot before":         "." + genuineToken,
		"short signature":    genuineToken[:len(genuineToken)-4],
		"half":               genuineToken[:len(genuineToken)/2],
		"padded":             genuineToken + "=",
		"trailing letters":   genuineToken + "AAAA",
		"space behind":       genuineToken + " ",
		"NUL behind":         genuineToken + "\x00",
		"with its scheme":    "Bearer " + genuineToken,
		"stray bits":         genuineToken[:len(genuineToken)-1] + nextLetter(signature[len(signature)-1]),
		"signature of zeros": header + "." + claims + "." + strings.Repeat("A", len(signature)),
		"JSON serialization": fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, header, claims, signature),
		"not ASCII":          strings.Repeat("ä", 300),
		"a megabyte":         strings.Repeat("A", 1<<20),
		"a megabyte behind":  genuineToken + strings.Repeat("A", 1<<20),
		"a megabyte, signed": k.token(tb, k.header(), genuine().with("pad", quoted(strings.Repeat("A", 1<<20)))),
		"4.1 KB, signed":     k.token(tb, k.header(), genuine().with("pad", quoted(strings.Repeat("A", 3100)))),
	}
	for name, at := range map[string]int{"header": 1, "claims": len(header) + 2, "signature": len(genuineToken) - 2, "end": len(genuineToken)} {
		for _, inserted := range []string{"\n", "\r\n", " ", "%0A"} {
			forgeries[fmt.Sprintf("%q at the %s", inserted, name)] = genuineToken[:at] + inserted + genuineToken[at:]
		}
	}
	return forgeries
}

// nextLetter changes the bits of a last letter that encode nothing: 64 and 256 bytes leave some.
func nextLetter(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, last)+1])
}

// confusions mix keys: another's name or algorithm, a public key as an HMAC secret, a key that the header offers.
func confusions(tb testing.TB, k signingKey, all ...signingKey) map[string]string {
	tb.Helper()
	forgeries := make(map[string]string)
	for _, other := range all {
		if other.id == k.id {
			continue
		}
		forgeries["under the name of "+other.id] = k.token(tb, k.header().with("kid", quoted(other.id)), genuine())
		forgeries["under the name and algorithm of "+other.id] = k.token(tb, other.header(), genuine())
		forgeries["by the key of "+other.id] = other.token(tb, k.header(), genuine())
	}
	for name, secret := range publicKeyAsSecret(tb, k) {
		for _, alg := range []string{"HS256", k.method.Alg()} {
			text := encoded(k.header().with("alg", quoted(alg)).text(tb)) + "." + encoded(genuine().text(tb))
			mac := hmac.New(sha256.New, secret)
			mac.Write([]byte(text))
			forgeries["HMAC by the public key as "+name+", alg "+alg] = text + "." + encoded(string(mac.Sum(nil)))
		}
	}
	maps.Copy(forgeries, offeredKeys(tb, k))
	maps.Copy(forgeries, otherAlgorithms(tb, k))
	return forgeries
}

// otherAlgorithms are true signatures by the true key, with algorithms that it is not for.
func otherAlgorithms(tb testing.TB, k signingKey) map[string]string {
	tb.Helper()
	forgeries := make(map[string]string)
	if _, ok := k.private.(*rsa.PrivateKey); !ok {
		return forgeries // the other keys have no other
	}
	for _, method := range []jwt.SigningMethod{
		jwt.SigningMethodRS384, jwt.SigningMethodRS512, jwt.SigningMethodPS256, jwt.SigningMethodPS384, jwt.SigningMethodPS512,
	} {
		forgeries["truly signed by "+method.Alg()] = signingKey{id: k.id, method: method, private: k.private}.mint(tb)
	}
	return forgeries
}

func publicKeyAsSecret(tb testing.TB, k signingKey) map[string][]byte {
	tb.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.private.Public())
	require.NoError(tb, err)
	jwk, err := k.jwk().MarshalJSON()
	require.NoError(tb, err)
	secrets := map[string][]byte{
		"DER": der, "PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "JWK": jwk, "nothing": {},
	}
	switch public := k.private.Public().(type) {
	case ed25519.PublicKey:
		secrets["bytes"] = public
	case *rsa.PublicKey:
		secrets["modulus"] = public.N.Bytes()
	}
	return secrets
}

// offeredKeys are signed by a key of the attacker's, which the header offers in every way there is.
func offeredKeys(tb testing.TB, k signingKey) map[string]string {
	tb.Helper()
	attacker := newEdDSA(tb, k.id)
	jwk, err := attacker.jwk().MarshalJSON()
	require.NoError(tb, err)
	header := attacker.header()
	forgeries := map[string]string{"another key": attacker.token(tb, header, genuine())}
	for name, value := range map[string]string{
		"jwk": string(jwk), "jku": `"https://evil.example/jwks.json"`, "x5u": `"https://evil.example/cert.pem"`, "x5c": `["MIIB"]`,
	} {
		forgeries["offered by "+name] = attacker.token(tb, header.with(name, value), genuine())
		forgeries["offered by "+name+", without a name"] = attacker.token(tb, header.without("kid").with(name, value), genuine())
		forgeries["offered by "+name+", with another name"] = attacker.token(tb, header.with("kid", `"evil"`).with(name, value), genuine())
	}
	return forgeries
}

// A header may say where a key is; nobody goes there.
func TestOfferedKeysAreNotFetched(t *testing.T) {
	key, attacker := newEdDSA(t, "a"), newEdDSA(t, "evil")
	evil := newPublisher(t, attacker)
	v, _ := newVerifier(t, newPublisher(t, key), nil)
	for _, name := range []string{"jku", "x5u"} {
		requireRefused(t, v, attacker.token(t, attacker.header().with(name, quoted(evil.URL)), genuine()), verify.ErrInvalid)
		requireVerifies(t, v, key.token(t, key.header().with(name, quoted(evil.URL)), genuine()))
	}
	require.Zero(t, evil.fetches.Load())
}

func TestAForgeryIsRefusedBeforeAnythingIsFetched(t *testing.T) {
	key := newEdDSA(t, "a")
	p := newPublisher(t, key)
	v, _ := newVerifier(t, p, nil)
	requireRefused(t, v, key.token(t, key.header().with("typ", `"rt+jwt"`), genuine()), verify.ErrInvalid)
	requireRefused(t, v, strings.Repeat("A", 1<<20), verify.ErrInvalid)
	require.Zero(t, p.fetches.Load())
}
