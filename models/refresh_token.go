package models

import "time"

// RefreshToken is the record of one sign-in on one device (a session). There is one a sign-in, however often its
// token rotates: the token itself is never stored, it carries a generation and the record says which one is current.
type RefreshToken struct {
	ID     SessionID `gorm:"primaryKey"`
	UserID UserID
	User   User
	// NonceHash is the SHA-256 of the 128 random bits that every token of this sign-in carries.
	NonceHash []byte
	// Generation is that of the current token; the first is 1.
	Generation uint64
	// ConfirmedGeneration is the highest generation whose access token was seen in use; 0 for none.
	ConfirmedGeneration uint64
	// RotatedAt is when the current token was issued.
	RotatedAt time.Time
	// ReplayedAt is when the current token was last handed out again because its first answer was lost; nil when that
	// never happened. It may be from an earlier generation.
	ReplayedAt *time.Time
	// IdleExpiresAt is when the sign-in ends unless its token is used; never after ExpiresAt.
	IdleExpiresAt time.Time
	// ExpiresAt is when the sign-in ends however much it is used.
	ExpiresAt time.Time
	// RevokedAt is when the sign-in was ended before its time; nil while it was not.
	RevokedAt *time.Time
	// RevokedReason says why; empty while RevokedAt is nil.
	RevokedReason RevokedReason
	// IP is the address of the place where the sign-in was last found: where it began, or whence it was refreshed when
	// that was another place (see internal/auth). Empty when unknown.
	IP string
	// UserAgent is what the client called itself there, cut to 255 characters.
	UserAgent string
	CreatedAt time.Time
}

// SessionKey is how the record of a sign-in is found: by whose it is, which tells the shard where many databases share
// the accounts, and by which one it is. With another account than its own it finds nothing.
type SessionKey struct {
	UserID    UserID
	SessionID SessionID
}

// Key returns what finds the record.
func (t *RefreshToken) Key() SessionKey { return SessionKey{UserID: t.UserID, SessionID: t.ID} }

// Live reports whether the sign-in can still be used at the given time.
func (t *RefreshToken) Live(at time.Time) bool {
	return t.RevokedAt == nil && at.Before(t.IdleExpiresAt) && at.Before(t.ExpiresAt)
}

// RevokedReason says why a sign-in was ended before its time.
type RevokedReason string

// The reasons.
const (
	RevokedByLogout         RevokedReason = "LOGOUT"
	RevokedByLogoutAll      RevokedReason = "LOGOUT_ALL"
	RevokedByUser           RevokedReason = "USER"
	RevokedByAdmin          RevokedReason = "ADMIN"
	RevokedByReuse          RevokedReason = "REUSE"
	RevokedByPasswordChange RevokedReason = "PASSWORD_CHANGED"
	RevokedBySessionLimit   RevokedReason = "SESSION_LIMIT"
	RevokedByUserDisable    RevokedReason = "USER_DISABLED"
	// RevokedByReplacement: its browser signed in again, and forgot its token for the new one.
	RevokedByReplacement RevokedReason = "REPLACED"
)
