package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// detailAll marks the event of a logout that ended every session of the account.
const detailAll = "ALL"

// LogoutAll ends every session of the caller, the one that asks among them, and returns those that it ended (OWASP ASVS
// 5.0 7.5.2).
func (s *Service) LogoutAll(ctx context.Context) ([]models.SessionID, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	event, err := s.event(ctx, models.EventLoggedOut, &caller.UserID, &caller.SessionID)
	if err != nil {
		return nil, err
	}
	event.Detail = detailAll
	ended, err := s.endSessions(ctx, caller.UserID, models.RevokedByLogoutAll, event)
	if err != nil {
		return nil, fmt.Errorf("log out everywhere: %w", err)
	}
	s.forgetIf(ctx, func(held models.SessionKey) bool { return held.UserID == caller.UserID })
	return ended, nil
}
