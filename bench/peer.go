package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"

	"daypass/bench/load"
)

// peer is another server that the same loader drives beside Daypass: one that speaks GraphQL, or the token endpoint of an
// OAuth 2.0 server (RFC 6749 section 3.2). What it is sent are texts in which {username}, {password} and {token} are
// filled in; without any they are those of Daypass, or of RFC 6749 when the URL ends with /token.
type peer struct {
	Compare          string   `placeholder:"URL" help:"Another server to drive beside Daypass. What is not said below is as Daypass has it, or, when the URL ends with /token, as a token endpoint of RFC 6749 does, which knows no query."`
	CompareUsername  string   `default:"demo" placeholder:"NAME" help:"An account there (default ${default}); where it has {n}, one for each connection, from 0."`
	ComparePassword  string   `placeholder:"PASSWORD" help:"Its password."`
	CompareLogin     string   `placeholder:"BODY" help:"What signs in there, with {username} and {password}: JSON, or else a form."`
	CompareLoginAt   string   `placeholder:"URL" help:"Where that is sent, relative to --compare, when it is another place: /login, or ?grant_type=password."`
	CompareRefresh   string   `placeholder:"BODY" help:"What swaps a refresh token there, with {token}."`
	CompareRefreshAt string   `placeholder:"URL" help:"Where that is sent, likewise."`
	CompareQuery     string   `placeholder:"BODY" help:"What asks a protected query there, by the access token; without it --compare-query-at is asked by GET."`
	CompareQueryAt   string   `placeholder:"URL" help:"Where that is sent, likewise."`
	CompareHeader    []string `sep:"none" placeholder:"NAME:VALUE" help:"What each request there has in its header."`
	CompareAccess    []string `placeholder:"PATH" help:"Where an answer has the access token, such as data.login.accessToken; * stands for any name. Of several, the first that is there."`
	CompareToken     []string `placeholder:"PATH" help:"Where it has the refresh token, likewise. A refresh that is answered without one leaves the old one in use (RFC 6749 section 6)."`
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
	u, err := p.check()
	if err != nil {
		return err
	}
	if strings.HasSuffix(strings.TrimSuffix(u.Path, "/"), "/token") {
		p.fillIn(peer{
			CompareLogin: peerTokenLogin, CompareRefresh: peerTokenRefresh,
			CompareAccess: []string{"access_token"}, CompareToken: []string{"refresh_token"},
		})
	} else {
		p.fillIn(peer{
			CompareLogin: peerLogin, CompareRefresh: peerRefresh, CompareQuery: peerQuery,
			CompareAccess: []string{"data.*.accessToken"}, CompareToken: []string{"data.*.refreshToken"},
		})
	}
	if !p.queries() {
		fmt.Fprintf(os.Stderr, "no query is asked at %s: --compare-query or --compare-query-at would say which\n", u.Host)
	}
	return nil
}

func (p *peer) check() (*url.URL, error) {
	u, err := url.Parse(p.Compare)
	if err != nil || u.Host == "" {
		return nil, errors.New("--compare: that is no URL")
	}
	for flag, place := range map[string]string{"login": p.CompareLoginAt, "refresh": p.CompareRefreshAt, "query": p.CompareQueryAt} {
		if _, err := u.Parse(place); err != nil {
			return nil, fmt.Errorf("--compare-%s-at: that is no URL", flag)
		}
	}
	for _, line := range p.CompareHeader {
		if name, _, ok := strings.Cut(line, ":"); !ok || strings.TrimSpace(name) == "" {
			return nil, errors.New("--compare-header: that is no NAME:VALUE")
		}
	}
	return u, nil
}

func (p *peer) fillIn(unsaid peer) {
	p.CompareLogin = cmp.Or(p.CompareLogin, unsaid.CompareLogin)
	p.CompareRefresh = cmp.Or(p.CompareRefresh, unsaid.CompareRefresh)
	if p.CompareQueryAt == "" {
		p.CompareQuery = cmp.Or(p.CompareQuery, unsaid.CompareQuery)
	}
	if len(p.CompareAccess) == 0 {
		p.CompareAccess = unsaid.CompareAccess
	}
	if len(p.CompareToken) == 0 {
		p.CompareToken = unsaid.CompareToken
	}
}

func (p *peer) queries() bool { return p.CompareQuery != "" || p.CompareQueryAt != "" }

// subjects are the work there that stands beside a comparison; none, when there is no peer or it has no such operation.
func (p *peer) subjects(ctx context.Context, comparison string) []subject {
	work := map[string]func(context.Context, int) (load.Work, error){"login": p.signingIn, "refresh": p.refreshing}
	if p.queries() {
		work["query"] = p.querying
	}
	begin, known := work[comparison]
	if p.Compare == "" || !known {
		return nil
	}
	u, _ := url.Parse(p.Compare) // it was read before
	return []subject{{name: comparison + " at " + u.Host, work: func(n int) (load.Work, error) { return begin(ctx, n) }}}
}

func (p *peer) signingIn(ctx context.Context, n int) (load.Work, error) {
	signIn, err := p.login(ctx, n)
	return func() error {
		answer, err := signIn()
		if err == nil {
			_, err = textAt(answer, p.CompareAccess)
		}
		return err
	}, err
}

func (p *peer) refreshing(ctx context.Context, n int) (load.Work, error) {
	token, err := p.signIn(ctx, n, p.CompareToken)
	if err != nil {
		return nil, err
	}
	connection, err := p.dial(ctx, p.CompareRefreshAt, p.CompareRefresh, "")
	if err != nil {
		return nil, err
	}
	return func() error {
		answer, err := exchange(connection, fill(p.CompareRefresh, "{token}", token))
		if err != nil {
			return err
		}
		if next, err := textAt(answer, p.CompareToken); err == nil { // not every server rotates
			token = next
		}
		return nil
	}, nil
}

func (p *peer) querying(ctx context.Context, n int) (load.Work, error) {
	token, err := p.signIn(ctx, n, p.CompareAccess)
	if err != nil {
		return nil, err
	}
	connection, err := p.dial(ctx, p.CompareQueryAt, p.CompareQuery, token)
	if err != nil {
		return nil, err
	}
	return func() error {
		_, err := exchange(connection, p.CompareQuery)
		return err
	}, nil
}

// dial connects for bodies like this one, which is JSON or a form, or none.
func (p *peer) dial(ctx context.Context, place, body, accessToken string) (*load.Connection, error) {
	header := http.Header{}
	switch {
	case strings.HasPrefix(body, "{"):
		header.Set("Content-Type", "application/json")
	case body != "":
		header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, line := range p.CompareHeader {
		name, value, _ := strings.Cut(line, ":")
		header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	if accessToken != "" {
		header.Set("Authorization", "Bearer "+accessToken)
	}
	base, err := url.Parse(p.Compare)
	if err != nil {
		return nil, err
	}
	target, err := base.Parse(place)
	if err != nil {
		return nil, err
	}
	return load.Open(ctx, target.String(), header)
}

// login returns what signs in, again and again.
func (p *peer) login(ctx context.Context, n int) (func() (answer []byte, err error), error) {
	connection, err := p.dial(ctx, p.CompareLoginAt, p.CompareLogin, "")
	if err != nil {
		return nil, err
	}
	username := strings.ReplaceAll(p.CompareUsername, "{n}", strconv.Itoa(n))
	body := fill(fill(p.CompareLogin, "{username}", username), "{password}", p.ComparePassword)
	return func() ([]byte, error) {
		answer, err := exchange(connection, body)
		switch {
		case err == nil:
			return answer, nil
		case p.ComparePassword != "" && strings.Contains(err.Error(), p.ComparePassword):
			return nil, errors.New("sign in there: the answer is an error with the password in it")
		default:
			return nil, fmt.Errorf("sign in there: %w", err)
		}
	}, nil
}

// signIn returns one of the tokens that a sign-in is answered with.
func (p *peer) signIn(ctx context.Context, n int, paths []string) (string, error) {
	signIn, err := p.login(ctx, n)
	if err != nil {
		return "", err
	}
	answer, err := signIn()
	if err != nil {
		return "", err
	}
	return textAt(answer, paths)
}

// fill puts a value into a text, encoded as a form or JSON needs it.
func fill(body, place, value string) string {
	if !strings.HasPrefix(body, "{") {
		return strings.ReplaceAll(body, place, url.QueryEscape(value))
	}
	quoted, _ := json.Marshal(value) // a string can be encoded
	return strings.ReplaceAll(body, place, string(quoted[1:len(quoted)-1]))
}

// exchange posts a body, or asks by GET where there is none.
func exchange(connection *load.Connection, body string) ([]byte, error) {
	send := connection.Get
	if body != "" {
		send = func() (int, []byte, error) { return connection.Post([]byte(body)) }
	}
	status, answer, err := send()
	if err != nil {
		return nil, err
	}
	if refusal := refusalIn(status, answer); refusal != "" {
		return nil, fmt.Errorf("answered %d: %s", status, refusal)
	}
	return answer, nil
}

// refusalIn returns what an answer says against what was asked: by GraphQL, by RFC 6749 section 5.2, or by its status; else it
// is empty.
func refusalIn(status int, answer []byte) string {
	var said struct {
		Data   json.RawMessage
		Errors []struct{ Message string }
		Error  any
	}
	isJSON := json.Unmarshal(answer, &said) == nil && bytes.HasPrefix(bytes.TrimSpace(answer), []byte("{"))
	switch {
	case len(said.Errors) > 0:
		return cmp.Or(said.Errors[0].Message, "an error without a message")
	case said.Error != nil:
		return fmt.Sprint(said.Error)
	case status/100 != 2:
		return "it does not say why"
	case !isJSON:
		return "it is no JSON object, or has errors of another form"
	case said.Data != nil && isEmpty(said.Data):
		return "it has no data"
	default:
		return ""
	}
}

// isEmpty reports whether the data of a GraphQL answer are null, or all of its fields are.
func isEmpty(data json.RawMessage) bool {
	var fields map[string]any
	if json.Unmarshal(data, &fields) != nil {
		return false
	}
	for _, value := range fields {
		if value != nil {
			return false
		}
	}
	return true
}

var errNotThere = errors.New("the answer has no such token")

// textAt returns the text at the first of these paths of names that leads to one.
func textAt(answer []byte, paths []string) (string, error) {
	var root any
	if err := json.Unmarshal(answer, &root); err != nil {
		return "", fmt.Errorf("%w: it is no JSON", errNotThere)
	}
	for _, path := range paths {
		if text, ok := follow(root, path).(string); ok {
			return text, nil
		}
	}
	return "", fmt.Errorf("%w at %s: --compare-access and --compare-token say where they are", errNotThere, strings.Join(paths, ", "))
}

func follow(node any, path string) any {
	for name := range strings.SplitSeq(path, ".") {
		object, _ := node.(map[string]any)
		node = object[name]
		for _, value := range object {
			if name == "*" {
				node = value
			}
		}
	}
	return node
}
