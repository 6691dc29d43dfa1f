package guard_test

import (
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/graph/guard"
)

// fixture reads a document of testdata.
func fixture(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestCosts: what operations cost, worked out by hand.
func TestCosts(t *testing.T) {
	const page = "query($n:Int!=3){album(id:1){media(first:$n){edges{node{id}} pageInfo{hasNextPage}}}}"
	for _, c := range []struct {
		name, document string
		variables      map[string]any
		want           int64
	}{
		{"a field", "{__typename}", nil, 1},
		{"fields", "{me{id displayName}}", nil, 3},
		{"fields that are alone", "{me{id} capabilities{videos contentTypes}}", nil, 5},
		// album 1, media 1, edges 1, 20 of node 1 and id 1, pageInfo 2.
		{"a page as it is by default", "{album(id:1){media{edges{node{id}} pageInfo{hasNextPage}}}}", nil, 45},
		{"a page of five", "{album(id:1){media(first:5){edges{node{id}} pageInfo{hasNextPage}}}}", nil, 15},
		{"a page of a variable", page, map[string]any{"n": json.Number("7")}, 19},
		{"a page of a variable's default", page, nil, 11},
		{"a page of none is refused below", "{album(id:1){media(first:0){edges{node{id}}}}}", nil, 5},
		{"so is one of less", page, map[string]any{"n": json.Number("-5")}, 7},
		{"so is one of too many", page, map[string]any{"n": json.Number("2000000000")}, 205},
		// feed 1, edges 1, 2 of (node 1, comments 1, edges 1, 3 of (node 1, text 1)).
		{"pages on a page", "{feed(first:2){edges{node{...on Media{comments(first:3){edges{node{text}}}}}}}}", nil, 20},
		{"edges twice", "{feed(first:2){edges{cursor} more:edges{cursor}}}", nil, 7},
		{"addresses", "{media(id:1){url{url} download{url} playback{url}}}", nil, 19},
		{"pictures", "{media(id:1){variants{url}}}", nil, 25},
		{"an archive", "{album(id:1){archive{parts{url}}}}", nil, 2012},
		{"nodes by name", `{nodes(ids:["a","b"]){id}}`, nil, 3},
		{"nodes of a variable", "query($i:[ID!]!){nodes(ids:$i){id}}", map[string]any{"i": []any{"a", "b", "c"}}, 4},
		{"one for a list", "query($i:[ID!]!){nodes(ids:$i){id}}", map[string]any{"i": "a"}, 11},
		{
			"a mutation of many", "mutation($i:TrashMediaInput!){trashMedia(input:$i){media{id status}}}",
			map[string]any{"i": map[string]any{"albumId": "a", "mediaIds": []any{"a", "b", "c"}}},
			8,
		},
		// createUploads 1, tickets 1, 2 of (url 1, headers 1, 10 of name 1).
		{
			"lists in a list", `mutation{createUploads(input:{albumId:1,files:[{fileName:"a",contentType:"b",bytes:1},{fileName:"a",contentType:"b",bytes:1}]}){tickets{url headers{name}}}}`,
			nil, 26,
		},
		{"a fragment twice", "{a:me{...f} b:me{...f}} fragment f on User{id storage{used}}", nil, 8},
		{"a fragment on a connection", "{album(id:1){media(first:5){...f} more:media(first:2){...f}}} fragment f on MediaConnection{edges{cursor}}", nil, 12},
		{"what is skipped", "{me{id @skip(if:true)}}", nil, 2},
		{"all kinds of a thing", "{node(id:1){id ...on User{displayName} ...on Album{title}}}", nil, 4},
		{"introspection apart", "{me{id} __schema{types{name}}}", nil, 3},
		{"a subscription", "subscription{feedEvents{kind}}", nil, 2},
	} {
		op, errs := try(guarded(guard.Default(), true), attack{document: c.document, variables: c.variables})
		if len(errs) > 0 {
			t.Errorf("%s: %v", c.name, errs)
			continue
		}
		cost, told := op.Stats.GetExtension("cost").(guard.Cost)
		if subscribes := strings.HasPrefix(c.document, "subscription"); told == subscribes || !subscribes && cost != (guard.Cost{Requested: c.want, Limit: 200_000}) {
			t.Errorf("%s: %+v, want %d", c.name, cost, c.want)
		}
	}
}

// TestCostIsTold: to who asks for it, whether the operation is executed or not.
func TestCostIsTold(t *testing.T) {
	l := guard.Default()
	l.Cost = 2
	exec := guarded(l, true)
	respond := func(document string, extensions map[string]any) *graphql.Response {
		ctx := graphql.StartOperationTrace(context.Background())
		op, refused := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: document, Extensions: extensions})
		if refused != nil {
			return exec.DispatchError(graphql.WithOperationContext(ctx, op), refused)
		}
		next, ctx := exec.DispatchOperation(ctx, op)
		return next(ctx)
	}
	asked := map[string]any{"cost": true}
	for _, c := range []struct {
		name, document string
		extensions     map[string]any
		want           any
	}{
		{"executed", "{__typename}", asked, guard.Cost{Requested: 1, Limit: 2}},
		{"refused", "{me{id displayName}}", asked, guard.Cost{Requested: 3, Limit: 2}},
		{"not valid", "{mee}", asked, nil},
		{"no document", "{", asked, nil},
		{"not asked for", "{__typename}", nil, nil},
		{"asked in another way", "{__typename}", map[string]any{"cost": "yes"}, nil},
	} {
		r := respond(c.document, c.extensions)
		if got := r.Extensions["cost"]; got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestIntrospectionOff: where it is off the schema is not told, and that is no fault
// of ours; the names of types in answers are.
func TestIntrospectionOff(t *testing.T) {
	for document, code := range map[string]string{
		"{__schema{types{name}}}": notValid, `{__type(name:"User"){name}}`: notValid, "{me{id} ...f} fragment f on Query{__schema{__typename}}": notValid,
		"{__typename me{__typename}}": "",
	} {
		for develop, want := range map[bool]string{false: code, true: ""} {
			if _, errs := try(guarded(guard.Default(), develop), attack{document: document}); codeOf(errs) != want {
				t.Errorf("%s in development (%t): %v", document, develop, errs)
			}
		}
	}
}

// TestIntrospectionAndPagesPass: the explorer's question and a rich page are far
// from every limit.
func TestIntrospectionAndPagesPass(t *testing.T) {
	exec := guarded(guard.Default(), true)
	for name, most := range map[string]int64{"introspection.graphql": 1, "page.graphql": 15_000} {
		op, errs := try(exec, attack{document: fixture(t, name), variables: map[string]any{"album": "x"}})
		if len(errs) > 0 {
			t.Errorf("%s: %v", name, errs)
			continue
		}
		if cost, _ := op.Stats.GetExtension("cost").(guard.Cost); cost.Requested > most {
			t.Errorf("%s costs %d", name, cost.Requested)
		}
	}
}
