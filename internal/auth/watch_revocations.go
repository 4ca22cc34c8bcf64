package auth

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"daypass/models"
)

// LoadRevocations reads all revocations. Call it before the first request is served.
func (s *Service) LoadRevocations(ctx context.Context) error {
	if err := s.pollRevocations(ctx); err != nil {
		return fmt.Errorf("load the revocations: %w", err)
	}
	return nil
}

// WatchRevocations reads what was revoked elsewhere, twice a second until ctx ends. Run it beside the server.
func (s *Service) WatchRevocations(ctx context.Context) {
	ticks := time.NewTicker(pollInterval)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			s.pollRevocationsOrLog(ctx)
		}
	}
}

func (s *Service) pollRevocationsOrLog(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, pollTimeout)
	defer cancel()
	if err := s.pollRevocations(ctx); err != nil {
		s.cfg.Log.WarnContext(ctx, "read the revocations", "error", err)
	}
}

func (s *Service) pollRevocations(ctx context.Context) error {
	began := s.cfg.Now()
	after := s.revoked.readFrom(began)
	highest := after
	for {
		page, err := s.store.Revocations(ctx, highest, s.now(), pollBatch)
		if err != nil {
			s.revoked.reloadNext()
			return fmt.Errorf("read the revocations: %w", err)
		}
		s.revoked.add(page)
		if len(page) > 0 {
			highest = page[len(page)-1].ID
		}
		if len(page) < pollBatch {
			break
		}
	}
	s.revoked.polled(began, after == 0, highest)
	return nil
}

// readFrom returns the id after which a poll reads: the lowest that was the highest in the last while, or 0 when it is
// time to read everything.
func (r *revocations) readFrom(now time.Time) uint64 {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if len(r.horizons) == 0 || now.Sub(r.reloadedAt) >= reloadInterval {
		return 0
	}
	return slices.MinFunc(r.horizons, func(a, b horizon) int { return int(int64(a.id) - int64(b.id)) }).id
}

// reloadNext makes the next poll read everything: a database that was away may have come back with less.
func (r *revocations) reloadNext() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reloadedAt = time.Time{}
}

// polled notes what a successful poll saw, and forgets what has expired.
func (r *revocations) polled(began time.Time, reloaded bool, highest uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.polledAt = began
	if reloaded {
		r.reloadedAt = began
	}
	r.horizons = slices.DeleteFunc(r.horizons, func(h horizon) bool { return began.Sub(h.at) > pollOverlap })
	r.horizons = append(r.horizons, horizon{at: began, id: highest})
	maps.DeleteFunc(r.sessions, func(_ models.SessionID, expiresAt time.Time) bool { return expiresAt.Before(began) })
	maps.DeleteFunc(r.roles, func(_ models.UserID, role models.Revocation) bool { return role.ExpiresAt.Before(began) })
}
