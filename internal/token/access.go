package token

import (
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// AccessClaims are what an access token says. All are required; times are kept in whole seconds, rounded down.
type AccessClaims struct {
	// Subject is the account (`sub`).
	Subject string
	// SessionID is the sign-in (`sid`).
	SessionID string
	// Generation is that of the refresh token which it came with (`gen`), from 1.
	Generation uint64
	// Role is what the account might do when the token was made (`role`).
	Role                string
	IssuedAt, ExpiresAt time.Time
	// ID tells tokens apart (`jti`); when it is empty, [Codec.MintAccess] makes a random one.
	ID string
}

// accessClaims is their form in JSON (RFC 9068 section 2.2).
type accessClaims struct {
	sessionClaims

	Role string `json:"role"`
}

func (c *accessClaims) UnmarshalJSON(data []byte) error {
	type members accessClaims
	return decodeStrictly(data, (*members)(c))
}

// Validate asks for the claims that are required.
func (c *accessClaims) Validate() error {
	if c.Role == "" || c.ID == "" {
		return ErrIncomplete
	}
	return c.sessionClaims.Validate()
}

// MintAccess returns a signed access token. It fails with [ErrIncomplete] when a claim is missing.
func (c *Codec) MintAccess(claims AccessClaims) (string, error) {
	if claims.ID == "" {
		claims.ID = rand.Text()
	}
	return c.keys.access.sign(&accessClaims{
		sessionClaims: sessionClaims{
			RegisteredClaims: jwt.RegisteredClaims{
				Issuer:    c.issuer,
				Audience:  jwt.ClaimStrings{c.audience},
				Subject:   claims.Subject,
				ID:        claims.ID,
				IssuedAt:  jwt.NewNumericDate(claims.IssuedAt),
				ExpiresAt: jwt.NewNumericDate(claims.ExpiresAt),
			},
			SessionID:  claims.SessionID,
			Generation: claims.Generation,
		},
		Role: claims.Role,
	})
}

// VerifyAccess returns what an access token says. Whatever is wrong with it is [ErrInvalid]; with [ErrExpired] the
// claims are returned too, for a sign-out that comes late.
//
// A token that was verified is remembered, so that it costs a signature check once; its expiry is looked at each time.
func (c *Codec) VerifyAccess(raw string) (AccessClaims, error) {
	if claims, ok := c.verified.Get(raw); ok {
		return claims, c.expiry(claims)
	}
	var decoded accessClaims
	err := verify(c.keys.access, c.accessRules, raw, &decoded)
	if errors.Is(err, ErrInvalid) {
		return AccessClaims{}, ErrInvalid
	}
	claims := decoded.plain()
	if err == nil {
		c.verified.Add(strings.Clone(raw), claims) // raw may be a piece of a whole request
	}
	return claims, err
}

// expiry returns [ErrExpired] when the time of a verified token is over by now.
func (c *Codec) expiry(claims AccessClaims) error {
	if c.now().Before(claims.ExpiresAt.Add(leeway)) {
		return nil
	}
	return ErrExpired
}

func (c *accessClaims) plain() AccessClaims {
	return AccessClaims{
		Subject:    c.Subject,
		SessionID:  c.SessionID,
		Generation: c.Generation,
		Role:       c.Role,
		IssuedAt:   c.IssuedAt.UTC(),
		ExpiresAt:  c.ExpiresAt.UTC(),
		ID:         c.ID,
	}
}
