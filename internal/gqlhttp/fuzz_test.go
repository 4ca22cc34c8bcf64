package gqlhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/gqlhttp"
)

// secret cannot be a name in GraphQL: names may be quoted in an error, values may not.
const secret = "s3cret!pa$$"

// FuzzHTTP sends whatever bytes. The handler must not panic, must not blame itself (5xx), must answer a GraphQL
// response that nobody caches, suggest nothing, and not repeat what was sent.
func FuzzHTTP(f *testing.F) {
	for _, body := range []string{
		`{"query":"{ last }"}`,
		`{"query":"{ count(since: \"` + secret + `\") }"}`,
		`{"query":"mutation { write(input: {text: \"\\u` + secret + `\"}) }"}`,
		`{"query":"query ($m: Mood) { count(mood: $m) }","variables":{"m":"` + secret + `"}}`,
		`{"query":"query ($e: EntryInput) { count(entry: $e) }","variables":{"e":{"` + secret + `":1}}}`,
		`{"query":"query ($e: EntryInput!) { count(entry: $e) }","variables":{"e":{"text":"","marks":[1,"` + secret + `"],"weight":1e400}}}`,
		`{"query":"query ($n: Int = 5) { shelf(first: $n, last: 7) { ...s } } fragment s on PageConnection { nodes { id tags { name } } }","variables":{"n":1e2}}`,
		`{"query":"query a { last } query b { a: last }","operationName":"` + secret + `"}`,
		`{"query":"{ ...f } fragment f on Query { last ...g } fragment g on Query { ...f ...gone @skip(if: $x) }"}`,
		`{"query":"{ last # ` + secret + `"}`,
		`{"query":"{ node(id: 1) { ... on Page { text tags { pages(first: 3) { edges { cursor } } } } ... on Tag { naem } } }"}`,
		`[{"query":"` + secret + `"}]`,
		`{"query":"` + secret,
		`{"variables":"` + secret + `"}`,
	} {
		f.Add(http.MethodPost, "", asJSON, asGraphQLResponse, "Content-Encoding", "", body)
	}
	get := "query={count(since:%22" + url.QueryEscape(secret) + "%22)}&variables={}&operationName=a&extensions={}"
	f.Add(http.MethodGet, get, "", "", "X-Forwarded-For", secret, "")
	f.Add(http.MethodHead, get, "", "*/*", "Transfer-Encoding", "chunked", secret)
	f.Add(http.MethodPost, "", asJSON, asEvents, "Accept-Language", "", `{"query":"subscription { entries }"}`)
	f.Add(http.MethodPost, "", asJSON, asEvents, "Accept-Language", "", `{"query":"subscription { `+secret+` }"}`)
	f.Add(http.MethodPut, "", "text/plain; charset=\"", "application/json;q=2, */", "Content-Encoding", secret, secret)
	handler := gqlhttp.NewHandler(newDiary(), gqlhttp.Config{Introspection: true})

	f.Fuzz(func(t *testing.T, method, query, contentType, accept, header, value, body string) {
		if strings.Contains(body+query, "panic") {
			t.Skip("the schema panics when asked to")
		}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
		request.Method = method
		request.URL.RawQuery = query
		request.Header[http.CanonicalHeaderKey(header)] = []string{value}
		request.Header.Set("Content-Type", contentType)
		request.Header.Set("Accept", accept)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)

		require.Less(t, recorder.Code, 500)
		require.Equal(t, "no-store", recorder.Header().Get("Cache-Control"))
		var answer struct{ Data, Errors json.RawMessage }
		text := recorder.Body.String()
		if recorder.Header().Get("Content-Type") == asEvents {
			text = onlyResult(t, text)
		}
		require.NoError(t, json.Unmarshal([]byte(text), &answer))
		require.True(t, answer.Data != nil || answer.Errors != nil)
		require.NotContains(t, strings.ToLower(string(answer.Errors)), "did you mean")
		require.NotContains(t, string(answer.Errors), secret)
		if answer.Data == nil {
			require.NotContains(t, fmt.Sprint(recorder.Header()), secret)
		}
	})
}

// onlyResult returns what the one event of a stream tells before it completes; nothing happens to a diary while nobody
// writes.
func onlyResult(t *testing.T, stream string) string {
	t.Helper()
	if stream == ":\n\nevent: complete\n\n" {
		return `{"data":null}`
	}
	result, ok := strings.CutPrefix(strings.TrimPrefix(stream, ":\n\n"), "event: next\ndata: ")
	require.True(t, ok, stream)
	result, ok = strings.CutSuffix(result, "\n\nevent: complete\n\n")
	require.True(t, ok, stream)
	require.NotContains(t, result, "\n")
	return result
}

// FuzzEcho puts any text where a client can put values, and a neutral text beside it: the answers must not differ by it.
func FuzzEcho(f *testing.F) {
	places := []func(value string) map[string]any{
		inDocument(`{ count(since: %s) }`),
		inDocument(`{ count(mood: %s) }`),
		inDocument(`{ count(entry: {text: "", marks: [1, %s], mood: GLAD}) }`),
		inDocument(`{ count(entry: %s) }`),
		inDocument(`{ last @skip(if: %s) }`),
		inDocument(`{ shelf(first: %s) { nodes { id } } }`),
		inDocument(`{ last } %s`),
		inDocument(`%s { last }`),
		inDocument(`query ($m: Mood = %s) { count(mood: $m) }`),
		inVariables(`query ($v: Mood) { count(mood: $v) }`),
		inVariables(`query ($v: Int!) { count(since: $v) }`),
		inVariables(`query ($v: Boolean!) { last @include(if: $v) }`),
		inVariables(`query ($v: EntryInput) { count(entry: $v) }`),
		inVariables(`query ($v: [Int!]) { count(entry: {text: "", marks: $v}) }`),
		inVariables(`query ($v: Int) { shelf(first: $v) { nodes { id } } }`),
		func(value string) map[string]any {
			entry := map[string]any{"text": 1, value: value, "weight": value}
			return map[string]any{"query": `query ($v: EntryInput) { count(entry: $v) }`, "variables": map[string]any{"v": entry, value: value}}
		},
		func(value string) map[string]any {
			return map[string]any{"query": "query a { last } query b { last }", "operationName": value}
		},
		func(value string) map[string]any { return map[string]any{"query": "{ last }", "extensions": value} },
		func(value string) map[string]any { return map[string]any{"query": "{ last }", "variables": value} },
		func(value string) map[string]any { return map[string]any{"query": []string{value}} },
		func(value string) map[string]any { return map[string]any{value: value} },
	}
	for place := range places {
		f.Add(place, secret)
		f.Add(place, "correct horse \"battery\" \\u0073taple")
	}
	handler := gqlhttp.NewHandler(newDiary(), gqlhttp.Config{})
	ask := func(ctx context.Context, t *testing.T, body any) string {
		encoded, err := json.Marshal(body)
		require.NoError(t, err)
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(string(encoded)))
		request.Header.Set("Content-Type", asJSON)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)
		require.Less(t, recorder.Code, 500)
		return recorder.Body.String()
	}

	f.Fuzz(func(t *testing.T, place int, value string) {
		if place < 0 || place >= len(places) || len(value) < 4 {
			t.Skip("no such place, or a text that may stand in any answer")
		}
		got := ask(t.Context(), t, places[place](value))
		neutral := ask(t.Context(), t, places[place]("\x00"+strings.Repeat("#", len(value))))
		if strings.Contains(got, value) {
			require.Contains(t, neutral, value, "the answer repeats what was sent")
		}
	})
}

// inDocument writes the value as a GraphQL string.
func inDocument(document string) func(string) map[string]any {
	return func(value string) map[string]any {
		quoted, _ := json.Marshal(value)
		return map[string]any{"query": fmt.Sprintf(document, quoted)}
	}
}

func inVariables(document string) func(string) map[string]any {
	return func(value string) map[string]any {
		return map[string]any{"query": document, "variables": map[string]any{"v": value}}
	}
}
