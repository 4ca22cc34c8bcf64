package daypass

import (
	"errors"
	"fmt"
	"time"

	"github.com/Khan/genqlient/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// SignedOutError says that the session is over. Only another login helps.
type SignedOutError struct {
	// Reason is `extensions.reason` of INVALID_REFRESH_TOKEN (EXPIRED, REVOKED, REUSED or INVALID), or LOGGED_OUT here.
	Reason string
}

func (e *SignedOutError) Error() string { return "signed out: " + e.Reason }

// Words tell the user what happened and what to do.
func (e *SignedOutError) Words() string {
	switch e.Reason {
	case "REUSED":
		return "Somebody else may have used your session, so it was ended. Sign in again, and change your password."
	case "REVOKED":
		return "You were signed out from another device. Sign in again."
	case "EXPIRED":
		return "You were away for long. Sign in again."
	case "LOGGED_OUT":
		return "You have logged out."
	default:
		return "Sign in again."
	}
}

// Code returns `extensions.code` of the first GraphQL error, or nothing for any other.
func Code(err error) string {
	code, _ := extension(err, "code").(string)
	return code
}

func extension(err error, name string) any {
	var list gqlerror.List
	var answer *graphql.HTTPError
	switch {
	case errors.As(err, &list) && len(list) > 0:
		return list[0].Extensions[name]
	case errors.As(err, &answer) && len(answer.Response.Errors) > 0:
		return answer.Response.Errors[0].Extensions[name]
	default:
		return nil
	}
}

// verdict returns the error by which the server says that the refresh token is of no use any more. No other error says so.
func verdict(err error) *SignedOutError {
	if Code(err) != "INVALID_REFRESH_TOKEN" {
		return nil
	}
	return &SignedOutError{Reason: fmt.Sprint(extension(err, "reason"))}
}

// retryable reports whether the error says nothing about what was sent, and for how long the server asks to wait. What is
// not an answer of Daypass, such as a lost connection or the page of a proxy, says nothing either.
func retryable(err error) (time.Duration, bool) {
	var over *SignedOutError
	if err == nil || errors.As(err, &over) {
		return 0, false
	}
	seconds, _ := extension(err, "retryAfter").(float64)
	switch Code(err) {
	case "", "RATE_LIMITED", "SERVICE_UNAVAILABLE", "INTERNAL_SERVER_ERROR":
		return time.Duration(seconds * float64(time.Second)), true
	default:
		return 0, false
	}
}
