package stage

import (
	"context"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/errgroup"

	"daypass/bench/load"
	"daypass/models"
)

// Password is that of all people.
const Password = "correct horse battery staple"

// Person is somebody who is signed in.
type Person struct {
	Username, AccessToken, RefreshToken string
}

// Claims are what a refresh token says of itself. Clients need not know.
type Claims struct {
	Session    models.SessionID
	Generation uint64
}

// ReadClaims reads a refresh token.
func ReadClaims(refreshToken string) (Claims, error) {
	var claims struct {
		jwt.RegisteredClaims

		SessionID  string `json:"sid"`
		Generation uint64 `json:"gen"`
	}
	if _, _, err := jwt.NewParser().ParseUnverified(refreshToken, &claims); err != nil {
		return Claims{}, fmt.Errorf("read a refresh token: %w", err)
	}
	session, err := models.ParseSessionID(claims.SessionID)
	return Claims{session, claims.Generation}, err
}

const register = `mutation ($name: String!, $password: String!) {
	register(input: {username: $name, password: $password}) { accessToken refreshToken }
}`

// SignUp makes so many accounts, and a session for each. It takes the server's time for as many password hashes.
func SignUp(ctx context.Context, endpoint, prefix string, count int) ([]Person, error) {
	people := make([]Person, count)
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(16)
	for i := range people {
		work.Go(func() (err error) {
			people[i], err = signUp(ctx, endpoint, fmt.Sprintf("%s-%d", prefix, i))
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, fmt.Errorf("sign people up: %w", err)
	}
	return people, nil
}

const login = `mutation ($name: String!, $password: String!) {
	login(input: {username: $name, password: $password}) { accessToken refreshToken }
}`

// SignIn starts one more session of an account.
func SignIn(ctx context.Context, endpoint, username string) (Person, error) {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	client, err := load.OpenGraphQL(ctx, endpoint, "")
	if err != nil {
		return Person{}, err
	}
	var data struct {
		Login struct{ AccessToken, RefreshToken string }
	}
	if err := client.Ask(login, map[string]string{"name": username, "password": Password}, &data); err != nil {
		return Person{}, fmt.Errorf("sign %s in: %w", username, err)
	}
	return Person{username, data.Login.AccessToken, data.Login.RefreshToken}, nil
}

func signUp(ctx context.Context, endpoint, username string) (Person, error) {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	client, err := load.OpenGraphQL(ctx, endpoint, "")
	if err != nil {
		return Person{}, err
	}
	var data struct {
		Register struct{ AccessToken, RefreshToken string }
	}
	err = client.Ask(register, map[string]string{"name": username, "password": Password}, &data)
	return Person{username, data.Register.AccessToken, data.Register.RefreshToken}, err
}
