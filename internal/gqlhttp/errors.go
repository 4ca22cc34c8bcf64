package gqlhttp

import (
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Request errors are reshaped so that no value that a client sent comes back in them: a password that stands in the
// wrong place must not travel on into the client's logs. Names of fields, arguments and types stay, and so do locations.

// parseError: the parser quotes the token that it stumbled over, sometimes with all that follows.
func (l limits) parseError(err *gqlerror.Error) *gqlerror.Error {
	switch {
	case strings.HasPrefix(err.Message, "exceeded token limit"):
		return tooComplex("tokens", l.tokens+1, l.tokens, "The document is too long")
	case strings.HasPrefix(err.Message, "exceeded maximum nesting depth"):
		return tooComplex("nesting", parser.MaxNestingDepth+1, parser.MaxNestingDepth, "The document is nested too deep")
	}
	err.Message = "Syntax error."
	if len(err.Locations) > 0 {
		err.Message = fmt.Sprintf("Syntax error at line %d, column %d.", err.Locations[0].Line, err.Locations[0].Column)
	}
	errcode.Set(err, errcode.ParseFailed)
	return err
}

// validationError: literals are quoted by one rule only, in whichever message does not begin with the name of an input
// field.
func validationError(err *gqlerror.Error) {
	if err.Rule == rules.ValuesOfCorrectTypeRule.Name && !strings.HasPrefix(err.Message, `Field "`) {
		err.Message = "A value is not of the expected type."
	}
	errcode.Set(err, errcode.ValidationFailed)
}

// noOperation is the error for a document without the operation that was asked for.
func noOperation() *gqlerror.Error {
	err := gqlerror.Errorf("There is no operation of that name, or there are several and none was named.")
	errcode.Set(err, errcode.ValidationFailed)
	return err
}

// noSubscription is the error for a subscription whose field is skipped.
func noSubscription() *gqlerror.Error {
	err := gqlerror.Errorf("The field at the root of a subscription must not be skipped.")
	errcode.Set(err, errcode.ValidationFailed)
	return err
}

// coercionError reshapes what gqlgen found wrong with a variable (GraphQL section 6.1.2). The path of such an error leads through
// the variables; `path` is for fields of the answer.
func coercionError(err *gqlerror.Error) gqlerror.List {
	path, reason := err.Path[1:], err.Message
	if strings.HasSuffix(reason, "unknown field") {
		path, reason = path[:len(path)-1], "has an unknown field"
	}
	return wrongVariables(map[string]string{inputPath(path): reason})
}

// wrongVariables is ErrorCode.BAD_USER_INPUT of schema.graphqls, or nil when there are no reasons.
func wrongVariables(reasons map[string]string) gqlerror.List {
	if len(reasons) == 0 {
		return nil
	}
	return gqlerror.List{{
		Message:    "A variable has a wrong value.",
		Extensions: map[string]any{"code": codeBadUserInput, "fields": reasons},
	}}
}

func inputPath(path ast.Path) string { return strings.TrimPrefix(path.String(), ".") }
