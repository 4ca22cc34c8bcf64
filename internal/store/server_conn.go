package store

import (
	"context"
	"database/sql/driver"
	"errors"
)

// session is what the driver's connections can do. The pool uses each of these when a connection has it.
type session interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

var errNoStatements = errors.New("the driver cannot run a lone statement")

// serverConn is a connection to a server of known condition, and the transaction on it.
type serverConn struct {
	session
	known     *servers
	era       int64
	condition condition
	// unsettled: the server refused to end a transaction, which may be open still.
	unsettled bool
}

var (
	_ session   = (*serverConn)(nil)
	_ driver.Tx = (*serverConn)(nil)
)

// IsValid implements [driver.Validator]: the pool asks before it keeps the connection.
func (c *serverConn) IsValid() bool {
	return !c.unsettled && c.era == c.known.era.Load() && c.session.IsValid()
}

// ResetSession implements [driver.SessionResetter]: the pool calls it before it uses the connection again.
func (c *serverConn) ResetSession(ctx context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return c.session.ResetSession(ctx)
}

// waitForAll has a node of Galera first do what the others have answered by now.
const waitForAll = "SET STATEMENT wsrep_sync_wait = 1 FOR "

// BeginTx implements [driver.ConnBeginTx]. On a cluster whose nodes lag behind one another, a transaction sees all that was
// answered before it began.
func (c *serverConn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	if options != (driver.TxOptions{}) {
		return c.session.BeginTx(ctx, options)
	}
	begin := "START TRANSACTION"
	if c.condition.galera {
		begin = waitForAll + begin
	}
	if _, err := c.ExecContext(ctx, begin, nil); err != nil {
		return nil, err
	}
	return c, nil
}

// Commit implements [driver.Tx].
func (c *serverConn) Commit() error { return c.end("COMMIT") }

// Rollback implements [driver.Tx].
func (c *serverConn) Rollback() error { return c.end("ROLLBACK") }

// end is not done with when it is refused: a node that is cut off refuses COMMIT and ROLLBACK alike, and leaves the
// transaction open. It ends with the connection, for the next BEGIN on that would commit it.
func (c *serverConn) end(statement string) error {
	_, err := c.ExecContext(context.Background(), statement, nil)
	c.unsettled = c.unsettled || err != nil
	return err
}
