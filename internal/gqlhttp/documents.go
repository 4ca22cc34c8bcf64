package gqlhttp

import (
	"context"
	"runtime"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
)

// documents makes of the text of a request a document that may be executed, and keeps those that were asked for of late.
type documents struct {
	schema     *ast.Schema
	limits     limits
	validation validation
	cache      *documentCache
	// working bounds how many new documents are looked at together. Each is work for one core; more than there are cores
	// would fill the memory and be no faster.
	working chan struct{}
}

// document is a parsed document, with the operation that is to be executed.
type document struct {
	*ast.QueryDocument
	operation *ast.OperationDefinition
	size      measure
}

func newDocuments(schema *ast.Schema, cfg *Config) *documents {
	limits := newLimits(cfg)
	return &documents{
		schema:     schema,
		limits:     limits,
		validation: newValidation(schema, cfg, limits.comparisons),
		cache:      newDocumentCache(cfg.QueryCacheSize),
		working:    make(chan struct{}, runtime.GOMAXPROCS(0)),
	}
}

// prepare returns the document of a request, valid and within its limits. Its errors are of type [gqlerror.List] or
// [httpError].
func (d *documents) prepare(ctx context.Context, params *graphql.RawParams) (*document, error) {
	key := documentKey{query: params.Query, operation: params.OperationName}
	if known, ok := d.cache.get(key); ok {
		return d.admit(known, params.Variables)
	}
	select {
	case d.working <- struct{}{}:
		defer func() { <-d.working }()
	case <-ctx.Done():
		return nil, errTimedOut
	}
	parsed, err := d.parse(params)
	if err != nil {
		return nil, err
	}
	// The limits come first: validation walks more than once.
	admitted, err := d.admit(parsed, params.Variables)
	if err != nil {
		return nil, err
	}
	if errs := d.validation.check(parsed.QueryDocument); errs != nil {
		return nil, errs
	}
	d.cache.add(key, parsed)
	return admitted, nil
}

// parse reads a document. Its errors are of type [gqlerror.List].
func (d *documents) parse(params *graphql.RawParams) (*document, error) {
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: params.Query}, d.limits.tokens)
	if err != nil {
		return nil, gqlerror.List{d.limits.parseError(gqlerror.WrapIfUnwrapped(err))}
	}
	operation := parsed.Operations.ForName(params.OperationName)
	if operation == nil {
		return nil, gqlerror.List{noOperation()}
	}
	return &document{
		QueryDocument: parsed,
		operation:     operation,
		size:          measureOperation(d.schema, parsed, operation, params.Variables),
	}, nil
}

// admit holds the operation against its limits, and returns it with its size in this request: what depends on variables is
// measured with those. Its errors are of type [gqlerror.List].
func (d *documents) admit(asked *document, variables map[string]any) (*document, error) {
	if errs := checkVariables(d.schema, asked.operation, variables); errs != nil {
		return nil, errs
	}
	if asked.size.varies {
		measured := *asked
		measured.size = measureOperation(d.schema, asked.QueryDocument, asked.operation, variables)
		asked = &measured
	}
	if err := d.limits.check(asked.operation.Operation, asked.size); err != nil {
		return nil, gqlerror.List{err}
	}
	return asked, nil
}
