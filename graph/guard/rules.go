package guard

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// silent are the rules that suggest what the schema has, and those that do not.
var silent = map[string]core.Rule{
	rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
	rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
	rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
	rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
	rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
}

// SilentRules returns GraphQL's rules of documents, none of which suggests what
// the schema has: not of fields alone, as SetDisableSuggestion has it, but of
// arguments, types and values either.
func SilentRules() *rules.Rules {
	all := rules.NewDefaultRules()
	for loud, rule := range silent {
		all.RemoveRule(loud)
		all.AddRule(rule.Name, rule.RuleFunc)
	}
	return all
}

// validate checks a document against the schema. It returns no more than
// maxErrors errors, and whether there are more. Suggestions, which take long, are
// left to the executor, for those of few.
func validate(schema *ast.Schema, doc *ast.QueryDocument) (errs gqlerror.List, more bool) {
	found := 0
	counted := rules.NewRules()
	for name, rule := range SilentRules().GetInner() {
		counted.AddRule(name, func(events *core.Events, addError core.AddErrFunc) {
			rule(events, func(options ...core.ErrorOption) {
				if found++; found <= maxErrors {
					addError(options...)
				}
			})
		})
	}
	errs = validator.ValidateWithRules(schema, doc, counted)
	return errs, found > maxErrors
}
