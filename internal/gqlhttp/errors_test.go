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
	got := post(t, serve(t, gqlhttp.Config{}), "", query(t, "{"+strings.Repeat(" lost", 500)+"}", nil))
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
	document := "query ($entry: EntryInput, $mood: Mood, $since: Int, $id: ID) { count(entry: $entry, mood: $mood, since: $since) page(id: $id) }"
	type object = map[string]any
	tests := []struct {
		name      string
		variables object
		want      object
	}{
		{name: "missing", variables: object{"entry": object{}}, want: object{"entry.text": "must be defined"}},
		{name: "null", variables: object{"entry": object{"text": nil}}, want: object{"entry.text": "cannot be null"}},
		{name: "unknown field", variables: object{"entry": object{"text": "", "x": 1}}, want: object{"entry": "has an unknown field"}},
		{name: "a number for a String", variables: object{"entry": object{"text": 12345678}}, want: object{"entry.text": "must be of type String"}},
		{name: "a Boolean for a String", variables: object{"entry": object{"text": true}}, want: object{"entry.text": "must be of type String"}},
		{name: "a list for a String", variables: object{"entry": object{"text": []int{1}}}, want: object{"entry.text": "must be of type String"}},
		{name: "a String for a Boolean", variables: object{"entry": object{"text": "", "seen": "true"}}, want: object{"entry.seen": "must be of type Boolean"}},
		{name: "a String for a Float", variables: object{"entry": object{"text": "", "weight": "1.5"}}, want: object{"entry.weight": "must be of type Float"}},
		{name: "a String for an Int", variables: object{"since": "7"}, want: object{"since": "must be of type Int"}},
		{name: "a fraction for an Int", variables: object{"since": 1.5}, want: object{"since": "must be of type Int"}},
		{name: "more than 32 bits for an Int", variables: object{"since": 1 << 31}, want: object{"since": "must be of type Int"}},
		{name: "a fraction for an ID", variables: object{"id": 1.5}, want: object{"id": "must be of type ID"}},
		{name: "a Boolean for an ID", variables: object{"id": true}, want: object{"id": "must be of type ID"}},
		{name: "no value of the enum", variables: object{"mood": "BLUE"}, want: object{"mood": "is not a valid value"}},
		{name: "a value of the enum in other letters", variables: object{"mood": "glad"}, want: object{"mood": "is not a valid value"}},
		{name: "a number for an enum", variables: object{"mood": 0}, want: object{"mood": "is not a valid value"}},
		{name: "no object", variables: object{"entry": "x"}, want: object{"entry": "must be of type EntryInput"}},
		{name: "in a list", variables: object{"entry": object{"text": "", "marks": []any{1, "2", nil}}}, want: object{"entry.marks[1]": "must be of type Int"}},
		{name: "several", variables: object{"since": "x", "mood": 1}, want: object{"since": "must be of type Int", "mood": "is not a valid value"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := post(t, address, "", query(t, document, tt.variables))
			require.Equal(t, "BAD_USER_INPUT", got.code(), got.body)
			require.Equal(t, tt.want, got.answer.Errors[0].Extensions["fields"])
		})
	}
}

func TestRightVariablesPass(t *testing.T) {
	address := serve(t, gqlhttp.Config{})
	document := "query ($entry: EntryInput, $mood: Mood, $since: Int, $id: ID) { count(entry: $entry, mood: $mood, since: $since) page(id: $id) }"
	for _, variables := range []string{
		`{}`,
		`{"entry":null,"mood":null,"since":null,"id":null}`,
		`{"entry":{"text":"7","mood":"SAD","marks":[1,2],"seen":false,"weight":1.5,"page":7},"mood":"GLAD","since":-2147483648,"id":"x"}`,
		`{"entry":{"text":"","marks":3,"weight":2},"id":9007199254740993,"unknown":{"ignored":[true]}}`,
	} {
		got := post(t, address, "", `{"query":"`+document+`","variables":`+variables+`}`)
		require.Empty(t, got.answer.Errors, variables)
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
