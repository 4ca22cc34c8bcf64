package gqlhttp

import (
	"fmt"
	"net/http"

	"github.com/99designs/gqlgen/graphql/errcode"
)

// codeBadUserInput is ErrorCode.BAD_USER_INPUT of schema.graphqls.
const codeBadUserInput = "BAD_USER_INPUT"

// httpError is the answer to a request that never became a GraphQL operation. Its message is fixed: nothing that was
// sent comes back in it.
type httpError struct {
	status  int
	code    string
	message string
	allow   string // the Allow header, which 405 demands (RFC 9110 section 15.5.6)
	limit   int64  // that the request is over, in bytes; 0: it is something else
}

func (e *httpError) Error() string { return e.message }

var (
	errNotAcceptable = &httpError{
		status:  http.StatusNotAcceptable,
		code:    codeBadUserInput,
		message: "Accept must allow application/json or application/graphql-response+json, in UTF-8.",
	}
	errNeedsEvents = &httpError{
		status:  http.StatusNotAcceptable,
		code:    codeBadUserInput,
		message: "A subscription is answered by an event stream: let Accept name text/event-stream.",
	}
	errMethodNotAllowed = &httpError{
		status:  http.StatusMethodNotAllowed,
		code:    codeBadUserInput,
		message: "Send operations by POST, or queries by GET.",
		allow:   "GET, POST",
	}
	errMutationByGet = &httpError{
		status:  http.StatusMethodNotAllowed,
		code:    codeBadUserInput,
		message: "GET executes queries only; send this operation by POST.",
		allow:   "POST",
	}
	errUnsupportedMediaType = &httpError{
		status:  http.StatusUnsupportedMediaType,
		code:    codeBadUserInput,
		message: "The body must be application/json in UTF-8, without content coding; say so in Content-Type.",
	}
	errUnreadable = &httpError{
		status:  http.StatusBadRequest,
		code:    codeBadUserInput,
		message: "The body could not be read to its end.",
	}
	errNotJSON = &httpError{
		status:  http.StatusBadRequest,
		code:    errcode.ParseFailed,
		message: "The request is not valid JSON in UTF-8.",
	}
	errBatch = &httpError{
		status:  http.StatusBadRequest,
		code:    codeBadUserInput,
		message: "Batched operations are not supported; send one JSON object for each request.",
	}
	errNoQuery = &httpError{
		status:  http.StatusBadRequest,
		code:    codeBadUserInput,
		message: "The parameter query is missing.",
	}
	errWrongType = &httpError{
		status: http.StatusBadRequest,
		code:   codeBadUserInput,
		message: "Parameters come as a JSON object; query and operationName are strings in it, " +
			"variables and extensions are objects.",
	}
	errBadURL = &httpError{
		status:  http.StatusBadRequest,
		code:    codeBadUserInput,
		message: "The query component of the URL is not properly encoded.",
	}
	errTimedOut = &httpError{
		status:  http.StatusServiceUnavailable,
		code:    "SERVICE_UNAVAILABLE",
		message: "The time for this request ran out before the operation started.",
	}
)

func bodyTooLarge(limit int64) *httpError {
	return &httpError{
		status:  http.StatusRequestEntityTooLarge,
		code:    codeBadUserInput,
		message: fmt.Sprintf("The body is too large (limit %d bytes).", limit),
		limit:   limit,
	}
}
