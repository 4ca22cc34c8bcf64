package auth

import (
	"sync"

	"daypass/models"
)

// inFlight knows the attempts that are under way in this process, since counters know only those that failed: a burst
// must not be let through as a whole because none of it has failed yet. It is safe for concurrent use.
type inFlight struct {
	mu       sync.Mutex
	attempts map[models.ThrottleKey]int
}

func newInFlight() *inFlight { return &inFlight{attempts: map[models.ThrottleKey]int{}} }

// enter adds an attempt and returns how many were ahead of it, by counter; or adds nothing and returns false when they
// are as many as the counter lets through at all. Enter before the counters are read: whoever has left is in them.
func (f *inFlight) enter(counters []counter) (ahead []int, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ahead = make([]int, len(counters))
	for i, c := range counters {
		if ahead[i] = f.attempts[c.key]; ahead[i] >= c.policy.free {
			return nil, false
		}
	}
	for _, c := range counters {
		f.attempts[c.key]++
	}
	return ahead, true
}

// leave removes an attempt that was added.
func (f *inFlight) leave(counters []counter) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range counters {
		if f.attempts[c.key]--; f.attempts[c.key] == 0 {
			delete(f.attempts, c.key)
		}
	}
}
