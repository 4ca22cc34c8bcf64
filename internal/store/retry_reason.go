package store

import (
	"errors"

	"github.com/go-sql-driver/mysql"
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
	if refused := new(mysql.MySQLError); errors.As(err, &refused) {
		return retryReasonOf(refused.Number)
	}
	if errors.Is(err, sqlite3.BUSY) {
		return retriedBusy
	}
	return ""
}

func retryReasonOf(number uint16) string {
	switch number {
	case 1213: // on Galera a lost certification, too
		return retriedDeadlock
	case 1205:
		return retriedLockTimeout
	case notReady: // Galera: this node is not (yet) part of the cluster
		return retriedNotReady
	case 1020, // MariaDB: the row changed since the snapshot was taken
		3101, // Group Replication: a lost certification
		9007: // TiDB: write conflict
		return retriedConflict
	default:
		return ""
	}
}
