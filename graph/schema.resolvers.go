package graph

import (
	"context"
	"daypass/internal/auth"
)

func (r *mutationResolver) Register(ctx context.Context, input RegisterInput) (*AuthPayload, error) {
	pair, err := r.auth.Register(ctx, input.Username, input.Password)
	return authPayload(pair, err)
}

func (r *mutationResolver) Login(ctx context.Context, input LoginInput) (*AuthPayload, error) {
	pair, err := r.auth.Login(ctx, input.Username, input.Password)
	return authPayload(pair, err)
}

func (r *mutationResolver) RefreshToken(ctx context.Context, input *RefreshTokenInput) (*AuthPayload, error) {
	if input == nil {
		return nil, &auth.InputError{Fields: map[string]string{"refreshToken": "is required"}}
	}
	pair, err := r.auth.Refresh(ctx, input.RefreshToken)
	return authPayload(pair, err)
}

func (r *mutationResolver) Logout(ctx context.Context, input *LogoutInput) (*LogoutPayload, error) {
	var refreshToken string
	if input != nil {
		refreshToken = input.RefreshToken
	}
	if err := r.auth.Logout(ctx, refreshToken); err != nil {
		return nil, err
	}
	return &LogoutPayload{Success: true}, nil
}

func (r *queryResolver) Me(ctx context.Context) (*User, error) {
	user, err := r.auth.Me(ctx)
	if err != nil {
		return nil, err
	}
	return newUser(user), nil
}

func (r *queryResolver) Sessions(ctx context.Context) ([]*Session, error) {
	records, err := r.auth.Sessions(ctx)
	if err != nil {
		return nil, err
	}
	return newSessions(ctx, records)
}

func (r *queryResolver) Node(ctx context.Context, id string) (Node, error) {
	return r.node(ctx, id)
}

func (r *Resolver) Mutation() MutationResolver { return &mutationResolver{r} }

func (r *Resolver) Query() QueryResolver { return &queryResolver{r} }

type (
	mutationResolver struct{ *Resolver }
	queryResolver    struct{ *Resolver }
)
