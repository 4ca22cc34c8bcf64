package verify_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/verify"
)

// BenchmarkVerify, beside its reference: the check of the signature alone.
func BenchmarkVerify(b *testing.B) {
	for _, key := range []signingKey{newEdDSA(b, "a"), newES256(b, "b"), newRS256(b, "c")} {
		b.Run(key.method.Alg()+"/signature alone", func(b *testing.B) {
			const text = "header.claims"
			signature, err := key.method.Sign(text, key.private)
			require.NoError(b, err)
			public := key.private.Public()
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, key.method.Verify(text, signature, public))
			}
		})
		b.Run(key.method.Alg()+"/first sight", func(b *testing.B) {
			v, _ := newVerifier(b, newPublisher(b, key), func(cfg *verify.Config) { cfg.CacheSize = 1 })
			benchmarkVerify(b, v, key.mint(b), key.token(b, key.header(), genuine().with("jti", `"jti-2"`)))
		})
	}
	b.Run("remembered", func(b *testing.B) {
		key := newEdDSA(b, "a")
		v, _ := newVerifier(b, newPublisher(b, key), nil)
		benchmarkVerify(b, v, key.mint(b))
	})
	b.Run("remembered, on all cores", func(b *testing.B) {
		key := newEdDSA(b, "a")
		v, _ := newVerifier(b, newPublisher(b, key), nil)
		token := key.mint(b)
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := v.Verify(b.Context(), token); err != nil {
					b.Error(err)
				}
			}
		})
	})
}

func benchmarkVerify(b *testing.B, v *verify.Verifier, tokens ...string) {
	b.Helper()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_, err := v.Verify(b.Context(), tokens[i%len(tokens)])
		require.NoError(b, err)
	}
}

// BenchmarkRefuse is what a forgery costs.
func BenchmarkRefuse(b *testing.B) {
	key := newEdDSA(b, "a")
	v, _ := newVerifier(b, newPublisher(b, key), nil)
	genuineToken := key.mint(b)
	_, err := v.Verify(b.Context(), genuineToken)
	require.NoError(b, err)
	for name, token := range map[string]string{
		"another type":    key.token(b, key.header().with("typ", `"JWT"`), genuine()),
		"an unknown key":  key.token(b, key.header().with("kid", `"b"`), genuine()),
		"wrong signature": genuineToken[:len(genuineToken)-10] + "AAAAAAAAAA",
	} {
		b.Run(fmt.Sprint(name), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := v.Verify(b.Context(), token)
				require.Error(b, err)
			}
		})
	}
}
