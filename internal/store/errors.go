package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/ncruces/go-sqlite3"
	"gorm.io/gorm"

	"daypass/internal/auth"
)

// ErrNotMigrated: the tables are absent or older than this program needs. The text around it says what to do.
var ErrNotMigrated = errors.New("database schema is out of date")

// errInDoubt: the commit of what several asked for failed, and who knows what of it took effect, say on one of several shards.
// Whatever the server says of it, nobody is to ask for the same again.
var errInDoubt = errors.New("the commit failed")

// describe turns what GORM and the drivers return into the errors that [auth.Store] promises, and says during what.
// The cause stays inside for the log.
func describe(ctx context.Context, doing string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, gorm.ErrRecordNotFound):
		return fmt.Errorf("%s: %w", doing, auth.ErrNotFound)
	case isAnswer(err), errors.Is(err, context.Canceled):
		return fmt.Errorf("%s: %w", doing, err)
	case errors.Is(ctx.Err(), context.Canceled):
		return fmt.Errorf("%s: %w: %w", doing, context.Canceled, err)
	case isTransient(err), isOutOfReach(err), ctx.Err() != nil:
		return fmt.Errorf("%s: %w: %w", doing, auth.ErrUnavailable, err)
	default:
		return fmt.Errorf("%s: %w", doing, err)
	}
}

// isAnswer reports whether the error is what the store has to say about the records.
func isAnswer(err error) bool {
	return errors.Is(err, auth.ErrNotFound) || errors.Is(err, auth.ErrUserChanged) ||
		errors.Is(err, auth.ErrUsernameTaken) || errors.Is(err, auth.ErrLastAdmin)
}

// isTransient reports whether the database took the work back whole, for a reason that passes: to do it again is safe.
func isTransient(err error) bool { return retryReason(err) != "" }

// notReady is what a node answers to every statement on a table, and to COMMIT, while its cluster goes on without it. It
// did nothing of it.
const notReady = 1047

// errorNumber is that of what a MySQL server refused; 0 when the error is none of a server. TiDB sends as unknown (1105) what
// has a number elsewhere.
func errorNumber(err error) uint16 {
	refused := new(mysql.MySQLError)
	if !errors.As(err, &refused) {
		return 0
	}
	if refused.Number == 1105 {
		switch {
		case strings.Contains(refused.Message, "pessimistic lock retry limit reached"):
			return 9007
		case strings.Contains(refused.Message, "Unknown prepared statement handler"):
			return 1243
		}
	}
	return refused.Number
}

// hasLeft reports whether the server is not fit any more for anybody. One that became read-only has another primary, or will
// have, whose answers it may not know yet.
func hasLeft(err error) bool {
	number := errorNumber(err)
	return number == notReady || number == 1180 || isReadOnly(number) || number == offline
}

func isReadOnly(number uint16) bool { return number == 1290 || number == 1792 || number == 1836 }

// offline is what MySQL says that is to take nobody on (offline_mode).
const offline = 3032

// isSilence reports whether there was no answer in time.
func isSilence(err error) bool {
	var network net.Error // of the connection, or of the caller's context
	return errors.As(err, &network) && network.Timeout()
}

// isOfServer reports whether what went wrong is the server's matter, and not that of a caller who left. Another server, should
// there be one, is not to do it on the strength of what this one told.
func isOfServer(err error, left bool) bool { return hasLeft(err) || !left && isOutOfReach(err) }

// isOutOfReach reports whether the database could not be asked, or could not do its work at the time. Whether a
// statement that was under way took effect is unknown.
func isOutOfReach(err error) bool {
	if errors.Is(err, errNoServer) || errors.Is(err, errInDoubt) {
		return true
	}
	if number := errorNumber(err); number != 0 {
		return refusesForNow(number)
	}
	for _, gone := range []error{
		context.DeadlineExceeded, driver.ErrBadConn, mysql.ErrInvalidConn, sql.ErrConnDone, sql.ErrTxDone, io.EOF, io.ErrUnexpectedEOF,
		sqlite3.LOCKED, sqlite3.PROTOCOL, sqlite3.READONLY, sqlite3.IOERR, sqlite3.FULL, sqlite3.CANTOPEN, sqlite3.NOMEM,
	} {
		if errors.Is(err, gone) {
			return true
		}
	}
	var network net.Error
	return errors.As(err, &network) && !errors.As(err, new(sqlite3.ErrorCode)) // which has all that makes one of the network
}

func refusesForNow(number uint16) bool {
	if isReadOnly(number) {
		return true
	}
	switch number {
	case 1040, 1203, 1226, // too many connections
		1243, 1461, 1615, // a prepared statement is unknown, one too many, or to be prepared anew
		1053, 1077, 1927, // shutting down, connection killed
		1158, 1159, 1160, 1161, // the server could not read from or write to us
		offline,
		1180,             // a commit that failed; on Galera the node was cut off before the others confirmed it
		1317, 1969, 3024, // interrupted, over a time limit of the server
		1021, 1114, // disk or table full
		3100,                   // Group Replication: a commit that was refused
		3796, 3797, 3798, 3799, // the same: a transaction that may not begin here, or waited for the others in vain
		8027, 9001, 9002, 9003, 9004, 9005, 9010, 9011: // TiDB: a part of the cluster is unreachable or busy
		return true
	}
	return false
}
