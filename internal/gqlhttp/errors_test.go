package gqlhttp_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/gqlhttp"
)

func TestNoSuggestions(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	for _, document := range []string{
		"{ lost }", "{ coun }", "{ count(moood: GLAD) }", "{ count(mood: GLADD) }", "{ count(entry: {texte: 1}) }",
		"query ($i: EntryInpu) { last }", "{ last { x } }", "{ last @skipp }", "{ last @skip(iff: true) }", "{ node(id: 1) { ... on Pages { id } } }",
		"{ node(id: 1) { tags } }", "{ shelf }", "query ($m: Moods) { count(mood: $m) }", "{ page(id: 'x') }", "fragment lasts on Query { last } { ...last }",
	} {
		got := post(t, address, "", query(t, document, nil))
		require.NotEmpty(t, got.answer.Errors, document)
		require.NotContains(t, strings.ToLower(got.body), "did you mean", document)
	}
}

func TestAtMostTenErrors(t *testing.T) {
	got := post(t, serve(t, gqlhttp.Config{}), "", query(t, "{"+strings.Repeat(" lost", 90)+"}", nil))
	require.Len(t, got.answer.Errors, 10)
}

// TestValuesAreNotEchoed puts a password where it does not belong. Whoever logs the errors of a client must not
// collect passwords by it.
func TestValuesAreNotEchoed(t *testing.T) {
	const password = "hunter2"
	address := serve(t, gqlhttp.Config{})
	tests := []struct {
		name string
		body string
	}{
		{name: "not JSON", body: `{"query":"mutation","variables":{"password":"hunter2"}`},
		{name: "a batch", body: `[{"query":"hunter2"}]`},
		{name: "query of another type", body: `{"query":["hunter2"]}`},
		{name: "string after the operation", body: query(t, `{ last } "hunter2"`, nil)},
		{name: "name after the operation", body: query(t, `{ last } hunter2`, nil)},
		{name: "password with a quote", body: query(t, `mutation { write(input: {text: "x"hunter2"}) }`, nil)},
		{name: "password with a backslash", body: query(t, `mutation { write(input: {text: "\u{hunter2"}) }`, nil)},
		{name: "string instead of a number", body: query(t, `{ count(since: "hunter2") }`, nil)},
		{name: "string instead of an enum", body: query(t, `{ count(mood: "hunter2") }`, nil)},
		{name: "name instead of a string", body: query(t, `mutation { write(input: {text: hunter2}) }`, nil)},
		{name: "list instead of a number", body: query(t, `{ count(since: [["hunter2"]]) }`, nil)},
		{name: "object instead of a number", body: query(t, `{ count(since: {a: "hunter2"}) }`, nil)},
		{name: "two values of one field", body: query(t, `{ count(mood: GLAD) count(since: "hunter2") }`, nil)},
		{name: "variable instead of an enum", body: query(t, `query ($m: Mood) { count(mood: $m) }`, map[string]any{"m": password})},
		{name: "variable instead of a number", body: query(t, `query ($s: Int) { count(since: $s) }`, map[string]any{"s": password})},
		{name: "name of an input field in a variable", body: query(t, `query ($e: EntryInput) { count(entry: $e) }`, map[string]any{"e": map[string]any{"text": "", password: 1}})},
		{name: "name of an operation", body: `{"query":"query a { last }","operationName":"hunter2"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := post(t, address, "", tt.body)
			require.NotEmpty(t, got.answer.Errors)
			require.NotContains(t, got.body, password)
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

func TestSyntaxErrorsTellWhereTheyAre(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	tests := []struct {
		document     string
		line, column int
	}{
		{document: "{ last", line: 1, column: 7},
		{document: "{\n  last\n  page(id: )\n}", line: 3, column: 12},
		{document: "{ last }\n  hunter2", line: 2, column: 3},
		{document: "{ page(id: \"é\") ? }", line: 1, column: 17},
	}
	for _, tt := range tests {
		got := post(t, address, "", query(t, tt.document, nil))
		require.Equal(t, "GRAPHQL_PARSE_FAILED", got.code())
		require.Equal(t, fmt.Sprintf("Syntax error at line %d, column %d.", tt.line, tt.column), got.answer.Errors[0].Message, tt.document)
		require.Equal(t, []any{map[string]any{"line": float64(tt.line), "column": float64(tt.column)}}, got.answer.Errors[0].Locations)
	}
}
