package gqlhttp

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// refuseNullConditions returns an error when a variable is null where @skip or @include needs a Boolean. A variable with
// a default may stand there and be null all the same (GraphQL section 5.8.5); gqlgen would panic.
func refuseNullConditions(operation *graphql.OperationContext) gqlerror.List {
	null := nullVariables(operation.Variables)
	if len(null) == 0 {
		return nil
	}
	wrong := map[string]string{}
	for _, name := range conditions(operation.Doc) {
		if null[name] {
			wrong[name] = "must not be null"
		}
	}
	return wrongVariables(wrong)
}

func nullVariables(variables map[string]any) map[string]bool {
	null := map[string]bool{}
	for name, value := range variables {
		if value == nil {
			null[name] = true
		}
	}
	return null
}

// conditions returns the names of the variables that decide what is executed.
func conditions(document *ast.QueryDocument) []string {
	var names []string
	eachSelection(document, func(selection ast.Selection) {
		for _, directive := range directivesOf(selection) {
			if condition := directive.Arguments.ForName("if"); condition != nil && condition.Value.Kind == ast.Variable {
				names = append(names, condition.Value.Raw)
			}
		}
	})
	return names
}

func directivesOf(selection ast.Selection) ast.DirectiveList {
	switch selection := selection.(type) {
	case *ast.Field:
		return selection.Directives
	case *ast.InlineFragment:
		return selection.Directives
	case *ast.FragmentSpread:
		return selection.Directives
	default:
		return nil
	}
}
