package verify

import "time"

// knowledge is what the fetches so far have told. It never changes; a fetch replaces it.
type knowledge struct {
	keys map[string]*key
	// Of these keys: when to fetch ahead, when to wait for newer ones, and when to trust them no more.
	aheadAt, staleAt, uselessAt time.Time
	// attemptedAt is when the last fetch ended.
	attemptedAt time.Time
	// failure is why it failed; nil when it did not.
	failure error
}

// move is what to do about a key.
type move int

const (
	use          move = iota // it is at hand
	refreshAhead             // it is at hand; fetch in the background
	await                    // fetch, then decide again
	unknown                  // there is none with that id
	unavailable              // nobody can tell
)

// decide is the whole policy. Whether a fetch is due says whether one may be made now.
func (n *knowledge) decide(id string, now time.Time, due bool) move {
	_, published := n.keys[id]
	trusted := now.Before(n.uselessAt)
	switch {
	case published && trusted:
		return n.decideKnown(now, due)
	case due:
		return await
	case trusted && n.failure == nil:
		return unknown
	default:
		return unavailable
	}
}

// decideKnown waits for newer keys only while fetches succeed: an endpoint that is down slows nobody.
func (n *knowledge) decideKnown(now time.Time, due bool) move {
	switch {
	case !due || now.Before(n.aheadAt):
		return use
	case now.Before(n.staleAt) || n.failure != nil:
		return refreshAhead
	default:
		return await
	}
}

func (n *knowledge) due(now time.Time, interval time.Duration) bool {
	return n.attemptedAt.IsZero() || !now.Before(n.attemptedAt.Add(interval))
}

func afterSuccess(fetched map[string]*key, began, ended time.Time, lives lifetimes) *knowledge {
	return &knowledge{
		keys:        fetched,
		aheadAt:     began.Add(lives.fresh * 3 / 4),
		staleAt:     began.Add(lives.fresh),
		uselessAt:   began.Add(lives.stale),
		attemptedAt: ended,
	}
}

func (n *knowledge) afterFailure(ended time.Time, failure error) *knowledge {
	next := *n
	next.attemptedAt, next.failure = ended, failure
	return &next
}

// lifetimes are for how long keys are fresh, and of use at all.
type lifetimes struct{ fresh, stale time.Duration }
