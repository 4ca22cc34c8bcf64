package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"time"
)

const (
	// leaseRenewal is how often the lease is renewed, which ends leaseSeconds after its holder died.
	leaseRenewal = 5 * time.Second
	leaseSeconds = 30
	// leasePause is between two looks at whether it is free.
	leasePause = 200 * time.Millisecond
)

// The table holds one row, which says who migrates a database of several nodes: GET_LOCK holds on one node only.
const (
	makeLeaseTable = `CREATE TABLE IF NOT EXISTS daypass_migrating
		(id TINYINT NOT NULL PRIMARY KEY, holder CHAR(26) NOT NULL, held_until DATETIME(3) NOT NULL) ENGINE = InnoDB`
	makeLease = "INSERT IGNORE INTO daypass_migrating VALUES (1, '', '1970-01-01')"
	takeLease = `UPDATE daypass_migrating SET holder = ?, held_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND
		WHERE id = 1 AND held_until < UTC_TIMESTAMP(3)`
	renewLease = "UPDATE daypass_migrating SET held_until = UTC_TIMESTAMP(3) + INTERVAL ? SECOND WHERE id = 1 AND holder = ?"
	freeLease  = "UPDATE daypass_migrating SET holder = '', held_until = '1970-01-01' WHERE id = 1 AND holder = ?"
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
		taken, err := l.write(ctx, takeLease, l.holder, leaseSeconds)
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

func (l *lease) makeTable(ctx context.Context) error {
	for _, statement := range []string{makeLeaseTable, makeLease} {
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
			_, _ = l.write(ctx, renewLease, leaseSeconds, l.holder)
		}
	}
}

func (l *lease) free(ctx context.Context) error {
	freed, err := l.write(ctx, freeLease, l.holder)
	if err != nil {
		return fmt.Errorf("unlock the schema: %w", err)
	}
	if !freed {
		return errLockLost
	}
	return nil
}

// write reports whether the row was as the statement wants it.
func (l *lease) write(ctx context.Context, statement string, values ...any) (bool, error) {
	done, err := l.db.ExecContext(ctx, statement, values...)
	if err != nil {
		return false, err
	}
	rows, err := done.RowsAffected()
	return rows == 1, err
}
