package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"sync/atomic"

	"github.com/go-sql-driver/mysql"
)

// servers is what the connections of one pool know of the servers at their other ends. It is safe for concurrent use.
type servers struct {
	// era counts how often a server turned out not to be fit any more. A connection of an earlier era is given up before
	// its next use, so that one call finds out, and not each of those that are in the pool.
	era atomic.Int64
	// lag: what one of them has answered, another may not know yet.
	lag atomic.Bool
	// suspect has a server asked that was silent for long, where there is another one; nil where there is none.
	suspect func(era int64)
}

// leave gives up the connections of the era, unless they are given up already.
func (s *servers) leave(era int64) { s.era.CompareAndSwap(era, era+1) }

// server connects to one server, and learns what it is.
type server struct {
	driver.Connector
	known *servers
}

// Connect implements [driver.Connector].
func (s server) Connect(ctx context.Context) (driver.Conn, error) { return s.connect(ctx) }

// connect returns a connection that works at READ COMMITTED: every transaction here first locks the row that it depends
// on, so it needs no snapshot, and what locks leaves no gaps locked in the way of others. A statement does it, because the
// variable goes by different names on different servers; one for a connection is cheaper than one for each transaction.
func (s server) connect(ctx context.Context) (*serverConn, error) {
	era := s.known.era.Load()
	conn, err := s.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	session, ok := conn.(session)
	if !ok {
		return nil, errNoStatements
	}
	c := &serverConn{session: session, known: s.known, era: era}
	if err := c.prepare(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return c, nil
}

func (c *serverConn) prepare(ctx context.Context) error {
	if _, err := c.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		return err
	}
	var err error
	if c.condition, err = askCondition(ctx, c); err != nil {
		return fmt.Errorf("ask for the server's condition: %w", err)
	}
	if c.condition.galera {
		c.known.lag.Store(true)
	}
	return nil
}

// condition is what a server says of itself.
type condition struct {
	readOnly bool
	// galera: it is a node of a Galera cluster. Then ready says whether it takes statements, and synced whether it keeps up
	// with the others, as a node does not that has just joined, or that gives another one its state.
	galera, ready, synced bool
}

// refusal is why a server with this condition is not to be used; nil if it is.
func (c condition) refusal() error {
	switch {
	case c.readOnly:
		return errReadOnly
	case c.galera && !c.ready:
		return errNotReady
	default:
		return nil
	}
}

// behind reports whether another server is the better one.
func (c condition) behind() bool { return c.galera && !c.synced }

var (
	// errReadOnly is what a server says that is a replica, or was made one.
	errReadOnly = &mysql.MySQLError{Number: 1290, Message: "the server is read-only"}
	// errNotReady is what a node says that the cluster goes on without.
	errNotReady = &mysql.MySQLError{Number: notReady, Message: "the server is not in its cluster"}
)

// conditionQuery is one statement for all servers. What is for MariaDB is a comment to the others; a node that is cut off
// answers it, for it reads no table.
const conditionQuery = `SELECT @@GLOBAL.read_only /*M!100100 ,
	(SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES WHERE VARIABLE_NAME = 'WSREP_ON'),
	(SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'WSREP_READY'),
	(SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'WSREP_LOCAL_STATE') */`

// synced is WSREP_LOCAL_STATE of a node that keeps up.
const synced = "4"

func askCondition(ctx context.Context, conn driver.QueryerContext) (condition, error) {
	rows, err := conn.QueryContext(ctx, conditionQuery, nil)
	if err != nil {
		return condition{}, err
	}
	defer func() { _ = rows.Close() }()
	values := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(values); err != nil {
		return condition{}, err
	}
	c := condition{readOnly: !isOff(values[0])}
	if len(values) == 4 && text(values[1]) == "ON" {
		c.galera, c.ready, c.synced = true, text(values[2]) == "ON", text(values[3]) == synced
	}
	return c, nil
}

func text(value driver.Value) string {
	read, _ := value.([]byte)
	return string(read)
}

// isOff reads a number or, from newer servers, one of several words.
func isOff(value driver.Value) bool {
	if number, ok := value.(int64); ok {
		return number == 0
	}
	return text(value) == "0" || text(value) == "OFF"
}
