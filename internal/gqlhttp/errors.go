package gqlhttp

import (
	"strings"

	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// withoutValues takes from presented request errors the values that a client sent: a password that stands in the wrong place
// must not travel on into the client's logs. Names of fields, arguments and types stay, and so do locations.
func withoutValues(errs gqlerror.List) {
	for _, err := range errs {
		switch code, _ := err.Extensions["code"].(string); {
		case len(err.Path) > 0 && err.Path[0] == ast.PathName("variable"):
			coercionError(err)
		case code == errcode.ParseFailed:
			parseError(err)
		case code == errcode.ValidationFailed:
			validationError(err)
		}
	}
}

// parseError: the parser quotes the token that it stumbled over, sometimes with all that follows.
func parseError(err *gqlerror.Error) {
	if strings.HasPrefix(err.Message, "exceeded token limit") {
		err.Message = "The document has too many tokens."
		errcode.Set(err, "OPERATION_TOO_COMPLEX")
		return
	}
	err.Message = "Syntax error."
}

// validationError: literals are quoted by one rule only, in whichever message does not begin with the name of an
// input field. The executor adds a message of its own with the name of the operation, which may be any text.
func validationError(err *gqlerror.Error) {
	switch {
	case err.Rule == rules.ValuesOfCorrectTypeRule.Name && !strings.HasPrefix(err.Message, `Field "`):
		err.Message = "A value is not of the expected type."
	case err.Rule == "" && strings.HasPrefix(err.Message, "operation "):
		err.Message = "There is no operation of that name, or there are several and none was named."
	}
}

// coercionError reshapes what is wrong with a variable (GraphQL section 6.1.2) into ErrorCode.BAD_USER_INPUT. The path
// of such an error leads through the variables; `path` is for fields of the answer.
func coercionError(err *gqlerror.Error) {
	path, reason := err.Path[1:], err.Message
	switch {
	case strings.HasSuffix(reason, "unknown field"):
		path, reason = path[:len(path)-1], "has an unknown field"
	case strings.Contains(reason, " is not a valid "):
		reason = "is not a valid value"
	}
	err.Path = nil
	err.Message = "A variable has a wrong value."
	err.Extensions = map[string]any{
		"code":   codeBadUserInput,
		"fields": map[string]string{inputPath(path): reason},
	}
}

func inputPath(path ast.Path) string { return strings.TrimPrefix(path.String(), ".") }
