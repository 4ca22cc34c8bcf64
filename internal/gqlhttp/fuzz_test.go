package gqlhttp_test

import (
	"encoding/json"
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
// response that nobody caches, and must not repeat what was sent.
func FuzzHTTP(f *testing.F) {
	for _, body := range []string{
		`{"query":"{ last }"}`,
		`{"query":"{ count(since: \"` + secret + `\") }"}`,
		`{"query":"mutation { write(input: {text: \"\\u` + secret + `\"}) }"}`,
		`{"query":"query ($m: Mood) { count(mood: $m) }","variables":{"m":"` + secret + `"}}`,
		`{"query":"query ($e: EntryInput) { count(entry: $e) }","variables":{"e":{"` + secret + `":1}}}`,
		`{"query":"query a { last }","operationName":"` + secret + `"}`,
		`{"query":"{ last # ` + secret + `"}`,
		`[{"query":"` + secret + `"}]`,
		`{"query":"` + secret,
		`{"variables":"` + secret + `"}`,
	} {
		f.Add(http.MethodPost, asJSON, asGraphQLResponse, body)
	}
	f.Add(http.MethodGet, "", "", "query={count(since:%22"+url.QueryEscape(secret)+"%22)}&variables={}")
	f.Add(http.MethodPut, "text/plain; charset=\"", "application/json;q=2, */", secret)
	handler := gqlhttp.NewHandler(newDiary(), gqlhttp.Config{Introspection: true})

	f.Fuzz(func(t *testing.T, method, contentType, accept, body string) {
		if strings.Contains(body, "panic") {
			t.Skip("the schema panics when asked to")
		}
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
		request.Method = method
		request.URL.RawQuery = body
		request.Header.Set("Content-Type", contentType)
		request.Header.Set("Accept", accept)
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, request)

		require.Less(t, recorder.Code, 500)
		require.Equal(t, "no-store", recorder.Header().Get("Cache-Control"))
		var answer struct{ Data, Errors json.RawMessage }
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &answer))
		require.True(t, answer.Data != nil || answer.Errors != nil)
		if !strings.Contains(string(answer.Data), secret) {
			require.NotContains(t, recorder.Body.String(), secret)
		}
	})
}
