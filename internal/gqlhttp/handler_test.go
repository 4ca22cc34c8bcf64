package gqlhttp_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"daypass/internal/gqlhttp"
)

const (
	asJSON            = "application/json"
	asGraphQLResponse = "application/graphql-response+json"
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

func TestAcceptIsNegotiated(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	tests := []struct {
		name   string
		accept []string
		status int
		want   string
	}{
		{name: "absent", accept: nil, status: 200, want: asJSON},
		{name: "empty", accept: []string{""}, status: 200, want: asJSON},
		{name: "anything", accept: []string{"*/*"}, status: 200, want: asJSON},
		{name: "anything of application", accept: []string{"application/*"}, status: 200, want: asJSON},
		{name: "json", accept: []string{asJSON}, status: 200, want: asJSON},
		{name: "graphql response", accept: []string{asGraphQLResponse}, status: 200, want: asGraphQLResponse},
		{name: "Apollo Client", accept: []string{asGraphQLResponse + "," + asJSON + ";q=0.9"}, status: 200, want: asGraphQLResponse},
		{name: "urql", accept: []string{asGraphQLResponse + ", application/graphql+json, application/json, text/event-stream, multipart/mixed"}, status: 200, want: asGraphQLResponse},
		{name: "GraphiQL", accept: []string{"application/json, multipart/mixed"}, status: 200, want: asJSON},
		{name: "a browser", accept: []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, status: 200, want: asJSON},
		{name: "json preferred by weight", accept: []string{asGraphQLResponse + ";q=0.2, " + asJSON + ";q=0.3"}, status: 200, want: asJSON},
		{name: "json excluded by weight 0", accept: []string{"*/*, application/json;q=0"}, status: 200, want: asGraphQLResponse},
		{name: "capitals", accept: []string{"Application/GraphQL-Response+JSON"}, status: 200, want: asGraphQLResponse},
		{name: "utf-8", accept: []string{asGraphQLResponse + ";charset=UTF-8"}, status: 200, want: asGraphQLResponse},
		{name: "two headers", accept: []string{"text/html", asGraphQLResponse}, status: 200, want: asGraphQLResponse},
		{name: "another charset", accept: []string{asJSON + ";charset=latin1"}, status: 406, want: asJSON},
		{name: "none of ours", accept: []string{"text/html"}, status: 406, want: asJSON},
		{name: "all excluded", accept: []string{"*/*;q=0"}, status: 406, want: asJSON},
		{name: "not a media range", accept: []string{"json"}, status: 406, want: asJSON},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			header := http.Header{"Content-Type": {asJSON}, "Accept": tt.accept}
			got := send(t, http.MethodPost, address, header, `{"query":"{__typename}"}`)
			require.Equal(t, tt.status, got.status)
			require.Equal(t, tt.want+"; charset=utf-8", got.header.Get("Content-Type"))
			require.Equal(t, "no-store", got.header.Get("Cache-Control"))
		})
	}
}

func TestRequestsThatAreNotGraphQLOverHTTP(t *testing.T) {
	address := serve(t, gqlhttp.Config{MaxBodyBytes: 200})
	tests := []struct {
		name        string
		method      string
		contentType string
		encoding    string
		body        string
		status      int
		code        string
		allow       string
	}{
		{name: "PUT", method: "PUT", contentType: asJSON, body: `{"query":"{last}"}`, status: 405, code: "BAD_USER_INPUT", allow: "GET, POST"},
		{name: "DELETE", method: "DELETE", status: 405, code: "BAD_USER_INPUT", allow: "GET, POST"},
		{name: "no content type", method: "POST", body: `{"query":"{last}"}`, status: 415, code: "BAD_USER_INPUT"},
		{name: "a form", method: "POST", contentType: "application/x-www-form-urlencoded", body: "query={last}", status: 415, code: "BAD_USER_INPUT"},
		{name: "a text, as a foreign page can send it", method: "POST", contentType: "text/plain", body: `{"query":"{last}"}`, status: 415, code: "BAD_USER_INPUT"},
		{name: "a multipart form", method: "POST", contentType: "multipart/form-data; boundary=x", body: "--x--", status: 415, code: "BAD_USER_INPUT"},
		{name: "another charset", method: "POST", contentType: asJSON + "; charset=utf-16", body: `{"query":"{last}"}`, status: 415, code: "BAD_USER_INPUT"},
		{name: "compressed", method: "POST", contentType: asJSON, encoding: "gzip", body: `{"query":"{last}"}`, status: 415, code: "BAD_USER_INPUT"},
		{name: "too large", method: "POST", contentType: asJSON, body: `{"query":"{last}` + strings.Repeat(" ", 200) + `"}`, status: 413, code: "BAD_USER_INPUT"},
		{name: "no body", method: "POST", contentType: asJSON, status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "not JSON", method: "POST", contentType: asJSON, body: `{"query":"{last}"`, status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "two JSON texts", method: "POST", contentType: asJSON, body: `{"query":"{last}"}{}`, status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "not UTF-8", method: "POST", contentType: asJSON, body: "{\"query\":\"{last} #\xff\"}", status: 400, code: "GRAPHQL_PARSE_FAILED"},
		{name: "a batch", method: "POST", contentType: asJSON, body: ` [{"query":"{last}"}]`, status: 400, code: "BAD_USER_INPUT"},
		{name: "a string", method: "POST", contentType: asJSON, body: `"{last}"`, status: 400, code: "BAD_USER_INPUT"},
		{name: "null", method: "POST", contentType: asJSON, body: `null`, status: 400, code: "BAD_USER_INPUT"},
		{name: "no query", method: "POST", contentType: asJSON, body: `{"qeury":"{last}"}`, status: 400, code: "BAD_USER_INPUT"},
		{name: "query of another type", method: "POST", contentType: asJSON, body: `{"query":7}`, status: 400, code: "BAD_USER_INPUT"},
		{name: "variables of another type", method: "POST", contentType: asJSON, body: `{"query":"{last}","variables":[7]}`, status: 400, code: "BAD_USER_INPUT"},
		{name: "extensions of another type", method: "POST", contentType: asJSON, body: `{"query":"{last}","extensions":"x"}`, status: 400, code: "BAD_USER_INPUT"},
	}
	for _, tt := range tests {
		for _, accept := range []string{asJSON, asGraphQLResponse} {
			t.Run(tt.name+" as "+accept, func(t *testing.T) {
				header := http.Header{"Accept": {accept}}
				if tt.contentType != "" {
					header.Set("Content-Type", tt.contentType)
				}
				if tt.encoding != "" {
					header.Set("Content-Encoding", tt.encoding)
				}
				got := send(t, tt.method, address, header, tt.body)
				require.Equal(t, tt.status, got.status, got.body)
				require.Equal(t, tt.code, got.code())
				require.NotEmpty(t, got.answer.Errors[0].Message)
				require.Equal(t, tt.allow, got.header.Get("Allow"))
				require.Equal(t, "no-store", got.header.Get("Cache-Control"))
				require.Equal(t, accept+"; charset=utf-8", got.header.Get("Content-Type"))
				require.NotContains(t, got.body, `"data"`)
			})
		}
	}
}

func TestRequestErrors(t *testing.T) {
	address := serve(t, gqlhttp.Config{MaxTokens: 60})
	tests := []struct {
		name string
		body string
		code string
	}{
		{name: "syntax", body: query(t, "{", nil), code: "GRAPHQL_PARSE_FAILED"},
		{name: "unknown field", body: query(t, "{ lost }", nil), code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "no operation", body: query(t, "fragment f on Query { last }", nil), code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "which operation", body: query(t, "query a { last } query b { last }", nil), code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "subscription", body: query(t, "subscription { last }", nil), code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "introspection", body: query(t, "{ ...f } fragment f on Query { __schema { types { name } } }", nil), code: "GRAPHQL_VALIDATION_FAILED"},
		{name: "missing variable", body: query(t, "mutation ($i: EntryInput!) { write(input: $i) }", nil), code: "BAD_USER_INPUT"},
		{name: "too many tokens", body: query(t, "{"+strings.Repeat(" last", 60)+"}", nil), code: "OPERATION_TOO_COMPLEX"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asBefore := post(t, address, asJSON, tt.body)
			require.Equal(t, 200, asBefore.status)
			require.Equal(t, tt.code, asBefore.code(), asBefore.body)
			require.NotContains(t, asBefore.body, `"data"`)
			require.Nil(t, asBefore.answer.Errors[0].Path)

			asSpecified := post(t, address, asGraphQLResponse, tt.body)
			require.Equal(t, 400, asSpecified.status)
			require.Equal(t, asBefore.body, asSpecified.body)
		})
	}
}

func TestExecution(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	tests := []struct {
		name string
		body string
		want string
	}{
		{name: "query", body: query(t, "{ __typename }", nil), want: `{"data":{"__typename":"Query"}}`},
		{name: "mutation", body: query(t, `mutation { write(input: {text: "x"}) }`, nil), want: `{"data":{"write":"written"}}`},
		{name: "variables", body: query(t, "query ($s: Int) { count(since: $s) }", map[string]any{"s": 7}), want: `{"data":{"count":1}}`},
		{name: "named", body: `{"query":"query a { last } query b { __typename }","operationName":"b"}`, want: `{"data":{"__typename":"Query"}}`},
		{name: "unknown parameters are ignored", body: `{"query":"{last}","id":7,"extensions":{"x":1}}`, want: `{"data":{"last":null}}`},
		{name: "field error", body: query(t, "{ last broken }", nil), want: `{"errors":[{"message":"the page is torn"}],"data":{"broken":null,"last":null}}`},
		{name: "error of a non-null field", body: query(t, "{ last dead }", nil), want: `{"errors":[{"message":"the page is torn"}],"data":null}`},
	}
	for _, tt := range tests {
		for _, accept := range []string{asJSON, asGraphQLResponse} {
			t.Run(tt.name+" as "+accept, func(t *testing.T) {
				got := post(t, address, accept, tt.body)
				require.Equal(t, 200, got.status)
				require.JSONEq(t, tt.want, got.body)
			})
		}
	}
}

func TestGet(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	tests := []struct {
		name   string
		query  string
		status int
		allow  string
	}{
		{name: "query", query: "query=" + url.QueryEscape("{ last }"), status: 200},
		{name: "query with variables", query: "query=" + url.QueryEscape("query ($s: Int) { count(since: $s) }") + "&variables=" + url.QueryEscape(`{"s":1}`), status: 200},
		{name: "mutation", query: "query=" + url.QueryEscape(`mutation { write(input: {text: ""}) }`), status: 405, allow: "POST"},
		{name: "mutation chosen by name", query: "operationName=b&query=" + url.QueryEscape("query a { last } mutation b { panic }"), status: 405, allow: "POST"},
		{name: "nothing", query: "", status: 400},
		{name: "bad escape", query: "query=%zz", status: 400},
		{name: "not UTF-8", query: "query=%7Blast%7D%23%ff", status: 400},
		{name: "variables that are not JSON", query: "query=%7Blast%7D&variables=%7B", status: 400},
		{name: "variables that are not an object", query: "query=%7Blast%7D&variables=7", status: 400},
		{name: "extensions that are not an object", query: "query=%7Blast%7D&extensions=7", status: 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := send(t, http.MethodGet, address+"?"+tt.query, http.Header{"Accept": {asGraphQLResponse}}, "")
			require.Equal(t, tt.status, got.status, got.body)
			require.Equal(t, tt.allow, got.header.Get("Allow"))
			require.Equal(t, "no-store", got.header.Get("Cache-Control"))
		})
	}
}

func TestIntrospectionOnlyWhenAsked(t *testing.T) {
	document := `{ __schema { queryType { name } } __type(name: "Query") { name } }`
	closed := post(t, serve(t, gqlhttp.Config{}), "", query(t, document, nil))
	require.Len(t, closed.answer.Errors, 2)
	require.Equal(t, "GRAPHQL_VALIDATION_FAILED", closed.code())

	open := post(t, serve(t, gqlhttp.Config{Introspection: true}), "", query(t, document, nil))
	require.Empty(t, open.answer.Errors)
}

func TestNoSuggestions(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	for _, document := range []string{
		"{ lost }", "{ coun }", "{ count(moood: GLAD) }", "{ count(mood: GLADD) }", "{ count(entry: {texte: 1}) }",
		"query ($i: EntryInpu) { last }", "{ last { x } }", "{ last @skipp }", "{ last @skip(iff: true) }",
	} {
		got := post(t, address, "", query(t, document, nil))
		require.NotEmpty(t, got.answer.Errors, document)
		require.NotContains(t, strings.ToLower(got.body), "did you mean", document)
	}
}

func TestAtMostTenErrors(t *testing.T) {
	got := post(t, serve(t, gqlhttp.Config{}), "", query(t, "{"+strings.Repeat(" lost", 500)+"}", nil))
	require.Len(t, got.answer.Errors, 10)
}

// TestValuesAreNotEchoed puts a password where it does not belong. Whoever logs the errors of a client must not
// collect passwords by it.
func TestValuesAreNotEchoed(t *testing.T) {
	const secret = "hunter2"
	address := serve(t, gqlhttp.Config{})
	tests := []struct {
		name string
		body string
	}{
		{name: "not JSON", body: `{"query":"mutation","variables":{"password":"hunter2"}`},
		{name: "a batch", body: `[{"query":"hunter2"}]`},
		{name: "query of another type", body: `{"query":["hunter2"]}`},
		{name: "unexpected string", body: query(t, `{ count(since: ) "hunter2" }`, nil)},
		{name: "password with a quote", body: query(t, `mutation { write(input: {text: "x"hunter2"}) }`, nil)},
		{name: "password with a backslash", body: query(t, `mutation { write(input: {text: "\uhunter2"}) }`, nil)},
		{name: "string instead of a number", body: query(t, `{ count(since: "hunter2") }`, nil)},
		{name: "string instead of an enum", body: query(t, `{ count(mood: "hunter2") }`, nil)},
		{name: "name instead of a string", body: query(t, `mutation { write(input: {text: hunter2}) }`, nil)},
		{name: "list instead of a number", body: query(t, `{ count(since: [["hunter2"]]) }`, nil)},
		{name: "object instead of a number", body: query(t, `{ count(since: {a: "hunter2"}) }`, nil)},
		{name: "two values of one field", body: query(t, `{ count(mood: GLAD) count(since: "hunter2") }`, nil)},
		{name: "variable instead of an enum", body: query(t, `query ($m: Mood) { count(mood: $m) }`, map[string]any{"m": secret})},
		{name: "variable instead of a number", body: query(t, `query ($s: Int) { count(since: $s) }`, map[string]any{"s": secret})},
		{name: "name of an input field in a variable", body: query(t, `query ($e: EntryInput) { count(entry: $e) }`, map[string]any{"e": map[string]any{"text": "", secret: 1}})},
		{name: "name of an operation", body: `{"query":"query a { last }","operationName":"hunter2"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := post(t, address, "", tt.body)
			require.NotEmpty(t, got.answer.Errors)
			require.NotContains(t, got.body, secret)
		})
	}
}

func TestWrongVariablesNameTheirPath(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	document := "query ($entry: EntryInput, $mood: Mood) { count(entry: $entry, mood: $mood) }"
	tests := []struct {
		name      string
		variables map[string]any
		want      map[string]any
	}{
		{name: "missing", variables: map[string]any{"entry": map[string]any{}}, want: map[string]any{"entry.text": "must be defined"}},
		{name: "another type", variables: map[string]any{"entry": map[string]any{"text": true}}, want: map[string]any{"entry.text": "cannot use bool as String"}},
		{name: "unknown field", variables: map[string]any{"entry": map[string]any{"text": "", "x": 1}}, want: map[string]any{"entry": "has an unknown field"}},
		{name: "no value of the enum", variables: map[string]any{"mood": "BLUE"}, want: map[string]any{"mood": "is not a valid value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := post(t, address, "", query(t, document, tt.variables))
			require.Equal(t, "BAD_USER_INPUT", got.code())
			require.Equal(t, tt.want, got.answer.Errors[0].Extensions["fields"])
		})
	}
}

func TestErrorsArePresented(t *testing.T) {
	present := func(_ context.Context, err error) *gqlerror.Error {
		return gqlerror.Errorf("presented: %s", errors.Unwrap(err))
	}
	got := post(t, serve(t, gqlhttp.Config{PresentError: present}), "", query(t, "{ broken }", nil))
	require.Equal(t, "presented: the page is torn", got.answer.Errors[0].Message)
}

func TestPanicsAreRecovered(t *testing.T) {
	var cause any
	recoverPanic := func(_ context.Context, value any) error {
		cause = value
		return gqlerror.Errorf("internal error")
	}
	got := post(t, serve(t, gqlhttp.Config{Recover: recoverPanic}), "", query(t, "mutation { panic }", nil))
	require.Equal(t, 500, got.status)
	require.Equal(t, "internal error", got.answer.Errors[0].Message)
	require.Equal(t, asJSON+"; charset=utf-8", got.header.Get("Content-Type"))
	require.Equal(t, "no-store", got.header.Get("Cache-Control"))
	require.Equal(t, "ink on the floor", cause)
}

func TestExpiredRequestIsNotExecuted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/", strings.NewReader(`{"query":"{ last }"}`))
	request.Header.Set("Content-Type", asJSON)
	recorder := httptest.NewRecorder()
	gqlhttp.NewHandler(newDiary(), gqlhttp.Config{}).ServeHTTP(recorder, request)
	require.Equal(t, 503, recorder.Code)
	require.Contains(t, recorder.Body.String(), "SERVICE_UNAVAILABLE")
}
