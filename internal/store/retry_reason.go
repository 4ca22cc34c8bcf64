package store

import (
	"errors"

	"github.com/ncruces/go-sqlite3"
)

// Why work is done again.
const (
	retriedDeadlock    = "deadlock"
	retriedConflict    = "conflict"
	retriedLockTimeout = "lock_timeout"
	retriedNotReady    = "not_ready"
	retriedBusy        = "busy"
)

// RetryReasons lists what a counter of retries is told (see [Store.CountRetries]).
func RetryReasons() []string {
	return []string{retriedDeadlock, retriedConflict, retriedLockTimeout, retriedNotReady, retriedBusy}
}

// retryReason says why the database took the work back whole, when that passes; else it is empty.
func retryReason(err error) string {
	switch {
	case errors.Is(err, errInDoubt):
		return ""
	case errors.Is(err, sqlite3.BUSY):
		return retriedBusy
	}
	switch errorNumber(err) {
	case 1213: // on Galera a lost certification, too
		return retriedDeadlock
	case 1205:
		return retriedLockTimeout
	case notReady: // Galera: this node is not (yet) part of the cluster
		return retriedNotReady
	case 1020, // MariaDB: the row changed since the snapshot was taken
		3101,                   // Group Replication: a lost certification
		8002, 8005, 8022, 9007, // TiDB: another wrote the row first
		8028: // TiDB: a migration changed the table
		return retriedConflict
	default:
		return ""
	}
}
