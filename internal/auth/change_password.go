package auth

import (
	"context"
	"fmt"

	"daypass/internal/password"
	"daypass/models"
)

// ChangePassword sets a new password when the current one is right. It ends all sessions of the account, also the one
// that asks, and returns the pair of a new one (OWASP ASVS 5.0 7.4.3): whatever was copied before is of no use any more.
// It returns [ErrInvalidCredentials] when the current password is wrong, and an [*InputError] that names `newPassword`.
func (s *Service) ChangePassword(ctx context.Context, currentPassword, newPassword string) (*Pair, error) {
	var pair *Pair
	err := s.withOwnPassword(ctx, currentPassword, func(_ Caller, verified *models.User) (err error) {
		if err := checkNewPassword(verified, currentPassword, newPassword); err != nil {
			return err
		}
		pair, err = s.replacePassword(ctx, verified, newPassword)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("change the password: %w", err)
	}
	s.forgetIf(ctx, func(held models.SessionKey) bool { return held.UserID == pair.User.ID })
	return pair, nil
}

func checkNewPassword(user *models.User, currentPassword, newPassword string) error {
	err := password.Check(newPassword, user.Username)
	switch {
	case err != nil:
		return &InputError{Fields: map[string]string{"newPassword": err.Error()}}
	case password.Same(currentPassword, newPassword):
		return &InputError{Fields: map[string]string{"newPassword": "must not be the current one"}}
	default:
		return nil
	}
}

func (s *Service) replacePassword(ctx context.Context, verified *models.User, newPassword string) (*Pair, error) {
	hash, err := s.hashPassword(ctx, newPassword)
	if err != nil {
		return nil, err
	}
	session, nonce, err := s.newSession(ctx, verified)
	if err != nil {
		return nil, err
	}
	event, err := s.event(ctx, models.EventPasswordChanged, &verified.ID, &session.ID)
	if err != nil {
		return nil, err
	}
	ctx, cancel := lasting(ctx)
	defer cancel()
	revoked, err := s.store.ChangePassword(ctx, verified, hash, session, s.change(event))
	if err != nil {
		return nil, err
	}
	s.revoked.add(revoked)
	verified.PasswordHash, verified.UpdatedAt = hash, event.CreatedAt
	return s.mintPair(verified, session, nonce)
}
