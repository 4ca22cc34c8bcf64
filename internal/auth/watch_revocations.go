package auth

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"daypass/models"
)

const (
	// pollInterval is how often revocations are read.
	pollInterval = 500 * time.Millisecond
	// pollTimeout bounds one statement of a poll, so that a database that hangs is noticed.
	pollTimeout = 2 * time.Second
	// pollBatch is how many revocations are read by one statement.
	pollBatch = 1000
	// pollOverlap is longer than a transaction can take from its first to its last moment: ids become visible out of
	// their order, so a poll reads again what came after the ids that were visible so long ago.
	pollOverlap = 30 * time.Second
	// pollOverlapIDs is how many ids more it reads again: a failover that nobody here noticed hands the last ones out anew.
	pollOverlapIDs = 100
	// reloadInterval is how often the whole table is read again, whatever ids may have done.
	reloadInterval = time.Minute
)

// feed is how far this process has read. Only the poll that holds its lock uses it.
type feed struct {
	sync.Mutex

	// reloadedAt is when the whole table was last read; zero when the next poll has to.
	reloadedAt time.Time
	// horizons are the highest ids that polls saw, oldest poll first: one from before the overlap, then all within it.
	horizons []horizon
}

// horizon is the highest id that a poll saw.
type horizon struct {
	at time.Time
	id uint64
}

// LoadRevocations reads all revocations. Call it before the first request is served; until it succeeded, access tokens
// are checked against the record.
func (s *Service) LoadRevocations(ctx context.Context) error {
	if err := s.pollRevocations(ctx); err != nil {
		return fmt.Errorf("load the revocations: %w", err)
	}
	return nil
}

// RevocationsAge is how long ago the last successful poll of the revocations began. It grows without end when there was
// none.
func (s *Service) RevocationsAge() time.Duration { return s.revoked.age(s.cfg.Now()) }

// WatchRevocations reads what was revoked elsewhere, twice a second until ctx ends, and lets those go who waited for the
// end of a session (see [Service.SessionEnded]) until their access token expired. Run it beside the server.
func (s *Service) WatchRevocations(ctx context.Context) {
	ticks := time.NewTicker(pollInterval)
	defer ticks.Stop()
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			err := s.tick(ctx)
			s.logPoll(ctx, err, failing)
			failing = err != nil
		}
	}
}

// tick needs no database to let go who has waited for long enough.
func (s *Service) tick(ctx context.Context) error {
	s.waiting.leaveExpired(s.cfg.Now())
	return s.pollRevocations(ctx)
}

// logPoll tells the first failure and the end of it, not each of those between.
func (s *Service) logPoll(ctx context.Context, err error, failing bool) {
	switch {
	case ctx.Err() != nil:
	case err != nil && !failing:
		s.cfg.Log.WarnContext(ctx, "revocations cannot be read; sessions are checked one by one", "error", err)
	case err == nil && failing:
		s.cfg.Log.InfoContext(ctx, "revocations are read again")
	}
}

// pollRevocations reads what may have been revoked since the last time, or everything when that is due.
func (s *Service) pollRevocations(ctx context.Context) error {
	known := s.revoked
	known.feed.Lock()
	defer known.feed.Unlock()
	began := s.cfg.Now()
	after, whole := known.feed.start(began)
	if whole {
		known.distrustIDs()
	}
	read, err := s.readRevocations(ctx, after)
	if err != nil {
		// The database may come back with less than it had.
		known.feed.reloadedAt = time.Time{}
		return fmt.Errorf("read the revocations: %w", err)
	}
	known.add(read)
	known.polledSince(began)
	known.feed.finish(began, whole, read)
	if whole {
		known.forgetExpired(began)
	}
	return nil
}

// readRevocations returns those with a higher id that still matter. They are used together: half of what is about one
// account could say the contrary of the whole.
func (s *Service) readRevocations(ctx context.Context, after uint64) ([]models.Revocation, error) {
	var read []models.Revocation
	for {
		page, err := s.revocationsAfter(ctx, after)
		if err != nil {
			return nil, err
		}
		read = append(read, page...)
		if len(page) < pollBatch {
			return read, nil
		}
		after = page[len(page)-1].ID
	}
}

func (s *Service) revocationsAfter(ctx context.Context, id uint64) ([]models.Revocation, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	return s.store.Revocations(ctx, id, s.now(), pollBatch)
}

// start returns the id after which a poll reads, and whether it reads the whole table.
func (f *feed) start(now time.Time) (after uint64, whole bool) {
	if len(f.horizons) == 0 || elapsed(f.reloadedAt, now) >= reloadInterval {
		return 0, true
	}
	lowest := f.lowest()
	return lowest - min(lowest, pollOverlapIDs), false
}

// finish notes what a successful poll saw.
func (f *feed) finish(began time.Time, whole bool, read []models.Revocation) {
	seen := horizon{at: began}
	switch {
	case len(read) > 0:
		seen.id = read[len(read)-1].ID
	case !whole:
		seen.id = f.lowest() // what was higher has expired
	}
	if whole {
		f.reloadedAt = began
	}
	settled := 0
	for settled+1 < len(f.horizons) && began.Sub(f.horizons[settled+1].at) >= pollOverlap {
		settled++
	}
	f.horizons = append(slices.Delete(f.horizons, 0, settled), seen)
}

// lowest returns the lowest id of the horizons.
func (f *feed) lowest() uint64 {
	return slices.MinFunc(f.horizons, func(a, b horizon) int { return cmp.Compare(a.id, b.id) }).id
}
