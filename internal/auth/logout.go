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
// Its access tokens are refused from then on: here at once, by other processes within a second. Repeating it, or having
// nothing to end, is no error (RFC 7009 section 2.2).
func (s *Service) Logout(ctx context.Context, refreshToken string) error {
	userID, id, ok := s.sessionToEnd(refreshToken, RequestFrom(ctx).AccessToken)
	if !ok {
		return nil
	}
	if _, err := s.endSession(ctx, userID, id, models.RevokedByLogout, models.EventLoggedOut); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	return nil
}

func (s *Service) sessionToEnd(refreshToken, accessToken string) (models.UserID, models.SessionID, bool) {
	if claims, err := s.tokens.VerifyRefresh(refreshToken); authentic(err) {
		return parsed(claims.Subject, claims.SessionID)
	}
	if claims, err := s.tokens.VerifyAccess(accessToken); authentic(err) {
		return parsed(claims.Subject, claims.SessionID)
	}
	return models.UserID{}, models.SessionID{}, false
}

func authentic(err error) bool { return err == nil || errors.Is(err, token.ErrExpired) }

func parsed(subject, sessionID string) (models.UserID, models.SessionID, bool) {
	userID, userErr := models.ParseUserID(subject)
	id, err := models.ParseSessionID(sessionID)
	return userID, id, userErr == nil && err == nil
}
