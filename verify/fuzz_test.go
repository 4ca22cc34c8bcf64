package verify_test

import (
	"crypto/ed25519"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"daypass/verify"
)

// FuzzVerify: whatever verifies is, byte for byte, what was minted; an error quotes nothing of what was sent.
func FuzzVerify(f *testing.F) {
	key := signingKey{id: "a", method: jwt.SigningMethodEdDSA, private: ed25519.NewKeyFromSeed([]byte(strings.Repeat("s", ed25519.SeedSize)))}
	v, _ := newVerifier(f, newPublisher(f, key), nil)
	minted := map[string]bool{key.mint(f): true, key.token(f, key.header(), genuine().with("role", `"ADMIN"`)): true}
	for raw := range minted {
		f.Add(raw)
	}
	for _, forgeries := range []map[string]string{headerForgeries(f, key), claimForgeries(f, key), spellingForgeries(f, key)} {
		for _, raw := range forgeries {
			if len(raw) <= 4096 {
				f.Add(raw)
			}
		}
	}
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := v.Verify(t.Context(), raw)
		if err != nil {
			require.ErrorIs(t, err, verify.ErrInvalid)
			require.Nil(t, claims)
			requireTellsNothingOf(t, err, raw)
			return
		}
		require.True(t, minted[raw])
	})
}

// FuzzKeySets: whatever is published instead, a forged token stays one, and good keys that are at hand stay good or go as
// a whole set does.
func FuzzKeySets(f *testing.F) {
	good, forger := newEdDSA(f, "good"), newEdDSA(f, "x")
	f.Add(jwks(f, good))
	f.Add(jwks(f, newES256(f, "b"), newRS256(f, "c")))
	f.Add(`{"keys":[{"kty":"oct","k":"c2VjcmV0","kid":"x"}]}`)
	f.Add(`{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"x","x":""}]}`)
	f.Add(`{"keys":null}`)
	p := newPublisher(f)
	f.Fuzz(func(t *testing.T, document string) {
		p.publish(t, good)
		v, c := newVerifier(t, p, nil)
		requireVerifies(t, v, good.mint(t))
		p.serve(answerOf(document))
		c.advance(5 * time.Minute)
		_, err := v.Verify(t.Context(), good.mint(t))
		require.True(t, err == nil || errorIs(err, verify.ErrInvalid), err)
		_, err = v.Verify(t.Context(), forger.mint(t))
		require.True(t, errorIs(err, verify.ErrInvalid, verify.ErrUnavailable), err)
	})
}
