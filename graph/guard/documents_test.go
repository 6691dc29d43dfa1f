package guard_test

import (
	"context"
	"strconv"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/graph/generated"
	"keepsake/graph/guard"
)

// guarded is an executor of the real schema behind a guard, as the server has it.
func guarded(l guard.Limits, develop bool) *executor.Executor {
	exec := executor.New(generated.NewExecutableSchema(generated.Config{}))
	g := guard.New(l)
	exec.SetQueryCache(g)
	exec.SetParserTokenLimit(l.Tokens)
	if develop {
		exec.Use(extension.Introspection{})
	} else {
		exec.SetDefaultRulesFn(guard.SilentRules)
	}
	exec.Use(g)
	exec.SetDisableSuggestion(!develop)
	return exec
}

// try gives a request to an executor up to where it would be executed.
func try(exec graphql.GraphExecutor, a attack) (*graphql.OperationContext, gqlerror.List) {
	ctx := graphql.StartOperationTrace(context.Background())
	return exec.CreateOperationContext(ctx, &graphql.RawParams{
		Query: a.document, Variables: a.variables, OperationName: a.operation, Extensions: map[string]any{"cost": true},
	})
}

func codeOf(errs gqlerror.List) string {
	if len(errs) == 0 {
		return ""
	}
	code, _ := errs[0].Extensions["code"].(string)
	return code
}

// TestAttacks: each is refused with its code, in development and outside it, and
// with few errors.
func TestAttacks(t *testing.T) {
	for _, develop := range []bool{false, true} {
		exec := guarded(guard.Default(), develop)
		for _, a := range attacks() {
			_, errs := try(exec, a)
			if codeOf(errs) != a.code {
				t.Errorf("%s: %q, want %q: %.300s", a.name, codeOf(errs), a.code, errs.Error())
			}
			bytes := 0
			for _, err := range errs {
				bytes += len(err.Message)
			}
			if len(errs) > 10 || bytes > 20<<10 {
				t.Errorf("%s: %d errors of %d bytes", a.name, len(errs), bytes)
			}
		}
	}
}

// TestWork: what an attack makes the server do is bounded in numbers: most are
// refused before they are validated, and what is validated takes no more steps
// than were counted.
func TestWork(t *testing.T) {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for _, a := range attacks() {
		w := guard.WorkOf(schema, a.document, guard.Default())
		if w.Collected > w.MostSteps+1 {
			t.Errorf("%s: %+v", a.name, w)
		}
		if !w.Refused && (w.Steps > w.MostSteps || w.Compared > w.MostComparings || w.Events > w.Steps) {
			t.Errorf("%s was let through: %+v", a.name, w)
		}
	}
}

// BenchmarkDocuments is what each attack costs until it runs or is refused: none
// of them is kept, so each time is the first.
func BenchmarkDocuments(b *testing.B) {
	for _, a := range attacks() {
		b.Run(a.name, func(b *testing.B) {
			b.ReportAllocs()
			exec := guarded(guard.Default(), true)
			for b.Loop() {
				if _, errs := try(exec, a); codeOf(errs) != a.code {
					b.Fatal(errs)
				}
			}
		})
	}
}

// BenchmarkPage is what a page that is kept costs until it runs, and what it
// costs the first time.
func BenchmarkPage(b *testing.B) {
	page := attack{document: fixture(b, "page.graphql"), variables: map[string]any{"album": "x"}}
	b.Run("kept", func(b *testing.B) {
		b.ReportAllocs()
		exec := guarded(guard.Default(), true)
		for b.Loop() {
			if _, errs := try(exec, page); errs != nil {
				b.Fatal(errs)
			}
		}
	})
	b.Run("first", func(b *testing.B) {
		b.ReportAllocs()
		exec := guarded(guard.Default(), true)
		for i := 0; b.Loop(); i++ {
			other := page
			other.document += "#" + strconv.Itoa(i)
			if _, errs := try(exec, other); errs != nil {
				b.Fatal(errs)
			}
		}
	})
}
