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

// User returns an account that the caller may see, which is its own; of any other it says [ErrNotFound].
func (s *Service) User(ctx context.Context, id models.UserID) (*models.User, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	if caller.UserID != id {
		return nil, ErrNotFound
	}
	return s.Me(ctx)
}
