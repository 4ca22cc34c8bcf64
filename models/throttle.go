package models

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Throttle counts attempts of one kind, by one account or address, in a bucket that leaks.
type Throttle struct {
	ID ThrottleKey `gorm:"primaryKey"`
	// ClearsAt is when all attempts that were counted have leaked away.
	ClearsAt time.Time
	// BlockedUntil is when the next attempt may be made.
	BlockedUntil time.Time
}

// ThrottleKey is the SHA-256 of what is counted, so that the table tells no names.
type ThrottleKey [32]byte

// Value stores the 32 bytes ([driver.Valuer]).
func (k ThrottleKey) Value() (driver.Value, error) { return k[:], nil }

// Scan reads the 32 bytes ([database/sql.Scanner]).
func (k *ThrottleKey) Scan(src any) error {
	b, ok := src.([]byte)
	if !ok || len(b) != len(k) {
		return fmt.Errorf("scan a throttle key: want 32 bytes, got %T", src)
	}
	copy(k[:], b)
	return nil
}
