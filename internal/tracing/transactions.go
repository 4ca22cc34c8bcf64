package tracing

import (
	"context"
	"database/sql"

	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"gorm.io/gorm"
)

// pool begins transactions that make spans of their beginning and their end, which GORM has no callbacks for: that is where
// a statement waits for a connection or for the one write lock of SQLite, and where a commit waits for the disk.
type pool struct {
	gorm.ConnPool
	statements *Statements
}

var _ gorm.ConnPoolBeginner = (*pool)(nil)

// BeginTx implements [gorm.ConnPoolBeginner].
func (p *pool) BeginTx(ctx context.Context, options *sql.TxOptions) (gorm.ConnPool, error) {
	beginner, ok := p.ConnPool.(gorm.TxBeginner)
	if !ok {
		return nil, gorm.ErrInvalidTransaction
	}
	if !recording(ctx) {
		return beginner.BeginTx(ctx, options)
	}
	var begun *sql.Tx
	err := p.within(ctx, "BEGIN", func() (err error) {
		begun, err = beginner.BeginTx(ctx, options)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &transaction{Tx: begun, ctx: ctx, pool: p}, nil
}

// within makes a span of what is sent without a text of its own.
func (p *pool) within(ctx context.Context, operation string, send func() error) error {
	span := p.statements.start(ctx)
	span.SetName(operation)
	span.SetAttributes(semconv.DBOperationName(operation))
	err := send()
	finish(span, err)
	return err
}

// transaction remembers what it belongs to, for GORM ends it without a context.
type transaction struct {
	*sql.Tx
	ctx  context.Context
	pool *pool
}

var _ gorm.TxCommitter = (*transaction)(nil)

// Commit implements [gorm.TxCommitter].
func (t *transaction) Commit() error { return t.pool.within(t.ctx, "COMMIT", t.Tx.Commit) }

// Rollback implements [gorm.TxCommitter].
func (t *transaction) Rollback() error { return t.pool.within(t.ctx, "ROLLBACK", t.Tx.Rollback) }
