package gqlhttp

import (
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// transport is GraphQL over HTTP as gqlgen sees it. One value serves all requests.
type transport struct {
	maxBodyBytes int64
}

// Supports reports true: whatever is not GraphQL over HTTP is refused in [transport.Do], by its rules.
func (transport) Supports(*http.Request) bool { return true }

// Do serves one request: negotiate, decode, validate, execute, answer.
func (t transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	mediaType, ok := negotiate(r.Header)
	setHeaders(w.Header(), mediaType)
	if !ok {
		refuse(w, errNotAcceptable)
		return
	}
	params, err := t.decode(w, r)
	if err != nil {
		refuse(w, err)
		return
	}
	operation, errs := exec.CreateOperationContext(r.Context(), params)
	if errs == nil {
		errs = refuseNullConditions(operation)
	}
	if errs != nil {
		ctx := graphql.WithOperationContext(r.Context(), operation)
		response := exec.DispatchError(ctx, errs)
		withoutValues(response.Errors)
		answer(w, mediaType, response)
		return
	}
	if r.Method == http.MethodGet && operation.Operation.Operation != ast.Query {
		refuse(w, errMutationByGet)
		return
	}
	respond, ctx := exec.DispatchOperation(r.Context(), operation)
	if response := respond(ctx); response != nil {
		answer(w, mediaType, response)
		return
	}
	refuse(w, errTimedOut)
}
