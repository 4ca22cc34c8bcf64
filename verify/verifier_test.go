package verify_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/token"
	"daypass/models"
	"daypass/verify"
)

func TestVerify(t *testing.T) {
	for _, key := range []signingKey{newEdDSA(t, "a"), newES256(t, "b"), newRS256(t, "c")} {
		t.Run(key.method.Alg(), func(t *testing.T) {
			v, _ := newVerifier(t, newPublisher(t, key), nil)
			for range 2 { // the second time from memory
				claims, err := v.Verify(t.Context(), key.mint(t))
				require.NoError(t, err)
				require.Equal(t, genuineClaims(), claims)
			}
		})
	}
}

func TestTokensThatDaypassMintsVerify(t *testing.T) {
	keys, err := token.NewKeySet([]string{"a secret of at least thirty-two bytes"}, nil)
	require.NoError(t, err)
	document, err := keys.PublicJWKS()
	require.NoError(t, err)
	p := newPublisher(t)
	p.serve(answerOf(string(document)))
	v, c := newVerifier(t, p, nil)
	codec, err := token.NewCodec(token.Config{Issuer: issuer, Audience: audience, Keys: keys, Now: c.Now})
	require.NoError(t, err)

	access, err := codec.MintAccess(token.AccessClaims{
		Subject: "usr_1", SessionID: "ses_1", Generation: 7, Role: "USER", ID: "jti-1", IssuedAt: noon, ExpiresAt: noon.Add(15 * time.Minute),
	})
	require.NoError(t, err)
	claims, err := v.Verify(t.Context(), access)
	require.NoError(t, err)
	require.Equal(t, genuineClaims(), claims)

	refresh, err := codec.MintRefresh(token.RefreshClaims{
		Subject: "usr_1", SessionID: "ses_1", Generation: 7, IssuedAt: noon, ExpiresAt: noon.Add(time.Hour),
	})
	require.NoError(t, err)
	requireRefused(t, v, refresh, verify.ErrInvalid)
	device, err := codec.MintDevice(token.DeviceClaims{Subject: "usr_1", ID: "jti-1", IssuedAt: noon, ExpiresAt: noon.Add(time.Hour)})
	require.NoError(t, err)
	requireRefused(t, v, device, verify.ErrInvalid)
}

func TestLifetime(t *testing.T) {
	key := newEdDSA(t, "a")
	lives := func(from, until time.Duration) string {
		return key.token(t, key.header(), genuine().with("nbf", unix(noon.Add(from))).with("exp", unix(noon.Add(until))))
	}
	for _, tc := range []struct {
		name  string
		token string
		want  error
	}{
		{"from now on", lives(0, time.Minute), nil},
		{"by clocks that differ", lives(29*time.Second, 31*time.Second), nil},
		{"from a clock too far ahead", lives(31*time.Second, time.Hour), verify.ErrInvalid},
		{"over within the leeway", lives(-time.Hour, -29*time.Second), nil},
		{"over", lives(-time.Hour, -30*time.Second), verify.ErrExpired},
		{"over long ago", lives(-time.Hour, -59*time.Minute), verify.ErrExpired},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v, _ := newVerifier(t, newPublisher(t, key), nil)
			if tc.want != nil {
				requireRefused(t, v, tc.token, tc.want)
			} else {
				requireVerifies(t, v, tc.token)
			}
		})
	}
}

func TestRememberedTokensExpire(t *testing.T) {
	key := newEdDSA(t, "a")
	v, c := newVerifier(t, newPublisher(t, key), nil)
	requireVerifies(t, v, key.mint(t))
	c.advance(15*time.Minute + 29*time.Second)
	requireVerifies(t, v, key.mint(t))
	c.advance(time.Second)
	requireRefused(t, v, key.mint(t), verify.ErrExpired)
}

func TestRememberedTokensGoWithTheirKey(t *testing.T) {
	old, other := newEdDSA(t, "a"), newEdDSA(t, "b")
	p := newPublisher(t, old)
	v, c := newVerifier(t, p, nil)
	raw := old.mint(t)
	requireVerifies(t, v, raw)
	p.publish(t, other)
	c.advance(5 * time.Minute)
	requireRefused(t, v, raw, verify.ErrInvalid)

	// Another key under the old name is another key.
	p.publish(t, old)
	c.advance(5 * time.Minute)
	requireVerifies(t, v, raw)
	other.id = old.id
	p.publish(t, other)
	c.advance(5 * time.Minute)
	requireRefused(t, v, raw, verify.ErrInvalid)
}

func TestClaimsAreTheCallersOwn(t *testing.T) {
	key := newEdDSA(t, "a")
	v, _ := newVerifier(t, newPublisher(t, key), nil)
	for range 3 {
		claims, err := v.Verify(t.Context(), key.mint(t))
		require.NoError(t, err)
		require.Equal(t, verify.RoleUser, claims.Role)
		claims.Role = verify.RoleAdmin
	}
}

// What a later Daypass adds must not make services refuse its tokens.
func TestUnknownMembersArePassedOver(t *testing.T) {
	key := newEdDSA(t, "a")
	v, _ := newVerifier(t, newPublisher(t, key), nil)
	claims, err := v.Verify(t.Context(), key.token(t,
		key.header().with("cty", `"JWT"`), genuine().with("cnf", `{"jkt":"x"}`).with("aud", `["x","rides"]`)))
	require.NoError(t, err)
	require.Equal(t, genuineClaims(), claims)
}

func TestRolesAreThoseOfDaypass(t *testing.T) {
	roles := []string{"", "USER", "ADMIN", "ROOT"}
	for _, has := range roles {
		for _, wants := range roles {
			require.Equal(t, models.Role(has).Allows(models.Role(wants)), verify.Role(has).Allows(verify.Role(wants)), "%s %s", has, wants)
		}
	}
}

func TestNewTellsWhatIsWrong(t *testing.T) {
	for _, tc := range []struct {
		want   string
		change func(*verify.Config)
	}{
		{"no Issuer", func(c *verify.Config) { c.Issuer = "" }},
		{"no Audience", func(c *verify.Config) { c.Audience = "" }},
		{"JWKSURL is not", func(c *verify.Config) { c.JWKSURL = "" }},
		{"JWKSURL is not", func(c *verify.Config) { c.JWKSURL = "/.well-known/jwks.json" }},
		{"JWKSURL is not", func(c *verify.Config) { c.JWKSURL = "file:///etc/keys.json" }},
		{"JWKSURL is not", func(c *verify.Config) { c.JWKSURL = "https://user:hunter2@%zz/" }},
		{"is negative", func(c *verify.Config) { c.Timeout = -1 }},
		{"is negative", func(c *verify.Config) { c.CacheSize = -1 }},
		{"the MaxStale", func(c *verify.Config) { c.MaxStale = time.Second }},
	} {
		t.Run(tc.want, func(t *testing.T) {
			cfg := verify.Config{Issuer: issuer, Audience: audience, JWKSURL: "https://id.example/.well-known/jwks.json"}
			tc.change(&cfg)
			_, err := verify.New(cfg)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestManyTokensAreRememberedInBounds(t *testing.T) {
	key := newEdDSA(t, "a")
	v, _ := newVerifier(t, newPublisher(t, key), func(cfg *verify.Config) { cfg.CacheSize = 2 })
	for i := range 10 {
		requireVerifies(t, v, key.token(t, key.header(), genuine().with("jti", quoted(fmt.Sprint(i)))))
	}
}
