package token_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/token"
)

// claimForgeries are all signed by the true key.
func claimForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	forgeries := make(map[string]string)
	for name, value := range map[string]string{
		"iss": `"https://evil.example"`, "aud": `"others"`, "sub": `""`, "sid": `""`, "gen": "0", "jti": `""`,
		"exp": `"tomorrow"`, "nbf": unix(noon.Add(31 * time.Second)),
	} {
		if name == "nbf" || k.claims[name] != "" {
			forgeries["wrong "+name] = k.forge(tb, k.header, k.claims.with(name, value))
		}
	}
	for name := range k.claims {
		forgeries["no "+name] = k.forge(tb, k.header, k.claims.without(name))
		forgeries[name+" null"] = k.forge(tb, k.header, k.claims.with(name, "null"))
		forgeries[name+" an object"] = k.forge(tb, k.header, k.claims.with(name, "{}"))
		forgeries[name+" true"] = k.forge(tb, k.header, k.claims.with(name, "true"))
		forgeries[name+" upper case"] = k.forge(tb, k.header, k.claims.without(name).with(strings.ToUpper(name), k.claims[name]))
		repeated := strings.Replace(k.claims.text(tb), "{", fmt.Sprintf(`{%q:%s,`, name, k.claims[name]), 1)
		forgeries[name+" repeated"] = k.forgeText(k.header.text(tb), repeated)
	}
	for _, aud := range []string{`[]`, `""`, `["others"]`, `[1]`, `"*"`} {
		forgeries["aud "+aud] = k.forge(tb, k.header, k.claims.with("aud", aud))
	}
	for _, iss := range []string{`"https://daypass.example/"`, `"HTTPS://DAYPASS.EXAMPLE"`, `["https://daypass.example"]`} {
		forgeries["iss "+iss] = k.forge(tb, k.header, k.claims.with("iss", iss))
	}
	forgeries["exp 1e400"] = k.forge(tb, k.header, k.claims.with("exp", "1e400"))
	forgeries["expired and for others"] = k.forge(tb, k.header, k.claims.with("exp", "1").with("aud", `"others"`))
	forgeries["expired and no subject"] = k.forge(tb, k.header, k.claims.with("exp", "1").without("sub"))
	forgeries["expired and not yet valid"] = k.forge(tb, k.header, k.claims.with("exp", "1").with("nbf", unix(noon.Add(time.Hour))))
	for name, claims := range map[string]string{
		"nothing": "", "null": "null", "an array": "[]", "a string": `"x"`, "an open brace": "{", "no members": "{}",
		"followed": k.claims.text(tb) + "{}", "ended by NUL": k.claims.text(tb) + "\x00", "nested": strings.Repeat("[", 2000),
	} {
		forgeries["claims "+name] = k.forgeText(k.header.text(tb), claims)
	}
	return forgeries
}

func accessForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	forgeries := generationForgeries(tb, k)
	forgeries["empty role"] = k.forge(tb, k.header, k.claims.with("role", `""`))
	forgeries["iat ahead"] = k.forge(tb, k.header, k.claims.with("iat", unix(noon.Add(31*time.Second))))
	return forgeries
}

func generationForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	forgeries := make(map[string]string)
	for _, gen := range []string{"-1", "7.5", `"7"`, "18446744073709551616", "1e400"} {
		forgeries["gen "+gen] = k.forge(tb, k.header, k.claims.with("gen", gen))
	}
	return forgeries
}

func deviceForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	return map[string]string{
		"jti a number":        k.forge(tb, k.header, k.claims.with("jti", "1")),
		"for other services":  k.forge(tb, k.header, k.claims.with("aud", quoted(audience))),
		"for everybody":       k.forge(tb, k.header, k.claims.with("aud", `["rides","*"]`)),
		"of another's issuer": k.forge(tb, k.header, k.claims.with("iss", quoted(audience)).with("aud", quoted(audience))),
	}
}

func refreshForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	forgeries := generationForgeries(tb, k)
	for name, nonce := range map[string]string{
		"empty":              "",
		"of 15 bytes":        encoded(strings.Repeat("n", 15)),
		"of 17 bytes":        encoded(strings.Repeat("n", 17)),
		"padded":             encoded(strings.Repeat("n", 16)) + "==",
		"with a line break":  encoded(strings.Repeat("n", 15)) + "\r\n",
		"in standard base64": strings.Repeat("/", 21) + "A",
		"with stray bits":    strings.Repeat("A", 21) + "B",
	} {
		forgeries["nonce "+name] = k.forge(tb, k.header, k.claims.with("nonce", quoted(nonce)))
	}
	return forgeries
}

// spellingForgeries are the genuine token, spelt in another way or cut.
func spellingForgeries(tb testing.TB, k kind) map[string]string {
	tb.Helper()
	genuine := k.genuine
	parts := strings.Split(genuine, ".")
	header, claims, signature := parts[0], parts[1], parts[2]
	forgeries := map[string]string{
		"empty": "", "a dot": ".", "two dots": "..", "three dots": "...", "only dots": strings.Repeat(".", 4000),
		"no signature":       header + "." + claims + ".",
		"two segments":       header + "." + claims,
		"four segments":      genuine + "." + signature,
		"dot behind":         genuine + ".",
		"dot before":         "." + genuine,
		"short signature":    genuine[:len(genuine)-1],
		"half":               genuine[:len(genuine)/2],
		"padded signature":   genuine + "=",
		"padded claims":      header + "." + claims + "=." + signature,
		"trailing byte":      genuine + "A",
		"space behind":       genuine + " ",
		"line break behind":  genuine + "\n",
		"NUL behind":         genuine + "\x00",
		"with its scheme":    "Bearer " + genuine,
		"stray bits":         genuine[:len(genuine)-1] + nextLetter(genuine[len(genuine)-1]),
		"JSON serialization": fmt.Sprintf(`{"protected":%q,"payload":%q,"signature":%q}`, header, claims, signature),
		"not ASCII":          strings.Repeat("ä", 300),
		"a megabyte":         strings.Repeat("A", 1<<20),
		"a megabyte behind":  genuine + strings.Repeat("A", 1<<20),
		"a megabyte, signed": k.forge(tb, k.header, k.claims.with("pad", quoted(strings.Repeat("A", 1<<20)))),
		"4.1 KB, signed":     k.forge(tb, k.header, k.claims.with("pad", quoted(strings.Repeat("A", 4097*3/4-len(genuine)*3/4)))),
	}
	for name, at := range map[string]int{"header": 1, "claims": len(header) + 2, "signature": len(genuine) - 2} {
		for _, inserted := range []string{"\n", "\r\n", " ", "=", "%0A"} {
			forgeries[fmt.Sprintf("%q within the %s", inserted, name)] = genuine[:at] + inserted + genuine[at:]
		}
	}
	return forgeries
}

// confusions are genuine in all but the kind.
func confusions(tb testing.TB, k kind, others []kind) map[string]string {
	tb.Helper()
	forgeries := make(map[string]string)
	for _, other := range others {
		name := other.header["typ"]
		forgeries[name] = other.genuine
		forgeries["our claims under the key of "+name] = other.forge(tb, other.header, k.claims)
		forgeries["our header under the key of "+name] = other.forge(tb, k.header, k.claims)
		forgeries["our type under the key of "+name] = other.forge(tb, other.header.with("typ", k.header["typ"]), k.claims)
		forgeries["the claims under our key of "+name] = k.forge(tb, k.header, other.claims)
	}
	return forgeries
}

// nextLetter changes the bits of a last letter that encode nothing: both 64 and 32 bytes leave some.
func nextLetter(last byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, last)+1])
}

func unix(t time.Time) string { return fmt.Sprint(t.Unix()) }

// What a later version adds must not make an earlier one, still running beside it, sign people out.
func TestUnknownClaimsAreIgnored(t *testing.T) {
	access, refresh, device := allKinds(t)
	for _, k := range []kind{access, refresh, device} {
		want, err := k.verify(k.genuine)
		require.NoError(t, err)
		got, err := k.verify(k.forge(t, k.header, k.claims.with("cnf", `{"jkt":"x"}`).with("aud", `["x",`+strings.Trim(k.claims["aud"], "[]")+`]`)))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestNoKeySetReadsAnotherKind(t *testing.T) {
	for name, keys := range map[string]*token.KeySet{
		"derived": newKeys(t, nil, secret, otherSecret),
		"EdDSA":   newKeys(t, pkcs8(t, newEd25519(t)), secret, otherSecret),
		"ES256":   newKeys(t, pkcs8(t, newECDSA(t, p256)), secret, otherSecret),
		"RS256":   newKeys(t, pkcs8(t, newRSA(t, 2048)), secret, otherSecret),
	} {
		t.Run(name, func(t *testing.T) {
			// One name for issuer and audience: the kinds must not depend on the difference.
			codec, _ := newCodec(t, func(cfg *token.Config) { cfg.Keys, cfg.Audience = keys, issuer })
			access, refresh := mintAccess(t, codec, accessClaims()), mintRefresh(t, codec, refreshClaims())
			device := mintDevice(t, codec, deviceClaims())
			for _, raw := range []string{refresh, device} {
				_, err := codec.VerifyAccess(raw)
				require.Equal(t, token.ErrInvalid, err)
			}
			for _, raw := range []string{access, device} {
				_, err := codec.VerifyRefresh(raw)
				require.Equal(t, token.ErrInvalid, err)
			}
			for _, raw := range []string{access, refresh} {
				_, err := codec.VerifyDevice(raw)
				require.Equal(t, token.ErrInvalid, err)
			}
		})
	}
}
