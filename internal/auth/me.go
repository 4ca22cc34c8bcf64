package auth

import (
	"context"
	"errors"
	"fmt"

	"daypass/models"
)

// Me returns the caller's account as it is now. An account that is gone or disabled is [ErrUnauthenticated], however
// long the access token would still last.
func (s *Service) Me(ctx context.Context) (*models.User, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	return s.ownAccount(ctx, caller)
}

func (s *Service) ownAccount(ctx context.Context, caller Caller) (*models.User, error) {
	user, err := s.store.UserByID(ctx, caller.UserID)
	if errors.Is(err, ErrNotFound) {
		return nil, ErrUnauthenticated
	}
	if err != nil {
		return nil, fmt.Errorf("read the account: %w", err)
	}
	if user.Disabled() {
		return nil, ErrUnauthenticated
	}
	return user, nil
}
