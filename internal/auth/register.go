package auth

import (
	"context"
	"fmt"
	"time"

	"daypass/models"
)

// Register creates an account of role USER and signs it in. It returns an [*InputError] for a username or password
// that is not acceptable, [ErrUsernameTaken], and a [*RateLimitedError] when the address registers too much.
func (s *Service) Register(ctx context.Context, username, password string) (*Pair, error) {
	if err := checkNewCredentials(username, password); err != nil {
		return nil, err
	}
	if err := s.admitRegistration(ctx); err != nil {
		return nil, err
	}
	user, err := s.hashedUser(ctx, username, password, models.RoleUser)
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
	pair, err := s.mintPair(user, session, nonce)
	if err != nil {
		return nil, err
	}
	return s.withDevice(pair, newDevice())
}

// admitRegistration counts the address's attempt, whatever becomes of it, or returns a [*RateLimitedError].
func (s *Service) admitRegistration(ctx context.Context) error {
	policy := s.cfg.Limits.registrations()
	a := newAttempt(nil, nil, newCounter(throttleRegistration, policy, addressBlock(RequestFrom(ctx).IP)))
	if len(a.counters) == 0 {
		return nil
	}
	if _, err := s.admit(ctx, a.counters, make([]int, len(a.counters))); err != nil {
		return err
	}
	began, err := s.throttledEvents(ctx, a)
	if err != nil {
		return err
	}
	now, wait := s.now(), time.Duration(0)
	err = s.store.UpdateThrottles(ctx, keysOf(a.counters), func(throttles []models.Throttle) []models.SecurityEvent {
		if wait = policy.wait(throttles[0], 0, now); wait > 0 {
			return nil // others were faster
		}
		counted, begins := policy.count(throttles[0], now)
		throttles[0] = counted
		if !begins {
			return nil
		}
		return began
	})
	if err != nil {
		return fmt.Errorf("count a registration: %w", err)
	}
	if wait > 0 {
		return &RateLimitedError{RetryAfter: wait}
	}
	return nil
}
