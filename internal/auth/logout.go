package auth

import (
	"context"
	"errors"
	"fmt"

	"daypass/internal/token"
	"daypass/models"
)

// Logout ends the session that the refresh token belongs to; without one that of the cookie; without an authentic one that
// of the request's access token. Any generation will do, expired or not: whoever holds one may end the session, though not
// use it. Its access tokens are refused from then on: here at once, by other processes within a second. A cookie of the
// session is cleared. Repeating it, or having nothing to end, is no error (RFC 7009 section 2.2).
func (s *Service) Logout(ctx context.Context, refreshToken string) error {
	request := RequestFrom(ctx)
	if refreshToken == "" && request.Cookie != nil {
		return s.logoutByCookie(ctx, request.Cookie, request.AccessToken)
	}
	return s.logout(ctx, refreshToken, request.AccessToken)
}

// logoutByCookie also clears a cookie that nobody could use.
func (s *Service) logoutByCookie(ctx context.Context, cookie TokenCookie, accessToken string) error {
	err := s.logout(ctx, cookie.Token(), accessToken)
	if _, ours := s.sessionOf(cookie.Token()); err == nil && cookie.Token() != "" && !ours {
		cookie.Clear()
	}
	return err
}

func (s *Service) logout(ctx context.Context, refreshToken, accessToken string) error {
	key, ok := s.sessionToEnd(refreshToken, accessToken)
	if !ok {
		return nil
	}
	ended, err := s.endSession(ctx, key, models.RevokedByLogout, models.EventLoggedOut)
	if err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	s.forgetIf(ctx, func(held models.SessionKey) bool {
		return held == key && (ended || !s.mayBeReplaced(ctx, key))
	})
	return nil
}

// mayBeReplaced reads what [Service.replaced] needs; when that cannot be read, it may be.
func (s *Service) mayBeReplaced(ctx context.Context, key models.SessionKey) bool {
	record, err := s.store.SessionWithUser(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return false
	}
	return err != nil || s.replaced(record)
}

func (s *Service) sessionToEnd(refreshToken, accessToken string) (models.SessionKey, bool) {
	if key, ok := s.sessionOf(refreshToken); ok {
		return key, true
	}
	if claims, err := s.tokens.VerifyAccess(accessToken); authentic(err) {
		return parsed(claims.Subject, claims.SessionID)
	}
	return models.SessionKey{}, false
}

// sessionOf returns whose refresh token this is, when it is one of ours.
func (s *Service) sessionOf(refreshToken string) (models.SessionKey, bool) {
	claims, err := s.tokens.VerifyRefresh(refreshToken)
	if !authentic(err) {
		return models.SessionKey{}, false
	}
	return parsed(claims.Subject, claims.SessionID)
}

func authentic(err error) bool { return err == nil || errors.Is(err, token.ErrExpired) }

// parsed reads whose session and which one a token is about.
func parsed(subject, sessionID string) (models.SessionKey, bool) {
	userID, userErr := models.ParseUserID(subject)
	id, err := models.ParseSessionID(sessionID)
	return models.SessionKey{UserID: userID, SessionID: id}, userErr == nil && err == nil
}
