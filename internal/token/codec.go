package token

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	lru "github.com/hashicorp/golang-lru/v2"
)

const (
	// leeway is how far the clocks of two replicas may differ: a token is honoured that much longer, and an access
	// token that much before its `iat` or `nbf`.
	leeway = 30 * time.Second
	// maxLength bounds a token, in bytes, before anything is parsed; ours have some 500.
	maxLength = 4096
	// defaultCacheSize costs about 8 MiB when every entry is taken.
	defaultCacheSize = 8192
)

// Config says for whom tokens are made.
type Config struct {
	// Issuer is the `iss` of every token, and the `aud` of refresh and device tokens: nobody else is to read those.
	Issuer string
	// Audience is the `aud` of access tokens.
	Audience string
	// Keys sign and verify.
	Keys *KeySet
	// Now is the clock that lifetimes are held against.
	Now func() time.Time
	// CacheSize is how many verified access tokens are remembered, so that each is verified once a process; 0 is 8192.
	CacheSize int
}

// Codec mints and verifies tokens. It is safe for concurrent use.
type Codec struct {
	issuer, audience          string
	keys                      *KeySet
	now                       func() time.Time
	accessRules, privateRules *jwt.Validator
	verified                  *lru.Cache[string, AccessClaims]
}

// NewCodec returns a codec, or an error that names the setting which is missing or out of range.
func NewCodec(cfg Config) (*Codec, error) {
	if cfg.Issuer == "" || cfg.Audience == "" || cfg.Keys == nil || cfg.Now == nil {
		return nil, errors.New("make a token codec: issuer, audience, keys and clock are required")
	}
	verified, err := lru.New[string, AccessClaims](cmp.Or(cfg.CacheSize, defaultCacheSize))
	if err != nil {
		return nil, fmt.Errorf("make a token codec: cache size: %w", err)
	}
	rules := []jwt.ParserOption{
		jwt.WithIssuer(cfg.Issuer), jwt.WithExpirationRequired(), jwt.WithLeeway(leeway), jwt.WithTimeFunc(cfg.Now),
	}
	return &Codec{
		issuer:   cfg.Issuer,
		audience: cfg.Audience,
		keys:     cfg.Keys,
		now:      cfg.Now,
		// What only we read is not held against its `iat`: a replica whose clock is ahead signs nobody out.
		accessRules:  jwt.NewValidator(append(rules, jwt.WithAudience(cfg.Audience), jwt.WithIssuedAt())...),
		privateRules: jwt.NewValidator(append(rules, jwt.WithAudience(cfg.Issuer))...),
		verified:     verified,
	}, nil
}

// verify fills the claims from the token. It returns nil, [ErrInvalid], or [ErrExpired] when everything else is right.
func verify(ring *keyring, rules *jwt.Validator, raw string, claims jwt.Claims) error {
	if !ring.authentic(raw, claims) {
		return ErrInvalid
	}
	err := rules.Validate(claims)
	switch {
	case err == nil:
		return nil
	case onlyExpired(err):
		return ErrExpired
	default:
		return ErrInvalid
	}
}

// onlyExpired reports whether expiry is the one rule that was broken: the validator joins an error for each.
func onlyExpired(err error) bool {
	var broken interface{ Unwrap() []error }
	return errors.As(err, &broken) && len(broken.Unwrap()) == 1 && errors.Is(err, jwt.ErrTokenExpired)
}
