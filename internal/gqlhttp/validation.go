package gqlhttp

import (
	"maps"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validation holds documents against the rules of GraphQL section 5.
type validation struct {
	schema *ast.Schema
	rules  []core.Rule
	// comparisons limits the work of the rule that is our own, see [merging].
	comparisons int
}

// newValidation takes the rules without "did you mean": a suggestion tells names of the schema to those who may not
// read it.
func newValidation(schema *ast.Schema, cfg *Config, comparisons int) validation {
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
	set.RemoveRule(rules.OverlappingFieldsCanBeMergedRule.Name)
	set.AddRule("NoDefer", refuseDefer)
	if !cfg.Introspection {
		set.AddRule("NoIntrospection", refuseIntrospection)
	}
	v := validation{schema: schema, comparisons: comparisons}
	byName := set.GetInner()
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		v.rules = append(v.rules, core.Rule{Name: name, RuleFunc: byName[name]})
	}
	return v
}

// check returns the first errors of a document. Whether its fields can be merged comes last: the rule relies on the others.
func (v validation) check(document *ast.QueryDocument) gqlerror.List {
	if errs := v.walk(document); errs != nil {
		return errs
	}
	if err := checkMerging(v.schema, document, v.comparisons); err != nil {
		return gqlerror.List{err}
	}
	return nil
}

// walk returns at most maxErrors; one small document can break a rule at each of its tokens.
func (v validation) walk(document *ast.QueryDocument) gqlerror.List {
	var errs gqlerror.List
	observers := new(core.Events)
	for _, rule := range v.rules {
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
	core.Walk(v.schema, document, observers)
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
