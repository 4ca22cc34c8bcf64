package tracing

import (
	"context"
	"errors"
	"strings"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"gorm.io/gorm"
)

// statementKey is where GORM keeps the span of a statement that is under way.
const statementKey = scope + ":span"

// Statements returns a plugin of GORM that makes a span of each statement, with its text as GORM wrote it: a placeholder
// stands for each value, also where the driver puts the value in before it sends the text. BEGIN, COMMIT and ROLLBACK are
// statements too.
func (t *Traces) Statements() gorm.Plugin {
	if t == nil {
		return nil
	}
	return statements{tracer: t.tracer}
}

type statements struct{ tracer trace.Tracer }

// Name implements [gorm.Plugin].
func (statements) Name() string { return scope + ":traces" }

// Initialize implements [gorm.Plugin].
func (s statements) Initialize(db *gorm.DB) error {
	var errs []error
	register := func(err error) { errs = append(errs, err) }
	callbacks, name := db.Callback(), s.Name()
	register(callbacks.Create().Before("gorm:create").Register(name, s.begin))
	register(callbacks.Create().After("gorm:create").Register(name+":end", s.end))
	register(callbacks.Query().Before("gorm:query").Register(name, s.begin))
	register(callbacks.Query().After("gorm:query").Register(name+":end", s.end))
	register(callbacks.Update().Before("gorm:update").Register(name, s.begin))
	register(callbacks.Update().After("gorm:update").Register(name+":end", s.end))
	register(callbacks.Delete().Before("gorm:delete").Register(name, s.begin))
	register(callbacks.Delete().After("gorm:delete").Register(name+":end", s.end))
	register(callbacks.Row().Before("gorm:row").Register(name, s.begin))
	register(callbacks.Row().After("gorm:row").Register(name+":end", s.end))
	register(callbacks.Raw().Before("gorm:raw").Register(name, s.begin))
	register(callbacks.Raw().After("gorm:raw").Register(name+":end", s.end))

	traced := &pool{ConnPool: db.Statement.ConnPool, statements: s, system: systemOf(db)}
	db.ConnPool, db.Statement.ConnPool = traced, traced
	return errors.Join(errs...)
}

func (s statements) begin(db *gorm.DB) {
	if recording(db.Statement.Context) {
		db.InstanceSet(statementKey, s.start(db.Statement.Context, systemOf(db)))
	}
}

// end names the statement, whose text is known only now.
func (statements) end(db *gorm.DB) {
	kept, _ := db.InstanceGet(statementKey)
	span, ok := kept.(trace.Span)
	if !ok {
		return
	}
	text := db.Statement.SQL.String()
	operation, _, _ := strings.Cut(text, " ")
	span.SetAttributes(semconv.DBOperationName(operation), semconv.DBQueryText(text))
	if table := db.Statement.Table; table != "" {
		span.SetAttributes(semconv.DBCollectionName(table))
		operation += " " + table
	}
	span.SetName(operation)
	finish(span, db.Error)
}

func (s statements) start(ctx context.Context, system attribute.KeyValue) trace.Span {
	_, span := s.tracer.Start(ctx, "statement", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(system))
	return span
}

// finish notes the type of an error: its text quotes values, such as a name that is taken.
func finish(span trace.Span, err error) {
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		span.SetAttributes(semconv.ErrorType(err))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

func systemOf(db *gorm.DB) attribute.KeyValue { return semconv.DBSystemNameKey.String(db.Name()) }
