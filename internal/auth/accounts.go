package auth

import (
	"context"
	"fmt"
	"slices"

	"daypass/models"
)

// The use cases of an operator at the command line, who needs no access token: whoever can run them holds the
// database's password already.

// AddUser creates an account without signing it in. It returns an [*InputError] or [ErrUsernameTaken].
func (s *Service) AddUser(ctx context.Context, username, password string, role models.Role) (*models.User, error) {
	if !role.Valid() {
		return nil, invalidRole()
	}
	user, err := s.newUser(ctx, username, password, role)
	if err != nil {
		return nil, err
	}
	event, err := s.event(ctx, models.EventSignedUp, &user.ID, nil)
	if err != nil {
		return nil, err
	}
	if err := s.store.CreateUser(ctx, user, event); err != nil {
		return nil, fmt.Errorf("add the account: %w", err)
	}
	return user, nil
}

// SetUserRole changes what an account may do; from then on access tokens that claim a higher role are refused.
// It returns [ErrNotFound], [ErrLastAdmin] or an [*InputError].
func (s *Service) SetUserRole(ctx context.Context, username string, role models.Role) error {
	if !role.Valid() {
		return invalidRole()
	}
	user, err := s.userByUsername(ctx, username)
	if err != nil {
		return fmt.Errorf("look up the account: %w", err)
	}
	return s.setRole(ctx, user.ID, role, nil)
}

// DisableUser shuts an account and ends all its sessions. It returns [ErrNotFound] or [ErrLastAdmin].
func (s *Service) DisableUser(ctx context.Context, username string) error {
	user, err := s.userByUsername(ctx, username)
	if err != nil {
		return fmt.Errorf("look up the account: %w", err)
	}
	return s.disable(ctx, user.ID, nil)
}

// EnableUser opens an account again; it has to sign in anew. It returns [ErrNotFound].
func (s *Service) EnableUser(ctx context.Context, username string) error {
	user, err := s.userByUsername(ctx, username)
	if err != nil {
		return fmt.Errorf("look up the account: %w", err)
	}
	return s.enable(ctx, user.ID, nil)
}

// SignOutUser ends all sessions of an account and returns those that it ended. It returns [ErrNotFound].
func (s *Service) SignOutUser(ctx context.Context, username string) ([]models.SessionID, error) {
	user, err := s.userByUsername(ctx, username)
	if err != nil {
		return nil, fmt.Errorf("look up the account: %w", err)
	}
	return s.signOut(ctx, user.ID, nil)
}

// ListUsers returns up to limit accounts, oldest first, that come after the given one (nil: from the start).
func (s *Service) ListUsers(ctx context.Context, after *models.User, limit int) ([]models.User, error) {
	users, err := s.store.Users(ctx, UserPage{Before: after, Limit: limit, Backward: true})
	if err != nil {
		return nil, fmt.Errorf("list the accounts: %w", err)
	}
	slices.Reverse(users)
	return users, nil
}

func invalidRole() error {
	return &InputError{Fields: map[string]string{"role": "must be USER or ADMIN"}}
}
