package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
)

// failover connects to the first of several servers of one database that answers and takes writes. It stays with that
// one until it fails, so that a server which comes and goes does not have this process come and go with it. It is safe
// for concurrent use.
type failover struct {
	servers   []driver.Connector
	addresses []string
	log       *slog.Logger
	// patience is how long all of them together may take.
	patience time.Duration
	// preferred is the index of the server that took the last connection.
	preferred atomic.Int64
}

func newFailover(config *mysql.Config, addresses []string, log *slog.Logger) (*failover, error) {
	f := &failover{addresses: addresses, log: log, patience: config.Timeout}
	for _, address := range addresses {
		server := config.Clone()
		server.Addr = address
		connector, err := mysql.NewConnector(server)
		if err != nil {
			return nil, err
		}
		f.servers = append(f.servers, connector)
	}
	return f, nil
}

// Connect asks each server once, the preferred one first and the others as they are listed. Each gets a fair share of the
// time that is left, so that one which is silent does not use up that of a caller in a hurry.
func (f *failover) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, f.patience)
	defer cancel()
	preferred := int(f.preferred.Load())
	var failed error
	for i, server := range f.order(preferred) {
		conn, err := f.connect(ctx, server, len(f.servers)-i)
		switch {
		case err != nil && failed == nil:
			failed = err
		case err != nil:
			failed = fmt.Errorf("%w; %w", failed, err)
		default:
			f.prefer(ctx, preferred, server, failed)
			return conn, nil
		}
	}
	return nil, failed
}

// order lists the servers by their index.
func (f *failover) order(first int) []int {
	order := []int{first}
	for i := range f.servers {
		if i != first {
			order = append(order, i)
		}
	}
	return order
}

// prefer moves to another server, and says so once.
func (f *failover) prefer(ctx context.Context, from, to int, cause error) {
	if from != to && f.preferred.CompareAndSwap(int64(from), int64(to)) {
		f.log.LogAttrs(ctx, slog.LevelWarn, "the database is another server from now on",
			slog.String("left", f.addresses[from]), slog.String("server", f.addresses[to]), slog.Any("cause", cause))
	}
}

// Driver is the one of all connections.
func (f *failover) Driver() driver.Driver { return f.servers[0].Driver() }

// haste is how long a server is given at least: one that is slow to a caller in a great hurry has not failed.
const haste = 500 * time.Millisecond

// connect returns a connection to one server, if that takes writes. Of the time until the deadline it leaves their share to
// those still to be asked.
func (f *failover) connect(ctx context.Context, server, toAsk int) (driver.Conn, error) {
	deadline, _ := ctx.Deadline()
	left := time.Until(deadline) //nolint:forbidigo // the clock of contexts
	ctx, cancel := context.WithTimeout(ctx, share(left, toAsk))
	defer cancel()
	conn, err := f.servers[server].Connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := refuseReadOnly(ctx, conn); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// share is the time for the next of so many servers.
func share(left time.Duration, toAsk int) time.Duration { return max(left/time.Duration(toAsk), haste) }

// errReadOnly is what a server says that is a replica, or was made one.
var errReadOnly = &mysql.MySQLError{Number: 1290, Message: "the server is read-only"}

func refuseReadOnly(ctx context.Context, conn driver.Conn) error {
	session, ok := conn.(driver.QueryerContext)
	if !ok {
		return errNoStatements
	}
	rows, err := session.QueryContext(ctx, "SELECT @@GLOBAL.read_only", nil)
	if err != nil {
		return fmt.Errorf("ask whether the server takes writes: %w", err)
	}
	defer func() { _ = rows.Close() }()
	value := make([]driver.Value, 1)
	if err := rows.Next(value); err != nil {
		return fmt.Errorf("read whether the server takes writes: %w", err)
	}
	if !isOff(value[0]) {
		return errReadOnly
	}
	return nil
}

// isOff reads a number or, from newer servers, one of several words.
func isOff(value driver.Value) bool {
	switch v := value.(type) {
	case int64:
		return v == 0
	case []byte:
		return string(v) == "0" || string(v) == "OFF"
	default:
		return false
	}
}
