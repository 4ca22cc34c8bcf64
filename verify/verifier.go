package verify

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4/json"
	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	accessType = "at+jwt" // RFC 9068 section 2.1
	// leeway is how far this clock and that of Daypass may differ.
	leeway = 30 * time.Second
	// maxLength bounds a token, in bytes, before anything is parsed; those of Daypass have some 500.
	maxLength = 4096
)

// Verifier checks access tokens. It is safe for concurrent use.
type Verifier struct {
	keys     *keys
	rules    *jwt.Validator
	now      func() time.Time
	verified *lru.Cache[string, verified]
}

// verified is a token that passed, with the key that it passed by.
type verified struct {
	claims Claims
	key    *key
}

// New returns a verifier, or an error that names the setting which is missing or out of range. It fetches nothing yet.
func New(cfg Config) (*Verifier, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("make a verifier of access tokens: %w", err)
	}
	remembered, err := lru.New[string, verified](cfg.CacheSize)
	if err != nil {
		return nil, fmt.Errorf("make a verifier of access tokens: %w", err)
	}
	return &Verifier{
		keys: newKeys(cfg),
		rules: jwt.NewValidator(
			jwt.WithIssuer(cfg.Issuer), jwt.WithAudience(cfg.Audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(),
			jwt.WithLeeway(leeway), jwt.WithTimeFunc(cfg.Now),
		),
		now:      cfg.Now,
		verified: remembered,
	}, nil
}

// Verify returns what an access token says, or [ErrInvalid], [ErrExpired] or [ErrUnavailable]. It waits for keys no longer
// than the context allows. The claims are the caller's own.
//
// A token that was verified is remembered, so that it costs one signature check; its expiry, and whether its key is still
// published, are looked at each time.
func (v *Verifier) Verify(ctx context.Context, token string) (*Claims, error) {
	if known, ok := v.verified.Get(token); ok {
		return v.verifyAgain(ctx, token, known)
	}
	keyID, err := keyOf(token)
	if err != nil {
		return nil, err
	}
	by, err := v.keys.get(ctx, keyID)
	if err != nil {
		return nil, err
	}
	return v.verifyBy(by, token)
}

func (v *Verifier) verifyAgain(ctx context.Context, token string, known verified) (*Claims, error) {
	by, err := v.keys.get(ctx, known.key.id)
	switch {
	case err != nil:
		return nil, err
	case !by.same(known.key):
		return v.verifyBy(by, token)
	case !v.now().Before(known.claims.ExpiresAt.Add(leeway)):
		return nil, ErrExpired
	default:
		return &known.claims, nil
	}
}

func (v *Verifier) verifyBy(by *key, token string) (*Claims, error) {
	var decoded jwtClaims
	if _, err := by.parser.ParseWithClaims(token, &decoded, func(*jwt.Token) (any, error) { return by.public, nil }); err != nil {
		return nil, invalid("its signature does not fit, or its claims cannot be read")
	}
	if err := v.rules.Validate(&decoded); err != nil {
		return nil, verdict(err)
	}
	claims := decoded.plain()
	v.verified.Add(strings.Clone(token), verified{claims: claims, key: by}) // the token may be a piece of a whole request
	return &claims, nil
}

// verdict is [ErrExpired] when expiry is the one rule that was broken: the validator joins an error for each.
func verdict(err error) error {
	var broken interface{ Unwrap() []error }
	if errors.As(err, &broken) && len(broken.Unwrap()) == 1 && errors.Is(err, jwt.ErrTokenExpired) {
		return ErrExpired
	}
	return fmt.Errorf("%w: %w", ErrInvalid, err)
}

// header is what matters of a JOSE header before there is a key, which then pins the algorithm. Where else a key could be
// found (jwk, jku, x5u, x5c) does not matter.
type header struct {
	Type     string          `json:"typ"`
	KeyID    string          `json:"kid"`
	Critical json.RawMessage `json:"crit"`
}

// keyOf returns the id of the key that is said to have signed the token. It refuses whatever cannot be an access token, so
// that no key is asked for in vain.
func keyOf(token string) (string, error) {
	// Go's base64 skips line breaks, strict or not: with them one token would have many spellings.
	if len(token) > maxLength || strings.ContainsAny(token, "\r\n") || strings.Count(token, ".") != 2 {
		return "", invalid("it is not a signed JWT of a sane length")
	}
	segment, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(segment)
	if err != nil {
		return "", invalid("its header is not base64url")
	}
	var h header
	switch err := json.Unmarshal(text, &h); {
	case err != nil:
		return "", invalid("its header cannot be read")
	case h.Type != accessType:
		return "", invalid("its type is not " + accessType)
	case h.KeyID == "":
		return "", invalid("it names no key")
	case h.Critical != nil:
		return "", invalid("it asks for an extension") // RFC 7515 section 4.1.11
	}
	return h.KeyID, nil
}

func invalid(reason string) error { return fmt.Errorf("%w: %s", ErrInvalid, reason) }
