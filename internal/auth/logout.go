package auth

import (
	"context"
	"errors"
	"fmt"

	"daypass/internal/token"
	"daypass/models"
)

// Logout ends the session that the refresh token belongs to or, without an authentic one, the session of the request's
// access token. Any generation will do, expired or not: whoever holds one may end the session, though not use it.
// Repeating it, or having nothing to end, is no error (RFC 7009 section 2.2).
func (s *Service) Logout(ctx context.Context, refreshToken string) error {
	id, ok := s.sessionToEnd(refreshToken, RequestFrom(ctx).AccessToken)
	if !ok {
		return nil
	}
	if _, err := s.endSession(ctx, id, models.RevokedByLogout); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	return nil
}

func (s *Service) sessionToEnd(refreshToken, accessToken string) (models.SessionID, bool) {
	if claims, err := s.tokens.VerifyRefresh(refreshToken); authentic(err) {
		return parsed(claims.SessionID)
	}
	if claims, err := s.tokens.VerifyAccess(accessToken); authentic(err) {
		return parsed(claims.SessionID)
	}
	return models.SessionID{}, false
}

func authentic(err error) bool { return err == nil || errors.Is(err, token.ErrExpired) }

func parsed(sessionID string) (models.SessionID, bool) {
	id, err := models.ParseSessionID(sessionID)
	return id, err == nil
}
