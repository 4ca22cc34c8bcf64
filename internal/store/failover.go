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
	// patience is how long one server may take, so that the last one gets its turn.
	patience time.Duration
	// preferred is the index of the server that took the last connection.
	preferred atomic.Int64
}

func newFailover(config *mysql.Config, addresses []string, log *slog.Logger) (*failover, error) {
	f := &failover{addresses: addresses, log: log, patience: config.Timeout / time.Duration(len(addresses))}
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

// Connect asks each server once, from the preferred one on, and then from the start of the list.
func (f *failover) Connect(ctx context.Context) (driver.Conn, error) {
	preferred := f.preferred.Load()
	conn, err := f.connect(ctx, int(preferred))
	if err == nil {
		return conn, nil
	}
	failed := err
	for i := range f.servers {
		if i == int(preferred) {
			continue
		}
		if conn, err = f.connect(ctx, i); err == nil {
			f.prefer(ctx, int(preferred), i, failed)
			return conn, nil
		}
		failed = fmt.Errorf("%w; %w", failed, err)
	}
	return nil, failed
}

// prefer moves to another server, and says so once.
func (f *failover) prefer(ctx context.Context, from, to int, cause error) {
	if f.preferred.CompareAndSwap(int64(from), int64(to)) {
		f.log.LogAttrs(ctx, slog.LevelWarn, "the database is another server from now on",
			slog.String("left", f.addresses[from]), slog.String("server", f.addresses[to]), slog.Any("cause", cause))
	}
}

// Driver is the one of all connections.
func (f *failover) Driver() driver.Driver { return f.servers[0].Driver() }

// connect returns a connection to one server, if that takes writes.
func (f *failover) connect(ctx context.Context, server int) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, f.patience)
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
