package gqlhttp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/gqlhttp"
)

func numbered(n int, format string) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, format, i)
	}
	return text.String()
}

// TestLimitsAreTold: the error names what was measured and the limit, also by default.
func TestLimitsAreTold(t *testing.T) {
	type object = map[string]any
	deep := func(n int) string {
		return "{ node(id: 1) { ... on Page" + strings.Repeat(" { next", n) + " { id }" + strings.Repeat(" }", n) + " } }"
	}
	tests := []struct {
		name      string
		cfg       gqlhttp.Config
		document  string
		variables object
		want      object
	}{
		{name: "tokens", cfg: gqlhttp.Config{MaxTokens: 50}, document: "{" + strings.Repeat(" last", 50) + "}", want: object{"tokens": 51., "limit": 50.}},
		{name: "tokens by default", document: "{" + strings.Repeat(" last", 1_000) + "}", want: object{"tokens": 1_001., "limit": 1_000.}},
		{name: "comments are tokens", document: "{ last } " + strings.Repeat("#\n", 1_000), want: object{"tokens": 1_001., "limit": 1_000.}},
		{name: "nesting of values", cfg: gqlhttp.Config{MaxTokens: 5_000}, document: "{ page(id: " + strings.Repeat("[", 1_001) + strings.Repeat("]", 1_001) + ") }", want: object{"nesting": 1_001., "limit": 1_000.}},
		{name: "comparisons", document: "{" + strings.Repeat(" __typename", 150) + "}", want: object{"comparisons": 10_001., "limit": 10_000.}},
		{name: "comparisons in fragments", cfg: gqlhttp.Config{MaxTokens: 150}, document: "{" + strings.Repeat(" ... { __typename }", 20) + " ...f }" + " fragment f on Query {" + strings.Repeat(" __typename", 40) + "}", want: object{"comparisons": 1_501., "limit": 1_500.}},
		{name: "comparisons in the selections of each pair", document: "{" + strings.Repeat(" node(id: 1) {"+strings.Repeat(" id", 20)+" }", 10) + "}", want: object{"comparisons": 10_001., "limit": 10_000.}},
		{name: "depth", cfg: gqlhttp.Config{MaxDepth: 4}, document: deep(3), want: object{"depth": 5., "limit": 4.}},
		{name: "depth by default", document: deep(19), want: object{"depth": 21., "limit": 20.}},
		{name: "cost", cfg: gqlhttp.Config{MaxCost: 101}, document: "{ node(id: 1) { id } }", want: object{"cost": 102., "limit": 101.}},
		{name: "cost by default", document: "{ drafts(first: 5000) { id text } }", want: object{"cost": 10_101., "limit": 10_000.}},
		{name: "cost of variables", document: "query ($n: Int) { drafts(first: $n) { id text } }", variables: object{"n": 5_000}, want: object{"cost": 10_101., "limit": 10_000.}},
		{name: "two mutations", document: `mutation { a: write(input: {text: ""}) b: write(input: {text: ""}) }`, want: object{"rootFields": 2., "limit": 1.}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := post(t, serve(t, tt.cfg), "", query(t, tt.document, tt.variables))
			require.Len(t, got.answer.Errors, 1)
			tt.want["code"] = "OPERATION_TOO_COMPLEX"
			require.Equal(t, tt.want, got.answer.Errors[0].Extensions, got.body)
			require.Nil(t, got.answer.Data)
		})
	}
}

func TestWhatIsWithinTheLimitsPasses(t *testing.T) {
	tests := []struct {
		name      string
		cfg       gqlhttp.Config
		document  string
		variables map[string]any
	}{
		{name: "tokens", cfg: gqlhttp.Config{MaxTokens: 10}, document: "{" + strings.Repeat(" last", 8) + "}"},
		{name: "comparisons", document: "{" + strings.Repeat(" __typename", 130) + "}"},
		{name: "one fragment spread often", document: "{" + strings.Repeat(" ...f", 100) + " } fragment f on Query {" + numbered(20, " a%d: __typename") + "}"},
		{name: "one name in many selections", document: "{" + strings.Repeat(" node(id: 1) { ... on Page { id tags { id } } }", 10) + "}"},
		{name: "depth", cfg: gqlhttp.Config{MaxDepth: 3}, document: "{ node(id: 1) { ... on Page { next { id } } } }"},
		{name: "cost", cfg: gqlhttp.Config{MaxCost: 102}, document: "{ node(id: 1) { id } }"},
		{name: "cost of variables", document: "query ($n: Int) { drafts(first: $n) { id text } }", variables: map[string]any{"n": 4_949}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := post(t, serve(t, tt.cfg), "", query(t, tt.document, tt.variables))
			require.Empty(t, got.answer.Errors)
		})
	}
}

// TestLimitsHoldForCachedDocuments: a document that passed once passes again only as far as its variables go.
func TestLimitsHoldForCachedDocuments(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	for range 2 {
		for size, want := range map[int]any{10: nil, 5_000: "OPERATION_TOO_COMPLEX", 2_000: nil, 1 << 30: "OPERATION_TOO_COMPLEX"} {
			got := post(t, address, "", query(t, "query ($n: Int) { drafts(first: $n) { id text } }", map[string]any{"n": size}))
			require.Equal(t, want, got.code(), size)
		}
		named := "query a { last } mutation b { tear { id } } mutation c { tear { id } panic }"
		for name, want := range map[string]any{"a": nil, "b": nil, "c": "OPERATION_TOO_COMPLEX"} {
			got := post(t, address, "", fmt.Sprintf(`{"query":%q,"operationName":%q}`, named, name))
			require.Equal(t, want, got.code(), name)
		}
	}
}

// TestOneMutationARequest: a thousand logins in one request would slip past whoever counts requests.
func TestOneMutationARequest(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	write := `write(input: {text: ""})`
	for _, tt := range []struct {
		document string
		fields   int
	}{
		{document: "mutation { " + write + " }", fields: 1},
		{document: "mutation { __typename " + write + " __typename }", fields: 1},
		{document: "mutation { ... on Mutation { ...f } } fragment f on Mutation { " + write + " }", fields: 1},
		{document: "mutation { " + write + " " + write + " }", fields: 2},
		{document: "mutation { a: " + write + " b: " + write + " c: " + write + " }", fields: 3},
		{document: "mutation { " + write + " tear { id } }", fields: 2},
		{document: "mutation { " + write + " @skip(if: true) a: " + write + " @include(if: false) b: " + write + " }", fields: 3},
		{document: "mutation ($no: Boolean = false) { " + write + " ... @include(if: $no) { a: " + write + " } }", fields: 2},
		{document: "mutation { ...f ... on Mutation { ...f } } fragment f on Mutation { " + write + " }", fields: 2},
		{document: "mutation { ...f } fragment f on Mutation { a: " + write + " ...g ...g } fragment g on Mutation { b: " + write + " c: " + write + " }", fields: 5},
	} {
		got := post(t, address, "", query(t, tt.document, nil))
		if tt.fields == 1 {
			require.Empty(t, got.answer.Errors, tt.document)
			continue
		}
		require.Equal(t, "OPERATION_TOO_COMPLEX", got.code(), tt.document)
		require.EqualValues(t, tt.fields, got.answer.Errors[0].Extensions["rootFields"], tt.document)
	}
	got := post(t, address, "", query(t, "{ a: last b: last }", nil))
	require.Empty(t, got.answer.Errors, "queries may have many")
}

func TestTheBodyIsLimited(t *testing.T) {
	body := query(t, "{ last }", map[string]any{"padding": strings.Repeat("x", 100)})
	cfg := gqlhttp.Config{MaxBodyBytes: int64(len(body))}
	require.Equal(t, 200, post(t, serve(t, cfg), "", body).status)
	got := post(t, serve(t, cfg), "", body+" ")
	require.Equal(t, 413, got.status)
	require.EqualValues(t, len(body), got.answer.Errors[0].Extensions["limit"])
	got = post(t, serve(t, gqlhttp.Config{}), "", `"`+strings.Repeat(" ", 100_000)+`"`)
	require.EqualValues(t, 100_000, got.answer.Errors[0].Extensions["limit"])
}
