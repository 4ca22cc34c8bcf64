package graph

import (
	"context"
	"daypass/internal/auth"
	"daypass/models"
	"time"
)

func (r *mutationResolver) Register(ctx context.Context, input RegisterInput) (*AuthPayload, error) {
	return r.signIn(ctx, input.TokenDelivery, func() (*auth.Pair, error) {
		return r.auth.Register(ctx, input.Username, input.Password)
	})
}

func (r *mutationResolver) Login(ctx context.Context, input LoginInput) (*AuthPayload, error) {
	return r.signIn(ctx, input.TokenDelivery, func() (*auth.Pair, error) {
		return r.auth.Login(ctx, credentials(input))
	})
}

func (r *mutationResolver) RefreshToken(ctx context.Context, input *RefreshTokenInput) (*AuthPayload, error) {
	if input == nil {
		return authPayload(r.auth.RefreshByCookie(ctx))
	}
	return authPayload(r.auth.Refresh(ctx, input.RefreshToken))
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

func (r *mutationResolver) LogoutAll(ctx context.Context) (*LogoutAllPayload, error) {
	ended, err := r.auth.LogoutAll(ctx)
	if err != nil {
		return nil, err
	}
	return &LogoutAllPayload{RevokedSessionIds: idsOf(ended)}, nil
}

func (r *mutationResolver) RevokeSession(ctx context.Context, input RevokeSessionInput) (*RevokeSessionPayload, error) {
	id, err := sessionIDOf(input.SessionID)
	if err != nil {
		return nil, err
	}
	if err := r.auth.RevokeSession(ctx, id); err != nil {
		return nil, err
	}
	return &RevokeSessionPayload{RevokedSessionID: input.SessionID}, nil
}

func (r *mutationResolver) ChangePassword(ctx context.Context, input ChangePasswordInput) (*AuthPayload, error) {
	return r.signIn(ctx, input.TokenDelivery, func() (*auth.Pair, error) {
		return r.auth.ChangePassword(ctx, input.CurrentPassword, input.NewPassword)
	})
}

func (r *mutationResolver) DeleteAccount(ctx context.Context, input DeleteAccountInput) (*DeleteAccountPayload, error) {
	id, err := r.auth.DeleteAccount(ctx, input.Password)
	if err != nil {
		return nil, err
	}
	return &DeleteAccountPayload{DeletedUserID: id.String()}, nil
}

func (r *mutationResolver) SetRole(ctx context.Context, input SetRoleInput) (*SetRolePayload, error) {
	user, err := changeUser(ctx, input.UserID, func(ctx context.Context, id models.UserID) (*models.User, error) {
		return r.auth.SetRole(ctx, id, input.Role)
	})
	if err != nil {
		return nil, err
	}
	return &SetRolePayload{User: user}, nil
}

func (r *mutationResolver) DisableUser(ctx context.Context, input DisableUserInput) (*DisableUserPayload, error) {
	user, err := changeUser(ctx, input.UserID, r.auth.DisableAccount)
	if err != nil {
		return nil, err
	}
	return &DisableUserPayload{User: user}, nil
}

func (r *mutationResolver) EnableUser(ctx context.Context, input EnableUserInput) (*EnableUserPayload, error) {
	user, err := changeUser(ctx, input.UserID, r.auth.EnableAccount)
	if err != nil {
		return nil, err
	}
	return &EnableUserPayload{User: user}, nil
}

func (r *mutationResolver) RevokeUserSessions(ctx context.Context, input RevokeUserSessionsInput) (*RevokeUserSessionsPayload, error) {
	id, err := userIDOf(input.UserID)
	if err != nil {
		return nil, err
	}
	ended, err := r.auth.RevokeUserSessions(ctx, id)
	if err != nil {
		return nil, err
	}
	return &RevokeUserSessionsPayload{RevokedSessionIds: idsOf(ended)}, nil
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

func (r *queryResolver) SecurityEvents(ctx context.Context, first *int, after *string, last *int, before *string) (*SecurityEventConnection, error) {
	return r.securityEvents(ctx, newPageArgs(ctx, first, after, last, before), auth.EventPage{}, r.auth.SecurityEvents)
}

func (r *queryResolver) User(ctx context.Context, id string) (*User, error) {
	return r.user(ctx, id)
}

func (r *queryResolver) Users(ctx context.Context, first *int, after *string, last *int, before *string, search *string) (*UserConnection, error) {
	return r.users(ctx, newPageArgs(ctx, first, after, last, before), deref(search))
}

func (r *queryResolver) AllSecurityEvents(ctx context.Context, first *int, after *string, last *int, before *string, kind *models.EventKind, userID *string, ipAddress *string, since *time.Time, until *time.Time) (*SecurityEventConnection, error) {
	filtered, err := eventFilter{kind: kind, userID: userID, ipAddress: ipAddress, since: since, until: until}.page()
	if err != nil {
		return nil, err
	}
	return r.securityEvents(ctx, newPageArgs(ctx, first, after, last, before), filtered, r.auth.AllSecurityEvents)
}

func (r *queryResolver) SecurityOverview(ctx context.Context, since time.Time, until time.Time, bucket TimeBucket) (*SecurityOverview, error) {
	return r.securityOverview(ctx, since, until, bucket)
}

func (r *sessionEndedResolver) SessionID(ctx context.Context, obj *auth.SessionEnd) (string, error) {
	return obj.SessionID.String(), nil
}

func (r *subscriptionResolver) SessionEnded(ctx context.Context) (<-chan *auth.SessionEnd, error) {
	return r.auth.SessionEnded(ctx)
}

func (r *Resolver) Mutation() MutationResolver { return &mutationResolver{r} }

func (r *Resolver) Query() QueryResolver { return &queryResolver{r} }

func (r *Resolver) SessionEnded() SessionEndedResolver { return &sessionEndedResolver{r} }

func (r *Resolver) Subscription() SubscriptionResolver { return &subscriptionResolver{r} }

type (
	mutationResolver     struct{ *Resolver }
	queryResolver        struct{ *Resolver }
	sessionEndedResolver struct{ *Resolver }
	subscriptionResolver struct{ *Resolver }
)
