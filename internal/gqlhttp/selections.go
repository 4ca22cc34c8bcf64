package gqlhttp

import "github.com/vektah/gqlparser/v2/ast"

// eachSelection visits every selection that is written in a document, once.
func eachSelection(document *ast.QueryDocument, visit func(ast.Selection)) {
	for _, operation := range document.Operations {
		eachBelow(operation.SelectionSet, visit)
	}
	for _, fragment := range document.Fragments {
		eachBelow(fragment.SelectionSet, visit)
	}
}

func eachBelow(set ast.SelectionSet, visit func(ast.Selection)) {
	for _, selection := range set {
		visit(selection)
		switch selection := selection.(type) {
		case *ast.Field:
			eachBelow(selection.SelectionSet, visit)
		case *ast.InlineFragment:
			eachBelow(selection.SelectionSet, visit)
		}
	}
}
