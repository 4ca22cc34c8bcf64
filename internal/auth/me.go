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
	if err == nil && user.Disabled() && s.store.MayLag() {
		return s.latestOwnAccount(ctx, caller)
	}
	return openAccount(user, err)
}

// latestOwnAccount is for what must not be said of an account that was another a moment ago.
func (s *Service) latestOwnAccount(ctx context.Context, caller Caller) (*models.User, error) {
	return openAccount(s.store.LatestUserByID(ctx, caller.UserID))
}

// openAccount returns what was read, if it is there and not disabled.
func openAccount(user *models.User, err error) (*models.User, error) {
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
