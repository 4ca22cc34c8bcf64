package token_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/token"
)

// The bytes of these tokens are in the hands of clients: a version that makes or reads others signs everybody out.
const (
	goldenRefresh = "eyJhbGciOiJIUzI1NiIsImtpZCI6IjhBekZYckM5NjUxMkVIQzlFb3VlRUEiLCJ0eXAiOiJydCtqd3QifQ.eyJpc3MiOiJodHRwczovL2RheXBhc3MuZXhhbXBsZSIsInN1YiI6InVzcl8xIiwiYXVkIjpbImh0dHBzOi8vZGF5cGFzcy5leGFtcGxlIl0sImV4cCI6MTc3Mjk3MTIwMCwiaWF0IjoxNzcyMzY2NDAwLCJzaWQiOiJzZXNfMSIsImdlbiI6Nywibm9uY2UiOiIzcTBBQUFBQUFBQUFBQUFBQUFBQV93In0.V2kWToyg2pSOPb9zwW1QDcqigwlO0tH1nxbjGoDRKGM"
	goldenDevice  = "eyJhbGciOiJIUzI1NiIsImtpZCI6Im5CQzVJUEpZQk8xVGJTZnRpNE02d3ciLCJ0eXAiOiJkdCtqd3QifQ.eyJpc3MiOiJodHRwczovL2RheXBhc3MuZXhhbXBsZSIsInN1YiI6InVzcl8xIiwiYXVkIjpbImh0dHBzOi8vZGF5cGFzcy5leGFtcGxlIl0sImV4cCI6MTgwMzkwMjQwMCwiaWF0IjoxNzcyMzY2NDAwLCJqdGkiOiJkZXZpY2UtMSJ9.oVYvm6Xvk-nWvBTsyTnjv8QnADsSASQycnkisbSKOdk"
	goldenAccess  = "eyJhbGciOiJFZERTQSIsImtpZCI6IkxoTkhpWFhkLTMwS0FPWVpKNFFKVWRXWElJWU5ISkV3cEk2amZqMkc4RlkiLCJ0eXAiOiJhdCtqd3QifQ.eyJpc3MiOiJodHRwczovL2RheXBhc3MuZXhhbXBsZSIsInN1YiI6InVzcl8xIiwiYXVkIjpbInJpZGVzIl0sImV4cCI6MTc3MjM2NzMwMCwiaWF0IjoxNzcyMzY2NDAwLCJqdGkiOiJqdGktMSIsInNpZCI6InNlc18xIiwiZ2VuIjo3LCJyb2xlIjoiVVNFUiJ9.j3VsHqcZhGrE4lyy6xE4AtHKebui1WAM7mvROciFyIODsWJsrM8_SlLBWkuJ7uSLOufiBKESPBMMpNdBnoyjBg"
)

func TestGoldenTokens(t *testing.T) {
	codec, _ := newCodec(t, nil)
	require.Equal(t, goldenRefresh, mintRefresh(t, codec, refreshClaims()))
	require.Equal(t, goldenAccess, mintAccess(t, codec, accessClaims()))
	require.Equal(t, goldenDevice, mintDevice(t, codec, deviceClaims()))

	refresh, err := codec.VerifyRefresh(goldenRefresh)
	require.NoError(t, err)
	require.Equal(t, refreshClaims(), refresh)
	access, err := codec.VerifyAccess(goldenAccess)
	require.NoError(t, err)
	require.Equal(t, accessClaims(), access)
	device, err := codec.VerifyDevice(goldenDevice)
	require.NoError(t, err)
	require.Equal(t, deviceClaims(), device)
}

func TestTokensSayWhatTheyShould(t *testing.T) {
	codec, _ := newCodec(t, nil)
	header, claims := segments(t, mintAccess(t, codec, accessClaims()))
	require.JSONEq(t, `{"alg":"EdDSA","typ":"at+jwt","kid":"`+publicKeys(t, newKeys(t, nil, secret))[0].KeyID+`"}`, header)
	require.JSONEq(t, `{
		"iss": "https://daypass.example", "aud": ["rides"], "sub": "usr_1", "sid": "ses_1", "gen": 7, "role": "USER",
		"jti": "jti-1", "iat": 1772366400, "exp": 1772367300
	}`, claims)

	header, claims = segments(t, mintRefresh(t, codec, refreshClaims()))
	require.Contains(t, header, `"alg":"HS256"`)
	require.Contains(t, header, `"typ":"rt+jwt"`)
	require.JSONEq(t, `{
		"iss": "https://daypass.example", "aud": ["https://daypass.example"], "sub": "usr_1", "sid": "ses_1", "gen": 7,
		"nonce": "3q0AAAAAAAAAAAAAAAAA_w", "iat": 1772366400, "exp": 1772971200
	}`, claims)

	header, claims = segments(t, mintDevice(t, codec, deviceClaims()))
	require.Contains(t, header, `"alg":"HS256"`)
	require.Contains(t, header, `"typ":"dt+jwt"`)
	require.JSONEq(t, `{
		"iss": "https://daypass.example", "aud": ["https://daypass.example"], "sub": "usr_1", "jti": "device-1",
		"iat": 1772366400, "exp": 1803902400
	}`, claims)
}

func TestRoundTrips(t *testing.T) {
	for _, tc := range []struct {
		name    string
		access  func(*token.AccessClaims)
		refresh func(*token.RefreshClaims)
	}{
		{
			name:    "the greatest generation",
			access:  func(c *token.AccessClaims) { c.Generation = math.MaxUint64 },
			refresh: func(c *token.RefreshClaims) { c.Generation = math.MaxUint64 },
		},
		{
			name:    "a nonce of zeros",
			access:  func(*token.AccessClaims) {},
			refresh: func(c *token.RefreshClaims) { c.Nonce = [16]byte{} },
		},
		{
			name:    "text that JSON escapes",
			access:  func(c *token.AccessClaims) { c.Subject, c.Role = "<\"\\/\u2028\x00ü🚋>", "&" },
			refresh: func(c *token.RefreshClaims) { c.Subject, c.SessionID = "<\"\\/\u2028\x00ü🚋>", "&" },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			codec, _ := newCodec(t, nil)
			access, refresh := accessClaims(), refreshClaims()
			tc.access(&access)
			tc.refresh(&refresh)

			gotAccess, err := codec.VerifyAccess(mintAccess(t, codec, access))
			require.NoError(t, err)
			require.Equal(t, access, gotAccess)
			gotRefresh, err := codec.VerifyRefresh(mintRefresh(t, codec, refresh))
			require.NoError(t, err)
			require.Equal(t, refresh, gotRefresh)
		})
	}
}

func TestTimesAreWholeSecondsInUTC(t *testing.T) {
	codec, _ := newCodec(t, nil)
	finer := refreshClaims()
	finer.IssuedAt = finer.IssuedAt.Add(999 * time.Millisecond).In(time.FixedZone("", 3600))
	finer.ExpiresAt = finer.ExpiresAt.Add(time.Millisecond).In(time.FixedZone("", -3600))
	require.Equal(t, mintRefresh(t, codec, refreshClaims()), mintRefresh(t, codec, finer))
}

func TestMintAccessMakesAnID(t *testing.T) {
	codec, _ := newCodec(t, nil)
	claims := accessClaims()
	claims.ID = ""
	first, err := codec.VerifyAccess(mintAccess(t, codec, claims))
	require.NoError(t, err)
	second, err := codec.VerifyAccess(mintAccess(t, codec, claims))
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(first.ID), 22, "128 bits or more")
	require.NotEqual(t, first.ID, second.ID)
}

func TestMintRefusesIncompleteClaims(t *testing.T) {
	codec, _ := newCodec(t, nil)
	for name, change := range map[string]func(*token.AccessClaims){
		"subject": func(c *token.AccessClaims) { c.Subject = "" },
		"session": func(c *token.AccessClaims) { c.SessionID = "" },
		"gen":     func(c *token.AccessClaims) { c.Generation = 0 },
		"role":    func(c *token.AccessClaims) { c.Role = "" },
		"issued":  func(c *token.AccessClaims) { c.IssuedAt = time.Time{} },
		"expires": func(c *token.AccessClaims) { c.ExpiresAt = time.Time{} },
	} {
		claims := accessClaims()
		change(&claims)
		raw, err := codec.MintAccess(claims)
		require.ErrorIs(t, err, token.ErrIncomplete, name)
		require.Empty(t, raw)
	}
	for name, change := range map[string]func(*token.RefreshClaims){
		"subject": func(c *token.RefreshClaims) { c.Subject = "" },
		"session": func(c *token.RefreshClaims) { c.SessionID = "" },
		"gen":     func(c *token.RefreshClaims) { c.Generation = 0 },
		"issued":  func(c *token.RefreshClaims) { c.IssuedAt = time.Time{} },
		"expires": func(c *token.RefreshClaims) { c.ExpiresAt = time.Time{} },
	} {
		claims := refreshClaims()
		change(&claims)
		raw, err := codec.MintRefresh(claims)
		require.ErrorIs(t, err, token.ErrIncomplete, name)
		require.Empty(t, raw)
	}

	for name, change := range map[string]func(*token.DeviceClaims){
		"subject": func(c *token.DeviceClaims) { c.Subject = "" },
		"id":      func(c *token.DeviceClaims) { c.ID = "" },
		"issued":  func(c *token.DeviceClaims) { c.IssuedAt = time.Time{} },
		"expires": func(c *token.DeviceClaims) { c.ExpiresAt = time.Time{} },
	} {
		claims := deviceClaims()
		change(&claims)
		raw, err := codec.MintDevice(claims)
		require.ErrorIs(t, err, token.ErrIncomplete, name)
		require.Empty(t, raw)
	}

	long := accessClaims()
	long.Subject = strings.Repeat("s", 4096)
	_, err := codec.MintAccess(long)
	require.ErrorContains(t, err, "over the limit")
}

func TestLifetime(t *testing.T) {
	lifetime := 15 * time.Minute
	for _, tc := range []struct {
		name    string
		after   time.Duration
		access  error
		refresh error
	}{
		{name: "at once", after: 0},
		{name: "a replica 30 s behind", after: -30 * time.Second},
		{name: "a replica 31 s behind", after: -31 * time.Second, access: token.ErrInvalid},
		{name: "a replica an hour behind", after: -time.Hour, access: token.ErrInvalid},
		{name: "the last second", after: lifetime - time.Second},
		{name: "within the leeway", after: lifetime + 30*time.Second - time.Nanosecond},
		{name: "past the leeway", after: lifetime + 30*time.Second, access: token.ErrExpired, refresh: token.ErrExpired},
		{name: "years later", after: 50_000 * time.Hour, access: token.ErrExpired, refresh: token.ErrExpired},
	} {
		t.Run(tc.name, func(t *testing.T) {
			codec, clock := newCodec(t, nil)
			access, refresh, device := accessClaims(), refreshClaims(), deviceClaims()
			refresh.ExpiresAt, device.ExpiresAt = refresh.IssuedAt.Add(lifetime), device.IssuedAt.Add(lifetime)
			rawAccess, rawRefresh := mintAccess(t, codec, access), mintRefresh(t, codec, refresh)
			rawDevice := mintDevice(t, codec, device)
			if errors.Is(tc.access, token.ErrInvalid) {
				access = token.AccessClaims{}
			}
			clock.advance(tc.after)

			gotAccess, err := codec.VerifyAccess(rawAccess)
			require.Equal(t, tc.access, err)
			require.Equal(t, access, gotAccess)
			gotRefresh, err := codec.VerifyRefresh(rawRefresh)
			require.Equal(t, tc.refresh, err)
			require.Equal(t, refresh, gotRefresh)
			gotDevice, err := codec.VerifyDevice(rawDevice)
			require.Equal(t, tc.refresh, err, "what only we read is judged alike")
			require.Equal(t, device, gotDevice)
		})
	}
}

func TestARememberedTokenStillExpires(t *testing.T) {
	codec, clock := newCodec(t, nil)
	raw := mintAccess(t, codec, accessClaims())
	for range 2 {
		_, err := codec.VerifyAccess(raw)
		require.NoError(t, err)
	}
	clock.advance(15*time.Minute + 29*time.Second)
	_, err := codec.VerifyAccess(raw)
	require.NoError(t, err)
	clock.advance(time.Second)
	claims, err := codec.VerifyAccess(raw)
	require.Equal(t, token.ErrExpired, err)
	require.Equal(t, accessClaims(), claims)
}

func TestRememberedTokensDoNotMix(t *testing.T) {
	codec, _ := newCodec(t, func(cfg *token.Config) { cfg.CacheSize = 2 })
	for range 3 {
		for gen := range uint64(5) {
			want := accessClaims()
			want.Generation = gen + 1
			got, err := codec.VerifyAccess(mintAccess(t, codec, want))
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
	}
}

func TestForeignNamesAreInvalid(t *testing.T) {
	keys := newKeys(t, nil, secret)
	codec, _ := newCodec(t, withKeys(keys))
	access, refresh := mintAccess(t, codec, accessClaims()), mintRefresh(t, codec, refreshClaims())
	device := mintDevice(t, codec, deviceClaims())

	elsewhere, _ := newCodec(t, func(cfg *token.Config) { cfg.Keys, cfg.Issuer = keys, "https://elsewhere.example" })
	_, err := elsewhere.VerifyAccess(access)
	require.Equal(t, token.ErrInvalid, err)
	_, err = elsewhere.VerifyRefresh(refresh)
	require.Equal(t, token.ErrInvalid, err)
	_, err = elsewhere.VerifyDevice(device)
	require.Equal(t, token.ErrInvalid, err)

	others, _ := newCodec(t, func(cfg *token.Config) { cfg.Keys, cfg.Audience = keys, "others" })
	_, err = others.VerifyAccess(access)
	require.Equal(t, token.ErrInvalid, err)
	_, err = others.VerifyRefresh(refresh)
	require.NoError(t, err, "only the issuer reads refresh tokens")
	_, err = others.VerifyDevice(device)
	require.NoError(t, err, "and device tokens")
}

func TestNewCodecAsksForEverything(t *testing.T) {
	whole := token.Config{Issuer: issuer, Audience: audience, Keys: newKeys(t, nil, secret), Now: time.Now}
	for name, change := range map[string]func(*token.Config){
		"issuer":     func(c *token.Config) { c.Issuer = "" },
		"audience":   func(c *token.Config) { c.Audience = "" },
		"keys":       func(c *token.Config) { c.Keys = nil },
		"clock":      func(c *token.Config) { c.Now = nil },
		"cache size": func(c *token.Config) { c.CacheSize = -1 },
	} {
		cfg := whole
		change(&cfg)
		_, err := token.NewCodec(cfg)
		require.ErrorContains(t, err, name)
	}
}
