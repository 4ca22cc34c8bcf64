package token

import (
	"encoding/base64"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// RefreshClaims are what a refresh token says. All are required; times are kept in whole seconds, rounded down.
type RefreshClaims struct {
	// Subject is the account (`sub`).
	Subject string
	// SessionID is the sign-in (`sid`).
	SessionID string
	// Generation counts the rotations of the sign-in (`gen`), from 1.
	Generation uint64
	// Nonce is what only the holder of a token of this sign-in knows (`nonce`).
	Nonce               [16]byte
	IssuedAt, ExpiresAt time.Time
}

// refreshClaims is their form in JSON; the nonce is in base64url without padding.
type refreshClaims struct {
	sessionClaims

	Nonce string `json:"nonce"`
}

func (c *refreshClaims) UnmarshalJSON(data []byte) error {
	type members refreshClaims
	return decodeStrictly(data, (*members)(c))
}

// Validate asks for the claims that are required.
func (c *refreshClaims) Validate() error {
	if _, err := decodeNonce(c.Nonce); err != nil {
		return err
	}
	return c.sessionClaims.Validate()
}

// MintRefresh returns a signed refresh token: the same one, byte for byte, for the same claims and keys. It fails with
// [ErrIncomplete] when a claim is missing.
func (c *Codec) MintRefresh(claims RefreshClaims) (string, error) {
	return c.keys.refresh.sign(&refreshClaims{
		sessionClaims: sessionClaims{
			RegisteredClaims: jwt.RegisteredClaims{
				Issuer:    c.issuer,
				Audience:  jwt.ClaimStrings{c.issuer},
				Subject:   claims.Subject,
				IssuedAt:  jwt.NewNumericDate(claims.IssuedAt),
				ExpiresAt: jwt.NewNumericDate(claims.ExpiresAt),
			},
			SessionID:  claims.SessionID,
			Generation: claims.Generation,
		},
		Nonce: base64.RawURLEncoding.EncodeToString(claims.Nonce[:]),
	})
}

// VerifyRefresh returns what a refresh token says. Whatever is wrong with it is [ErrInvalid]; with [ErrExpired] the
// claims are returned too, for a sign-out that comes late.
func (c *Codec) VerifyRefresh(raw string) (RefreshClaims, error) {
	var decoded refreshClaims
	err := verify(c.keys.refresh, c.privateRules, raw, &decoded)
	if errors.Is(err, ErrInvalid) {
		return RefreshClaims{}, ErrInvalid
	}
	return decoded.plain(), err
}

func (c *refreshClaims) plain() RefreshClaims {
	nonce, _ := decodeNonce(c.Nonce) // validated
	return RefreshClaims{
		Subject:    c.Subject,
		SessionID:  c.SessionID,
		Generation: c.Generation,
		Nonce:      nonce,
		IssuedAt:   c.IssuedAt.UTC(),
		ExpiresAt:  c.ExpiresAt.UTC(),
	}
}

// decodeNonce takes the one spelling of 16 bytes.
func decodeNonce(text string) (nonce [16]byte, err error) {
	if len(text) != base64.RawURLEncoding.EncodedLen(len(nonce)) {
		return nonce, ErrIncomplete
	}
	n, err := base64.RawURLEncoding.Strict().Decode(nonce[:], []byte(text))
	if err != nil || n != len(nonce) {
		return nonce, ErrIncomplete
	}
	return nonce, nil
}
