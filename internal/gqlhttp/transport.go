package gqlhttp

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// transport is GraphQL over HTTP as gqlgen sees it. One value serves all requests.
type transport struct {
	maxBodyBytes  int64
	documents     *documents
	streamContext func(context.Context) (context.Context, context.CancelFunc)
}

// Supports reports true: whatever is not GraphQL over HTTP is refused in [transport.Do], by its rules.
func (transport) Supports(*http.Request) bool { return true }

// Do serves one request: negotiate, decode, prepare, execute, answer.
func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	mediaType, ok := negotiate(r)
	setHeaders(w.Header(), mediaType)
	if !ok {
		refuse(w, mediaType, errNotAcceptable)
		return
	}
	params, err := t.decode(w, r)
	if err != nil {
		refuse(w, mediaType, err)
		return
	}
	operation, err := t.operation(r.Context(), params, exec)
	if err != nil {
		refuse(w, mediaType, err)
		return
	}
	if r.Method == http.MethodGet && operation.Operation.Operation != ast.Query {
		refuse(w, mediaType, errMutationByGet)
		return
	}
	if operation.Operation.Operation == ast.Subscription {
		t.subscribe(w, r, mediaType, operation, exec)
		return
	}
	respond, ctx := exec.DispatchOperation(r.Context(), operation)
	if response := respond(ctx); response != nil {
		answer(w, mediaType, response)
		return
	}
	refuse(w, mediaType, errTimedOut)
}

// operation makes of the parameters an operation that can be executed. Its errors are of type [gqlerror.List] or
// [httpError].
func (t transport) operation(ctx context.Context, params *graphql.RawParams, exec graphql.GraphExecutor) (*graphql.OperationContext, error) {
	prepared, err := t.documents.prepare(ctx, params)
	if err != nil {
		return nil, err
	}
	operation, errs := exec.CreateOperationContext(withPrepared(ctx, prepared), params)
	if errs != nil {
		return nil, coercionError(errs[0])
	}
	if errs := refuseNullConditions(operation); errs != nil {
		return nil, errs
	}
	return operation, nil
}
