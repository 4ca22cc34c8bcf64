package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"
)

const (
	// leaseTable holds the one row that says who migrates a database of several nodes, for GET_LOCK holds on one node only.
	leaseTable = "daypass_migrating"
	// leaseRenewal is how often the lease is renewed, which ends leaseSeconds after its holder died.
	leaseRenewal = 5 * time.Second
	leaseSeconds = 30
	// leasePause is between two looks at whether it is free.
	leasePause = 200 * time.Millisecond
)

// lease is a lock on the schema for one process. All who want it write one row: of two at the same moment one loses the
// certification. Its times are those of the nodes' clocks, which may differ by seconds.
type lease struct {
	db     *sql.DB
	holder string
}

// leaseSchema waits for the lease, and keeps it until the returned function is called, the context ends or the process
// dies.
func leaseSchema(ctx context.Context, db *sql.DB) (func(context.Context) error, error) {
	db.SetMaxOpenConns(2) // the other one may be busy for long
	l := &lease{db: db, holder: rand.Text()}
	if err := l.await(ctx); err != nil {
		return nil, fmt.Errorf("lock the schema: %w", err)
	}
	renewing, stop := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		l.renew(renewing)
	}()
	return func(ctx context.Context) error {
		stop()
		<-renewed
		return l.free(ctx)
	}, nil
}

// await returns when the lease is taken.
func (l *lease) await(ctx context.Context) error {
	if err := l.makeTable(ctx); err != nil {
		return err
	}
	patience := time.After(migrationWait)
	for {
		taken, err := l.take(ctx)
		if taken || err != nil && !isTransient(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-patience:
			return fmt.Errorf("another process has been migrating for %s", migrationWait)
		case <-time.After(leasePause):
		}
	}
}

func (l *lease) take(ctx context.Context) (bool, error) {
	return l.write(ctx, "holder = ?, held_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND",
		"held_until < UTC_TIMESTAMP(3)", l.holder, leaseSeconds)
}

func (l *lease) makeTable(ctx context.Context) error {
	for _, statement := range []string{
		"CREATE TABLE IF NOT EXISTS " + leaseTable + ` (
			id TINYINT NOT NULL PRIMARY KEY, holder CHAR(26) NOT NULL, held_until DATETIME(3) NOT NULL
		) ENGINE = InnoDB`,
		"INSERT IGNORE INTO " + leaseTable + " VALUES (1, '', '1970-01-01')",
	} {
		if _, err := l.db.ExecContext(ctx, statement); err != nil && !isTransient(err) {
			return err
		}
	}
	return nil
}

// renew goes on until the context ends. While a table is changed the cluster does nothing else: the renewal waits, and
// whoever would take the lease meanwhile loses the certification against it.
func (l *lease) renew(ctx context.Context) {
	ticks := time.NewTicker(leaseRenewal)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			// One that fails is tried again; that the lease was lost is told when it is freed.
			_, _ = l.write(ctx, "held_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND", "holder = ?", leaseSeconds, l.holder)
		}
	}
}

func (l *lease) free(ctx context.Context) error {
	freed, err := l.write(ctx, "holder = '', held_until = '1970-01-01'", "holder = ?", l.holder)
	if err != nil {
		return fmt.Errorf("unlock the schema: %w", err)
	}
	if !freed {
		return errLockLost
	}
	return nil
}

// write reports whether the row was as the condition says.
func (l *lease) write(ctx context.Context, assignments, condition string, values ...any) (bool, error) {
	done, err := l.db.ExecContext(ctx, "UPDATE "+leaseTable+" SET "+assignments+" WHERE id = 1 AND "+condition, values...)
	if err != nil {
		return false, err
	}
	rows, err := done.RowsAffected()
	return rows == 1, err
}
