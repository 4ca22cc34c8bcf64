package auth

import (
	"context"
	"errors"
	"fmt"

	"daypass/models"
)

// checkOwnPassword returns the caller's account when the password is its current one, so that nobody takes an account
// over, or away, with a session alone (OWASP ASVS 5.0 6.2.3). It returns [ErrInvalidCredentials] when the password is
// wrong, a [*RateLimitedError] when too many were, and [ErrUnauthenticated] when the account is gone or disabled.
func (s *Service) checkOwnPassword(ctx context.Context, caller Caller, password string) (*models.User, error) {
	user, err := s.latestOwnAccount(ctx, caller)
	if err != nil {
		return nil, err
	}
	err = s.throttledByCaller(ctx, caller, func(ctx context.Context) error {
		return s.verifyPassword(ctx, user, password)
	})
	if err != nil {
		return nil, err
	}
	return user, nil
}

// withOwnPassword does something to the caller's account after its password was checked. It starts over when the account
// changed meanwhile: the password may have been hashed anew, or be another by now.
func (s *Service) withOwnPassword(ctx context.Context, password string, do func(caller Caller, verified *models.User) error) error {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return err
	}
	for range maxLoginAttempts {
		user, err := s.checkOwnPassword(ctx, caller, password)
		if err != nil {
			return err
		}
		if err := do(caller, user); !errors.Is(err, ErrUserChanged) {
			return err
		}
	}
	return fmt.Errorf("%w: the account keeps changing", ErrUnavailable)
}
