package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/go-sql-driver/mysql"
)

// failover connects to the first of several servers of one database that answers and takes writes; to one that does not
// keep up with the others only when they fail. It stays with that one until it fails, so that a server which comes and
// goes does not have this process come and go with it. It is safe for concurrent use.
type failover struct {
	servers   []server
	addresses []string
	known     *servers
	log       *slog.Logger
	// patience is how long all of them together may take.
	patience time.Duration
	// preferred is the index of the server that took the last connection.
	preferred atomic.Int64
	// suspecting: the preferred server is being asked whether it is there.
	suspecting atomic.Bool
}

func newFailover(config *mysql.Config, addresses []string, known *servers, log *slog.Logger) (*failover, error) {
	f := &failover{addresses: addresses, known: known, log: log, patience: config.Timeout}
	for _, address := range addresses {
		one := config.Clone()
		one.Addr = address
		connector, err := mysql.NewConnector(one)
		if err != nil {
			return nil, err
		}
		f.servers = append(f.servers, server{connector, known})
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
	var behind []int
	order := f.order(preferred)
	for i, at := range order {
		conn, err := f.connect(ctx, at, len(order)-i)
		switch {
		case err != nil:
			failed = both(failed, err)
		case conn.condition.behind():
			_ = conn.Close()
			failed, behind = both(failed, errBehind), append(behind, at)
		default:
			f.prefer(ctx, preferred, at, failed)
			return conn, nil
		}
	}
	return f.connectBehind(ctx, behind, failed)
}

// errNoServer is when none takes a connection, whatever each has to say to that.
var errNoServer = errors.New("no server of the database takes a connection")

// connectBehind returns a connection to one of the servers that do not keep up, or the error why there is none.
func (f *failover) connectBehind(ctx context.Context, behind []int, failed error) (driver.Conn, error) {
	for i, at := range behind {
		conn, err := f.connect(ctx, at, len(behind)-i)
		if err == nil {
			return conn, nil
		}
		failed = both(failed, err)
	}
	return nil, fmt.Errorf("%w: %w", errNoServer, failed)
}

// both tells of two errors in one line. It is the first one, of the server that connections are to: what another has to say
// is no reason to give those up.
func both(first, second error) error {
	if first == nil {
		return second
	}
	return fmt.Errorf("%w; %s", first, second) //nolint:errorlint // see above
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

// suspect asks the preferred server anew, if nobody does, because a call of the era had no answer in time. A machine that has
// stopped breaks no connection: each of those in the pool would cost another call its time. When the server does not
// answer this either, all are given up.
func (f *failover) suspect(era int64) {
	if !f.suspecting.CompareAndSwap(false, true) {
		return
	}
	go func() {
		defer f.suspecting.Store(false)
		ctx, cancel := context.WithTimeout(context.Background(), 2*haste)
		defer cancel()
		preferred := int(f.preferred.Load())
		conn, err := f.servers[preferred].connect(ctx)
		if err == nil {
			_ = conn.Close()
			return
		}
		if !isSilence(err) {
			return // it answers, if only that it has no room; and who refuses breaks the connections too
		}
		f.prefer(ctx, preferred, (preferred+1)%len(f.servers), err)
		f.known.leave(era)
	}()
}

// Driver is the one of all connections.
func (f *failover) Driver() driver.Driver { return f.servers[0].Driver() }

// haste is how long a server is given at least: one that is slow to a caller in a great hurry has not failed.
const haste = 500 * time.Millisecond

// errBehind is why a server that does not keep up was left.
var errBehind = errors.New("the server does not keep up with its cluster")

// connect returns a connection to one server, if that takes writes. Of the time until the deadline it leaves their share to
// those still to be asked.
func (f *failover) connect(ctx context.Context, at, toAsk int) (*serverConn, error) {
	deadline, _ := ctx.Deadline()
	left := time.Until(deadline) //nolint:forbidigo // the clock of contexts
	ctx, cancel := context.WithTimeout(ctx, share(left, toAsk))
	defer cancel()
	conn, err := f.servers[at].connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := conn.condition.refusal(); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// share is the time for the next of so many servers.
func share(left time.Duration, toAsk int) time.Duration { return max(left/time.Duration(toAsk), haste) }
