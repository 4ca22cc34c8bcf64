package store

import (
	"context"
	"database/sql"
	"sync"

	"gorm.io/gorm"
)

// preparedPool is a pool that prepares each statement once a connection: the server parses it once, and MariaDB describes
// its columns once. That is for the few that every query and every refresh needs. Others may take other shapes each time,
// a list more or less, and would fill the server with statements that nobody asks for again.
//
// GORM can do so too, but it closes a statement that others are using when a connection breaks.
type preparedPool struct {
	*sql.DB
	statements sync.Map // *sql.Stmt by its text
}

var _ gorm.ConnPool = (*preparedPool)(nil)

// ExecContext implements [gorm.ConnPool].
func (p *preparedPool) ExecContext(ctx context.Context, query string, values ...any) (sql.Result, error) {
	statement, err := p.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.ExecContext(ctx, values...)
}

// QueryContext implements [gorm.ConnPool].
func (p *preparedPool) QueryContext(ctx context.Context, query string, values ...any) (*sql.Rows, error) {
	statement, err := p.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return statement.QueryContext(ctx, values...)
}

// prepared returns the statement, which is never closed: it ends with the pool. Of those that prepare it at the same time
// the first one counts.
func (p *preparedPool) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if known, ok := p.statements.Load(query); ok {
		return known.(*sql.Stmt), nil
	}
	statement, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if known, loaded := p.statements.LoadOrStore(query, statement); loaded {
		_ = statement.Close()
		return known.(*sql.Stmt), nil
	}
	return statement, nil
}

// preparing returns a session of GORM whose statements are prepared.
func preparing(db *gorm.DB, pool *sql.DB) *gorm.DB {
	session := db.WithContext(context.Background()) // with a statement of its own
	session.Statement.ConnPool = &preparedPool{DB: pool}
	return session
}
