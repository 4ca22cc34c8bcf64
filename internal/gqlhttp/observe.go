package gqlhttp

import (
	"context"
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Observation is what became of one field at the root of an operation, or of a request without one.
type Observation struct {
	// Field is its name in the schema, such as `login`, whatever a client calls it; empty where there was nothing to execute.
	Field string
	// Code is the `extensions.code` of its first error; empty when there was none.
	Code string
	// Took is how long the request took to its answer, or a stream to its end.
	Took time.Duration
}

// tell has a request observed; operation is nil when nothing was executed.
func (t transport) tell(ctx context.Context, operation *graphql.OperationContext, errs gqlerror.List, took time.Duration) {
	if t.observe == nil {
		return
	}
	if operation == nil {
		t.observe(ctx, Observation{Code: codeUnder("", errs), Took: took})
		return
	}
	root := rootType(t.documents.schema, operation.Operation.Operation)
	for _, field := range graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root}) {
		t.observe(ctx, Observation{Field: field.Name, Code: codeUnder(field.Alias, errs), Took: took})
	}
}

func rootType(schema *ast.Schema, kind ast.Operation) string {
	switch kind {
	case ast.Mutation:
		return schema.Mutation.Name
	case ast.Subscription:
		return schema.Subscription.Name
	default:
		return schema.Query.Name
	}
}

// codeUnder returns the code of the first error that concerns the field with that alias, be it because it concerns all.
func codeUnder(alias string, errs gqlerror.List) string {
	for _, err := range errs {
		if len(err.Path) > 0 && err.Path[0] != ast.PathName(alias) {
			continue
		}
		return fmt.Sprint(err.Extensions["code"]) // each schema has a type of its own for it
	}
	return ""
}
