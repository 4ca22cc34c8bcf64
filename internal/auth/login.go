package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"daypass/models"
)

// maxLoginAttempts bounds how often a sign-in starts over because the account changed under it.
const maxLoginAttempts = 3

// Credentials are what somebody signs in with.
type Credentials struct {
	Username, Password string
	// DeviceToken is [Pair.DeviceToken] of an earlier sign-in on the same device; without it the cookie's counts. One that is
	// not of this account, or expired, counts as none.
	DeviceToken string
}

// Login checks a username and password and starts a session. It returns [ErrInvalidCredentials] for every mismatch,
// after the same work whatever it was (OWASP ASVS 5.0 6.3.8), and a [*RateLimitedError], alike for names that exist and
// names that do not, when too many attempts were wrong before (6.3.1).
func (s *Service) Login(ctx context.Context, credentials Credentials) (*Pair, error) {
	for range maxLoginAttempts {
		pair, err := s.steadily(func() (*Pair, error) { return s.loginOnce(ctx, credentials) })
		if !errors.Is(err, ErrUserChanged) {
			return pair, err
		}
	}
	return nil, fmt.Errorf("log in: %w: the account keeps changing", ErrUnavailable)
}

// loginOnce returns [ErrUserChanged] when the account changed under it.
func (s *Service) loginOnce(ctx context.Context, credentials Credentials) (*Pair, error) {
	user, device, err := s.signIn(ctx, credentials)
	if err != nil {
		return nil, err
	}
	pair, err := s.startSession(ctx, user)
	if err != nil {
		return nil, err
	}
	return s.withDevice(pair, device)
}

// signIn returns the account whose credentials these are, and the device that they come from.
func (s *Service) signIn(ctx context.Context, credentials Credentials) (*models.User, string, error) {
	user, err := s.userByUsername(ctx, credentials.Username)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return nil, "", fmt.Errorf("look up the account: %w", err)
	}
	device := s.knownDevice(user, deviceTokenOf(ctx, credentials))
	attempt := s.signInAttempt(ctx, credentials.Username, user, device)
	err = s.throttled(ctx, attempt, func(ctx context.Context) error {
		return s.verifyPassword(ctx, user, credentials.Password)
	})
	if err != nil {
		return nil, "", err
	}
	return user, cmp.Or(device, newDevice()), nil
}

// verifyPassword takes as long for no account (nil) as for a wrong password.
func (s *Service) verifyPassword(ctx context.Context, user *models.User, password string) error {
	if user == nil {
		return s.refuseUnknown(ctx, password)
	}
	result, err := s.passwords.Verify(ctx, password, user.PasswordHash)
	if err != nil {
		return fmt.Errorf("verify the password: %w", unavailableWhenBusy(err))
	}
	if !result.Match || user.Disabled() {
		return ErrInvalidCredentials
	}
	if result.Outdated {
		s.rehash(ctx, user, password)
	}
	return nil
}

func (s *Service) refuseUnknown(ctx context.Context, password string) error {
	if err := s.passwords.VerifyUnknown(ctx, password); err != nil {
		return fmt.Errorf("verify the password: %w", unavailableWhenBusy(err))
	}
	return ErrInvalidCredentials
}

// userByUsername asks the database only for what can be a name: a collation there may take other characters for equal.
func (s *Service) userByUsername(ctx context.Context, username string) (*models.User, error) {
	if !usernamePattern.MatchString(username) {
		return nil, ErrNotFound
	}
	return s.store.UserByUsername(ctx, username)
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
