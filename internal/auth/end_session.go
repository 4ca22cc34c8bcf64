package auth

import (
	"context"
	"time"

	"daypass/models"
)

// endTimeout bounds the end of a session once its client may be gone.
const endTimeout = 5 * time.Second

// lasting returns a context for what is done even when the client does not wait for the answer: a page that logs out and
// navigates away means it, and a thief must not be able to call the alarm off by hanging up.
func lasting(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
}

// endSession revokes a session, whether or not the client waits, and reports whether it was this call that ended it.
func (s *Service) endSession(
	ctx context.Context, key models.SessionKey, reason models.RevokedReason, kind models.EventKind,
) (bool, error) {
	ctx, cancel := lasting(ctx)
	defer cancel()
	event, err := s.event(ctx, kind, &key.UserID, &key.SessionID)
	if err != nil {
		return false, err
	}
	revoked, err := s.store.Revoke(ctx, key, reason, s.change(event))
	if err != nil || revoked == nil {
		return false, err
	}
	s.revoked.add([]models.Revocation{*revoked})
	return true, nil
}

// endSessions revokes all sessions of an account, whether or not the client waits, and returns those that it ended.
func (s *Service) endSessions(
	ctx context.Context, userID models.UserID, reason models.RevokedReason, event models.SecurityEvent,
) ([]models.SessionID, error) {
	ctx, cancel := lasting(ctx)
	defer cancel()
	revoked, err := s.store.RevokeAll(ctx, userID, reason, s.change(event))
	if err != nil {
		return nil, err
	}
	s.revoked.add(revoked)
	ended := make([]models.SessionID, 0, len(revoked))
	for _, revocation := range revoked {
		ended = append(ended, *revocation.SessionID)
	}
	return ended, nil
}
