package auth

import (
	"context"
	"errors"
	"fmt"
	"time"

	"daypass/models"
)

// throttled lets verify try a password, unless too many were wrong before: then it returns a [*RateLimitedError] before
// any work is done, and writes nothing. [ErrInvalidCredentials] is what counts as a failure, and is told in the history;
// nil forgets the failures of this client; any other error counts for nothing. Verify reads the context that it is given.
func (s *Service) throttled(ctx context.Context, a attempt, verify func(context.Context) error) error {
	ahead, ok := s.inFlight.enter(a.counters)
	if !ok {
		s.cfg.Meter.Throttled(countedInFlight)
		return &RateLimitedError{RetryAfter: aheadWait}
	}
	defer s.inFlight.leave(a.counters)
	throttles, err := s.admit(ctx, a.counters, ahead)
	if err != nil {
		return err
	}
	err = verify(ctx)
	switch {
	case err == nil:
		s.forgetFailures(ctx, a.counters, throttles)
	case errors.Is(err, ErrInvalidCredentials):
		if countErr := s.countFailure(ctx, a); countErr != nil {
			return fmt.Errorf("count a failed attempt: %w", countErr)
		}
	}
	return err
}

// throttledByCaller is throttled for the current password of somebody who is signed in: whoever has taken a session over
// must not find the password out, and strangers must not keep the owner from changing it. Wrap the check in it; what
// comes after the check is not its business.
func (s *Service) throttledByCaller(ctx context.Context, caller Caller, verify func(context.Context) error) error {
	bySession := newCounter(throttleSession, s.cfg.Limits.perClient(), caller.UserID.String(), caller.SessionID.String())
	return s.throttled(ctx, newAttempt(&caller.UserID, &caller.SessionID, bySession), verify)
}

// admit reads the counters and returns them, or a [*RateLimitedError].
func (s *Service) admit(ctx context.Context, counters []counter, ahead []int) ([]models.Throttle, error) {
	if len(counters) == 0 {
		return nil, nil
	}
	throttles, err := s.store.Throttles(ctx, keysOf(counters))
	if err != nil {
		return nil, fmt.Errorf("read the throttles: %w", err)
	}
	now, wait := s.now(), time.Duration(0)
	for i, c := range counters {
		if full := c.policy.wait(throttles[i], ahead[i], now); full > 0 {
			s.cfg.Meter.Throttled(string(c.kind))
			wait = max(wait, full)
		}
	}
	if wait > 0 {
		return nil, &RateLimitedError{RetryAfter: wait}
	}
	return throttles, nil
}

// countFailure counts also when the client does not wait for the answer: a guess must not be free for those who hang up.
func (s *Service) countFailure(ctx context.Context, a attempt) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	failed, err := s.event(ctx, models.EventSignInFailed, a.userID, a.sessionID)
	if err != nil {
		return err
	}
	if len(a.counters) == 0 {
		return s.store.AppendEvent(ctx, failed)
	}
	began, err := s.throttledEvents(ctx, a)
	if err != nil {
		return err
	}
	return s.store.UpdateThrottles(ctx, keysOf(a.counters), func(throttles []models.Throttle) []models.SecurityEvent {
		events := []models.SecurityEvent{failed}
		for i, c := range a.counters {
			var begins bool
			if throttles[i], begins = c.policy.count(throttles[i], failed.CreatedAt); begins {
				events = append(events, began[i])
			}
		}
		return events
	})
}

// throttledEvents returns what is told by each counter when waits begin.
func (s *Service) throttledEvents(ctx context.Context, a attempt) ([]models.SecurityEvent, error) {
	events := make([]models.SecurityEvent, len(a.counters))
	for i, c := range a.counters {
		userID := a.userID
		if c.kind == throttleAddress {
			userID = nil // it concerns any account
		}
		event, err := s.event(ctx, models.EventThrottled, userID, a.sessionID)
		if err != nil {
			return nil, err
		}
		event.Detail = string(c.kind)
		events[i] = event
	}
	return events, nil
}

// forgetFailures spares whoever knows the password the consequences of mistyping it. A failure is logged only.
func (s *Service) forgetFailures(ctx context.Context, counters []counter, throttles []models.Throttle) {
	now, keys := s.now(), []models.ThrottleKey(nil)
	for i, c := range counters {
		if c.ofOneClient() && throttles[i].ClearsAt.After(now) {
			keys = append(keys, c.key)
		}
	}
	if len(keys) == 0 {
		return
	}
	if err := s.store.ForgetThrottles(ctx, keys); err != nil {
		s.cfg.Log.WarnContext(ctx, "forget failed attempts", "error", err)
	}
}
