package gqlhttp

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// FuzzMerging compares our rule with that of the parser's library, which has no bound.
func FuzzMerging(f *testing.F) {
	for i := range uint64(1_000) {
		choices := make([]byte, 20+i%100)
		_, _ = rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)}).Read(choices)
		f.Add(choices)
	}
	schema := diarySchema(f)
	agreed := map[bool]int{}
	f.Cleanup(func() { f.Logf("%d documents with conflicts, %d without", agreed[true], agreed[false]) })
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) > 300 {
			t.Skip("the library takes too long")
		}
		text := (&author{schema: schema, choices: choices}).mergingDocument()
		document := parsed(t, text)
		conflicts := 0
		observers := new(core.Events)
		rules.OverlappingFieldsCanBeMergedRule.RuleFunc(observers, func(...core.ErrorOption) { conflicts++ })
		core.Walk(schema, document, observers)
		require.Equal(t, conflicts > 0, checkMerging(schema, document, 1<<40) != nil, text)
		agreed[conflicts > 0]++
	})
}

// mergingDocument writes a query that spreads each of its fragments, on an interface and its objects.
func (a *author) mergingDocument() string {
	a.text.WriteString("{ node(id: 1) { ...f0 ...f1 ...f2 ")
	a.overlapping("Node", 0)
	a.text.WriteString(" } }")
	for i := range 3 {
		on := []string{"Node", "Page", "Tag"}[a.choose(3)]
		fmt.Fprintf(&a.text, " fragment f%d on %s { __typename", i, on)
		a.overlapping(on, i+1)
		a.text.WriteString(" }")
	}
	return a.text.String()
}

func (a *author) overlapping(on string, fragments int) {
	fields := map[string][]string{
		"Node":           {"id", "id", "__typename"},
		"Page":           {"id", "text", "title", "next {", "next {", "tags {", "words"},
		"Tag":            {"id", "name", "cover {", "pages(first: 1) {", "pages(last: 2, first: 1) {", "pages(first: 1, last: 2) {"},
		"PageConnection": {"nodes {", "pageInfo { hasNextPage }"},
	}[on]
	below := map[string]string{"next {": "Page", "cover {": "Page", "tags {": "Tag", "nodes {": "Page"}
	for range a.choose(4) {
		switch choice := a.choose(7); {
		case choice == 0 && fragments < 3 && on != "PageConnection":
			fmt.Fprintf(&a.text, " ...f%d", fragments+a.choose(3-fragments))
		case choice == 1:
			a.text.WriteString(" ... {  __typename")
			a.overlapping(on, fragments)
			a.text.WriteString(" }")
		case choice <= 3 && on == "Node":
			object := []string{"Page", "Tag"}[a.choose(2)]
			a.text.WriteString(" ... on " + object + " { __typename")
			a.overlapping(object, fragments)
			a.text.WriteString(" }")
		default:
			field := fields[a.choose(len(fields))]
			a.text.WriteString([]string{" ", " ", " a: ", " id: "}[a.choose(4)] + field)
			if field[len(field)-1] == '{' {
				of := below[field]
				if of == "" {
					of = "PageConnection"
				}
				a.text.WriteString(" __typename")
				a.overlapping(of, fragments)
				a.text.WriteString(" }")
			}
		}
	}
}

func TestMerging(t *testing.T) {
	schema := diarySchema(t)
	merge := func(text string) *gqlerror.Error {
		document := parsed(t, text)
		require.Empty(t, validation{schema: schema}.walk(document))
		return checkMerging(schema, document, 100)
	}
	for _, text := range []string{
		`{ last last }`,
		`{ page(id: 1) page(id: 1) }`,
		`{ count(since: 1, mood: SAD) count(mood: SAD, since: 1) }`,
		`{ count(entry: {text: "a", marks: [1, 2]}) count(entry: {marks: [1, 2], text: "a"}) }`,
		`{ node(id: 1) { ... on Page { a: text } ... on Tag { a: name } } }`,
		`{ node(id: 1) { ... on Page { a: tags { a: id } } } a: last }`,
		`{ node(id: 1) { ... on Page { a: next { a: text } } ... on Tag { a: cover { a: title } } } }`,
	} {
		require.Nil(t, merge(text), text)
	}
	for _, text := range []string{
		`{ a: last a: broken }`,
		`{ a: last ... { ...f } } fragment f on Query { a: broken }`,
		`{ a: page(id: 1) a: page(id: 2) }`,
		`{ a: page a: page(id: 2) }`,
		`{ a: page(id: "1") a: page(id: 1) }`,
		`{ a: count(entry: {text: "a", marks: [1, 2]}) a: count(entry: {marks: [2, 1], text: "a"}) }`,
		`{ node(id: 1) { a: id ... on Page { a: text } } }`,
		`{ node(id: 1) { ... on Page { a: id } ... on Tag { a: name } } }`,
		`{ node(id: 1) { ... on Page { x: next { a: id } } ... on Page { x: next { a: text } } } }`,
		`{ node(id: 1) { ... on Page { a: next { a: text } } ... on Tag { a: cover { a: id } } } }`,
		`{ node(id: 1) { ... on Page { a: words } ... on Tag { a: name } } }`,
		`{ shelf { nodes { ...p } nodes { a: id } } } fragment p on Page { a: text }`,
	} {
		err := merge(text)
		require.NotNil(t, err, text)
		require.Contains(t, err.Message, "conflict", text)
		require.Len(t, err.Locations, 2)
	}
}
