package auth

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"daypass/models"
)

// A refresh token that is one generation behind may be a client's whose last answer was lost, or a thief's. What tells
// them apart is whether anybody used the current generation: its access token names it, so the first sight of each is
// noted here and written to the record, in batches. A confirmation that gets lost makes us lenient, never strict.

const (
	// confirmInterval is how often confirmations are written.
	confirmInterval = time.Second
	// confirmLastTimeout bounds the last write, when the process stops.
	confirmLastTimeout = 5 * time.Second
	// confirmBatch is how many of them go into one write.
	confirmBatch = 200
	// maxSeenSessions bounds what a process remembers; who falls out is confirmed once more.
	maxSeenSessions = 65_536
	// maxPendingSessions bounds what waits for a database that is away.
	maxPendingSessions = 16_384
)

// confirmations are the generations that this process saw in use. It is safe for concurrent use.
type confirmations struct {
	mu      sync.Mutex
	seen    *simplelru.LRU[models.SessionKey, uint64]
	pending map[models.SessionKey]uint64
}

func newConfirmations() *confirmations {
	seen, err := simplelru.NewLRU[models.SessionKey, uint64](maxSeenSessions, nil)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &confirmations{seen: seen, pending: map[models.SessionKey]uint64{}}
}

// note remembers that an access token of the generation was used.
func (c *confirmations) note(key models.SessionKey, generation uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if last, _ := c.seen.Get(key); last >= generation {
		return
	}
	c.seen.Add(key, generation)
	if len(c.pending) < maxPendingSessions {
		c.pending[key] = generation
	}
}

// latest returns the highest generation of the session that this process saw in use, or 0.
func (c *confirmations) latest(key models.SessionKey) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	generation, _ := c.seen.Peek(key)
	return generation
}

// take hands over up to n confirmations that are not written yet.
func (c *confirmations) take(n int) map[models.SessionKey]uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	batch := make(map[models.SessionKey]uint64, min(n, len(c.pending)))
	for key, generation := range c.pending {
		if len(batch) == n {
			break
		}
		batch[key] = generation
	}
	maps.DeleteFunc(c.pending, func(key models.SessionKey, _ uint64) bool { return batch[key] != 0 })
	return batch
}

// putBack takes a batch back that could not be written, but for what is newer by now.
func (c *confirmations) putBack(batch map[models.SessionKey]uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, generation := range batch {
		c.pending[key] = max(c.pending[key], generation)
	}
}

// ConfirmUses writes confirmations every second until ctx ends, and a last time then. Run it beside the server.
func (s *Service) ConfirmUses(ctx context.Context) {
	ticks := time.NewTicker(confirmInterval)
	defer ticks.Stop()
	for {
		select {
		case <-ticks.C:
			s.confirmOrLog(ctx)
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), confirmLastTimeout)
			defer cancel()
			s.confirmOrLog(last)
			return
		}
	}
}

func (s *Service) confirmOrLog(ctx context.Context) {
	if err := s.confirm(ctx); err != nil {
		s.cfg.Log.WarnContext(ctx, "confirm the use of refreshed sessions", "error", err)
	}
}

// confirm writes all that is pending. What cannot be written waits for the next time.
func (s *Service) confirm(ctx context.Context) error {
	for {
		batch := s.uses.take(confirmBatch)
		if len(batch) == 0 {
			return nil
		}
		if err := s.store.Confirm(ctx, batch); err != nil {
			s.uses.putBack(batch)
			return fmt.Errorf("write confirmations: %w", err)
		}
	}
}
