package auth

import (
	"fmt"
	"time"

	"daypass/internal/token"
	"daypass/models"
)

// Pair is what a sign-in and a refresh hand out: both tokens, and whose they are.
type Pair struct {
	AccessToken          string
	AccessTokenExpiresAt time.Time
	// AccessTokenTTL is the time until the access token expires, in whole seconds.
	AccessTokenTTL time.Duration
	// RefreshToken is empty when a cookie keeps it.
	RefreshToken          string
	RefreshTokenExpiresAt time.Time
	// RefreshTokenTTL is the time until the refresh token expires.
	RefreshTokenTTL time.Duration
	// DeviceToken is what the device keeps for its next sign-in; empty after a refresh, and when a cookie keeps it. It opens
	// nothing.
	DeviceToken string
	User        *models.User
	Session     *models.RefreshToken
}

// mintPair makes the pair that the session's record calls current. The refresh token follows from the record and the
// nonce alone, so whoever mints it, and however often, gets the same bytes.
func (s *Service) mintPair(user *models.User, session *models.RefreshToken, nonce nonce) (*Pair, error) {
	refresh, err := s.tokens.MintRefresh(token.RefreshClaims{
		Subject:    user.ID.String(),
		SessionID:  session.ID.String(),
		Generation: session.Generation,
		Nonce:      nonce,
		IssuedAt:   session.RotatedAt,
		ExpiresAt:  session.IdleExpiresAt,
	})
	if err != nil {
		return nil, fmt.Errorf("mint refresh token: %w", err)
	}
	issuedAt := s.now().Truncate(time.Second)
	expiresAt := earlier(issuedAt.Add(s.cfg.AccessTokenTTL), session.ExpiresAt.Truncate(time.Second))
	access, err := s.tokens.MintAccess(token.AccessClaims{
		Subject:    user.ID.String(),
		SessionID:  session.ID.String(),
		Generation: session.Generation,
		Role:       string(user.Role),
		IssuedAt:   issuedAt,
		ExpiresAt:  expiresAt,
	})
	if err != nil {
		return nil, fmt.Errorf("mint access token: %w", err)
	}
	return &Pair{
		AccessToken:           access,
		AccessTokenExpiresAt:  expiresAt,
		AccessTokenTTL:        expiresAt.Sub(issuedAt),
		RefreshToken:          refresh,
		RefreshTokenExpiresAt: session.IdleExpiresAt,
		RefreshTokenTTL:       session.IdleExpiresAt.Sub(s.now()),
		User:                  user,
		Session:               session,
	}, nil
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
