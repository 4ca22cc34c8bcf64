package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// RevokeSession ends a session of the caller's; one that was ended before stays as it is. Of any other session it says
// [ErrNotFound].
func (s *Service) RevokeSession(ctx context.Context, id models.SessionID) error {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	session, err := s.store.SessionWithUser(ctx, id)
	if err != nil {
		return fmt.Errorf("read the session: %w", err)
	}
	if session.UserID != caller.UserID {
		return ErrNotFound
	}
	if _, err := s.endSession(ctx, caller.UserID, id, models.RevokedByUser, models.EventRevoked); err != nil {
		return fmt.Errorf("revoke the session: %w", err)
	}
	s.forgetIf(ctx, func(_ models.UserID, held models.SessionID) bool { return held == id })
	return nil
}
