package gqlhttp_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/gqlhttp"
)

const (
	asJSON            = "application/json"
	asGraphQLResponse = "application/graphql-response+json"
	asEvents          = "text/event-stream"
)

// exchange is one request and what came back.
type exchange struct {
	status int
	header http.Header
	body   string
	answer struct {
		Data   map[string]any
		Errors []struct {
			Message    string
			Path       []any
			Locations  []any
			Extensions map[string]any
		}
	}
}

func (e exchange) code() any {
	if len(e.answer.Errors) == 0 {
		return nil
	}
	return e.answer.Errors[0].Extensions["code"]
}

func serve(t *testing.T, cfg gqlhttp.Config) string {
	t.Helper()
	server := httptest.NewServer(gqlhttp.NewHandler(newDiary(), cfg))
	t.Cleanup(server.Close)
	return server.URL
}

func send(t *testing.T, method, address string, header http.Header, body string) exchange {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	result := exchange{status: response.StatusCode, header: response.Header, body: string(text)}
	require.NoError(t, json.Unmarshal(text, &result.answer), "body: %s", text)
	return result
}

// post sends a body as clients do.
func post(t *testing.T, address, accept, body string) exchange {
	t.Helper()
	header := http.Header{"Content-Type": {asJSON}}
	if accept != "" {
		header.Set("Accept", accept)
	}
	return send(t, http.MethodPost, address, header, body)
}

func query(t *testing.T, document string, variables map[string]any) string {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	require.NoError(t, err)
	return string(body)
}
