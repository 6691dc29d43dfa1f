package plan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"hash/maphash"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/graph/generated"
	"keepsake/graph/guard"
	"keepsake/graph/plan"
	"keepsake/graph/plan/plantest"
	"keepsake/resolvers"
)

// planned returns an executor that answers by plans, stock one that does as gqlgen.
func planned(p *plantest.Page) *executor.Executor {
	g := guard.New(guard.Default())
	e := prepared(generated.NewPlannedSchema(generated.Config{Resolvers: p}, g.Plan))
	e.SetQueryCache(g)
	e.Use(g)
	return e
}

func stock(p *plantest.Page) *executor.Executor {
	return prepared(generated.NewExecutableSchema(generated.Config{Resolvers: p}))
}

func prepared(schema graphql.ExecutableSchema) *executor.Executor {
	e := executor.New(schema)
	log := slog.New(slog.DiscardHandler)
	e.SetErrorPresenter(resolvers.Presenter(log))
	e.SetRecoverFunc(resolvers.Recover(log))
	e.Use(extension.Introspection{})
	return e
}

// ask returns an answer's data and its errors, those in an order of their own, as
// gqlgen's goroutines have none. Identifiers of errors are left out.
func ask(t *testing.T, e *executor.Executor, document string, variables map[string]any) (data, errs string) {
	t.Helper()
	r := respond(t, e, document, variables)
	lines := make([]string, len(r.Errors))
	for i, err := range r.Errors {
		delete(err.Extensions, "id")
		line, failed := json.Marshal(err)
		if failed != nil {
			t.Fatal(failed)
		}
		lines[i] = string(line)
	}
	slices.Sort(lines)
	return string(r.Data), strings.Join(lines, "\n")
}

func respond(t *testing.T, e *executor.Executor, document string, variables map[string]any) *graphql.Response {
	t.Helper()
	ctx := graphql.StartOperationTrace(context.Background())
	op, refused := e.CreateOperationContext(ctx, &graphql.RawParams{Query: document, Variables: variables})
	if refused != nil {
		t.Fatalf("%s: %v", document, refused)
	}
	next, ctx := e.DispatchOperation(ctx, op)
	return next(ctx)
}

// documents ask for the page in the ways that there are to ask.
var documents = []string{
	plantest.Document,
	`query($id: ID!, $all: Boolean = true, $none: Boolean!) { album(id: $id) {
		title @skip(if: $all) id @include(if: $none) media(first: 2) @include(if: $all) { edges { cursor node { id ...deep @skip(if: $none) } } } } }
		fragment deep on Media { owner { id ... on Node { __typename id } } comments(first: 1) { edges { node { author { id } text } } } }`,
	`query($id: ID!, $first: Int!) { one: album(id: $id) { media(first: $first) { edges { node { id: caption, caption: id, tags place { name } } } } }
		two: album(id: $id) { media(first: 3) { edges { node { owner { id } } } } media(first: 3) { edges { node { owner { displayName } viewerHasLiked } } } }
		__typename three: album(id: $id) { __typename settings { comments } visibility createdAt trashedAt } }`,
	`query($id: ID!) { nodes(ids: ["usr_1", "nothing", $id, "usr_2"]) { __typename id ... on Album { title media(first: 1) { edges { node { owner { id } } } } } ... on User { displayName } } }`,
	`{ __schema { queryType { name fields { name args { name defaultValue } } } } __type(name: "Media") { kind fields { name type { name ofType { name } } } } }`,
	`query($id: ID!) { a: album(id: $id) { media(first: 0) { edges { node { id } } pageInfo { startCursor hasPreviousPage } } } b: album(id: $id) { ...one ...two } }
		fragment one on Album { media { edges { node { url { url } } } } } fragment two on Node { id ... on Album { media { edges { node { url { expiresAt } } } } } }`,
}

func variables(seed *rand.Rand) map[string]any {
	return map[string]any{"id": "alb_1", "none": seed.IntN(2) == 0, "first": json.Number(fmt.Sprint(seed.IntN(4)))}
}

// TestAsGqlgen asks both for everything, while resolvers fail, panic and have
// nothing, and wants the same bytes and the same errors.
func TestAsGqlgen(t *testing.T) {
	t.Parallel()
	seed := maphash.MakeSeed()
	for round := range uint64(300) {
		page := plantest.NewPage(4)
		if round > 0 {
			page.Fault = func(field, id string) plantest.Fault {
				var h maphash.Hash // both have the same faults, whatever order they ask in
				h.SetSeed(seed)
				_, _ = fmt.Fprint(&h, round, field, id) // a hash takes everything
				if n := h.Sum64() % (5 * round); n < 4 {
					return plantest.Fault(n)
				}
				return plantest.None
			}
		}
		ours, theirs := planned(page), stock(page)
		for i, document := range documents {
			vars := variables(rand.New(rand.NewPCG(round, uint64(i))))
			for range 2 { // the second has a plan
				data, errs := ask(t, ours, document, vars)
				wantData, wantErrs := ask(t, theirs, document, vars)
				if data != wantData || errs != wantErrs {
					t.Fatalf("round %d, document %d:\n%s\n%s\ngqlgen has\n%s\n%s", round, i, data, errs, wantData, wantErrs)
				}
				if !json.Valid([]byte(data)) {
					t.Fatalf("document %d: no JSON: %s", i, data)
				}
			}
		}
	}
}

// panicking is an extension that panics before a root field of that name.
type panicking string

func (panicking) ExtensionName() string                   { return "Panicking" }
func (panicking) Validate(graphql.ExecutableSchema) error { return nil }

func (p panicking) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	if graphql.GetRootFieldContext(ctx).Field.Alias == string(p) {
		panic("told to")
	}
	return next(ctx)
}

// TestExtensionsPanic: what panics round a root field, in a goroutine of its own or
// not, is an error of that field and ends nothing else.
func TestExtensionsPanic(t *testing.T) {
	t.Parallel()
	for document, want := range map[string]string{
		`query($id: ID!) { bad: album(id: $id) { id } }`:                          `{"bad":null}`,
		`query($id: ID!) { album(id: $id) { id } bad: album(id: $id) { id } }`:    `{"album":{"id":"alb_1"},"bad":null}`,
		`query($id: ID!) { album(id: $id) { id } bad: nodes(ids: [$id]) { id } }`: `null`, // it may not be null
	} {
		e := planned(plantest.NewPage(1))
		e.Use(panicking("bad"))
		data, errs := ask(t, e, document, map[string]any{"id": "alb_1"})
		if data != want || !strings.Contains(errs, `"path":["bad"]`) || !strings.Contains(errs, `"INTERNAL"`) {
			t.Errorf("%s: %s %s", document, data, errs)
		}
	}
}

// FuzzStrings: what is written in a string is what gqlgen writes.
func FuzzStrings(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\\n\r\t\x00\x1f\x7f", "梅 🌅", "\xff\xc0\x80", "</script>\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := plan.AppendString([]byte("x"), s)
		var want bytes.Buffer
		_, _ = io.WriteString(&want, "x")
		graphql.MarshalString(s).MarshalGQL(&want)
		if !ok || !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%q became %s, not %s", s, got, want.Bytes())
		}
	})
}

// TestNumbers: so are numbers.
func TestNumbers(t *testing.T) {
	t.Parallel()
	seed := rand.New(rand.NewPCG(1, 2))
	for _, v := range append([]float64{0, math.Copysign(0, -1), 1e6, 1e-7, 123456789, 24.5, 1e21, 1e20}, seed.NormFloat64(), seed.NormFloat64()*1e9) {
		got, ok := plan.AppendFloatContext(nil, v)
		var want bytes.Buffer
		err := graphql.MarshalFloatContext(v).MarshalGQLContext(t.Context(), &want)
		if !ok || err != nil || string(got) != want.String() {
			t.Errorf("%v became %s, not %s (%v)", v, got, want.String(), err)
		}
	}
}

// TestPlansAreBounded: a document whose fragments double reaches more fields than it
// has, and its plan is not kept.
func TestPlansAreBounded(t *testing.T) {
	t.Parallel()
	const doublings = 8
	var b strings.Builder
	b.WriteString("query($id: ID!) { album(id: $id) { ...f0 } }")
	for i := range doublings {
		fmt.Fprintf(&b, " fragment f%d on Album { a: media { edges { node { owner { id } } } } ...f%d }", i, i+1)
	}
	fmt.Fprintf(&b, " fragment f%d on Album { title }", doublings)
	for _, text := range []string{b.String(), plantest.Document} {
		e := planned(plantest.NewPage(3))
		op, refused := e.CreateOperationContext(graphql.StartOperationTrace(t.Context()), &graphql.RawParams{Query: text, Variables: map[string]any{"id": "alb_1"}})
		if refused != nil {
			t.Fatal(refused)
		}
		for _, most := range []int{0, 5, 1000} {
			p := plan.New(op.Doc, most)
			kept := func() int { return p.Size() }
			schema := generated.NewPlannedSchema(generated.Config{Resolvers: plantest.NewPage(3)}, func(*ast.QueryDocument) *plan.Plan { return p })
			for range 3 {
				respond(t, prepared(schema), text, map[string]any{"id": "alb_1"})
			}
			if n := kept(); n > most {
				t.Errorf("a plan of at most %d fields has %d", most, n)
			}
		}
	}
}
