package models

import "time"

// Revocation says that access tokens which are out are refused before they expire.
type Revocation struct {
	// ID grows with time, but for what is written at the same moment.
	ID     uint64 `gorm:"primaryKey;autoIncrement"`
	UserID UserID
	// SessionID names the sign-in whose access tokens are all refused; nil when it is about Role.
	SessionID *SessionID
	// Role, of a revocation without a session, is the highest that the account's access tokens may claim from now on;
	// the newest revocation of an account counts.
	Role Role
	// ExpiresAt is when the last access token that it could be about has expired.
	ExpiresAt time.Time
}
