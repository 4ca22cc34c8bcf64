package gqlhttp

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// subscribe answers a subscription by an event stream. Until there is something to wait for, the context of the request
// bounds it as everything; from then on the client's patience. It returns the errors of the last event.
func (t transport) subscribe(w http.ResponseWriter, r *http.Request, mediaType string, operation *graphql.OperationContext, exec graphql.GraphExecutor) gqlerror.List {
	if err := t.subscribable(r.Header, operation); err != nil {
		return refuse(w, mediaType, err)
	}
	lasting, leave := t.streamContext(r.Context())
	defer leave()
	begun := context.AfterFunc(r.Context(), leave)
	respond, ctx := exec.DispatchOperation(lasting, operation)
	if !begun() {
		return refuse(w, mediaType, errTimedOut)
	}
	events := openEventStream(w, leave)
	defer events.close()
	var errs gqlerror.List
	for response := respond(ctx); response != nil; response = respond(ctx) {
		events.next(newBody(response))
		errs = response.Errors
	}
	events.complete()
	return errs
}

// subscribable returns what keeps a subscription from being answered: a client that takes no event stream, or @skip and
// @include at the root, where they may leave no field at all (GraphQL section 5.2.4.1).
func (t transport) subscribable(header http.Header, operation *graphql.OperationContext) error {
	if !takesEvents(header) {
		return errNeedsEvents
	}
	root := t.documents.schema.Subscription.Name
	if len(graphql.CollectFields(operation, operation.Operation.SelectionSet, []string{root})) != 1 {
		return gqlerror.List{noSubscription()}
	}
	return nil
}
