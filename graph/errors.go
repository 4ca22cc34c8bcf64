package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"daypass/internal/auth"
)

// retryAfter is the wait in seconds that a client is asked for when the server is busy or its database away.
const retryAfter = 2

// outcome is what the outside learns of an error.
type outcome struct {
	code       ErrorCode
	message    string
	extensions map[string]any
}

// outcomes is the one table from the errors of the domain to the contract; the first that matches counts.
var outcomes = []struct {
	err error
	outcome
}{
	{auth.ErrUnauthenticated, outcome{code: ErrorCodeUnauthenticated, message: "Sign in first."}},
	{auth.ErrForbidden, outcome{code: ErrorCodeForbidden, message: "Your role does not allow this."}},
	{auth.ErrInvalidCredentials, outcome{code: ErrorCodeInvalidCredentials, message: "Unknown username or wrong password."}},
	{auth.ErrUsernameTaken, outcome{code: ErrorCodeUsernameTaken, message: "The username is in use."}},
	{auth.ErrRefreshTokenInvalid, refused("INVALID", "The refresh token is invalid.")},
	{auth.ErrRefreshTokenExpired, refused("EXPIRED", "The session has expired.")},
	{auth.ErrRefreshTokenRevoked, refused("REVOKED", "The session was ended.")},
	{auth.ErrRefreshTokenReused, refused("REUSED", "The refresh token was used before, so the session was ended.")},
	{auth.ErrNotFound, outcome{code: ErrorCodeNotFound, message: "There is no such object, or none that you may know of."}},
	{auth.ErrLastAdmin, outcome{code: ErrorCodeLastAdmin, message: "The last ADMIN must stay."}},
	{auth.ErrCrossOrigin, outcome{code: ErrorCodeCrossOriginRefused, message: "This origin may not use the cookie."}},
	{auth.ErrUnavailable, unavailable},
	{context.DeadlineExceeded, unavailable},
	{context.Canceled, unavailable},
}

var unavailable = outcome{
	code: ErrorCodeServiceUnavailable, message: "Try again shortly.", extensions: map[string]any{"retryAfter": retryAfter},
}

var internal = outcome{code: ErrorCodeInternalServerError, message: "Something went wrong."}

func refused(reason, message string) outcome {
	return outcome{
		code: ErrorCodeInvalidRefreshToken, message: message + " Sign in again.", extensions: map[string]any{"reason": reason},
	}
}

// PresentError returns gqlgen's error presenter: it shows the outcome of an error and logs the cause of those that
// are the server's fault.
func PresentError(log *slog.Logger) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := graphql.DefaultErrorPresenter(ctx, err)
		if fromGraphQL(shown) {
			return shown
		}
		field := graphql.GetFieldContext(ctx)
		path, argument := splitPath(field, shown.Path)
		outcome := outcomeOf(err, prefixOf(field))
		if argument != "" {
			outcome = invalidArgument(argument, err)
		}
		logOutcome(ctx, log, outcome.code, path, err)
		return &gqlerror.Error{
			Message: outcome.message, Path: path, Locations: shown.Locations, Extensions: extensionsOf(outcome),
		}
	}
}

// fromGraphQL reports whether the error is about the document, and so meant for its author: those alone come with a
// code already.
func fromGraphQL(err *gqlerror.Error) bool {
	_, coded := err.Extensions["code"]
	return coded
}

// splitPath tells the path of a field from what leads on into its arguments, where a value could not be read.
func splitPath(field *graphql.FieldContext, path ast.Path) (ast.Path, string) {
	if field == nil || len(path) <= len(field.Path()) {
		return path, ""
	}
	own := len(field.Path())
	return path[:own], strings.TrimPrefix(path[own:].String(), ".")
}

// prefixOf is what leads to the values of a field: all that a mutation takes is in its input, a query has arguments.
func prefixOf(field *graphql.FieldContext) string {
	if field != nil && field.Field.Definition.Arguments.ForName("input") == nil {
		return ""
	}
	return "input."
}

func outcomeOf(err error, prefix string) outcome {
	if input, ok := errors.AsType[*auth.InputError](err); ok {
		return invalidInput(input, prefix)
	}
	if limited, ok := errors.AsType[*auth.RateLimitedError](err); ok {
		return rateLimited(limited)
	}
	for _, row := range outcomes {
		if errors.Is(err, row.err) {
			return row.outcome
		}
	}
	return internal
}

func invalidInput(err *auth.InputError, prefix string) outcome {
	fields := make(map[string]any, len(err.Fields))
	for name, reason := range err.Fields {
		fields[prefix+name] = reason
	}
	return outcome{
		code: ErrorCodeBadUserInput, message: "Invalid input: " + err.Error() + ".", extensions: map[string]any{"fields": fields},
	}
}

// valueError is the reason why a value is not of its scalar type; it does not repeat the value.
type valueError string

func (reason valueError) Error() string { return string(reason) }

// invalidArgument: the schema alone could not tell that the value is of no use.
func invalidArgument(path string, err error) outcome {
	reason := valueError("is not a valid value")
	errors.As(err, &reason)
	return outcome{
		code: ErrorCodeBadUserInput, message: fmt.Sprintf("Invalid input: %s %s.", path, reason),
		extensions: map[string]any{"fields": map[string]any{path: string(reason)}},
	}
}

// rateLimited tells the wait in whole seconds, rounded up: who waits for so long need not wait again.
func rateLimited(err *auth.RateLimitedError) outcome {
	seconds := int((err.RetryAfter + time.Second - 1) / time.Second)
	return outcome{
		code: ErrorCodeRateLimited, message: "Too many attempts. Try again later.",
		extensions: map[string]any{"retryAfter": max(1, seconds)},
	}
}

func extensionsOf(o outcome) map[string]any {
	extensions := map[string]any{"code": o.code}
	maps.Copy(extensions, o.extensions)
	return extensions
}

// logOutcome writes the cause of what is our fault, and of a refusal only which it was: its cause is the caller's input.
func logOutcome(ctx context.Context, log *slog.Logger, code ErrorCode, path ast.Path, err error) {
	switch {
	case code == ErrorCodeInternalServerError:
		log.ErrorContext(ctx, "internal error", "error", err)
	case errors.Is(err, context.Canceled):
		log.DebugContext(ctx, "client went away", "error", err)
	case code == ErrorCodeServiceUnavailable:
		log.WarnContext(ctx, "unavailable", "error", err)
	default:
		log.InfoContext(ctx, "refused", "code", code, "path", path.String())
	}
}

// Recover turns a panic in a resolver into an error whose text, for the log only, has the stack.
func Recover(_ context.Context, cause any) error {
	return fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
}
