package auth

import (
	"sync"
	"time"

	"daypass/models"
)

// Access tokens are checked without the database, so every process keeps in memory what was revoked before it expires.
// It reads the whole table before it serves, and what is new twice a second. Ids become visible out of their order, and
// a failover may take some back, so each poll reads again what others could still have been writing.

const (
	// pollInterval is how often revocations are read.
	pollInterval = 500 * time.Millisecond
	// pollTimeout bounds one poll, so that a database that hangs is noticed.
	pollTimeout = 2 * time.Second
	// pollOverlap is longer than a transaction can take from its first to its last moment.
	pollOverlap = 30 * time.Second
	// reloadInterval is how often the whole table is read again.
	reloadInterval = time.Minute
	// maxStaleness is how old the last poll may be until access tokens are checked against the record instead.
	maxStaleness = 5 * time.Second
	// pollBatch is how many revocations are read by one statement.
	pollBatch = 1000
)

// revocations are those that this process knows. It is safe for concurrent use.
type revocations struct {
	mu sync.RWMutex
	// sessions maps those whose access tokens are refused to when the last one has expired.
	sessions map[models.SessionID]time.Time
	// roles maps accounts to the newest revocation about their role.
	roles map[models.UserID]models.Revocation
	// polledAt is when the last successful poll began, reloadedAt when the last one of the whole table did.
	polledAt, reloadedAt time.Time
	// horizons are the highest ids that the polls of the last while saw, oldest first.
	horizons []horizon
}

// horizon is the highest id that a poll saw.
type horizon struct {
	at time.Time
	id uint64
}

func newRevocations() *revocations {
	return &revocations{sessions: map[models.SessionID]time.Time{}, roles: map[models.UserID]models.Revocation{}}
}

// refuse reports whether the caller's access token was revoked.
func (r *revocations) refuse(caller Caller) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, revoked := r.sessions[caller.SessionID]; revoked {
		return true
	}
	highest, changed := r.roles[caller.UserID]
	return changed && !highest.Role.Allows(caller.Role)
}

// fresh reports whether the last poll is recent enough to rely on.
func (r *revocations) fresh(now time.Time) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return !r.polledAt.IsZero() && now.Sub(r.polledAt) <= maxStaleness
}

func (r *revocations) add(more []models.Revocation) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, revocation := range more {
		switch {
		case revocation.SessionID != nil:
			r.sessions[*revocation.SessionID] = revocation.ExpiresAt
		case revocation.ID >= r.roles[revocation.UserID].ID:
			r.roles[revocation.UserID] = revocation
		}
	}
}
