package gqlhttp

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

func diarySchema(t testing.TB) *ast.Schema {
	t.Helper()
	source, err := os.ReadFile("testdata/diary.graphqls")
	require.NoError(t, err)
	return gqlparser.MustLoadSchema(&ast.Source{Name: "diary.graphqls", Input: string(source)})
}

func parsed(t testing.TB, text string) *ast.QueryDocument {
	t.Helper()
	document, err := parser.ParseQuery(&ast.Source{Input: text})
	require.NoError(t, err)
	return document
}

func TestCost(t *testing.T) {
	schema := diarySchema(t)
	tests := []struct {
		name      string
		document  string
		variables map[string]any
		want      measure
	}{
		{name: "a field", document: "{ last }", want: measure{cost: 101, depth: 1, rootFields: 1}},
		{name: "the name of the type", document: "{ __typename }", want: measure{cost: 1, depth: 1}},
		{name: "aliases", document: "{ a: last b: last }", want: measure{cost: 202, depth: 1, rootFields: 2}},
		{name: "what is skipped counts", document: "{ last @skip(if: true) ... @include(if: false) { last } }", want: measure{cost: 202, depth: 1, rootFields: 2}},
		{name: "a list", document: "{ tags { id name } }", want: measure{cost: 101 + 100*2, depth: 2, rootFields: 1}},
		{name: "a list with a page", document: "{ drafts(first: 7) { id text } }", want: measure{cost: 101 + 7*2, depth: 2, rootFields: 1}},
		{name: "a list of scalars", document: "{ drafts(first: 7) { words } }", want: measure{cost: 101 + 7*(1+100), depth: 2, rootFields: 1}},
		{name: "a list of lists", document: "{ drafts(first: 7) { grid { id } } }", want: measure{cost: 101 + 7*(1+100*100), depth: 3, rootFields: 1}},
		{name: "a list that is longer than others", document: "{ drafts(first: 7) { stamps { id name } } }", want: measure{cost: 101 + 7*(1+1500*2), depth: 3, rootFields: 1}},
		{name: "a connection", document: "{ shelf(first: 5) { nodes { id text } pageInfo { hasNextPage } } }", want: measure{cost: 101 + 1 + 5*2 + 2, depth: 3, rootFields: 1}},
		{name: "nodes and edges", document: "{ shelf(first: 5) { nodes { id } edges { cursor node { id } } } }", want: measure{cost: 101 + 1 + 5 + 1 + 5*3, depth: 4, rootFields: 1}},
		{name: "a connection through fragments", document: "{ shelf(first: 5) { ...s } } fragment s on PageConnection { ... { ...n } } fragment n on PageConnection { nodes { id } }", want: measure{cost: 101 + 1 + 5, depth: 3, rootFields: 1}},
		{name: "one fragment, two pages", document: "{ a: shelf(first: 5) { ...s } b: shelf(first: 9) { ...s } } fragment s on PageConnection { nodes { id } }", want: measure{cost: 202 + 1 + 5 + 1 + 9, depth: 3, rootFields: 2}},
		{name: "pages in pages", document: "{ shelf(first: 5) { nodes { tags { pages(first: 3) { nodes { id } } } } } }", want: measure{cost: 101 + 1 + 5*(1+100*(1+1+3)), depth: 6, rootFields: 1}},
		{name: "the default page", document: "{ shelf { nodes { id } } }", want: measure{cost: 101 + 1 + 20, depth: 3, rootFields: 1}},
		{name: "no default page", document: "{ drafts { id } }", want: measure{cost: 101 + 100, depth: 2, rootFields: 1}},
		{name: "null is no number", document: "{ shelf(first: null) { nodes { id } } }", want: measure{cost: 101 + 1 + 100, depth: 3, rootFields: 1}},
		{name: "the larger of two", document: "{ shelf(last: 50) { nodes { id } } }", want: measure{cost: 101 + 1 + 50, depth: 3, rootFields: 1}},
		{name: "the larger of two that are given", document: "{ shelf(first: 50, last: 5) { nodes { id } } }", want: measure{cost: 101 + 1 + 50, depth: 3, rootFields: 1}},
		{name: "an empty page costs its field", document: "{ drafts(first: 0) { id } }", want: measure{cost: 102, depth: 2, rootFields: 1}},
		{name: "nothing is gained by negative pages", document: "{ drafts(first: -5) { id text } }", want: measure{cost: 103, depth: 2, rootFields: 1}},
		{name: "a page beyond numbers", document: "{ drafts(first: 99999999999999999999) { id } }", want: measure{cost: endOfCounting, depth: 2, rootFields: 1}},
		{name: "a product beyond numbers", document: "{ shelf(first: 2000000000) { nodes { tags { pages(first: 2000000000) { nodes { id } } } } } }", want: measure{cost: endOfCounting, depth: 6, rootFields: 1}},
		{name: "first that is no page", document: `{ first(first: "7") { id } }`, want: measure{cost: 101 + 100, depth: 2, rootFields: 1}},
		{name: "a variable", document: "query ($n: Int) { drafts(first: $n) { id } }", variables: map[string]any{"n": json.Number("3")}, want: measure{cost: 101 + 3, depth: 2, rootFields: 1, varies: true}},
		{name: "a variable that is null", document: "query ($n: Int) { shelf(first: $n) { nodes { id } } }", variables: map[string]any{"n": nil}, want: measure{cost: 101 + 1 + 100, depth: 3, rootFields: 1, varies: true}},
		{name: "a variable that is not sent", document: "query ($n: Int) { shelf(first: $n) { nodes { id } } }", want: measure{cost: 101 + 1 + 20, depth: 3, rootFields: 1, varies: true}},
		{name: "the default of a variable", document: "query ($n: Int = 4) { shelf(first: $n) { nodes { id } } }", want: measure{cost: 101 + 1 + 4, depth: 3, rootFields: 1, varies: true}},
		{name: "the default of a variable is null", document: "query ($n: Int = null) { shelf(first: $n) { nodes { id } } }", want: measure{cost: 101 + 1 + 100, depth: 3, rootFields: 1, varies: true}},
		{name: "a variable of another type", document: "query ($n: String) { drafts(first: $n) { id } }", variables: map[string]any{"n": "3"}, want: measure{cost: endOfCounting, depth: 2, rootFields: 1, varies: true}},
		{name: "another variable", document: "query ($id: ID!) { node(id: $id) { id } }", want: measure{cost: 102, depth: 2, rootFields: 1}},
		{name: "branches add up", document: `{ node(id: 1) { ... on Page { text } ... on Tag { name } } }`, want: measure{cost: 103, depth: 2, rootFields: 1}},
		{name: "introspection", document: `{ __schema { types { name fields { name args { name } } } } }`, want: measure{cost: 101 + 1 + 3*(2+3*(2+3)), depth: 5, rootFields: 1}},
		{name: "a mutation", document: `mutation { ...m } fragment m on Mutation { tear { id } ... { tear { id } } }`, want: measure{cost: 204, depth: 2, rootFields: 2}},
		{name: "an unknown field", document: "{ lost { lost } }", want: measure{cost: 2, depth: 2}},
		{name: "an unknown fragment and an unknown type", document: "{ ...gone ... on Gone { id } }", want: measure{cost: 1, depth: 1}},
		{name: "a fragment within itself", document: "{ ...f } fragment f on Query { last ...f }", want: measure{cost: 101, depth: 1, rootFields: 1}},
		{name: "fragments within each other", document: "{ ...f } fragment f on Query { last ...g } fragment g on Query { last ...f }", want: measure{cost: 202, depth: 1, rootFields: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			document := parsed(t, tt.document)
			require.Equal(t, tt.want, measureOperation(schema, document, document.Operations[0], tt.variables))
		})
	}
}

// bomb returns a query whose fragments double it n times.
func bomb(n int, end string) string {
	var text strings.Builder
	text.WriteString("{ ...f0 }")
	for i := range n {
		fmt.Fprintf(&text, " fragment f%d on Query { ...f%d ...f%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&text, " fragment f%d on Query { %s }", n, end)
	return text.String()
}

// TestCostIsLinear counts allocations, of which each fragment has its own few. Walking every spread would not end.
func TestCostIsLinear(t *testing.T) {
	schema := diarySchema(t)
	work := func(fragments int) float64 {
		document := parsed(t, bomb(fragments, "last"))
		return testing.AllocsPerRun(10, func() {
			m := measureOperation(schema, document, document.Operations[0], nil)
			require.Equal(t, endOfCounting, m.cost)
			require.Equal(t, endOfCounting, m.rootFields)
		})
	}
	small, large := work(100), work(10_000)
	t.Logf("%.0f allocations for 100 fragments, %.0f for 10,000", small, large)
	require.Less(t, large, 110*small)
}
