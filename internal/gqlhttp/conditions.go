package gqlhttp

import (
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// refuseNullConditions returns an error for each variable that is null where @skip or @include needs a Boolean. A
// variable with a default may stand there and be null all the same (GraphQL section 5.8.5); gqlgen would panic.
func refuseNullConditions(operation *graphql.OperationContext) gqlerror.List {
	null := nullVariables(operation.Variables)
	if len(null) == 0 {
		return nil
	}
	var errs gqlerror.List
	for _, name := range conditions(operation.Doc) {
		if null[name] {
			null[name] = false
			errs = append(errs, &gqlerror.Error{Message: "must not be null", Path: ast.Path{ast.PathName("variable"), ast.PathName(name)}})
		}
	}
	return errs
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
	for _, operation := range document.Operations {
		names = appendConditions(names, operation.SelectionSet)
	}
	for _, fragment := range document.Fragments {
		names = appendConditions(names, fragment.SelectionSet)
	}
	return names
}

func appendConditions(names []string, selections ast.SelectionSet) []string {
	for _, selection := range selections {
		var directives ast.DirectiveList
		switch selection := selection.(type) {
		case *ast.Field:
			directives = selection.Directives
			names = appendConditions(names, selection.SelectionSet)
		case *ast.InlineFragment:
			directives = selection.Directives
			names = appendConditions(names, selection.SelectionSet)
		case *ast.FragmentSpread:
			directives = selection.Directives
		}
		for _, directive := range directives {
			if condition := directive.Arguments.ForName("if"); condition != nil && condition.Value.Kind == ast.Variable {
				names = append(names, condition.Value.Raw)
			}
		}
	}
	return names
}
