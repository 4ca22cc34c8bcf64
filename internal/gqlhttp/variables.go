package gqlhttp

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// coercion compares the variables of a request with the types that its operation gives them, as strictly as GraphQL
// does (section 3.5): a number is no String, a String no Int. gqlgen, whose turn comes later, takes one for the other;
// it finds what is left out here: what is missing, null or unknown.
type coercion struct {
	schema *ast.Schema
	wrong  map[string]string // reasons by path
}

func checkVariables(schema *ast.Schema, operation *ast.OperationDefinition, values map[string]any) gqlerror.List {
	c := coercion{schema: schema}
	for _, variable := range operation.VariableDefinitions {
		c.check(place{name: variable.Variable}, variable.Type, values[variable.Variable])
	}
	return wrongVariables(c.wrong)
}

func (c *coercion) check(at place, expected *ast.Type, value any) {
	if value == nil || len(c.wrong) == maxErrors {
		return
	}
	if expected.Elem != nil {
		c.checkList(at, expected.Elem, value)
		return
	}
	definition := c.schema.Types[expected.NamedType]
	if definition == nil { // which validation tells
		return
	}
	switch definition.Kind {
	case ast.InputObject:
		c.checkObject(at, definition, value)
	case ast.Enum:
		if name, ok := value.(string); !ok || definition.EnumValues.ForName(name) == nil {
			c.refuse(at, "is not a valid value")
		}
	default:
		if !fits(definition.Name, value) {
			c.refuse(at, "must be of type "+definition.Name)
		}
	}
}

// checkList: a single value stands for a list of it.
func (c *coercion) checkList(at place, element *ast.Type, value any) {
	list, ok := value.([]any)
	if !ok {
		c.check(at, element, value)
		return
	}
	for i := range list {
		c.check(place{above: &at, index: i}, element, list[i])
	}
}

func (c *coercion) checkObject(at place, definition *ast.Definition, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		c.refuse(at, "must be of type "+definition.Name)
	}
	for _, field := range definition.Fields {
		c.check(place{above: &at, name: field.Name}, field.Type, object[field.Name])
	}
}

func (c *coercion) refuse(at place, reason string) {
	if c.wrong == nil {
		c.wrong = map[string]string{}
	}
	c.wrong[at.String()] = reason
}

// place is where a value stands: in a field of an object, or in a list, when it has no name.
type place struct {
	above *place
	name  string
	index int
}

func (p place) String() string {
	switch {
	case p.above == nil:
		return p.name
	case p.name == "":
		return p.above.String() + "[" + strconv.Itoa(p.index) + "]"
	default:
		return p.above.String() + "." + p.name
	}
}

// fits reports whether a JSON value can be one of a scalar type. What other scalars take, only their owners know.
func fits(scalar string, value any) bool {
	_, isText := value.(string)
	number, isNumber := value.(json.Number)
	switch scalar {
	case "String":
		return isText
	case "ID":
		return isText || isNumber && !strings.ContainsAny(number.String(), ".eE")
	case "Int":
		_, err := strconv.ParseInt(number.String(), 10, 32)
		return isNumber && err == nil
	case "Float":
		return isNumber
	case "Boolean":
		_, isBoolean := value.(bool)
		return isBoolean
	default:
		return true
	}
}
