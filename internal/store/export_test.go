package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// GORM lets tests see which statements it makes.
func (s *Store) GORM() *gorm.DB { return s.db }

// Observe lets tests see those that it does not.
func (s *Store) Observe(observe StatementObserver) { s.observe = observe }

// StatementsByKey lets tests see those in all their shapes, and for how many keys each is.
func (s *Store) StatementsByKey() (users, sessions map[int]string) {
	users, sessions = map[int]string{}, map[int]string{}
	for _, statement := range s.byKey.readUser {
		users[statement.keys] = statement.text
	}
	for _, statement := range s.byKey.readSession {
		sessions[statement.keys] = statement.text
	}
	return users, sessions
}

// Gathering lets tests gather look-ups of their own.
type Gathering = gathering[int, string]

// NewGathering returns one that reads so.
func NewGathering(read func(context.Context, []int) (map[int]*string, error)) *Gathering {
	return &Gathering{read: read}
}

// Find looks one up.
func (g *gathering[K, V]) Find(ctx context.Context, key K) (*V, error) { return g.find(ctx, key) }

// Share lets tests see how the time for a connection is shared out.
func Share(left time.Duration, toAsk int) time.Duration { return share(left, toAsk) }

// MigrateTo lets tests have the database of an older program.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	db, err := s.backend.openForMigration()
	if err != nil {
		return err
	}
	defer db.Close()
	provider, err := s.migrationProvider(db)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}
