package auth

import (
	"context"
	"fmt"

	"daypass/models"
)

// maxSessions is how many sessions are listed at most.
const maxSessions = 100

// Sessions returns the caller's live sessions, newest first, at most 100.
func (s *Service) Sessions(ctx context.Context) ([]models.RefreshToken, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	sessions, err := s.store.LiveSessions(ctx, caller.UserID, s.now(), maxSessions)
	if err != nil {
		return nil, fmt.Errorf("list the sessions: %w", err)
	}
	return sessions, nil
}

// Session returns a live session of the caller's; of any other it says [ErrNotFound].
func (s *Service) Session(ctx context.Context, id models.SessionID) (*models.RefreshToken, error) {
	caller, err := CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	session, err := s.store.SessionWithUser(ctx, models.SessionKey{UserID: caller.UserID, SessionID: id})
	if err != nil {
		return nil, fmt.Errorf("read the session: %w", err)
	}
	if session.User.Disabled() || !session.Live(s.now()) {
		return nil, ErrNotFound
	}
	return session, nil
}
