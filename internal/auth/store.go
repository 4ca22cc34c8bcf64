package auth

import (
	"context"
	"time"

	"daypass/models"
)

// Store keeps accounts and sign-ins. It compares and swaps; the decisions are taken here.
//
// Every method is safe for concurrent use by several processes on one database, and is one atomic step: when it
// returns an error nothing of it was kept, unless the connection broke or the context ended while the database was at
// work; then it may have taken effect, or still do within seconds. Records that are passed in belong to the caller;
// records that are returned are fresh copies. Times are UTC in whole milliseconds. A missing record is [ErrNotFound];
// a database out of reach, too slow or too contended is [ErrUnavailable]; transient conflicts (deadlock, lock timeout,
// busy) are retried inside, bounded.
type Store interface {
	// CreateUser keeps a new account, or returns [ErrUsernameTaken].
	CreateUser(ctx context.Context, user *models.User) error
	// CreateUserWithSession keeps a new account and its first sign-in, or returns [ErrUsernameTaken].
	CreateUserWithSession(ctx context.Context, user *models.User, session *models.RefreshToken) error
	// UserByID returns the account.
	UserByID(ctx context.Context, id models.UserID) (*models.User, error)
	// UserByUsername returns the account with that name, in whatever case.
	UserByUsername(ctx context.Context, username string) (*models.User, error)
	// Users returns up to limit accounts, oldest first, that come after the given one (the zero id: from the start).
	Users(ctx context.Context, after models.UserID, limit int) ([]models.User, error)
	// ReplacePasswordHash swaps one hash of the same password for another; it changes nothing when the account is gone
	// or its hash is not the old one any more.
	ReplacePasswordHash(ctx context.Context, id models.UserID, oldHash, newHash string) error
	// SetRole changes what the account may do.
	SetRole(ctx context.Context, id models.UserID, role models.Role, at time.Time) error
	// DisableUser shuts the account and revokes all its sign-ins. On a disabled account it changes nothing.
	DisableUser(ctx context.Context, id models.UserID, at time.Time) error
	// EnableUser opens the account again; sessions that were revoked stay so.
	EnableUser(ctx context.Context, id models.UserID, at time.Time) error

	// CreateSession keeps a sign-in of the verified account, or returns [ErrUserChanged] when that account is by now
	// gone, disabled or has another password hash.
	CreateSession(ctx context.Context, session *models.RefreshToken, verified *models.User) error
	// SessionWithUser returns the sign-in and its account, read by one statement.
	SessionWithUser(ctx context.Context, id models.SessionID) (*models.RefreshToken, error)
	// LiveSessions returns up to limit sign-ins of the account that can still be used at the given time, newest first.
	LiveSessions(ctx context.Context, userID models.UserID, at time.Time, limit int) ([]models.RefreshToken, error)
	// Rotate makes the generation after the presented one current, unless the sign-in is revoked or already past the
	// presented generation, or absent; it reports whether it did. It costs one statement.
	Rotate(ctx context.Context, id models.SessionID, rotation Rotation) (bool, error)
	// Confirm raises the confirmed generations of the sign-ins to the given ones, where those were reached and are
	// higher. It never lowers one, and passes over sign-ins that do not exist. It costs one statement.
	Confirm(ctx context.Context, generations map[models.SessionID]uint64) error
	// Revoke ends the sign-in and reports whether it was this call that ended it.
	Revoke(ctx context.Context, id models.SessionID, reason models.RevokedReason, at time.Time) (bool, error)
}

// Rotation is what a refresh writes.
type Rotation struct {
	// Presented is the generation of the token that was presented; the next one becomes current.
	Presented uint64
	// RotatedAt is when.
	RotatedAt time.Time
	// IdleExpiresAt is when the sign-in now ends if it is not used again.
	IdleExpiresAt time.Time
}
