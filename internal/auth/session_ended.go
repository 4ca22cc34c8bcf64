package auth

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"daypass/models"
)

// reasonTimeout bounds what is read when a session has ended: no request's time limit does.
const reasonTimeout = 2 * time.Second

// SessionEnd is the end of a session, as those who waited for it are told.
type SessionEnd struct {
	SessionID models.SessionID

	// reason is asked for once, however many are told of this end and however often each wants to know; also when that
	// failed, since the next refresh tells too.
	reason func() (EndReason, error)
}

func newSessionEnd(key models.SessionKey, store SessionStore) *SessionEnd {
	return &SessionEnd{
		SessionID: key.SessionID, reason: sync.OnceValues(func() (EndReason, error) { return readReason(key, store) }),
	}
}

// EndReason says why a session was ended before its time.
type EndReason string

// The reasons.
const (
	EndedByLogout         EndReason = "LOGGED_OUT"
	EndedByUser           EndReason = "REVOKED"
	EndedByReuse          EndReason = "REUSE_DETECTED"
	EndedByPasswordChange EndReason = "PASSWORD_CHANGED"
	EndedByAdmin          EndReason = "ENDED_BY_ADMIN"
	// EndedByClosure: the account was disabled or deleted.
	EndedByClosure EndReason = "ACCOUNT_CLOSED"
	// EndedByReplacement: a newer session took its place.
	EndedByReplacement EndReason = "REPLACED"
)

// SessionEnded returns a channel that tells, once, when the caller's session was ended before its time: by this process
// at once, by another within a second. The channel is then closed. It is closed without a word when the access token
// expires, when ctx ends, and by [Service.StopWaiting].
//
// While revocations cannot be read it goes on waiting, and tells once they can: nothing is lost, for they are kept for
// longer than the access token lives. It returns a [*RateLimitedError] when too many wait, and [ErrUnavailable] when
// the process stops.
func (s *Service) SessionEnded(ctx context.Context) (<-chan *SessionEnd, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	waiting, err := s.waiting.join(caller)
	if limited := (*RateLimitedError)(nil); errors.As(err, &limited) {
		s.cfg.Meter.Throttled(countedStream)
	}
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { s.waiting.leave(waiting) })
	// In this order, since revocations are kept first and told then: an end between authorizing and here is found by one
	// of the two.
	if s.revoked.knowEnded(caller.SessionID) {
		s.waiting.tell(caller.sessionKey()) //nolint:contextcheck // others are told too
	}
	return waiting.told, nil
}

// StopWaiting lets go all who wait for the end of their session, and nobody wait any more. A server that stops calls
// it, so that they come back to another one.
func (s *Service) StopWaiting() { s.waiting.stop() }

// Waiting is how many wait for the end of their session.
func (s *Service) Waiting() int { return s.waiting.len() }

// Reason says why the session ended. The first who asks at this process has it read, by one statement. It returns
// [ErrUnavailable] when that failed.
func (e *SessionEnd) Reason() (EndReason, error) { return e.reason() }

// readReason belongs to none of those who are told: should one of them go, the others still want to know.
func readReason(key models.SessionKey, store SessionStore) (EndReason, error) {
	ctx, cancel := context.WithTimeout(context.Background(), reasonTimeout)
	defer cancel()
	record, err := store.SessionWithUser(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return EndedByClosure, nil // the record went with the account
	}
	if err != nil {
		return "", fmt.Errorf("read why the session ended: %w: %w", ErrUnavailable, err)
	}
	return endReasonOf(record.RevokedReason), nil
}

// endReasonOf is [EndedByUser] also for a record that a failover set back: it says nothing, but the session has ended.
func endReasonOf(reason models.RevokedReason) EndReason {
	switch reason {
	case models.RevokedByLogout:
		return EndedByLogout
	case models.RevokedByReuse:
		return EndedByReuse
	case models.RevokedByPasswordChange:
		return EndedByPasswordChange
	case models.RevokedByAdmin:
		return EndedByAdmin
	case models.RevokedByUserDisable:
		return EndedByClosure
	case models.RevokedBySessionLimit, models.RevokedByReplacement:
		return EndedByReplacement
	default: // models.RevokedByUser, models.RevokedByLogoutAll
		return EndedByUser
	}
}
