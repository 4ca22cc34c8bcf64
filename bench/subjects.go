package main

import (
	"bytes"
	"context"
	"slices"

	"daypass/bench/load"
	"daypass/bench/stage"
)

const (
	meDocument      = `{ me { id username role createdAt updatedAt } }`
	loginDocument   = `mutation ($name: String!, $password: String!) { login(input: {username: $name, password: $password}) { accessToken refreshToken } }`
	refreshDocument = `mutation ($token: String!) { refreshToken(input: {refreshToken: $token}) { accessToken expiresIn refreshToken } }`
)

// riding asks who the person is, by its access token, again and again.
func riding(ctx context.Context, endpoint string, person stage.Person) (load.Work, error) {
	client, err := load.OpenGraphQL(ctx, endpoint, person.AccessToken)
	if err != nil {
		return nil, err
	}
	request, err := load.Encode(meDocument, nil)
	if err != nil {
		return nil, err
	}
	return func() error {
		_, err := client.Send(request, "")
		return err
	}, nil
}

// refreshing swaps the person's token for the next one each time.
func refreshing(ctx context.Context, endpoint string, person *stage.Person) (load.Work, error) {
	client, err := load.OpenGraphQL(ctx, endpoint, "")
	if err != nil {
		return nil, err
	}
	request, err := load.Encode(refreshDocument, map[string]string{"token": tokenPlace})
	if err != nil {
		return nil, err
	}
	before, after, _ := bytes.Cut(request, []byte(tokenPlace))
	return func() error {
		// Put together and taken apart by hand: to encode and to decode JSON would cost a part of what the server takes.
		answer, err := client.Send(slices.Concat(before, []byte(person.RefreshToken), after), "")
		if err != nil {
			return err
		}
		person.AccessToken, person.RefreshToken = textAfter(answer, `"accessToken":"`), textAfter(answer, `"refreshToken":"`)
		return nil
	}, nil
}

// tokenPlace is where the token goes.
const tokenPlace = "TOKEN"

// textAfter returns the text between those words and the next quotation mark; tokens have nothing to escape.
func textAfter(answer []byte, words string) string {
	_, rest, _ := bytes.Cut(answer, []byte(words))
	text, _, _ := bytes.Cut(rest, []byte(`"`))
	return string(text)
}

// signingIn logs in to one account after the other, each time with that password, and wants that code.
func signingIn(ctx context.Context, endpoint string, usernames []string, password, code string) (load.Work, error) {
	client, err := load.OpenGraphQL(ctx, endpoint, "")
	if err != nil {
		return nil, err
	}
	next := 0
	return func() error {
		request, err := load.Encode(loginDocument, map[string]string{"name": usernames[next], "password": password})
		if err != nil {
			return err
		}
		next = (next + 1) % len(usernames)
		_, err = client.Send(request, code)
		return err
	}, nil
}
