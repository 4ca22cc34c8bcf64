package gqlhttp

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// maxErrors bounds an answer: one small document can break a rule at each of its tokens.
const maxErrors = 10

// body is a GraphQL response (GraphQL section 7.1). Unlike gqlgen's it has no `data` when nothing was executed.
type body struct {
	Errors     gqlerror.List   `json:"errors,omitempty"`
	Data       json.RawMessage `json:"data,omitempty"`
	Extensions map[string]any  `json:"extensions,omitempty"`
}

// setHeaders comes first, so that the answer to a panic has them too.
func setHeaders(header http.Header, mediaType string) {
	header.Set("Content-Type", mediaType+"; charset=utf-8")
	header.Set("Cache-Control", "no-store")
}

// answer sends what GraphQL made of a well-formed request. Only graphql-response+json tells a request error by its
// status: to readers of application/json anything but 200 may come from some proxy, and they do not look inside.
func answer(w http.ResponseWriter, mediaType string, response *graphql.Response) {
	status := http.StatusOK
	if response.Data == nil && mediaType == graphqlResponseJSON {
		status = http.StatusBadRequest
	}
	write(w, status, body{
		Errors:     response.Errors[:min(len(response.Errors), maxErrors)],
		Data:       response.Data,
		Extensions: response.Extensions,
	})
}

// refuse answers a request that is not executed, with its [gqlerror.List] or [httpError].
func refuse(w http.ResponseWriter, mediaType string, err error) {
	if errs, ok := errors.AsType[gqlerror.List](err); ok {
		answer(w, mediaType, &graphql.Response{Errors: errs})
		return
	}
	refused, ok := errors.AsType[*httpError](err)
	if !ok {
		panic(err)
	}
	if refused.allow != "" {
		w.Header().Set("Allow", refused.allow)
	}
	extensions := map[string]any{"code": refused.code}
	if refused.limit != 0 {
		extensions["limit"] = refused.limit
	}
	write(w, refused.status, body{Errors: gqlerror.List{{Message: refused.message, Extensions: extensions}}})
}

func write(w http.ResponseWriter, status int, content body) {
	encoded, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	w.WriteHeader(status)
	_, _ = w.Write(encoded) // an error here is a client that went away
}
