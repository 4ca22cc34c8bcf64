package models

import "time"

// SecurityEvent is a line in the history of an account. Events are appended, never changed; retention removes them.
type SecurityEvent struct {
	ID   EventID `gorm:"primaryKey"`
	Kind EventKind
	// UserID is whose account it is about; nil when no account is known, as for a sign-in with an unknown name.
	UserID *UserID
	// ActorID is who did it, when that was another account.
	ActorID *UserID
	// SessionID is the sign-in that it is about, or that did it; nil when there is none.
	SessionID *SessionID
	// Detail is one word more, such as the new role or what was throttled; empty for most kinds. ASCII, at most 64.
	Detail string
	// IP is the address of the client; empty when unknown.
	IP string
	// UserAgent is what the client called itself, cut to 255 characters.
	UserAgent string
	CreatedAt time.Time
}

// EventKind says what happened.
type EventKind string

// The kinds.
const (
	EventSignedUp              EventKind = "SIGNED_UP"
	EventSignedIn              EventKind = "SIGNED_IN"
	EventSignInFailed          EventKind = "SIGN_IN_FAILED"
	EventRefreshedFromNewPlace EventKind = "REFRESHED_FROM_NEW_PLACE"
	EventReplayed              EventKind = "REPLAYED"
	EventReuseDetected         EventKind = "REUSE_DETECTED"
	EventLoggedOut             EventKind = "LOGGED_OUT"
	EventRevoked               EventKind = "REVOKED"
	EventPasswordChanged       EventKind = "PASSWORD_CHANGED"
	EventRoleChanged           EventKind = "ROLE_CHANGED"
	EventUserDisabled          EventKind = "USER_DISABLED"
	EventUserEnabled           EventKind = "USER_ENABLED"
	EventUserDeleted           EventKind = "USER_DELETED"
	EventThrottled             EventKind = "THROTTLED"
)
