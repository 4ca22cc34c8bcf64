package gqlhttp_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"daypass/internal/gqlhttp"
)

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
		{name: "deferred", body: query(t, "{ ... @defer { last } }", nil), code: "GRAPHQL_VALIDATION_FAILED"},
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
		{name: "numbers keep their digits", body: `{"query":"query ($id: ID) { page(id: $id) }","variables":{"id":9007199254740993}}`, want: `{"data":{"page":9007199254740993}}`},
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
				require.Equal(t, tt.want, got.body)
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

func TestNullDecidesNothing(t *testing.T) {
	address := serve(t, gqlhttp.Config{Recover: func(context.Context, any) error { return gqlerror.Errorf("panicked") }})
	for _, document := range []string{
		`query ($a: Boolean = true) { last @skip(if: $a) }`,
		`query ($a: Boolean = true) { ... @include(if: $a) { last } }`,
		`query ($a: Boolean = true) { ...f } fragment f on Query { ...g @skip(if: $a) } fragment g on Query { last }`,
	} {
		got := post(t, address, "", query(t, document, map[string]any{"a": nil}))
		require.Equal(t, "BAD_USER_INPUT", got.code(), document)
		require.Equal(t, map[string]any{"a": "must not be null"}, got.answer.Errors[0].Extensions["fields"])
		require.Empty(t, post(t, address, "", query(t, document, nil)).answer.Errors)
	}
}

func TestErrorsOfResolversArePresented(t *testing.T) {
	present := func(ctx context.Context, err error) *gqlerror.Error {
		return gqlerror.Errorf("presented: %s", graphql.DefaultErrorPresenter(ctx, err).Message)
	}
	address := serve(t, gqlhttp.Config{PresentError: present, MaxTokens: 20})

	got := post(t, address, "", query(t, "{ broken }", nil))
	require.Equal(t, "presented: the page is torn", got.answer.Errors[0].Message)

	got = post(t, address, "", query(t, "query ($i: Int!) { count(since: $i) }", nil))
	require.Equal(t, "BAD_USER_INPUT", got.code())
	got = post(t, address, "", query(t, "{"+strings.Repeat(" last", 20)+"}", nil))
	require.Equal(t, "OPERATION_TOO_COMPLEX", got.code())
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
