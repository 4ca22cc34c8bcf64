package graph

import (
	"context"
	"time"

	"daypass/internal/auth"
	"daypass/models"
)

// signIn has a use case sign somebody in, and the refresh token go where the client wants it.
func (r *Resolver) signIn(ctx context.Context, delivery TokenDelivery, signIn func() (*auth.Pair, error)) (*AuthPayload, error) {
	if delivery == TokenDeliveryCookie {
		return authPayload(r.auth.ByCookie(ctx, signIn))
	}
	return authPayload(signIn())
}

func authPayload(pair *auth.Pair, err error) (*AuthPayload, error) {
	if err != nil {
		return nil, err
	}
	return &AuthPayload{
		AccessToken:           pair.AccessToken,
		ExpiresIn:             int(pair.AccessTokenTTL / time.Second),
		AccessTokenExpiresAt:  pair.AccessTokenExpiresAt,
		RefreshToken:          nullable(pair.RefreshToken),
		RefreshTokenExpiresAt: pair.RefreshTokenExpiresAt,
		DeviceToken:           nullable(pair.DeviceToken),
		User:                  newUser(pair.User),
		Session:               newSession(pair.Session, pair.Session.ID),
	}, nil
}

func credentials(input LoginInput) auth.Credentials {
	credentials := auth.Credentials{Username: input.Username, Password: input.Password}
	if deviceToken := input.DeviceToken.Value(); deviceToken != nil {
		credentials.DeviceToken = *deviceToken
	}
	return credentials
}

func newUser(user *models.User) *User {
	return &User{
		ID:         user.ID.String(),
		Username:   user.Username,
		Role:       user.Role,
		DisabledAt: user.DisabledAt,
		CreatedAt:  user.CreatedAt,
		UpdatedAt:  user.UpdatedAt,
	}
}

func nullable(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
