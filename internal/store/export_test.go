package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// GORM lets tests see which statements it makes.
func (s *Store) GORM() *gorm.DB { return s.db }

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
