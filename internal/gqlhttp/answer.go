package gqlhttp

import (
	"encoding/json"
	"errors"
	"io"
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

func newBody(response *graphql.Response) body {
	return body{
		Errors:     response.Errors[:min(len(response.Errors), maxErrors)],
		Data:       response.Data,
		Extensions: response.Extensions,
	}
}

// setHeaders comes first, so that the answer to a panic has them too. What is not the result of an operation is never
// told in an event stream.
func setHeaders(header http.Header, mediaType string) {
	if mediaType == textEventStream {
		mediaType = applicationJSON
	}
	header.Set("Content-Type", mediaType+"; charset=utf-8")
	header.Set("Cache-Control", "no-store")
}

// answer sends what GraphQL made of a well-formed request. Only graphql-response+json tells a request error by its
// status: to readers of application/json anything but 200 may come from some proxy, and they do not look inside; those of
// an event stream take it for a broken connection. It returns the errors.
func answer(w http.ResponseWriter, mediaType string, response *graphql.Response) gqlerror.List {
	switch {
	case mediaType == textEventStream:
		setEventStreamHeaders(w.Header())
		write(w, http.StatusOK, nextEvent(newBody(response))+completeEvent)
	case mediaType == graphqlResponseJSON && response.Data == nil:
		write(w, http.StatusBadRequest, encode(newBody(response)))
	default:
		write(w, http.StatusOK, encode(newBody(response)))
	}
	return response.Errors
}

// refuse answers a request that is not executed, with its [gqlerror.List] or [httpError], and returns the errors.
func refuse(w http.ResponseWriter, mediaType string, err error) gqlerror.List {
	if errs, ok := errors.AsType[gqlerror.List](err); ok {
		return answer(w, mediaType, &graphql.Response{Errors: errs})
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
	errs := gqlerror.List{{Message: refused.message, Extensions: extensions}}
	write(w, refused.status, encode(body{Errors: errs}))
	return errs
}

// encode returns one line.
func encode(content body) string {
	encoded, err := json.Marshal(content)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}

func write(w http.ResponseWriter, status int, content string) {
	w.WriteHeader(status)
	_, _ = io.WriteString(w, content) // an error here is a client that went away
}
