package auth

import (
	"math/bits"
	"time"

	"daypass/models"
)

// aheadWait is for those who come while others are being checked: a hash takes a fraction of it.
const aheadWait = time.Second

// throttlePolicy says what one counter lets through. The counter is a bucket that leaks: an attempt puts one in, and one
// is gone again after each leak. Attempts are free until the bucket holds so many; from then on each is followed by a
// wait, twice as long as the one before, up to the time in which one leaks away. So nobody is shut out for good, and
// whoever goes on for ever gets one attempt a leak from each replica, however many machines it uses.
type throttlePolicy struct {
	// free is how many attempts go by without a wait; 0: they are not counted.
	free int
	// leak is how long it takes to forget one, and the longest wait.
	leak time.Duration
	// firstWait follows the last free attempt; at most as long as leak.
	firstWait time.Duration
}

// level is how many attempts the bucket holds, to the nearest whole: the clocks of replicas differ.
func (p throttlePolicy) level(t models.Throttle, now time.Time) int {
	return int((max(0, t.ClearsAt.Sub(now)) + p.leak/2) / p.leak)
}

// wait is how long an attempt has to wait. The outcome of those ahead of it is not known yet; they may all go into the
// bucket.
func (p throttlePolicy) wait(t models.Throttle, ahead int, now time.Time) time.Duration {
	switch {
	case now.Before(t.BlockedUntil):
		return t.BlockedUntil.Sub(now)
	case ahead > 0 && p.level(t, now)+ahead >= p.free:
		return aheadWait
	default:
		return 0
	}
}

// count puts an attempt into the bucket, and reports whether waits begin with it: whether it is the first that is
// followed by one since the bucket could have emptied.
func (p throttlePolicy) count(t models.Throttle, now time.Time) (models.Throttle, bool) {
	t.ClearsAt = earlier(later(t.ClearsAt, now).Add(p.leak), now.Add(p.brim()))
	level := p.level(t, now)
	if level < p.free {
		return t, false
	}
	begins := now.Sub(t.BlockedUntil) > time.Duration(p.free)*p.leak
	wait := min(p.firstWait<<min(level-p.free, p.doublings()), p.leak)
	t.BlockedUntil = now.Add(wait)
	return t, begins
}

// doublings is how often the first wait doubles until it is the longest.
func (p throttlePolicy) doublings() int { return bits.Len64(uint64((p.leak - 1) / p.firstWait)) } //nolint:gosec // not negative

// brim is how full the bucket gets. A single client never fills it further; what replicas let through at the same moment
// could, and a burst would then shut the owner out for hours.
func (p throttlePolicy) brim() time.Duration { return time.Duration(p.free+p.doublings()) * p.leak }

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
