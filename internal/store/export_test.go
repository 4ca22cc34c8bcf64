package store

import (
	"context"

	"gorm.io/gorm"
)

// GORM lets tests see which statements it makes.
func (s *Store) GORM() *gorm.DB { return s.db }

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
