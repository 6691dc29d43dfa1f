package guard_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/graph/guard"
)

// TestLimits: each limit lets through what just fits, and refuses one more with
// its own message.
func TestLimits(t *testing.T) {
	repeat := strings.Repeat
	ids := func(n int) []any {
		all := make([]any, n)
		for i := range all {
			all[i] = "x"
		}
		return all
	}
	nested := func(n int) any {
		v := any("x")
		for range n {
			v = []any{v}
		}
		return v
	}
	const albums = "albums(first:1){edges{node{owner{"
	deep := "{album(id:1){owner{" + albums + albums + albums + "%s}}}}}}}}}}}}}}}"
	const list = "query($i:[ID!]!){nodes(ids:$i){id}}"
	line := func(fields int) string { // 31 fragments in a line
		var b strings.Builder
		b.WriteString("{me{...f0}}")
		for i := range 30 {
			b.WriteString(strings.NewReplacer("%d", strconv.Itoa(i), "%n", strconv.Itoa(i+1)).Replace("fragment f%d on User{id ...f%n}"))
		}
		return b.String() + "fragment f30 on User{" + repeat("storage{used quota}", fields) + "}"
	}
	fragments := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "fragment f%02d on User{id}", i)
		}
		return b.String()
	}
	unlimited := guard.Limits{
		Bytes: 1 << 20, Tokens: 1 << 20, Operations: 1 << 20, Depth: 1 << 20, RootFields: 1 << 20, Aliases: 1 << 20,
		Directives: 1 << 20, Fragments: 1 << 20, Repeats: 1 << 30, Variables: 1 << 20, Values: 1 << 20, Cost: 1 << 30,
	}
	d := guard.Default()
	alone := func(set func(*guard.Limits)) guard.Limits {
		l := unlimited
		set(&l)
		return l
	}
	for _, c := range []struct {
		name      string
		limits    guard.Limits
		fits      attack // its code is what it is refused with for other reasons
		over      attack
		says      string
		otherwise string // the code of over, if not QUERY_TOO_COMPLEX
	}{
		{
			name: "bytes", limits: d, says: "at most 65536 bytes",
			fits: attack{document: "{me{id}}" + repeat(" ", d.Bytes-8)},
			over: attack{document: "{me{id}}" + repeat(" ", d.Bytes-7)},
		},
		{
			name: "tokens", limits: alone(func(l *guard.Limits) { l.Tokens = 6 }), says: "token limit of 6", otherwise: noParse,
			fits: attack{document: "{me{id}}"},
			over: attack{document: "{me{id id}}"},
		},
		{
			name: "operations", limits: d, says: "too many operations: at most 10",
			fits: attack{document: numbered(10, "query q%d{me{id}}"), operation: "q3"},
			over: attack{document: numbered(11, "query q%d{me{id}}"), operation: "q3"},
		},
		{
			name: "depth", limits: alone(func(l *guard.Limits) { l.Depth = d.Depth }), says: "at most 15 fields may lie within one another",
			fits: attack{document: strings.Replace(deep, "%s", "id", 1)},
			over: attack{document: strings.Replace(deep, "%s", "storage{used}", 1)},
		},
		{
			name: "depth of fragments", limits: alone(func(l *guard.Limits) { l.Depth = d.Depth }), says: "at most 15 fields may lie within one another",
			fits: attack{document: strings.Replace(deep, "%s", "...f", 1) + "fragment f on User{...g} fragment g on User{...on User{id}}"},
			over: attack{document: strings.Replace(deep, "%s", "...f", 1) + "fragment f on User{...g} fragment g on User{...on User{storage{used}}}"},
		},
		{
			name: "fields at the root", limits: d, says: "too many fields at its root: at most 20",
			fits: attack{document: "{" + numbered(20, "a%d:me{id}") + "}"},
			over: attack{document: "{" + numbered(21, "a%d:me{id}") + "}"},
		},
		{
			name: "fields at the root by fragments", limits: d, says: "too many fields at its root: at most 20",
			fits: attack{document: "{...f ...on Query{...f}}fragment f on Query{" + numbered(10, "a%d:me{id}") + "}"},
			over: attack{document: "{...f ...on Query{...f}}fragment f on Query{" + numbered(11, "a%d:me{id}") + "}"},
		},
		{
			name: "aliases", limits: d, says: "too many aliases: at most 100",
			fits: attack{document: "{me{" + numbered(100, "a%d:id ") + "}}"},
			over: attack{document: "{me{" + numbered(101, "a%d:id ") + "}}"},
		},
		{
			name: "aliases by fragments", limits: d, says: "too many aliases: at most 100",
			fits: attack{document: "{me{...f}user(id:1){...f}}fragment f on User{" + numbered(50, "a%d:id ") + "}"},
			over: attack{document: "{me{...f}user(id:1){...f}}fragment f on User{" + numbered(51, "a%d:id ") + "}"},
		},
		{
			name: "directives", limits: d, says: "too many directives: at most 50",
			fits: attack{document: "{me{" + repeat("id@include(if:true)", 50) + "}}"},
			over: attack{document: "{me{" + repeat("id@include(if:true)", 51) + "}}"},
		},
		{
			name: "fragments", limits: d, says: "too many fragments: at most 100",
			fits: attack{document: "{" + numbered(10, "a%d:me{...f%d0 ...f%d1 ...f%d2 ...f%d3 ...f%d4 ...f%d5 ...f%d6 ...f%d7 ...f%d8 ...f%d9}") + "}" + fragments(100)},
			over: attack{document: "{me{id}}" + fragments(101)},
		},
		{
			name: "spreads", limits: d, says: "too many spreads of fragments: at most 100",
			fits: attack{document: "{me{" + repeat("...f ", 50) + "}}fragment f on User{...g} fragment g on User{id}"},
			over: attack{document: "{me{" + repeat("...f ", 51) + "}}fragment f on User{...g} fragment g on User{id}"},
		},
		{
			name: "repeats", limits: d, says: "selects the same fields too often: at most 2000",
			fits: attack{document: "{me{" + repeat("id ", 63) + "}}"},
			over: attack{document: "{me{" + repeat("id ", 64) + "}}"},
		},
		{ // 36 comparisons of storage, each with two below.
			name: "repeats below repeats", limits: alone(func(l *guard.Limits) { l.Repeats = 36 * 3 }), says: "selects the same fields too often",
			fits: attack{document: "{me{" + repeat("storage{used quota}", 9) + "}}"},
			over: attack{document: "{me{" + repeat("storage{used quota}", 10) + "}}"},
		},
		{
			name: "variables", limits: d, says: "too many variables: at most 50",
			fits: attack{document: "query(" + numbered(50, "$v%d:ID!=1 ") + "){nodes(ids:[" + numbered(50, "$v%d ") + "]){id}}"},
			over: attack{document: "query(" + numbered(51, "$v%d:ID!=1 ") + "){nodes(ids:[" + numbered(51, "$v%d ") + "]){id}}"},
		},
		{
			name: "values in variables", limits: d, says: "variables have too many items in lists and objects: at most 1000",
			fits: attack{document: list, variables: map[string]any{"i": ids(1000)}},
			over: attack{document: list, variables: map[string]any{"i": ids(1001)}},
		},
		{
			name: "depth of variables", limits: d, says: "at most 10 lists and objects", // and no list of lists is taken
			fits: attack{document: list, variables: map[string]any{"i": nested(10)}, code: notValid},
			over: attack{document: list, variables: map[string]any{"i": nested(11)}},
		},
		{
			name: "values in the document", limits: d, says: "document has too many items in lists and objects: at most 1000",
			fits: attack{document: "{nodes(ids:[" + repeat("1,", 1000) + "]){id}}"},
			over: attack{document: "{nodes(ids:[" + repeat("1,", 1001) + "]){id}}"},
		},
		{
			name: "depth of values", limits: d, says: "at most 10 lists and objects",
			fits: attack{document: "{nodes(ids:" + repeat("[", 10) + "1" + repeat("]", 10) + "){id}}", code: notValid},
			over: attack{document: "{nodes(ids:" + repeat("[", 11) + "1" + repeat("]", 11) + "){id}}"},
		},
		{
			name: "names", limits: d, says: "too long a name: at most 100 bytes",
			fits: attack{document: "{" + repeat("a", 100) + ":me{id}}"},
			over: attack{document: "{" + repeat("a", 101) + ":me{id}}"},
		},
		{
			name: "texts", limits: d, says: "too long a value: at most 16384 bytes",
			fits: attack{document: `{node(id:"` + repeat("a", 16<<10) + `"){id}}`},
			over: attack{document: `{node(id:"` + repeat("a", 16<<10+1) + `"){id}}`},
		},
		{ // The walks from the fragments see the fields of the last one 32 times.
			name: "steps", limits: unlimited, says: "takes too much to check: at most 5000 steps",
			fits: attack{document: line(41)},
			over: attack{document: line(42)},
		},
		{
			name: "introspection's depth", limits: d, says: "this introspection is too deep: at most 20",
			fits: attack{document: "{__schema{queryType{" + repeat("ofType{", 17) + "name" + repeat("}", 20)},
			over: attack{document: "{__schema{queryType{" + repeat("ofType{", 18) + "name" + repeat("}", 21)},
		},
		{
			name: "introspection's cost", limits: d, says: "this introspection costs",
			fits: attack{document: fixture(t, "introspection.graphql")},
			over: attack{document: strings.Replace(fixture(t, "introspection.graphql"), "types {", "a: types { ...FullType } b: types { ...FullType } types {", 1)},
		},
		{ // 1 + 1 + 1 + 100 of 2
			name: "cost", limits: alone(func(l *guard.Limits) { l.Cost = 203 }), says: "this operation costs 204: at most 203",
			fits: attack{document: "{album(id:1){media(first:100){edges{node{id}}}}}"},
			over: attack{document: "{album(id:1){media(first:100){edges{node{id}}} title}}"},
		},
	} {
		exec := guarded(c.limits, true)
		if _, errs := try(exec, c.fits); codeOf(errs) != c.fits.code {
			t.Errorf("%s: what fits: %.300s", c.name, errs.Error())
		}
		want := c.otherwise
		if want == "" {
			want = tooComplex
		}
		if _, errs := try(exec, c.over); codeOf(errs) != want || !strings.Contains(errs.Error(), c.says) {
			t.Errorf("%s: one more: %q, %.300s", c.name, codeOf(errs), errs.Error())
		}
	}
}

// TestRefusedAgain: a document that was refused is refused the next time too, and
// one that passed is held against its variables each time.
func TestRefusedAgain(t *testing.T) {
	exec := guarded(guard.Default(), false)
	many := attack{document: "{me{" + numbered(101, "a%d:id ") + "}}"}
	const page = "query($n:Int!){me{albums(first:$n){edges{node{media(first:100){edges{node{id caption url{url expiresAt} owner{id displayName} comments(first:3){edges{node{id text}}}}}}}}}}}"
	for range 3 {
		if _, errs := try(exec, many); codeOf(errs) != tooComplex {
			t.Errorf("aliases: %v", errs)
		}
		for n, code := range map[int]string{10: "", 100: tooComplex} {
			if _, errs := try(exec, attack{document: page, variables: map[string]any{"n": n}}); codeOf(errs) != code {
				t.Errorf("a page of %d: %v", n, errs)
			}
		}
	}
}

// instead is an extension that puts another document in the place of the one that
// was sent, after the guard has seen that.
type instead struct{ document string }

func (instead) ExtensionName() string                   { return "Instead" }
func (instead) Validate(graphql.ExecutableSchema) error { return nil }
func (i instead) MutateOperationParameters(_ context.Context, r *graphql.RawParams) *gqlerror.Error {
	r.Query = i.document
	return nil
}

// TestDocumentsThatComeLate are held against the limits too.
func TestDocumentsThatComeLate(t *testing.T) {
	for document, code := range map[string]string{
		"{me{id}}": "", "{me{" + numbered(101, "a%d:id ") + "}}": tooComplex, "{mee}": notValid, "{me{id}}" + strings.Repeat(" ", 64<<10): tooComplex,
		"{album(id:1){media(first:100){edges{node{comments(first:100){edges{node{text replies{edges{node{id}}}}}}}}}}}": tooComplex,
	} {
		exec := guarded(guard.Default(), true)
		exec.Use(instead{document})
		for range 2 {
			for _, sent := range []string{"", "{capabilities{videos}}"} {
				op, errs := try(exec, attack{document: sent})
				if codeOf(errs) != code {
					t.Errorf("%.50s: %q, want %q", document, codeOf(errs), code)
				} else if code == "" && len(op.Operation.SelectionSet) == 1 && op.Operation.SelectionSet[0].(*ast.Field).Name != "me" {
					t.Errorf("%.50s: what was sent is executed: %s", document, sent)
				}
			}
		}
	}
}

// TestNothingIsSuggested outside development, whatever is wrong.
func TestNothingIsSuggested(t *testing.T) {
	for _, document := range []string{
		"{mee{id}}", "{me}", "{node(idd:1){id}}", "{node(id:1){...on Usr{id}}}", "{...f} fragment f on Qury{me{id}}",
		"{media(id:1){url(size:LARG){url}}}", "mutation{signIn(input:{nam:1}){session{accessToken}}}",
		"{me{id @includ(if:true)}}", "{me{id @include(i:true)}}",
	} {
		_, silent := try(guarded(guard.Default(), false), attack{document: document})
		_, loud := try(guarded(guard.Default(), true), attack{document: document})
		if codeOf(silent) != notValid || codeOf(loud) != notValid || len(silent) != len(loud) {
			t.Errorf("%s: %v; in development %v", document, silent, loud)
		}
		if strings.Contains(silent.Error(), "ou mean") {
			t.Errorf("%s: %v", document, silent)
		}
	}
}
