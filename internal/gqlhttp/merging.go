package gqlhttp

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// merging checks that fields of one response name can be merged into one (GraphQL section 5.3.2), as the specification
// has it: each is compared with each, and the selections of both with each other. That has no bound of its own, so it
// gives up after so many steps, and at the first conflict. The document must be walked, and break no other rule.
type merging struct {
	schema   *ast.Schema
	steps    int // those that are left
	conflict []*ast.Field
}

func checkMerging(schema *ast.Schema, document *ast.QueryDocument, limit int) *gqlerror.Error {
	m := merging{schema: schema, steps: limit}
	for _, operation := range document.Operations {
		m.compare(false, operation.SelectionSet)
	}
	eachSelection(document, func(selection ast.Selection) {
		if field, ok := selection.(*ast.Field); ok {
			m.compare(false, field.SelectionSet)
		}
	})
	if m.steps < 0 {
		return tooComplex("comparisons", limit+1, limit, "Too many fields share a name")
	}
	return m.error()
}

// compare looks at the fields of some selections as if they stood in one. Exclusive are those of objects of different
// types: they may differ, but not in shape.
func (m *merging) compare(exclusive bool, sets ...ast.SelectionSet) {
	named, spread := map[string][]*ast.Field{}, map[string]bool{}
	for _, set := range sets {
		m.each(set, spread, func(field *ast.Field) {
			for _, other := range named[field.Alias] {
				m.pair(exclusive, other, field)
			}
			named[field.Alias] = append(named[field.Alias], field)
		})
	}
}

// each visits the fields of a selection set and its fragments.
func (m *merging) each(set ast.SelectionSet, spread map[string]bool, visit func(*ast.Field)) {
	for _, selection := range set {
		if m.steps--; m.done() {
			return
		}
		switch selection := selection.(type) {
		case *ast.Field:
			visit(selection)
		case *ast.InlineFragment:
			m.each(selection.SelectionSet, spread, visit)
		case *ast.FragmentSpread:
			if !spread[selection.Name] {
				spread[selection.Name] = true
				m.each(selection.Definition.SelectionSet, spread, visit)
			}
		}
	}
}

func (m *merging) pair(exclusive bool, a, b *ast.Field) {
	if m.steps--; m.done() {
		return
	}
	on, other := a.ObjectDefinition, b.ObjectDefinition
	exclusive = exclusive || on != other && on.Kind == ast.Object && other.Kind == ast.Object
	same := exclusive || a.Name == b.Name && sameArguments(a.Arguments, b.Arguments)
	if !same || !m.sameShape(a.Definition.Type, b.Definition.Type) {
		m.conflict = []*ast.Field{a, b}
		return
	}
	if len(a.SelectionSet) > 0 {
		m.compare(exclusive, a.SelectionSet, b.SelectionSet)
	}
}

func (m *merging) done() bool { return m.steps < 0 || m.conflict != nil }

func (m *merging) error() *gqlerror.Error {
	if m.conflict == nil {
		return nil
	}
	err := &gqlerror.Error{Message: fmt.Sprintf("Fields %q conflict: give one of them another alias.", m.conflict[0].Alias)}
	for _, field := range m.conflict {
		err.Locations = append(err.Locations, gqlerror.Location{Line: field.Position.Line, Column: field.Position.Column})
	}
	validationError(err)
	return err
}

func (m *merging) sameShape(a, b *ast.Type) bool {
	if a.NonNull != b.NonNull || (a.Elem == nil) != (b.Elem == nil) {
		return false
	}
	if a.Elem != nil {
		return m.sameShape(a.Elem, b.Elem)
	}
	return a.NamedType == b.NamedType || m.schema.Types[a.NamedType].IsCompositeType() && m.schema.Types[b.NamedType].IsCompositeType()
}

// sameArguments compares regardless of order; no name comes twice.
func sameArguments(a, b ast.ArgumentList) bool {
	if len(a) != len(b) {
		return false
	}
	for _, argument := range a {
		if other := b.ForName(argument.Name); other == nil || !sameValue(argument.Value, other.Value) {
			return false
		}
	}
	return true
}

func sameValue(a, b *ast.Value) bool {
	if a.Kind != b.Kind || a.Raw != b.Raw || len(a.Children) != len(b.Children) {
		return false
	}
	for i, child := range a.Children {
		other := b.Children[i].Value
		if a.Kind == ast.ObjectValue {
			other = b.Children.ForName(child.Name)
		}
		if other == nil || !sameValue(child.Value, other) {
			return false
		}
	}
	return true
}
