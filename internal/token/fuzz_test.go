package token_test

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"daypass/internal/token"
)

// FuzzVerifyAccess: whatever verifies is, byte for byte, what minting its claims makes.
func FuzzVerifyAccess(f *testing.F) {
	codec, _ := newCodec(f, nil)
	seedGenuine(f, codec)
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := codec.VerifyAccess(raw)
		if err != nil {
			require.Equal(t, token.ErrInvalid, err)
			require.Zero(t, claims)
			return
		}
		require.Equal(t, raw, mintAccess(t, codec, claims))
	})
}

// FuzzVerifyRefresh: whatever verifies is, byte for byte, what minting its claims makes.
func FuzzVerifyRefresh(f *testing.F) {
	codec, _ := newCodec(f, nil)
	seedGenuine(f, codec)
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := codec.VerifyRefresh(raw)
		if err != nil {
			require.Equal(t, token.ErrInvalid, err)
			require.Zero(t, claims)
			return
		}
		require.Equal(t, raw, mintRefresh(t, codec, claims))
	})
}

// FuzzVerifyDevice: whatever verifies is, byte for byte, what minting its claims makes.
func FuzzVerifyDevice(f *testing.F) {
	codec, _ := newCodec(f, nil)
	seedGenuine(f, codec)
	f.Fuzz(func(t *testing.T, raw string) {
		claims, err := codec.VerifyDevice(raw)
		if err != nil {
			require.Equal(t, token.ErrInvalid, err)
			require.Zero(t, claims)
			return
		}
		require.Equal(t, raw, mintDevice(t, codec, claims))
	})
}

// seedGenuine adds genuine tokens and forgeries of every sort that is not too long to mutate well.
func seedGenuine(f *testing.F, codec *token.Codec) {
	f.Helper()
	f.Add(mintAccess(f, codec, accessClaims()))
	f.Add(mintRefresh(f, codec, refreshClaims()))
	f.Add(mintDevice(f, codec, deviceClaims()))
	access, refresh, device := allKinds(f)
	for _, k := range []kind{access, refresh, device} {
		for _, forgeries := range []map[string]string{headerForgeries(f, k), claimForgeries(f, k), spellingForgeries(f, k)} {
			for _, raw := range forgeries {
				if len(raw) <= 4096 {
					f.Add(raw)
				}
			}
		}
	}
}

// FuzzTokens: what was minted verifies and says the same; with any one byte changed it is invalid.
func FuzzTokens(f *testing.F) {
	f.Add("usr_1", "ses_1", uint64(1), "USER", []byte("a nonce of 16 B."), uint32(900), uint16(0), byte('A'))
	f.Add("<&>\u2028", "\x00", uint64(1)<<63, "ADMIN", []byte{}, uint32(1), uint16(700), byte('\n'))
	f.Add("\\\"", "ü🚋", uint64(7), "", []byte{0xff}, uint32(0), uint16(120), byte('='))
	codec, _ := newCodec(f, nil)
	f.Fuzz(func(t *testing.T, subject, session string, gen uint64, role string, nonce []byte, ttl uint32, at uint16, replacement byte) {
		for _, text := range []string{subject, session, role} {
			if !utf8.ValidString(text) || len(text) > 100 {
				t.Skip("not what ids and roles are made of")
			}
		}
		expires := noon.Add(time.Duration(ttl) * time.Second)
		access := token.AccessClaims{
			Subject: subject, SessionID: session, Generation: gen, Role: role, ID: "jti", IssuedAt: noon, ExpiresAt: expires,
		}
		raw, err := codec.MintAccess(access)
		if subject == "" || session == "" || gen == 0 || role == "" {
			require.ErrorIs(t, err, token.ErrIncomplete)
			return
		}
		require.NoError(t, err)
		gotAccess, err := codec.VerifyAccess(raw)
		require.NoError(t, err)
		require.Equal(t, access, gotAccess)
		_, err = codec.VerifyAccess(replaced(raw, at, replacement))
		require.Equal(t, token.ErrInvalid, err)

		refresh := token.RefreshClaims{Subject: subject, SessionID: session, Generation: gen, IssuedAt: noon, ExpiresAt: expires}
		copy(refresh.Nonce[:], nonce)
		raw = mintRefresh(t, codec, refresh)
		gotRefresh, err := codec.VerifyRefresh(raw)
		require.NoError(t, err)
		require.Equal(t, refresh, gotRefresh)
		_, err = codec.VerifyRefresh(replaced(raw, at, replacement))
		require.Equal(t, token.ErrInvalid, err)

		device := token.DeviceClaims{Subject: subject, ID: session, IssuedAt: noon, ExpiresAt: expires}
		raw = mintDevice(t, codec, device)
		gotDevice, err := codec.VerifyDevice(raw)
		require.NoError(t, err)
		require.Equal(t, device, gotDevice)
		_, err = codec.VerifyDevice(replaced(raw, at, replacement))
		require.Equal(t, token.ErrInvalid, err)
	})
}

// replaced changes one byte of the token, for certain.
func replaced(raw string, at uint16, replacement byte) string {
	changed := []byte(raw)
	i := int(at) % len(changed)
	if changed[i] == replacement {
		replacement ^= 1
	}
	changed[i] = replacement
	return string(changed)
}
