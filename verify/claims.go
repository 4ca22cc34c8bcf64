package verify

import (
	"errors"
	"time"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
)

// Claims are what a verified access token says.
type Claims struct {
	// Subject is the account (`sub`); starts with `usr_`.
	Subject string
	// SessionID is the sign-in (`sid`); starts with `ses_`.
	SessionID string
	// Role is what the account might do when the token was made (`role`).
	Role Role
	// ID tells tokens apart (`jti`).
	ID string
	// IssuedAt and ExpiresAt (`iat`, `exp`) are by the clock of Daypass, in UTC.
	IssuedAt, ExpiresAt time.Time
}

var errIncomplete = errors.New("a claim is missing")

// jwtClaims are their form in JSON. Claims that are not listed are passed over: a later Daypass may add some.
type jwtClaims struct {
	jwt.RegisteredClaims

	SessionID string `json:"sid"`
	Role      Role   `json:"role"`
}

// UnmarshalJSON refuses repeated members and takes names as they are spelt, unlike encoding/json: a token means the same
// here as to any other reader (RFC 7515 section 10.12).
func (c *jwtClaims) UnmarshalJSON(data []byte) error {
	type members jwtClaims
	return json.Unmarshal(data, (*members)(c))
}

// Validate asks for what no access token of Daypass lacks, beside what the rules of the verifier ask for. The JWT library
// calls it along with those.
func (c *jwtClaims) Validate() error {
	if c.Subject == "" || c.SessionID == "" || c.Role == "" || c.ID == "" || c.IssuedAt == nil {
		return errIncomplete
	}
	return nil
}

func (c *jwtClaims) plain() Claims {
	return Claims{
		Subject:   c.Subject,
		SessionID: c.SessionID,
		Role:      c.Role,
		ID:        c.ID,
		IssuedAt:  c.IssuedAt.UTC(),
		ExpiresAt: c.ExpiresAt.UTC(),
	}
}
