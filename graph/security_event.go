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

	record   *models.SecurityEvent
	accounts *accounts
}

// IsNode says that it has a globally unique id.
func (*SecurityEvent) IsNode() {}

// DeviceName says in words what the client was.
func (e *SecurityEvent) DeviceName() *string { return deviceName(e.record.UserAgent) }

// User returns the account that it is about.
func (e *SecurityEvent) User(ctx context.Context) (*User, error) {
	return e.accounts.find(ctx, e.record.UserID)
}

// Actor returns the account that did it.
func (e *SecurityEvent) Actor(ctx context.Context) (*User, error) {
	return e.accounts.find(ctx, e.record.ActorID)
}

func newSecurityEvents(service *auth.Service, records []models.SecurityEvent) []*SecurityEvent {
	shared := &accounts{service: service}
	events := make([]*SecurityEvent, len(records))
	for i := range records {
		shared.expect(records[i].UserID)
		shared.expect(records[i].ActorID)
		events[i] = newSecurityEvent(&records[i], shared)
	}
	return events
}

func newSecurityEvent(record *models.SecurityEvent, shared *accounts) *SecurityEvent {
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
	}
}

// accounts are those that a page of history names. They are read all at once when the first is asked for, so that a page
// costs one statement more and not one an event.
type accounts struct {
	service *auth.Service
	ids     []models.UserID

	read  sync.Once
	found map[models.UserID]*User
	err   error
}

func (a *accounts) expect(id *models.UserID) {
	if id != nil {
		a.ids = append(a.ids, *id)
	}
}

// find returns the account, or nil when there is none or the caller may not see it.
func (a *accounts) find(ctx context.Context, id *models.UserID) (*User, error) {
	if id == nil {
		return nil, nil //nolint:nilnil // null is the answer
	}
	a.read.Do(func() { a.found, a.err = a.readAll(ctx) })
	return a.found[*id], a.err
}

func (a *accounts) readAll(ctx context.Context) (map[models.UserID]*User, error) {
	users, err := a.service.UsersByID(ctx, a.ids)
	if err != nil {
		return nil, err
	}
	found := make(map[models.UserID]*User, len(users))
	for i := range users {
		found[users[i].ID] = newUser(&users[i])
	}
	return found, nil
}
