// Package gqlauth guards the fields of a gqlgen server by the access tokens of Daypass. Its errors have the codes that
// clients of Daypass know, so one set of client hooks serves both.
//
// Take the directive and the roles into the schema:
//
//	directive @auth(requires: Role! = USER) on FIELD_DEFINITION
//
//	enum Role { USER ADMIN }
//
//	type Query {
//	  rides: [Ride!] @auth
//	}
//
// give the directive to the generated schema, and wrap its handler:
//
//	schema := graph.NewExecutableSchema(graph.Config{
//		Resolvers:  resolvers,
//		Directives: graph.DirectiveRoot{Auth: gqlauth.Directive[graph.Role]},
//	})
//	http.Handle("/graphql", verifier.Optional(handler.New(schema)))
//
// A resolver learns from [verify.FromContext] who asks. Make guarded queries nullable, or a refusal takes their siblings
// along.
package gqlauth

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"daypass/verify"
)

// retryAfter is the wait in seconds that a client is asked for while the keys are out of reach.
const retryAfter = 2

// Directive lets callers of the required role pass, and nobody else. R is the enum that gqlgen made of the roles. Its
// errors have the cause, for the log of an error presenter, and `extensions.code`:
//
//	UNAUTHENTICATED      no access token, or one that is invalid or expired: refresh it once, then retry
//	FORBIDDEN            the role is too low
//	SERVICE_UNAVAILABLE  nobody can tell; extensions.retryAfter is the wait in seconds
func Directive[R ~string](ctx context.Context, _ any, next graphql.Resolver, requires R) (any, error) {
	if _, err := verify.Authorize(ctx, verify.Role(requires)); err != nil {
		return nil, present(err)
	}
	return next(ctx)
}

func present(err error) *gqlerror.Error {
	switch {
	case errors.Is(err, verify.ErrForbidden):
		return refusal(err, "Your role does not allow this.", map[string]any{"code": "FORBIDDEN"})
	case errors.Is(err, verify.ErrUnavailable):
		return refusal(err, "Try again shortly.", map[string]any{"code": "SERVICE_UNAVAILABLE", "retryAfter": retryAfter})
	default:
		return refusal(err, "Sign in first.", map[string]any{"code": "UNAUTHENTICATED"})
	}
}

func refusal(cause error, message string, extensions map[string]any) *gqlerror.Error {
	return &gqlerror.Error{Err: cause, Message: message, Extensions: extensions}
}
