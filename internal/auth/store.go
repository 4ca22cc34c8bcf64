package auth

import (
	"context"
	"time"

	"daypass/models"
)

// Store keeps the records. It compares and swaps; the decisions are taken here.
//
// Every method is safe for concurrent use by several processes on one database, and is one atomic step: when it
// returns an error nothing of it was kept, unless the connection broke or the context ended while the database was at
// work; then it may have taken effect, or still do within seconds. Records that are passed in belong to the caller;
// records that are returned are fresh copies. Times are UTC in whole milliseconds. A missing record is [ErrNotFound];
// a database out of reach, too slow or too contended is [ErrUnavailable]; transient conflicts (deadlock, lock timeout,
// busy) are retried inside, bounded.
//
// What belongs to an account is asked for by that account, so that it can live where the account does: see docs/scaling.md.
type Store interface {
	UserStore
	SessionStore
	RevocationStore
	EventStore
	ThrottleStore
	CleanUpStore

	// MayLag reports whether [UserStore.UserByID], [SessionStore.SessionWithUser] and [ThrottleStore.Throttles] may return a
	// record as it was some milliseconds ago, although another process was answered since: on a cluster whose nodes all take
	// writes. That there is no such account or sign-in is certain there too, and so is what every other method says.
	MayLag() bool
	// Era is a number that changes when a server of the database is given up, for another one or because it became a replica:
	// what was read in one era is no ground for an answer in the next.
	Era() int64
	// Ping asks the database whether it is there and takes writes; [ErrUnavailable] when not.
	Ping(ctx context.Context) error
}

// Change is when and why something happens to an account or its sessions.
type Change struct {
	// At is when.
	At time.Time
	// AccessUntil is when every access token that is out by then has expired; so long the step's revocations are kept.
	AccessUntil time.Time
	// Event, of the same account, is kept in the same step, if that changes anything.
	Event models.SecurityEvent
}

// UserStore keeps accounts. Its methods return the revocations that they kept. Where several nodes take writes the ids of
// sessions' revocations that are returned together may be others: they count for those about roles only.
type UserStore interface {
	// CreateUser keeps a new account, or returns [ErrUsernameTaken].
	CreateUser(ctx context.Context, user *models.User, event models.SecurityEvent) error
	// CreateUserWithSession keeps a new account and its first sign-in, or returns [ErrUsernameTaken].
	CreateUserWithSession(ctx context.Context, user *models.User, session *models.RefreshToken, event models.SecurityEvent) error
	// UserByID returns the account.
	UserByID(ctx context.Context, id models.UserID) (*models.User, error)
	// LatestUserByID is UserByID that never lags.
	LatestUserByID(ctx context.Context, id models.UserID) (*models.User, error)
	// UsersByID returns those of the accounts that there are, in no particular order. It costs one statement.
	UsersByID(ctx context.Context, ids []models.UserID) ([]models.User, error)
	// UserByUsername returns the account with that name, in whatever case.
	UserByUsername(ctx context.Context, username string) (*models.User, error)
	// Users returns a page of accounts: newest first, or by name when there is a prefix.
	Users(ctx context.Context, page UserPage) ([]models.User, error)
	// CountUsers returns how many accounts have a name that starts with the prefix, but counts no further than limit.
	CountUsers(ctx context.Context, prefix string, limit int) (int, error)
	// ReplacePasswordHash swaps one hash of the same password for another; it changes nothing when the account is gone
	// or its hash is not the old one any more.
	ReplacePasswordHash(ctx context.Context, id models.UserID, oldHash, newHash string) error
	// ChangePassword sets another hash, ends all sign-ins of the account and keeps a new one. It returns
	// [ErrUserChanged] when the account is not as it was verified: gone, disabled or with another hash.
	ChangePassword(
		ctx context.Context, verified *models.User, newHash string, session *models.RefreshToken, change Change,
	) ([]models.Revocation, error)
	// SetRole changes what the account may do, and what its access tokens may claim from now on. It returns
	// [ErrLastAdmin] instead of taking the role ADMIN from the last open account that has it.
	SetRole(ctx context.Context, id models.UserID, role models.Role, change Change) ([]models.Revocation, error)
	// DisableUser shuts the account and ends all its sign-ins. On a disabled account it changes nothing. It returns
	// [ErrLastAdmin] instead of shutting the last open account with the role ADMIN.
	DisableUser(ctx context.Context, id models.UserID, change Change) ([]models.Revocation, error)
	// EnableUser opens the account again; sign-ins that were ended stay so. On an open account it changes nothing.
	EnableUser(ctx context.Context, id models.UserID, change Change) error
	// DeleteUser removes the account and its sign-ins. It returns [ErrUserChanged] as ChangePassword does, and
	// [ErrLastAdmin] instead of removing the last open account with the role ADMIN.
	DeleteUser(ctx context.Context, verified *models.User, change Change) ([]models.Revocation, error)
}

// UserPage asks for a page of accounts.
type UserPage struct {
	// Prefix is how their names start, in whatever case; empty for all accounts. Databases differ about characters that
	// no name may have.
	Prefix string
	// After and Before are the accounts that the page lies between; nil for the ends of the list. Without a prefix their
	// ID counts, with one their Username.
	After, Before *models.User
	// Limit is how many are wanted.
	Limit int
	// Backward takes the last ones of the list instead of the first; their order in the page is that of the list.
	Backward bool
}

// SessionStore keeps sign-ins.
type SessionStore interface {
	// CreateSession keeps a sign-in of the verified account, or returns [ErrUserChanged] when that account is by now
	// gone, disabled or has another password hash. Of the live sign-ins of the account it ends the oldest, so that with
	// this one not more than limit (at least 1) are left, and returns the revocations of these.
	CreateSession(
		ctx context.Context, session *models.RefreshToken, verified *models.User, limit int, change Change,
	) ([]models.Revocation, error)
	// SessionWithUser returns the sign-in and its account, read by one statement.
	SessionWithUser(ctx context.Context, key models.SessionKey) (*models.RefreshToken, error)
	// LatestSessionWithUser is SessionWithUser that never lags.
	LatestSessionWithUser(ctx context.Context, key models.SessionKey) (*models.RefreshToken, error)
	// LiveSessions returns up to limit sign-ins of the account that can still be used at the given time, newest first.
	LiveSessions(ctx context.Context, userID models.UserID, at time.Time, limit int) ([]models.RefreshToken, error)
	// Rotate makes the generation after the presented one current, unless the sign-in is revoked or already past the
	// presented generation, or absent; it reports whether it did. Without a [Move] it costs one statement, which it
	// shares with others that come at the same time.
	Rotate(ctx context.Context, key models.SessionKey, rotation Rotation) (bool, error)
	// NoteReplay keeps when the current token was handed out again, unless the sign-in is revoked, at another generation
	// or absent; it reports whether it did. It costs one statement.
	NoteReplay(ctx context.Context, key models.SessionKey, generation uint64, at time.Time) (bool, error)
	// Confirm raises the confirmed generations of the sign-ins to the given ones, where those were reached and are
	// higher. It never lowers one, and passes over sign-ins that do not exist. It costs one statement.
	Confirm(ctx context.Context, generations map[models.SessionKey]uint64) error
	// Revoke ends the sign-in, and returns its revocation; nil when it was ended before or does not exist.
	Revoke(ctx context.Context, key models.SessionKey, reason models.RevokedReason, change Change) (*models.Revocation, error)
	// RevokeAll ends all sign-ins of the account, and returns their revocations; those that were ended before are left alone.
	RevokeAll(ctx context.Context, userID models.UserID, reason models.RevokedReason, change Change) ([]models.Revocation, error)
}

// Rotation is what a refresh writes.
type Rotation struct {
	// Presented is the generation of the token that was presented; the next one becomes current.
	Presented uint64
	// RotatedAt is when.
	RotatedAt time.Time
	// IdleExpiresAt is when the sign-in now ends if it is not used again.
	IdleExpiresAt time.Time
	// Move is where the sign-in was found, when that is a new place.
	Move *Move
}

// Move says that a sign-in is refreshed from another place than before.
type Move struct {
	IP, UserAgent string
	// Event, of the same account, is kept in the same step.
	Event models.SecurityEvent
}

// RevocationStore keeps what is revoked before it expires.
type RevocationStore interface {
	// Revocations returns up to limit of those with an id above the given one that still matter at the given time,
	// by id. Ids may become visible out of their order, within seconds.
	Revocations(ctx context.Context, after uint64, at time.Time, limit int) ([]models.Revocation, error)
}

// EventStore keeps the history.
type EventStore interface {
	// AppendEvent keeps an event of its own.
	AppendEvent(ctx context.Context, event models.SecurityEvent) error
	// AppendEventOnce keeps the event of an account's session, unless there is one of its kind, session and detail since
	// the given time. Of two at the same moment both may be kept.
	AppendEventOnce(ctx context.Context, event models.SecurityEvent, since time.Time) error
	// EventByID returns the event, if it is in the history of the account; with nil it looks through all, also where no
	// account is known.
	EventByID(ctx context.Context, userID *models.UserID, id models.EventID) (*models.SecurityEvent, error)
	// Events returns a page of events, newest first.
	Events(ctx context.Context, page EventPage) ([]models.SecurityEvent, error)
	// CountEvents counts the events from since, until before until, by kind and by bucket of the given length, which is
	// in whole seconds; empty buckets are left out. Buckets begin at since.
	CountEvents(ctx context.Context, since, until time.Time, bucket time.Duration) ([]EventCount, error)
}

// EventPage asks for a page of events. Zero values do not filter.
type EventPage struct {
	UserID *models.UserID
	Kind   models.EventKind
	IP     string
	// Since and Until bound the time of the events: from Since, until before Until.
	Since, Until time.Time
	// After and Before are the events that the page lies between; zero for the ends of the list.
	After, Before models.EventID
	// Limit is how many are wanted.
	Limit int
	// Backward takes the last ones of the list instead of the first; their order in the page is that of the list.
	Backward bool
}

// EventCount is how often something happened in a while.
type EventCount struct {
	Kind models.EventKind
	// From is when the bucket begins.
	From  time.Time
	Count int
}

// ThrottleStore keeps the counters of attempts.
type ThrottleStore interface {
	// Throttles returns the counters with those keys, in that order; those that were never counted are zero but for
	// their keys. It costs one statement. Here and below there is a key at least, there are three at most, and all differ.
	Throttles(ctx context.Context, keys []models.ThrottleKey) ([]models.Throttle, error)
	// UpdateThrottles hands the counters with those keys, in that order, to update, which no one else counts meanwhile;
	// keeps them as it leaves them, and the events that it returns. Update may be called more than once.
	UpdateThrottles(
		ctx context.Context, keys []models.ThrottleKey, update func([]models.Throttle) []models.SecurityEvent,
	) error
	// ForgetThrottles removes the counters with those keys.
	ForgetThrottles(ctx context.Context, keys []models.ThrottleKey) error
}

// CleanUpStore removes what is of no use any more.
type CleanUpStore interface {
	// TakeLock takes the named lock until the given time, which is after at, and reports whether it did: when nobody holds
	// it at the time at. Its holder extends it by taking it at the time until which it holds it; that succeeds, however
	// late, unless another has taken it since. One that is held for more than twice as long as is asked for here was
	// taken by a clock that is far ahead, and is free.
	TakeLock(ctx context.Context, name string, at, until time.Time) (bool, error)
	// DeleteExpired removes up to limit records from each table, a step for each, and returns the highest number that it
	// removed from one.
	DeleteExpired(ctx context.Context, expired Expired, limit int) (int, error)
	// DeleteIdleSessions looks at up to limit sign-ins after the given one, by id, and removes those whose idle limit
	// passed before the given time. It returns the last one that it looked at; zero when there were none.
	DeleteIdleSessions(ctx context.Context, after models.SessionID, idleBefore time.Time, limit int) (models.SessionID, error)
}

// Expired says what is of no use any more.
type Expired struct {
	// At is the time: sign-ins, throttles and revocations that expired before it go.
	At time.Time
	// EventsBefore is the age at which events go.
	EventsBefore time.Time
}
