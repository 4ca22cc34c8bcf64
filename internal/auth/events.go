package auth

import (
	"context"
	"fmt"
	"time"

	"daypass/models"
)

// accessMargin is how much longer than an access token lives revocations are kept: the clocks of three processes differ
// (who mints, who revokes, who checks), and a token may be minted by a request that began before the revocation.
const accessMargin = 2 * time.Minute

// event makes a line of history from what the request tells.
func (s *Service) event(ctx context.Context, kind models.EventKind, userID *models.UserID, sessionID *models.SessionID) (models.SecurityEvent, error) {
	now, request := s.now(), RequestFrom(ctx)
	id, err := models.NewEventID(now)
	if err != nil {
		return models.SecurityEvent{}, fmt.Errorf("name the event: %w", err)
	}
	return models.SecurityEvent{
		ID: id, Kind: kind, UserID: userID, SessionID: sessionID,
		IP: request.IP, UserAgent: clip(request.UserAgent), CreatedAt: now,
	}, nil
}

// change is what the event tells, happening now.
func (s *Service) change(event models.SecurityEvent) Change {
	return Change{At: event.CreatedAt, AccessUntil: event.CreatedAt.Add(s.cfg.AccessTokenTTL + accessMargin), Event: event}
}
