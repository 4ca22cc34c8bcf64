package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"daypass/internal/auth"
	"daypass/models"
)

// Resolver answers the fields of Query and Mutation from the domain.
type Resolver struct {
	auth *auth.Service
}

// NewSchema returns the executable schema over the domain.
func NewSchema(service *auth.Service) graphql.ExecutableSchema {
	return NewExecutableSchema(Config{
		Resolvers:  &Resolver{auth: service},
		Directives: DirectiveRoot{Auth: authorize(service)},
	})
}

// authorize is the @auth directive: it lets callers of the required role pass, and nobody else.
func authorize(service *auth.Service) func(context.Context, any, graphql.Resolver, models.Role) (any, error) {
	return func(ctx context.Context, _ any, next graphql.Resolver, requires models.Role) (any, error) {
		ctx, err := service.Authorize(ctx, requires)
		if err != nil {
			return nil, err
		}
		return next(ctx)
	}
}
