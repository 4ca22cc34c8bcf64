package models

import "time"

// Lock is a row that is written by those who must exclude one another, on clusters too, whose nodes know nothing of
// each other's locks.
type Lock struct {
	Name    string `gorm:"primaryKey"`
	Version uint64
	// HeldUntil is when the lock may be taken by another, for those that outlast a transaction.
	HeldUntil time.Time
}

// The locks.
const (
	// LockAdmins is written by whatever takes an ADMIN away, so that one is always left.
	LockAdmins = "admins"
	// LockCleanUp is held by the one process that cleans up.
	LockCleanUp = "clean_up"
)
