package graph

import (
	"context"
	"sync"
	"time"

	"daypass/internal/auth"
	"daypass/models"
)

// SecurityEvent is a line of history, as the caller may see it.
type SecurityEvent struct {
	ID        string
	Kind      models.EventKind
	Detail    *string
	CreatedAt time.Time
	UserID    *string
	ActorID   *string
	SessionID *string
	IPAddress *string
	UserAgent *string

	record     *models.SecurityEvent
	accounts   accounts
	deviceName func() *string
}

// IsNode says that it has a globally unique id.
func (*SecurityEvent) IsNode() {}

// DeviceName says in words what the client was.
func (e *SecurityEvent) DeviceName() *string { return e.deviceName() }

// User returns the account that it is about.
func (e *SecurityEvent) User() (*User, error) { return e.accounts.find(e.record.UserID) }

// Actor returns the account that did it.
func (e *SecurityEvent) Actor() (*User, error) { return e.accounts.find(e.record.ActorID) }

func newSecurityEvents(ctx context.Context, service *auth.Service, records []models.SecurityEvent) []*SecurityEvent {
	shared := accountsOf(ctx, service, records)
	events := make([]*SecurityEvent, len(records))
	for i := range records {
		events[i] = newSecurityEvent(&records[i], shared)
	}
	return events
}

func newSecurityEvent(record *models.SecurityEvent, shared accounts) *SecurityEvent {
	return &SecurityEvent{
		ID:        record.ID.String(),
		Kind:      record.Kind,
		Detail:    nullable(record.Detail),
		CreatedAt: record.CreatedAt,
		UserID:    idOrNull(record.UserID),
		ActorID:   idOrNull(record.ActorID),
		SessionID: idOrNull(record.SessionID),
		IPAddress: nullable(record.IP),
		UserAgent: nullable(record.UserAgent),
		record:    record,
		accounts:  shared,
		// A query may ask for it under many names.
		deviceName: sync.OnceValue(func() *string { return deviceName(record.UserAgent) }),
	}
}

// accounts returns those that a page of history names and that the caller may see. They are read all at once when the
// first is asked for, so that a page costs one statement more and not one an event. It takes no context, for gqlgen
// starts a goroutine for each field that takes one.
type accounts func() (map[models.UserID]*User, error)

func accountsOf(ctx context.Context, service *auth.Service, records []models.SecurityEvent) accounts {
	return sync.OnceValues(func() (map[models.UserID]*User, error) {
		users, err := service.UsersByID(ctx, namedIn(records))
		if err != nil {
			return nil, err
		}
		found := make(map[models.UserID]*User, len(users))
		for i := range users {
			found[users[i].ID] = newUser(&users[i])
		}
		return found, nil
	})
}

func namedIn(records []models.SecurityEvent) []models.UserID {
	var ids []models.UserID
	for i := range records {
		for _, id := range []*models.UserID{records[i].UserID, records[i].ActorID} {
			if id != nil {
				ids = append(ids, *id)
			}
		}
	}
	return ids
}

// find returns the account, or nil when there is none or the caller may not see it.
func (a accounts) find(id *models.UserID) (*User, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // null is the answer
	}
	found, err := a()
	return found[*id], err
}
