package models

import (
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/gofrs/uuid/v5"
	"go.jetify.com/typeid"
)

// ID names a stored record of one kind: a UUIDv7 (RFC 9562) in 16 bytes inside, a TypeID such as
// `usr_01jx5k3q7rf0e8v3m6c2a9d4ht` outside. An ID of one kind cannot pass for another.
type ID[K kind] [16]byte

// UserID names a [User]; outside it starts with `usr_`.
type UserID = ID[userKind]

// SessionID names a sign-in, that is a [RefreshToken] record; outside it starts with `ses_`.
type SessionID = ID[sessionKind]

// EventID names a [SecurityEvent]; outside it starts with `evt_`.
type EventID = ID[eventKind]

type kind interface{ Prefix() string }

type userKind struct{}

func (userKind) Prefix() string { return "usr" }

type sessionKind struct{}

func (sessionKind) Prefix() string { return "ses" }

type eventKind struct{}

func (eventKind) Prefix() string { return "evt" }

// NewUserID returns a fresh id that sorts by the given time.
func NewUserID(at time.Time) (UserID, error) { return newID[userKind](at) }

// NewSessionID returns a fresh id that sorts by the given time.
func NewSessionID(at time.Time) (SessionID, error) { return newID[sessionKind](at) }

// NewEventID returns a fresh id that sorts by the given time.
func NewEventID(at time.Time) (EventID, error) { return newID[eventKind](at) }

// FirstEventID returns the lowest id that an event of the given time, or a later one, can have.
func FirstEventID(at time.Time) EventID {
	var id EventID
	milliseconds := uint64(max(0, at.UnixMilli()))
	binary.BigEndian.PutUint64(id[:8], milliseconds<<16)
	return id
}

// ParseUserID reads what [ID.String] wrote for a user.
func ParseUserID(s string) (UserID, error) { return parseID[userKind](s) }

// ParseSessionID reads what [ID.String] wrote for a session.
func ParseSessionID(s string) (SessionID, error) { return parseID[sessionKind](s) }

// ParseEventID reads what [ID.String] wrote for an event.
func ParseEventID(s string) (EventID, error) { return parseID[eventKind](s) }

func newID[K kind](at time.Time) (ID[K], error) {
	u, err := uuid.NewV7AtTime(at)
	if err != nil {
		return ID[K]{}, fmt.Errorf("make an id: %w", err)
	}
	return ID[K](u), nil
}

func parseID[K kind](s string) (ID[K], error) {
	var k K
	t, err := typeid.FromString(s)
	if err != nil || t.Prefix() != k.Prefix() {
		return ID[K]{}, fmt.Errorf("parse an id: want the form %s_ and 26 characters", k.Prefix())
	}
	return ID[K](t.UUIDBytes()), nil
}

// String returns the TypeID.
func (id ID[K]) String() string {
	var k K
	return typeid.Must(typeid.FromUUIDBytesWithPrefix(k.Prefix(), id[:])).String()
}

// Value stores the 16 bytes ([driver.Valuer]).
func (id ID[K]) Value() (driver.Value, error) { return id[:], nil }

// Scan reads the 16 bytes ([database/sql.Scanner]).
func (id *ID[K]) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(id) {
		return fmt.Errorf("scan an id: want 16 bytes, got %T", src)
	}
	copy(id[:], b)
	return nil
}
