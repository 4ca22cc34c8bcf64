package token

import (
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// DeviceClaims are what a device token says. All are required; times are kept in whole seconds, rounded down.
type DeviceClaims struct {
	// Subject is the account that signed in on the device (`sub`).
	Subject string
	// ID is the device's name, which says nothing about it (`jti`).
	ID                  string
	IssuedAt, ExpiresAt time.Time
}

// deviceClaims is their form in JSON.
type deviceClaims struct{ jwt.RegisteredClaims }

func (c *deviceClaims) UnmarshalJSON(data []byte) error {
	type members deviceClaims
	return decodeStrictly(data, (*members)(c))
}

// Validate asks for the claims that are required.
func (c *deviceClaims) Validate() error {
	if c.Subject == "" || c.ID == "" || !present(c.IssuedAt) || !present(c.ExpiresAt) {
		return ErrIncomplete
	}
	return nil
}

// MintDevice returns a signed device token. It fails with [ErrIncomplete] when a claim is missing.
func (c *Codec) MintDevice(claims DeviceClaims) (string, error) {
	return c.keys.device.sign(&deviceClaims{RegisteredClaims: jwt.RegisteredClaims{
		Issuer:    c.issuer,
		Audience:  jwt.ClaimStrings{c.issuer},
		Subject:   claims.Subject,
		ID:        claims.ID,
		IssuedAt:  jwt.NewNumericDate(claims.IssuedAt),
		ExpiresAt: jwt.NewNumericDate(claims.ExpiresAt),
	}})
}

// VerifyDevice returns what a device token says. Whatever is wrong with it is [ErrInvalid]; with [ErrExpired] the
// claims are returned too.
func (c *Codec) VerifyDevice(raw string) (DeviceClaims, error) {
	var decoded deviceClaims
	err := verify(c.keys.device, c.privateRules, raw, &decoded)
	if errors.Is(err, ErrInvalid) {
		return DeviceClaims{}, ErrInvalid
	}
	return DeviceClaims{
		Subject:   decoded.Subject,
		ID:        decoded.ID,
		IssuedAt:  decoded.IssuedAt.UTC(),
		ExpiresAt: decoded.ExpiresAt.UTC(),
	}, err
}
