package tracing

import (
	"context"
	"fmt"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

const (
	// fieldsKey lists the fields at the root of an operation, by their names in the schema.
	fieldsKey = attribute.Key("daypass.fields")
	// outcomeKey is what became of it: OK, or the `extensions.code` of its first error.
	outcomeKey = attribute.Key("daypass.outcome")

	outcomeOK = "OK"
)

// Operations returns an extension of gqlgen that makes a span of each operation: its type, the fields at its root and what
// became of it. That of a subscription lasts as long as its stream.
func (t *Traces) Operations() graphql.HandlerExtension {
	if t == nil {
		return nil
	}
	return &operations{tracer: t.tracer}
}

// Failed notes the code of an error in the span of the request: one that is refused before anything is executed has no other
// span. An empty code is none.
func (t *Traces) Failed(ctx context.Context, code string) {
	if t != nil && code != "" {
		trace.SpanFromContext(ctx).SetAttributes(outcomeKey.String(code))
	}
}

type operations struct {
	tracer trace.Tracer
	schema *ast.Schema
}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationInterceptor
} = (*operations)(nil)

// ExtensionName implements [graphql.HandlerExtension].
func (*operations) ExtensionName() string { return "Traces" }

// Validate implements [graphql.HandlerExtension].
func (o *operations) Validate(schema graphql.ExecutableSchema) error {
	o.schema = schema.Schema()
	return nil
}

// InterceptOperation implements [graphql.OperationInterceptor].
func (o *operations) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if !recording(ctx) {
		return next(ctx)
	}
	operation := graphql.GetOperationContext(ctx)
	kind, fields := operation.Operation.Operation, o.fields(operation)
	ctx, span := o.tracer.Start(ctx, nameOf(kind, fields), trace.WithAttributes(
		semconv.GraphQLOperationTypeKey.String(string(kind)), fieldsKey.StringSlice(fields)))
	respond := next(ctx)
	if kind == ast.Subscription {
		return untilTheLast(span, respond)
	}
	return func(ctx context.Context) *graphql.Response {
		defer span.End()
		response := respond(ctx)
		if response == nil { // the time ran out before
			span.SetStatus(codes.Error, "")
			return nil
		}
		conclude(span, response.Errors)
		return response
	}
}

// untilTheLast ends the span of a stream, which may end without an event.
func untilTheLast(span trace.Span, respond graphql.ResponseHandler) graphql.ResponseHandler {
	conclude(span, nil)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if response == nil {
			span.End()
			return nil
		}
		conclude(span, response.Errors)
		return response
	}
}

// fields returns what stands at the root, each once. These are names of the schema; what a client calls the operation and
// its fields is the client's, and could be anything.
func (o *operations) fields(operation *graphql.OperationContext) []string {
	var root *ast.Definition
	switch operation.Operation.Operation {
	case ast.Query:
		root = o.schema.Query
	case ast.Mutation:
		root = o.schema.Mutation
	case ast.Subscription:
		root = o.schema.Subscription
	}
	var names []string
	for _, field := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root.Name}) {
		if !slices.Contains(names, field.Name) {
			names = append(names, field.Name)
		}
	}
	return names
}

// nameOf leaves several fields to the attribute: there are more sets of them than a list of names has room for.
func nameOf(kind ast.Operation, fields []string) string {
	if len(fields) != 1 {
		return string(kind)
	}
	return string(kind) + " " + fields[0]
}

// conclude notes what became of an operation. Only what is the server's fault is an error of the span; nothing is taken over
// from the message.
func conclude(span trace.Span, errs gqlerror.List) {
	if len(errs) == 0 {
		span.SetAttributes(outcomeKey.String(outcomeOK))
		return
	}
	code := fmt.Sprint(errs[0].Extensions["code"]) // each schema has a type of its own for it
	span.SetAttributes(outcomeKey.String(code))
	switch code {
	case "INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE": // ErrorCode of schema.graphqls
		span.SetStatus(codes.Error, "")
	}
}
