package documents

import (
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// defers reports whether the document uses @defer anywhere. A name cannot be
// escaped, so most documents need no closer look.
func defers(op *graphql.OperationContext) bool {
	const directive = "defer"
	if !strings.Contains(op.RawQuery, directive) {
		return false
	}
	for _, operation := range op.Doc.Operations {
		if uses(operation.SelectionSet, directive) {
			return true
		}
	}
	for _, fragment := range op.Doc.Fragments {
		if uses(fragment.SelectionSet, directive) {
			return true
		}
	}
	return false
}

// uses looks at each selection once: fragments are looked at where they stand. The
// parser has bounded the depth.
func uses(set ast.SelectionSet, directive string) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if uses(s.SelectionSet, directive) {
				return true
			}
		case *ast.InlineFragment:
			if s.Directives.ForName(directive) != nil || uses(s.SelectionSet, directive) {
				return true
			}
		case *ast.FragmentSpread:
			if s.Directives.ForName(directive) != nil {
				return true
			}
		}
	}
	return false
}
