package auth

import (
	"fmt"
	"sync"
	"time"

	"daypass/models"
)

// waitForPlace is how long one has to wait who found no place to wait in. Places get free as tabs are closed, which
// nobody can foretell.
const waitForPlace = 30 * time.Second

// waiters are those who wait at this process for the end of their session. One costs a row here and a channel: no
// goroutine, no timer, no statement. It is safe for concurrent use.
type waiters struct {
	perUser, total int
	store          SessionStore

	mu sync.Mutex
	// bySession holds them all.
	bySession map[models.SessionID]map[*waiter]struct{}
	byUser    map[models.UserID]int
	count     int
	stopped   bool
}

// waiter is one of them.
type waiter struct {
	caller Caller
	// told has room for the one thing that there is to tell, and is closed when the waiting is over.
	told chan *SessionEnd
}

func newWaiters(perUser, total int, store SessionStore) *waiters {
	return &waiters{
		perUser: perUser, total: total, store: store,
		bySession: map[models.SessionID]map[*waiter]struct{}{}, byUser: map[models.UserID]int{},
	}
}

// join lets the caller wait. It returns a [*RateLimitedError] when there is no place, and [ErrUnavailable] when the
// process stops.
func (w *waiters) join(caller Caller) (*waiter, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.stopped:
		return nil, fmt.Errorf("wait for the end of the session: %w: the process stops", ErrUnavailable)
	case w.byUser[caller.UserID] >= w.perUser, w.count >= w.total:
		return nil, &RateLimitedError{RetryAfter: waitForPlace}
	}
	joined := &waiter{caller: caller, told: make(chan *SessionEnd, 1)}
	if w.bySession[caller.SessionID] == nil {
		w.bySession[caller.SessionID] = map[*waiter]struct{}{}
	}
	w.bySession[caller.SessionID][joined] = struct{}{}
	w.byUser[caller.UserID]++
	w.count++
	return joined, nil
}

// tell tells those who wait for it that the session has ended. Told they wait no more, so that nobody is told twice.
func (w *waiters) tell(key models.SessionKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	end := newSessionEnd(key, w.store)
	for waiting := range w.bySession[key.SessionID] {
		waiting.told <- end
		w.release(waiting)
	}
}

// leave ends the waiting of one, if it did not end before.
func (w *waiters) leave(leaving *waiter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, waiting := w.bySession[leaving.caller.SessionID][leaving]; waiting {
		w.release(leaving)
	}
}

// leaveExpired ends the waiting of those whose access token has expired.
func (w *waiters) leaveExpired(now time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.releaseIf(func(waiting *waiter) bool { return !now.Before(waiting.caller.ExpiresAt) })
}

func (w *waiters) len() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count
}

// stop ends the waiting of all, for good.
func (w *waiters) stop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped = true
	w.releaseIf(func(*waiter) bool { return true })
}

// releaseIf looks at all of them; the lock is held.
func (w *waiters) releaseIf(over func(*waiter) bool) {
	for _, session := range w.bySession {
		for waiting := range session {
			if over(waiting) {
				w.release(waiting)
			}
		}
	}
}

// release takes one out who is in; the lock is held.
func (w *waiters) release(waiting *waiter) {
	close(waiting.told)
	session, user := waiting.caller.SessionID, waiting.caller.UserID
	delete(w.bySession[session], waiting)
	if len(w.bySession[session]) == 0 {
		delete(w.bySession, session)
	}
	if w.byUser[user]--; w.byUser[user] == 0 {
		delete(w.byUser, user)
	}
	w.count--
}
