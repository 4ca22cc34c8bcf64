package gqlhttp

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// transport is GraphQL over HTTP as gqlgen sees it. One value serves all requests.
type transport struct {
	maxBodyBytes  int64
	documents     *documents
	turns         turns
	streamContext func(context.Context) (context.Context, context.CancelFunc)
	observe       func(context.Context, Observation)
	now           func() time.Time
}

// Supports reports true: whatever is not GraphQL over HTTP is refused in [transport.Do], by its rules.
func (transport) Supports(*http.Request) bool { return true }

// Do serves one request, and has it observed.
func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	began := t.now()
	operation, errs := t.serve(w, r, exec)
	t.tell(r.Context(), operation, errs, t.now().Sub(began))
}

// serve does one request: negotiate, decode, prepare, execute, answer. It returns the operation, nil when there was none
// to execute, and the errors of the answer.
func (t transport) serve(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) (*graphql.OperationContext, gqlerror.List) {
	mediaType, ok := negotiate(r)
	setHeaders(w.Header(), mediaType)
	if !ok {
		return nil, refuse(w, mediaType, errNotAcceptable)
	}
	params, err := t.decode(w, r)
	if err != nil {
		return nil, refuse(w, mediaType, err)
	}
	operation, cost, err := t.operation(r.Context(), params, exec)
	if err != nil {
		return nil, refuse(w, mediaType, err)
	}
	if r.Method == http.MethodGet && operation.Operation.Operation != ast.Query {
		return nil, refuse(w, mediaType, errMutationByGet)
	}
	if operation.Operation.Operation == ast.Subscription {
		return operation, t.subscribe(w, r, mediaType, operation, exec)
	}
	if response := t.execute(r.Context(), operation, cost, exec); response != nil {
		return operation, answer(w, mediaType, response)
	}
	return operation, refuse(w, mediaType, errTimedOut)
}

// execute returns what a query or a mutation is answered with; nil when the time for it ran out before.
func (t transport) execute(ctx context.Context, operation *graphql.OperationContext, cost int, exec graphql.GraphExecutor) *graphql.Response {
	if !t.turns.take(ctx, cost) {
		return nil
	}
	defer t.turns.giveBack(cost)
	respond, ctx := exec.DispatchOperation(ctx, operation)
	return respond(ctx)
}

// operation makes of the parameters an operation that can be executed, and tells its cost. Its errors are of type
// [gqlerror.List] or [httpError].
func (t transport) operation(ctx context.Context, params *graphql.RawParams, exec graphql.GraphExecutor) (*graphql.OperationContext, int, error) {
	prepared, err := t.documents.prepare(ctx, params)
	if err != nil {
		return nil, 0, err
	}
	operation, errs := exec.CreateOperationContext(withPrepared(ctx, prepared), params)
	if errs != nil {
		return nil, 0, coercionError(errs[0])
	}
	if errs := refuseNullConditions(operation); errs != nil {
		return nil, 0, errs
	}
	return operation, prepared.size.cost, nil
}
