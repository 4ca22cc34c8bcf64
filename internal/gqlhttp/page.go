package gqlhttp

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

// page returns how many elements a field is asked for, and whether it can be asked: by `first` and `last`, as cursor
// connections have it; the larger counts. It is the length of the field when that is a list, else of the lists right
// below it. Without a number they are taken to be listLength long.
func (m *meter) page(defined ast.ArgumentDefinitionList, given ast.ArgumentList) (length int, paged bool) {
	for _, argument := range defined {
		if (argument.Name == "first" || argument.Name == "last") && argument.Type.NamedType == "Int" {
			paged = true
			if number, ok := m.number(argument, given.ForName(argument.Name)); ok {
				length = max(length, pageSize(number))
			}
		}
	}
	if length == 0 {
		length = listLength
	}
	return length, paged
}

// number returns the digits that an argument is given; false when it is given null, or nothing and has no default. A
// variable that was not sent leaves the argument as if it were not given (GraphQL section 6.4.1).
func (m *meter) number(argument *ast.ArgumentDefinition, given *ast.Argument) (digits string, ok bool) {
	value := argument.DefaultValue
	if given != nil {
		value = given.Value
	}
	if value != nil && value.Kind == ast.Variable {
		m.varies = true
		if sent, ok := m.variables[value.Raw]; ok {
			number, _ := sent.(json.Number)
			return number.String(), sent != nil
		}
		value = argument.DefaultValue
		if variable := m.operation.VariableDefinitions.ForName(given.Value.Raw); variable != nil && variable.DefaultValue != nil {
			value = variable.DefaultValue
		}
	}
	if value == nil || value.Kind == ast.NullValue {
		return "", false
	}
	return value.Raw, true
}

// pageSize reads a number. An empty page counts as one element, what is no number as endless.
func pageSize(digits string) int {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return endOfCounting
	}
	return max(1, min(n, endOfCounting))
}
