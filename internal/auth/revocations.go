package auth

import (
	"maps"
	"sync"
	"time"

	"daypass/models"
)

// Access tokens are checked without the database, so every process keeps in memory what was revoked before it expires:
// what it revoked itself at once, what others did within a poll (see watch_revocations.go). One that could not poll for
// some seconds does not rely on its memory.

// maxStaleness is how old the last poll may be until access tokens are checked against the record instead.
const maxStaleness = 5 * time.Second

// revocations are those that this process knows. It is safe for concurrent use.
type revocations struct {
	feed feed
	// ended is called with every session that is added, again and again with those that are read again.
	ended func(models.SessionKey)

	mu sync.RWMutex
	// sessions maps those whose access tokens are refused to when the last one has expired.
	sessions map[models.SessionID]time.Time
	// roles maps accounts to the newest revocation about their role.
	roles map[models.UserID]models.Revocation
	// polledAt is when the last successful poll began.
	polledAt time.Time
}

func newRevocations(ended func(models.SessionKey)) *revocations {
	return &revocations{
		ended: ended, sessions: map[models.SessionID]time.Time{}, roles: map[models.UserID]models.Revocation{},
	}
}

// check reports whether the caller's access token is known to be revoked and, if it is not, whether the last poll is
// recent enough to rely on that.
func (r *revocations) check(caller Caller, now time.Time) (revoked, fresh bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, ended := r.sessions[caller.SessionID]; ended {
		return true, true
	}
	if highest, changed := r.roles[caller.UserID]; changed && !highest.Role.Allows(caller.Role) {
		return true, true
	}
	return false, !r.polledAt.IsZero() && elapsed(r.polledAt, now) <= maxStaleness
}

// knowEnded reports whether the session is known to have ended.
func (r *revocations) knowEnded(id models.SessionID) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ended := r.sessions[id]
	return ended
}

// age is the time since the last successful poll began.
func (r *revocations) age(now time.Time) time.Duration {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return elapsed(r.polledAt, now)
}

// elapsed is the time between two readings of the clock: the monotonic one stands still while a machine sleeps, the
// other one may be set back, so that which moved further counts.
func elapsed(from, to time.Time) time.Duration {
	return max(to.Sub(from), to.Round(0).Sub(from.Round(0)))
}

// add takes what was revoked, in the order of ids, and then tells of the sessions among it.
func (r *revocations) add(more []models.Revocation) {
	r.keep(more)
	for _, revocation := range more {
		if revocation.SessionID != nil {
			r.ended(models.SessionKey{UserID: revocation.UserID, SessionID: *revocation.SessionID})
		}
	}
}

func (r *revocations) keep(more []models.Revocation) {
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

// polledSince notes that all which was revoked before that time is known.
func (r *revocations) polledSince(began time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.polledAt = began
}

// distrustIDs lets what is added from now on count as newer than all that is known about roles: a failover may have
// taken ids back.
func (r *revocations) distrustIDs() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for user, role := range r.roles {
		role.ID = 0
		r.roles[user] = role
	}
}

// forgetExpired drops what no access token can be about any more.
func (r *revocations) forgetExpired(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.sessions, func(_ models.SessionID, expiresAt time.Time) bool { return expiresAt.Before(now) })
	maps.DeleteFunc(r.roles, func(_ models.UserID, role models.Revocation) bool { return role.ExpiresAt.Before(now) })
}
