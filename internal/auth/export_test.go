package auth

import "context"

// PollRevocations is one poll of [Service.WatchRevocations].
func (s *Service) PollRevocations(ctx context.Context) error { return s.tick(ctx) }

// KnownRevocations counts what the service keeps in memory.
func (s *Service) KnownRevocations() int {
	s.revoked.mu.RLock()
	defer s.revoked.mu.RUnlock()
	return len(s.revoked.sessions) + len(s.revoked.roles)
}

// Cleaner is one process that cleans up.
type Cleaner struct{ cleaner }

// NewCleaner returns one that begins.
func NewCleaner(s *Service) *Cleaner { return &Cleaner{cleaner{service: s}} }

// TakeTurn is one tick of [Service.CleanUp].
func (c *Cleaner) TakeTurn(ctx context.Context) (bool, error) { return c.takeTurn(ctx) }
