package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// Register creates an account of role USER and signs it in. It returns an [*InputError] for a username or password
// that is not acceptable, and [ErrUsernameTaken].
func (s *Service) Register(ctx context.Context, username, password string) (*Pair, error) {
	user, err := s.newUser(ctx, username, password, models.RoleUser)
	if err != nil {
		return nil, err
	}
	session, nonce, err := s.newSession(ctx, user)
	if err != nil {
		return nil, err
	}
	event, err := s.event(ctx, models.EventSignedUp, &user.ID, &session.ID)
	if err != nil {
		return nil, err
	}
	user.SignIns = 1
	if err := s.store.CreateUserWithSession(ctx, user, session, event); err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	return s.mintPair(user, session, nonce)
}
