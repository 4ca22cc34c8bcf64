package gqlhttp

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validationRules returns the rules of GraphQL section 5, without "did you mean": a suggestion tells names of the
// schema to those who may not read it.
func validationRules(introspection bool) []core.Rule {
	set := rules.NewDefaultRules()
	for replaced, rule := range map[string]core.Rule{
		rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		set.ReplaceRule(replaced, rule.RuleFunc)
	}
	set.AddRule("NoDefer", refuseDefer)
	if !introspection {
		set.AddRule("NoIntrospection", refuseIntrospection)
	}
	byName := set.GetInner()
	var sorted []core.Rule
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		sorted = append(sorted, core.Rule{Name: name, RuleFunc: byName[name]})
	}
	return sorted
}

// validate returns the first errors of a document; one small document can break a rule at each of its tokens, or at
// each pair of them.
func validate(schema *ast.Schema, document *ast.QueryDocument, all []core.Rule) gqlerror.List {
	var errs gqlerror.List
	observers := new(core.Events)
	for _, rule := range all {
		rule.RuleFunc(observers, func(options ...core.ErrorOption) {
			if len(errs) == maxErrors {
				return
			}
			err := &gqlerror.Error{Rule: rule.Name}
			for _, option := range options {
				option(err)
			}
			validationError(err)
			errs = append(errs, err)
		})
	}
	core.Walk(schema, document, observers)
	return errs
}

// refuseIntrospection answers during validation: left to execution it would be logged as the failure of a resolver.
func refuseIntrospection(observers *core.Events, addError core.AddErrFunc) {
	observers.OnField(func(_ *core.Walker, field *ast.Field) {
		if field.Name == "__schema" || field.Name == "__type" {
			addError(core.Message("Introspection is switched off."), core.At(field.Position))
		}
	})
}

// refuseDefer: a request gets one answer, and what gqlgen would put off is never sent.
func refuseDefer(observers *core.Events, addError core.AddErrFunc) {
	observers.OnDirective(func(_ *core.Walker, directive *ast.Directive) {
		if directive.Name == "defer" {
			addError(core.Message("@defer is not supported."), core.At(directive.Position))
		}
	})
}
