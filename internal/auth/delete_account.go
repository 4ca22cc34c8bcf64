package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// DeleteAccount removes the caller's account and its sessions when the password is right, and returns whose it was. Its
// history stays for as long as any. It returns [ErrInvalidCredentials] when the password is wrong, and [ErrLastAdmin].
func (s *Service) DeleteAccount(ctx context.Context, password string) (models.UserID, error) {
	var deleted models.UserID
	err := s.withOwnPassword(ctx, password, func(caller Caller, verified *models.User) error {
		deleted = verified.ID
		return s.deleteVerified(ctx, caller, verified)
	})
	if err != nil {
		return models.UserID{}, fmt.Errorf("delete the account: %w", err)
	}
	s.forgetIf(ctx, func(held models.SessionKey) bool { return held.UserID == deleted })
	return deleted, nil
}

func (s *Service) deleteVerified(ctx context.Context, caller Caller, verified *models.User) error {
	event, err := s.event(ctx, models.EventUserDeleted, &verified.ID, &caller.SessionID)
	if err != nil {
		return err
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	revoked, err := s.store.DeleteUser(ctx, verified, s.change(event))
	if err != nil {
		return err
	}
	s.revoked.add(revoked)
	return nil
}
