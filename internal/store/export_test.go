package store

import (
	"database/sql"

	"gorm.io/gorm"
)

// GORM lets tests see which statements it makes.
func (s *Store) GORM() *gorm.DB { return s.db }

// Pool lets tests ask the store's own connections.
func (s *Store) Pool() *sql.DB { return s.pool }
