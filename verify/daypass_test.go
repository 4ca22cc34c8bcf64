package verify_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"daypass/internal/token"
)

// daypass stands for a server of Daypass in the examples: it publishes its keys, and signs people in.
type daypass struct {
	*httptest.Server

	tokens *token.Codec
}

func startDaypass() *daypass {
	keys, err := token.NewKeySet([]string{"a secret of at least thirty-two bytes"}, nil)
	if err != nil {
		panic(err)
	}
	document, err := keys.PublicJWKS()
	if err != nil {
		panic(err)
	}
	tokens, err := token.NewCodec(token.Config{Issuer: "https://id.example", Audience: "rides", Keys: keys, Now: time.Now})
	if err != nil {
		panic(err)
	}
	return &daypass{Server: httptest.NewServer(answerOf(string(document))), tokens: tokens}
}

func (d *daypass) login(role string) string {
	now := time.Now()
	raw, err := d.tokens.MintAccess(token.AccessClaims{
		Subject: "usr_1", SessionID: "ses_1", Generation: 1, Role: role, IssuedAt: now, ExpiresAt: now.Add(15 * time.Minute),
	})
	if err != nil {
		panic(err)
	}
	return raw
}

// show prints what a service answers.
func show(method, url, accessToken string) {
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		panic(err)
	}
	if accessToken != "" {
		request.Header.Set("Authorization", "Bearer "+accessToken)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(err)
	}
	line := fmt.Sprint(answer.StatusCode, " ", strings.TrimSpace(string(body)))
	if challenge := answer.Header.Get("WWW-Authenticate"); challenge != "" {
		line += " (" + challenge + ")"
	}
	fmt.Fprintln(os.Stdout, strings.TrimSpace(line))
}
