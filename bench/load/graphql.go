package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// GraphQL is a client of a GraphQL server on one connection.
type GraphQL struct{ connection *Connection }

// UserAgent is what clients call themselves.
const UserAgent = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"

// OpenGraphQL returns a client of the endpoint, until ctx ends; an access token is sent along unless it is empty.
func OpenGraphQL(ctx context.Context, endpoint, accessToken string) (*GraphQL, error) {
	connection, err := Open(ctx, endpoint, http.Header{"Content-Type": {"application/json"}, "User-Agent": {UserAgent}})
	if err != nil {
		return nil, err
	}
	g := &GraphQL{connection}
	if accessToken != "" {
		g.SetAccessToken(accessToken)
	}
	return g, nil
}

// SetAccessToken has each request from now on carry this token.
func (g *GraphQL) SetAccessToken(accessToken string) {
	g.connection.SetHeader("Authorization", "Bearer "+accessToken)
}

// Encode returns the body of a request.
func Encode(document string, variables any) ([]byte, error) {
	return json.Marshal(map[string]any{"query": document, "variables": variables})
}

// Send posts an encoded request and wants an answer with the code of an error, or without errors where that is empty. The
// answer is good until the next call.
func (g *GraphQL) Send(request []byte, code string) ([]byte, error) {
	status, answer, err := g.connection.Post(request)
	if err != nil {
		return nil, err
	}
	failed := bytes.Contains(answer, []byte(`"errors"`))
	switch {
	case failed && (code == "" || !bytes.Contains(answer, []byte(code))):
		return nil, fmt.Errorf("answered %d %.300s", status, answer)
	case !failed && (code != "" || status != http.StatusOK):
		return nil, fmt.Errorf("answered %d, where %q was to come", status, code) // not the answer: it may hold tokens
	}
	return answer, nil
}

// Ask encodes a request, sends it, and decodes the data of the answer.
func (g *GraphQL) Ask(document string, variables, data any) error {
	request, err := Encode(document, variables)
	if err != nil {
		return err
	}
	answer, err := g.Send(request, "")
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, &struct{ Data any }{data})
}
