package graph

import (
	"context"
	"sync"
	"time"

	"daypass/internal/auth"
	"daypass/models"
)

// Session is a sign-in, as its owner may see it.
type Session struct {
	ID         string
	CreatedAt  time.Time
	LastUsedAt time.Time
	ExpiresAt  time.Time
	IPAddress  *string
	UserAgent  *string
	Current    bool

	deviceName func() *string
}

// IsNode says that it has a globally unique id.
func (*Session) IsNode() {}

// DeviceName says in words what the client was.
func (s *Session) DeviceName() *string { return s.deviceName() }

func newSession(record *models.RefreshToken, current models.SessionID) *Session {
	return &Session{
		ID:         record.ID.String(),
		CreatedAt:  record.CreatedAt,
		LastUsedAt: record.RotatedAt,
		ExpiresAt:  record.IdleExpiresAt,
		IPAddress:  nullable(record.IP),
		UserAgent:  nullable(record.UserAgent),
		Current:    record.ID == current,
		// A query may ask for it under many names, and few do at all: to take a user agent apart costs as much as a token.
		deviceName: sync.OnceValue(func() *string { return deviceName(record.UserAgent) }),
	}
}

func newSessions(ctx context.Context, records []models.RefreshToken) ([]*Session, error) {
	caller, err := auth.CallerFrom(ctx)
	if err != nil {
		return nil, err
	}
	sessions := make([]*Session, len(records))
	for i := range records {
		sessions[i] = newSession(&records[i], caller.SessionID)
	}
	return sessions, nil
}

// deviceName is null when nobody can tell.
func deviceName(userAgent string) *string {
	name := auth.DeviceName(userAgent)
	if name == auth.UnknownDevice {
		return nil
	}
	return &name
}
