package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"daypass/bench/load"
)

// peer is another server that the same loader drives beside Daypass: one that speaks GraphQL, or the token endpoint of an
// OAuth 2.0 server (RFC 6749 section 3.2). What it is sent are texts in which {username}, {password} and {token} are
// filled in; without any they are those of Daypass, or of RFC 6749 when the URL ends with /token.
type peer struct {
	Compare         string   `placeholder:"URL" help:"Another server's GraphQL or token endpoint to drive beside Daypass."`
	CompareUsername string   `default:"demo" placeholder:"NAME" help:"An account there (default ${default})."`
	ComparePassword string   `placeholder:"PASSWORD" help:"Its password."`
	CompareLogin    string   `placeholder:"BODY" help:"What signs in there, with {username} and {password}."`
	CompareRefresh  string   `placeholder:"BODY" help:"What swaps a refresh token there, with {token}."`
	CompareQuery    string   `placeholder:"BODY" help:"What asks a protected query there, by the access token."`
	CompareHeader   []string `placeholder:"NAME:VALUE" help:"What each request there has in its header."`
	CompareAccess   string   `placeholder:"PATH" help:"Where an answer has the access token, such as data.login.accessToken; * stands for any name."`
	CompareToken    string   `placeholder:"PATH" help:"Where it has the refresh token."`
}

// The texts for a server that speaks GraphQL as Daypass does, and for a token endpoint.
const (
	peerLogin        = `{"query": "mutation { login(input: {username: \"{username}\", password: \"{password}\"}) { accessToken refreshToken } }"}`
	peerRefresh      = `{"query": "mutation { refreshToken(input: {refreshToken: \"{token}\"}) { accessToken refreshToken } }"}`
	peerQuery        = `{"query": "{ me { id username role createdAt updatedAt } }"}`
	peerTokenLogin   = `grant_type=password&username={username}&password={password}`
	peerTokenRefresh = `grant_type=refresh_token&refresh_token={token}`
)

// AfterApply fills in what was not said.
func (p *peer) AfterApply() error {
	if p.Compare == "" {
		return nil
	}
	u, err := url.Parse(p.Compare)
	if err != nil || u.Host == "" {
		return errors.New("--compare: that is no URL")
	}
	set := func(setting *string, value string) {
		if *setting == "" {
			*setting = value
		}
	}
	if strings.HasSuffix(u.Path, "/token") {
		set(&p.CompareLogin, peerTokenLogin)
		set(&p.CompareRefresh, peerTokenRefresh)
		set(&p.CompareAccess, "access_token")
		set(&p.CompareToken, "refresh_token")
		return nil
	}
	set(&p.CompareLogin, peerLogin)
	set(&p.CompareRefresh, peerRefresh)
	set(&p.CompareQuery, peerQuery)
	set(&p.CompareAccess, "data.*.accessToken")
	set(&p.CompareToken, "data.*.refreshToken")
	return nil
}

// subjects are the work there that stands beside a comparison; none, when there is no peer or it has no such operation.
func (p *peer) subjects(ctx context.Context, comparison string) []subject {
	work := map[string]func(context.Context) (load.Work, error){"login": p.signingIn, "refresh": p.refreshing}
	if p.CompareQuery != "" {
		work["query"] = p.querying
	}
	begin, known := work[comparison]
	if p.Compare == "" || !known {
		return nil
	}
	u, _ := url.Parse(p.Compare) // it was read before
	return []subject{{name: comparison + " at " + u.Host, work: func(int) (load.Work, error) { return begin(ctx) }}}
}

func (p *peer) signingIn(ctx context.Context) (load.Work, error) {
	connection, err := p.dial(ctx, p.CompareLogin, "")
	if err != nil {
		return nil, err
	}
	return func() error {
		_, err := p.signIn(connection)
		return err
	}, nil
}

func (p *peer) refreshing(ctx context.Context) (load.Work, error) {
	connection, err := p.dial(ctx, p.CompareRefresh, "")
	if err != nil {
		return nil, err
	}
	answer, err := p.signIn(connection)
	if err != nil {
		return nil, err
	}
	token, err := textAt(answer, p.CompareToken)
	return func() error {
		answer, err := exchange(connection, fill(p.CompareRefresh, "{token}", token))
		if err != nil {
			return err
		}
		if next, err := textAt(answer, p.CompareToken); err == nil { // not every server rotates
			token = next
		}
		return nil
	}, err
}

func (p *peer) querying(ctx context.Context) (load.Work, error) {
	connection, err := p.dial(ctx, p.CompareLogin, "")
	if err != nil {
		return nil, err
	}
	answer, err := p.signIn(connection)
	if err != nil {
		return nil, err
	}
	token, err := textAt(answer, p.CompareAccess)
	if err != nil {
		return nil, err
	}
	if connection, err = p.dial(ctx, p.CompareQuery, token); err != nil {
		return nil, err
	}
	return func() error {
		_, err := exchange(connection, p.CompareQuery)
		return err
	}, nil
}

// dial connects for bodies like this one, which is JSON or a form.
func (p *peer) dial(ctx context.Context, body, accessToken string) (*load.Connection, error) {
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if strings.HasPrefix(body, "{") {
		header.Set("Content-Type", "application/json")
	}
	for _, line := range p.CompareHeader {
		name, value, _ := strings.Cut(line, ":")
		header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if accessToken != "" {
		header.Set("Authorization", "Bearer "+accessToken)
	}
	return load.Open(ctx, p.Compare, header)
}

func (p *peer) signIn(connection *load.Connection) ([]byte, error) {
	body := fill(fill(p.CompareLogin, "{username}", p.CompareUsername), "{password}", p.ComparePassword)
	answer, err := exchange(connection, body)
	if err != nil {
		return nil, fmt.Errorf("sign in at the peer: %w", err)
	}
	return answer, nil
}

// fill puts a value into a text, encoded as a form or JSON needs it.
func fill(body, place, value string) string {
	if !strings.HasPrefix(body, "{") {
		return strings.ReplaceAll(body, place, url.QueryEscape(value))
	}
	quoted, _ := json.Marshal(value) // a string can be encoded
	return strings.ReplaceAll(body, place, string(quoted[1:len(quoted)-1]))
}

func exchange(connection *load.Connection, body string) ([]byte, error) {
	status, answer, err := connection.Post([]byte(body))
	if err != nil {
		return nil, err
	}
	var graphQL struct{ Errors []struct{ Message string } }
	_ = json.Unmarshal(answer, &graphQL) // a token endpoint has none
	if status != http.StatusOK || len(graphQL.Errors) > 0 {
		return nil, fmt.Errorf("answered %d %v", status, graphQL.Errors)
	}
	return answer, nil
}

var errNotThere = errors.New("the answer has no token where it should be")

// textAt returns the text at a path of names.
func textAt(answer []byte, path string) (string, error) {
	var node any
	if err := json.Unmarshal(answer, &node); err != nil {
		return "", errNotThere
	}
	for name := range strings.SplitSeq(path, ".") {
		object, _ := node.(map[string]any)
		node = object[name]
		for _, value := range object {
			if name == "*" {
				node = value
			}
		}
	}
	text, ok := node.(string)
	if !ok {
		return "", errNotThere
	}
	return text, nil
}
