package auth

import (
	"context"
	"errors"
	"fmt"

	"daypass/models"
)

// maxLoginAttempts bounds how often a sign-in starts over because the account changed under it.
const maxLoginAttempts = 3

// Login checks a username and password and starts a session. It returns [ErrInvalidCredentials] for every mismatch,
// after the same work whatever it was (OWASP ASVS 5.0 6.3.8).
func (s *Service) Login(ctx context.Context, username, password string) (*Pair, error) {
	for range maxLoginAttempts {
		user, err := s.verifyCredentials(ctx, username, password)
		if err != nil {
			return nil, err
		}
		pair, err := s.startSession(ctx, user)
		if errors.Is(err, ErrUserChanged) {
			continue
		}
		return pair, err
	}
	return nil, fmt.Errorf("log in: %w: the account keeps changing", ErrUnavailable)
}

func (s *Service) verifyCredentials(ctx context.Context, username, password string) (*models.User, error) {
	user, err := s.userByUsername(ctx, username)
	if errors.Is(err, ErrNotFound) {
		return nil, s.refuseUnknown(ctx, password)
	}
	if err != nil {
		return nil, fmt.Errorf("look up the account: %w", err)
	}
	result, err := s.passwords.Verify(ctx, password, user.PasswordHash)
	if err != nil {
		return nil, fmt.Errorf("verify the password: %w", unavailableWhenBusy(err))
	}
	if !result.Match || user.Disabled() {
		return nil, ErrInvalidCredentials
	}
	if result.Outdated {
		s.rehash(ctx, user, password)
	}
	return user, nil
}

// userByUsername asks the database only for what can be a name: a collation there may take other characters for equal.
func (s *Service) userByUsername(ctx context.Context, username string) (*models.User, error) {
	if !usernamePattern.MatchString(username) {
		return nil, ErrNotFound
	}
	return s.store.UserByUsername(ctx, username)
}

// refuseUnknown takes as long as a wrong password does.
func (s *Service) refuseUnknown(ctx context.Context, password string) error {
	if err := s.passwords.VerifyUnknown(ctx, password); err != nil {
		return fmt.Errorf("verify the password: %w", unavailableWhenBusy(err))
	}
	return ErrInvalidCredentials
}

// rehash moves the account to the current hashing parameters. A failure is logged only: the password was right.
func (s *Service) rehash(ctx context.Context, user *models.User, password string) {
	hash, err := s.passwords.Hash(ctx, password)
	if err == nil {
		err = s.store.ReplacePasswordHash(ctx, user.ID, user.PasswordHash, hash)
	}
	if err != nil {
		s.cfg.Log.WarnContext(ctx, "rehash a password", "user", user.ID.String(), "error", err)
		return
	}
	user.PasswordHash = hash
}

func (s *Service) startSession(ctx context.Context, user *models.User) (*Pair, error) {
	session, nonce, err := s.newSession(ctx, user)
	if err != nil {
		return nil, err
	}
	event, err := s.event(ctx, models.EventSignedIn, &user.ID, &session.ID)
	if err != nil {
		return nil, err
	}
	revoked, err := s.store.CreateSession(ctx, session, user, s.cfg.MaxSessions, s.change(event))
	if err != nil {
		return nil, fmt.Errorf("start a session: %w", err)
	}
	s.revoked.add(revoked)
	return s.mintPair(user, session, nonce)
}
