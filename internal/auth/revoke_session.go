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
	key := models.SessionKey{UserID: caller.UserID, SessionID: id}
	if _, err := s.store.SessionWithUser(ctx, key); err != nil {
		return fmt.Errorf("read the session: %w", err)
	}
	if _, err := s.endSession(ctx, key, models.RevokedByUser, models.EventRevoked); err != nil {
		return fmt.Errorf("revoke the session: %w", err)
	}
	s.forgetIf(ctx, func(held models.SessionKey) bool { return held == key })
	return nil
}
