package gqlhttp

import (
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The cost of an operation is known before it runs, and bounds how many fields its answer can have. A field costs 1 and
// what its selections cost, those of a list as often as the list is long: that is the page that was asked for, see
// page.go, else listLength. A field at the root costs rootCost more, for it asks the database. What @skip and @include
// may leave out counts.
const (
	rootCost = 100
	// listLength is the longest that the schema promises of a list without pages, where @listSize says nothing else.
	listLength = 100
	// introspectionLength is for the lists of introspection: many types have few fields, few fields have arguments.
	introspectionLength = 3
	// endOfCounting keeps sums and products far from overflow.
	endOfCounting = math.MaxInt32
)

// measure is the size of an operation.
type measure struct {
	cost, depth, rootFields int
	// varies tells that the cost depends on variables.
	varies bool
}

// meter measures one operation. It visits each selection of the document at most once, however often a fragment is
// spread, so it may walk a document that nothing else has looked at. What validation will refuse, such as an unknown
// field or a fragment within itself, it passes by.
type meter struct {
	schema    *ast.Schema
	operation *ast.OperationDefinition
	variables map[string]any
	fragments map[string]*fragment
	varies    bool
}

// fragment is a fragment definition and, once a spread led to it, its weight.
type fragment struct {
	*ast.FragmentDefinition
	reached bool
	weight  weight
}

// weight is what selections add to the field that they belong to.
type weight struct {
	cost       int
	listed     int // the cost of an element of each list that is as long as the field around it says
	depth      int
	rootFields int
}

func measureOperation(
	schema *ast.Schema, document *ast.QueryDocument, operation *ast.OperationDefinition, variables map[string]any,
) measure {
	m := &meter{
		schema: schema, operation: operation, variables: variables, fragments: fragmentsByName(document.Fragments),
	}
	all := m.selections(rootOf(schema, operation.Operation), operation.SelectionSet)
	return measure{
		cost:       plus(all.total(listLength), times(rootCost, all.rootFields)),
		depth:      all.depth,
		rootFields: all.rootFields,
		varies:     m.varies,
	}
}

func fragmentsByName(definitions ast.FragmentDefinitionList) map[string]*fragment {
	if len(definitions) == 0 {
		return nil
	}
	fragments := make(map[string]*fragment, len(definitions))
	for _, definition := range definitions {
		fragments[definition.Name] = &fragment{FragmentDefinition: definition}
	}
	return fragments
}

func rootOf(schema *ast.Schema, kind ast.Operation) *ast.Definition {
	switch kind {
	case ast.Mutation:
		return schema.Mutation
	case ast.Subscription:
		return schema.Subscription
	default:
		return schema.Query
	}
}

func (m *meter) selections(parent *ast.Definition, set ast.SelectionSet) weight {
	var sum weight
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			sum = sum.plus(m.field(parent, selection))
		case *ast.InlineFragment:
			on := parent
			if selection.TypeCondition != "" {
				on = m.schema.Types[selection.TypeCondition]
			}
			sum = sum.plus(m.selections(on, selection.SelectionSet))
		case *ast.FragmentSpread:
			sum = sum.plus(m.spread(m.fragments[selection.Name]))
		}
	}
	return sum
}

// spread returns the weight of a fragment, which is the same wherever it is spread.
func (m *meter) spread(f *fragment) weight {
	if f == nil {
		return weight{}
	}
	if !f.reached {
		f.reached = true
		f.weight = m.selections(m.schema.Types[f.TypeCondition], f.SelectionSet)
	}
	return f.weight
}

func (m *meter) field(parent *ast.Definition, field *ast.Field) weight {
	definition := definitionOf(parent, field.Name)
	if definition == nil { // __typename, or unknown
		inner := m.selections(nil, field.SelectionSet)
		return weight{cost: plus(1, inner.total(listLength)), depth: plus(1, inner.depth)}
	}
	inner := m.selections(m.schema.Types[definition.Type.Name()], field.SelectionSet)
	sum := weight{cost: 1, depth: plus(1, inner.depth), rootFields: 1}
	page, paged := m.page(definition.Arguments, field.Arguments)
	if definition.Type.Elem == nil {
		sum.cost = plus(sum.cost, inner.total(page))
		return sum
	}
	element := max(1, inner.total(listLength))
	for list := definition.Type.Elem; list.Elem != nil; list = list.Elem {
		element = times(listLength, element)
	}
	switch {
	case paged:
		sum.cost = plus(sum.cost, times(page, element))
	case strings.HasPrefix(parent.Name, "__"):
		sum.cost = plus(sum.cost, times(introspectionLength, element))
	case definition.Directives.ForName("listSize") != nil:
		sum.cost = plus(sum.cost, times(assumedSize(definition), element))
	default:
		sum.listed = element
	}
	return sum
}

// assumedSize is what the schema says of a list without pages that can be longer than others.
func assumedSize(definition *ast.FieldDefinition) int {
	return pageSize(definition.Directives.ForName("listSize").Arguments.ForName("assumedSize").Value.Raw)
}

func definitionOf(parent *ast.Definition, name string) *ast.FieldDefinition {
	if parent == nil {
		return nil
	}
	return parent.Fields.ForName(name)
}

func (w weight) plus(other weight) weight {
	return weight{
		cost:       plus(w.cost, other.cost),
		listed:     plus(w.listed, other.listed),
		depth:      max(w.depth, other.depth),
		rootFields: plus(w.rootFields, other.rootFields),
	}
}

// total is the cost when the lists are that long.
func (w weight) total(length int) int { return plus(w.cost, times(length, w.listed)) }

func plus(a, b int) int { return int(min(int64(a)+int64(b), endOfCounting)) }

func times(a, b int) int { return int(min(int64(a)*int64(b), endOfCounting)) }
