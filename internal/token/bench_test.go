package token_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/token"
)

func BenchmarkMint(b *testing.B) {
	b.Run("access/EdDSA", func(b *testing.B) { benchmarkMintAccess(b, nil) })
	b.Run("access/ES256", func(b *testing.B) { benchmarkMintAccess(b, pkcs8(b, newECDSA(b, p256))) })
	b.Run("access/RS256", func(b *testing.B) { benchmarkMintAccess(b, pkcs8(b, newRSA(b, 2048))) })
	b.Run("refresh", func(b *testing.B) {
		codec, _ := newCodec(b, nil)
		b.ReportAllocs()
		for b.Loop() {
			mintRefresh(b, codec, refreshClaims())
		}
	})
}

func benchmarkMintAccess(b *testing.B, signingKeyPEM []byte) {
	b.Helper()
	codec, _ := newCodec(b, withKeys(newKeys(b, signingKeyPEM, secret)))
	claims := accessClaims()
	claims.ID = ""
	b.ReportAllocs()
	for b.Loop() {
		mintAccess(b, codec, claims)
	}
}

func BenchmarkVerify(b *testing.B) {
	b.Run("access/EdDSA", func(b *testing.B) { benchmarkVerifyAccess(b, nil) })
	b.Run("access/ES256", func(b *testing.B) { benchmarkVerifyAccess(b, pkcs8(b, newECDSA(b, p256))) })
	b.Run("access/RS256", func(b *testing.B) { benchmarkVerifyAccess(b, pkcs8(b, newRSA(b, 2048))) })
	b.Run("access/remembered", func(b *testing.B) {
		codec, _ := newCodec(b, nil)
		benchmarkVerify(b, mintAccess(b, codec, accessClaims()), func(raw string) error {
			_, err := codec.VerifyAccess(raw)
			return err
		})
	})
	b.Run("refresh", func(b *testing.B) {
		codec, _ := newCodec(b, nil)
		benchmarkVerify(b, mintRefresh(b, codec, refreshClaims()), func(raw string) error {
			_, err := codec.VerifyRefresh(raw)
			return err
		})
	})
}

// benchmarkVerifyAccess takes two tokens in turn with a memory for one, so that each is verified anew.
func benchmarkVerifyAccess(b *testing.B, signingKeyPEM []byte) {
	b.Helper()
	keys := newKeys(b, signingKeyPEM, secret)
	codec, _ := newCodec(b, func(cfg *token.Config) { cfg.Keys, cfg.CacheSize = keys, 1 })
	other := accessClaims()
	other.ID = "jti-2"
	raws := []string{mintAccess(b, codec, accessClaims()), mintAccess(b, codec, other)}
	i := 0
	benchmarkVerify(b, "", func(string) error {
		i++
		_, err := codec.VerifyAccess(raws[i%2])
		return err
	})
}

func benchmarkVerify(b *testing.B, raw string, verify func(raw string) error) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, verify(raw))
	}
}

// BenchmarkRefuse is what a forgery costs: nothing of it is parsed unless it bears one of our headers.
func BenchmarkRefuse(b *testing.B) {
	access, _, _ := allKinds(b)
	for name, raw := range map[string]string{
		"foreign header":  access.forge(b, access.header.with("alg", `"none"`), access.claims),
		"wrong signature": access.genuine[:len(access.genuine)-10] + "AAAAAAAAAA",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, err := access.verify(raw)
				require.Error(b, err)
			}
		})
	}
}
