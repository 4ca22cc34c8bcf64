package token

import (
	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
)

// sessionClaims are what access and refresh tokens carry.
type sessionClaims struct {
	jwt.RegisteredClaims

	SessionID  string `json:"sid"`
	Generation uint64 `json:"gen"`
}

// Validate asks for what no token of ours lacks. The validator of the JWT library calls it along with its own rules.
func (c *sessionClaims) Validate() error {
	if c.Subject == "" || c.SessionID == "" || c.Generation == 0 || !present(c.IssuedAt) || !present(c.ExpiresAt) {
		return ErrIncomplete
	}
	return nil
}

func present(date *jwt.NumericDate) bool { return date != nil && !date.IsZero() }

// decodeStrictly refuses repeated members and takes names as they are spelt, unlike encoding/json: a token means the
// same here as in any other implementation (RFC 7515 section 10.12).
func decodeStrictly(data []byte, claims any) error { return json.Unmarshal(data, claims) }
