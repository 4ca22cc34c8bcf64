package gqlhttp

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vektah/gqlparser/v2/ast"
)

// FuzzCost compares the meter with the plain way to count: follow every spread, each time.
func FuzzCost(f *testing.F) {
	for i := range uint64(500) {
		choices := make([]byte, 20+i%180)
		_, _ = rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)}).Read(choices)
		f.Add(choices)
	}
	schema := diarySchema(f)
	f.Fuzz(func(t *testing.T, choices []byte) {
		if len(choices) > 200 {
			t.Skip("following every spread takes too long")
		}
		text := (&author{schema: schema, choices: choices}).document()
		document := parsed(t, text)
		operation := document.Operations[0]
		variables := map[string]any{"a": json.Number("7"), "b": nil}
		plain := plainCount{schema: schema, document: document, operation: operation, variables: variables}
		cost := plain.cost(schema.Query, operation.SelectionSet, listLength)
		fields := plain.rootFields(operation.SelectionSet)
		cost.Add(cost, big.NewInt(rootCost*fields))

		got := measureOperation(schema, document, operation, variables)
		require.Equal(t, clipped(cost), got.cost, text)
		require.Equal(t, plain.depth(operation.SelectionSet), got.depth, text)
		require.Equal(t, clipped(big.NewInt(fields)), got.rootFields, text)
	})
}

func clipped(n *big.Int) int {
	if n.Cmp(big.NewInt(endOfCounting)) > 0 {
		return endOfCounting
	}
	return int(n.Int64())
}

// author writes a query by the bytes that it is given, and ends it when they are used up. Fragments spread later ones
// only, and one that does not exist.
type author struct {
	schema  *ast.Schema
	choices []byte
	text    strings.Builder
}

const fragmentsWritten = 6

func (a *author) choose(n int) int {
	if len(a.choices) == 0 {
		return 0
	}
	choice := int(a.choices[0]) % n
	a.choices = a.choices[1:]
	return choice
}

func (a *author) document() string {
	a.text.WriteString("query ($a: Int, $b: Int, $c: Int = 3, $d: Int) ")
	a.selections(a.schema.Query, 0)
	types := []string{"Query", "Page", "Tag", "PageConnection", "PageEdge", "Node", "__Type"}
	for i := range fragmentsWritten {
		on := types[a.choose(len(types))]
		fmt.Fprintf(&a.text, " fragment f%d on %s ", i, on)
		a.selections(a.schema.Types[on], i+1)
	}
	return a.text.String()
}

func (a *author) selections(parent *ast.Definition, fragments int) {
	a.text.WriteString("{ __typename")
	for range a.choose(4) {
		switch a.choose(6) {
		case 0:
			fmt.Fprintf(&a.text, " ...f%d", fragments+a.choose(fragmentsWritten+1-fragments))
		case 1:
			a.text.WriteString(" ... @skip(if: true) ")
			a.selections(parent, fragments)
		case 2:
			a.text.WriteString(" ... on Page ")
			a.selections(a.schema.Types["Page"], fragments)
		default:
			a.field(parent, fragments)
		}
	}
	a.text.WriteString(" }")
}

func (a *author) field(parent *ast.Definition, fragments int) {
	field := parent.Fields[a.choose(len(parent.Fields))]
	a.text.WriteString(" " + field.Name)
	if len(field.Arguments) > 0 && a.choose(4) > 0 {
		values := []string{"0", "1", "5", "null", "$a", "$b", "$c", "$d", "3000000000", "-2"}
		for i, argument := range field.Arguments {
			a.text.WriteString([]string{"(", " "}[min(i, 1)] + argument.Name + ": " + values[a.choose(len(values))])
		}
		a.text.WriteString(")")
	}
	if of := a.schema.Types[field.Type.Name()]; of.IsCompositeType() {
		a.text.WriteString(" ")
		a.selections(of, fragments)
	}
}

// plainCount says in a few lines what the meter says in one walk.
type plainCount struct {
	schema    *ast.Schema
	document  *ast.QueryDocument
	operation *ast.OperationDefinition
	variables map[string]any
}

// below calls visit with the fields of a selection set, those of fragments too.
func (p plainCount) below(parent *ast.Definition, set ast.SelectionSet, visit func(*ast.Definition, *ast.Field)) {
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			visit(parent, selection)
		case *ast.InlineFragment:
			on := parent
			if selection.TypeCondition != "" {
				on = p.schema.Types[selection.TypeCondition]
			}
			p.below(on, selection.SelectionSet, visit)
		case *ast.FragmentSpread:
			if f := p.document.Fragments.ForName(selection.Name); f != nil {
				p.below(p.schema.Types[f.TypeCondition], f.SelectionSet, visit)
			}
		}
	}
}

func (p plainCount) cost(parent *ast.Definition, set ast.SelectionSet, lists int64) *big.Int {
	sum := new(big.Int)
	p.below(parent, set, func(parent *ast.Definition, field *ast.Field) {
		sum.Add(sum, big.NewInt(1))
		if field.Name == "__typename" {
			return
		}
		defined := parent.Fields.ForName(field.Name)
		page, paged := p.page(defined, field)
		inside := page
		if defined.Type.Elem != nil {
			inside = listLength
		}
		below := p.cost(p.schema.Types[defined.Type.Name()], field.SelectionSet, inside)
		if defined.Type.Elem != nil {
			if below.Sign() == 0 {
				below.SetInt64(1)
			}
			length := lists
			switch {
			case paged:
				length = page
			case strings.HasPrefix(parent.Name, "__"):
				length = introspectionLength
			case field.Name == "stamps":
				length = 1500
			}
			below.Mul(below, big.NewInt(length))
			if defined.Type.Elem.Elem != nil {
				below.Mul(below, big.NewInt(listLength))
			}
		}
		sum.Add(sum, below)
	})
	return sum
}

func (p plainCount) page(defined *ast.FieldDefinition, field *ast.Field) (length int64, paged bool) {
	for _, argument := range defined.Arguments {
		if argument.Type.Name() != "Int" {
			continue
		}
		paged = true
		value := p.value(argument, field.Arguments.ForName(argument.Name))
		if n, err := strconv.ParseInt(value, 10, 64); err == nil {
			length = max(length, n, 1)
		}
	}
	if length == 0 {
		length = listLength
	}
	return length, paged
}

// value returns what an argument is in the end, or no number.
func (p plainCount) value(argument *ast.ArgumentDefinition, given *ast.Argument) string {
	if given != nil && given.Value.Kind != ast.Variable {
		return given.Value.Raw
	}
	if given != nil {
		if sent, ok := p.variables[given.Value.Raw]; ok {
			return fmt.Sprint(sent)
		}
		if declared := p.operation.VariableDefinitions.ForName(given.Value.Raw); declared.DefaultValue != nil {
			return declared.DefaultValue.Raw
		}
	}
	if argument.DefaultValue != nil {
		return argument.DefaultValue.Raw
	}
	return "none"
}

func (p plainCount) depth(set ast.SelectionSet) int {
	deepest := 0
	p.below(nil, set, func(_ *ast.Definition, field *ast.Field) {
		deepest = max(deepest, 1+p.depth(field.SelectionSet))
	})
	return deepest
}

func (p plainCount) rootFields(set ast.SelectionSet) (n int64) {
	p.below(nil, set, func(_ *ast.Definition, field *ast.Field) {
		if field.Name != "__typename" {
			n++
		}
	})
	return n
}
