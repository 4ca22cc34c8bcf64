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

// Statements makes a span of each statement, with its text before the values are in it: a placeholder stands for each, also
// where the driver puts the value in before it sends the text. BEGIN, COMMIT and ROLLBACK are statements too. It is a
// plugin of GORM.
type Statements struct {
	tracer trace.Tracer
	system attribute.KeyValue
}

// Statements returns what traces those of one database; nil when traces are off.
func (t *Traces) Statements() *Statements {
	if t == nil {
		return nil
	}
	return &Statements{tracer: t.tracer}
}

// Name implements [gorm.Plugin].
func (*Statements) Name() string { return scope + ":traces" }

// Initialize implements [gorm.Plugin].
func (s *Statements) Initialize(db *gorm.DB) error {
	s.system = semconv.DBSystemNameKey.String(db.Name())
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

	traced := &pool{ConnPool: db.Statement.ConnPool, statements: s}
	db.ConnPool, db.Statement.ConnPool = traced, traced
	return errors.Join(errs...)
}

func (s *Statements) begin(db *gorm.DB) {
	if recording(db.Statement.Context) {
		db.InstanceSet(statementKey, s.start(db.Statement.Context))
	}
}

// end names the statement, whose text is known only now.
func (*Statements) end(db *gorm.DB) {
	kept, _ := db.InstanceGet(statementKey)
	span, ok := kept.(trace.Span)
	if !ok {
		return
	}
	name(span, db.Statement.SQL.String(), db.Statement.Table)
	finish(span, db.Error)
}

// Observe makes a span of a statement that does not go through GORM.
func (s *Statements) Observe(ctx context.Context, text string, _ []any) (ended func(error)) {
	if !recording(ctx) {
		return func(error) {}
	}
	span := s.start(ctx)
	name(span, text, tableOf(text))
	return func(err error) { finish(span, err) }
}

func (s *Statements) start(ctx context.Context) trace.Span {
	_, span := s.tracer.Start(ctx, "statement", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(s.system))
	return span
}

func name(span trace.Span, text, table string) {
	operation, _, _ := strings.Cut(text, " ")
	span.SetAttributes(semconv.DBOperationName(operation), semconv.DBQueryText(text))
	if table != "" {
		span.SetAttributes(semconv.DBCollectionName(table))
		operation += " " + table
	}
	span.SetName(operation)
}

// tableOf returns the first one that a SELECT, an UPDATE or an INSERT names.
func tableOf(text string) string {
	words := strings.Fields(text)
	for i, word := range words[:len(words)-1] {
		if word == "FROM" || word == "UPDATE" || word == "INTO" {
			return words[i+1]
		}
	}
	return ""
}

// finish notes the type of an error: its text quotes values, such as a name that is taken.
func finish(span trace.Span, err error) {
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		span.SetAttributes(semconv.ErrorType(err))
		span.SetStatus(codes.Error, "")
	}
	span.End()
}
