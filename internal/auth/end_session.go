package auth

import (
	"context"
	"time"

	"daypass/models"
)

// endTimeout bounds the end of a session once its client may be gone.
const endTimeout = 5 * time.Second

// endSession revokes a session even when the client does not wait for the answer: a page that logs out and navigates
// away means it, and a thief must not be able to call the alarm off by hanging up. It reports whether it was this call
// that ended the session.
func (s *Service) endSession(
	ctx context.Context, userID models.UserID, id models.SessionID, reason models.RevokedReason, kind models.EventKind,
) (bool, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer cancel()
	event, err := s.event(ctx, kind, &userID, &id)
	if err != nil {
		return false, err
	}
	revoked, err := s.store.Revoke(ctx, id, reason, s.change(event))
	if err != nil || revoked == nil {
		return false, err
	}
	s.revoked.add([]models.Revocation{*revoked})
	return true, nil
}
