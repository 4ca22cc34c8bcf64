package auth

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"daypass/internal/password"
	"daypass/models"
)

// usernamePattern is ASCII only: no two names look alike, and every database agrees on what differs only in case.
var usernamePattern = regexp.MustCompile(`^[A-Za-z0-9._-]{3,64}$`)

// newUser makes the record of an account, or an [*InputError] that names all that is wrong with the input.
func (s *Service) newUser(ctx context.Context, username, plain string, role models.Role) (*models.User, error) {
	if err := checkNewCredentials(username, plain); err != nil {
		return nil, err
	}
	return s.hashedUser(ctx, username, plain, role)
}

// hashedUser is newUser for input that was checked.
func (s *Service) hashedUser(ctx context.Context, username, plain string, role models.Role) (*models.User, error) {
	hash, err := s.hashPassword(ctx, plain)
	if err != nil {
		return nil, err
	}
	now := s.now()
	id, err := models.NewUserID(now)
	if err != nil {
		return nil, fmt.Errorf("name the account: %w", err)
	}
	return &models.User{
		ID: id, Username: username, PasswordHash: hash, Role: role, CreatedAt: now, UpdatedAt: now,
	}, nil
}

func checkNewCredentials(username, plain string) error {
	reasons := map[string]string{}
	if !usernamePattern.MatchString(username) {
		reasons["username"] = "must be 3 to 64 letters (A-Z, a-z), digits, dots, underscores or hyphens"
	}
	if err := password.Check(plain, username); err != nil {
		reasons["password"] = err.Error()
	}
	if len(reasons) > 0 {
		return &InputError{Fields: reasons}
	}
	return nil
}

func (s *Service) hashPassword(ctx context.Context, plain string) (string, error) {
	hash, err := s.passwords.Hash(ctx, plain)
	if err != nil {
		return "", fmt.Errorf("hash the password: %w", unavailableWhenBusy(err))
	}
	return hash, nil
}

// unavailableWhenBusy makes a full hashing queue what it is to a caller: a reason to come back.
func unavailableWhenBusy(err error) error {
	if errors.Is(err, password.ErrBusy) {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}
