package guard

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"keepsake/graph/generated"
)

// FuzzCost: whatever a document is, it is measured and its cost worked out with
// one look at each selection; more rows and more fields never cost less.
func FuzzCost(f *testing.F) {
	for _, name := range []string{"page", "introspection"} {
		b, err := os.ReadFile("testdata/" + name + ".graphql")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(b), int64(50), int64(60))
	}
	var doubling strings.Builder
	doubling.WriteString("{me{...a}}")
	for i := range 24 {
		doubling.WriteString(strings.NewReplacer("%d", string(rune('a'+i)), "%n", string(rune('b'+i))).Replace("fragment %d on User{...%n ...%n}"))
	}
	for _, text := range []string{
		"{me{id}}", "{me{...f}}fragment f on User{id ...f}", "query($n:Int!){me{albums(first:$n){edges{node{id}}}}}",
		"query($i:[ID!]!){nodes(ids:$i){id ...on Album{archive{parts{url}}}}}", doubling.String(),
		"{a{...b}}fragment b on C{d{...b}}", "{album(id:1){media(first:9223372036854775807){edges{node{id}}}}}",
		"mutation{createUploads(input:{albumId:1,files:[{},{}]}){tickets{headers{name}}}}",
	} {
		f.Add(text, int64(1), int64(math.MaxInt64))
	}
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	all := newPrices(schema)
	limits := Default()
	f.Fuzz(func(t *testing.T, text string, few, many int64) {
		doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, limits.Tokens)
		if err != nil || len(doc.Operations) == 0 {
			return
		}
		nodes, refused := measure(doc, limits)
		if refused != nil {
			return
		}
		if errs, _ := validate(schema, doc); len(errs) > 0 {
			return
		}
		cost := func(op *ast.OperationDefinition, n int64) int64 {
			variables := map[string]any{}
			for _, v := range op.VariableDefinitions {
				variables[v.Variable] = n
				if v.Type.Elem != nil {
					variables[v.Variable] = make([]any, min(max(n, 0), 100))
				}
			}
			c := costs{prices: all, variables: variables}
			requested, introspection := c.of(op)
			if requested < 1 || introspection < 0 {
				t.Fatalf("%q costs %d, introspection %d", text, requested, introspection)
			}
			if c.steps > 2*nodes { // twice, because its first field is there twice below
				t.Fatalf("%q has %d nodes and took %d steps", text, nodes, c.steps)
			}
			return requested
		}
		few, many = min(few, many), max(few, many)
		for _, op := range doc.Operations {
			less, more := cost(op, max(few, 1)), cost(op, max(many, 1))
			if less > more {
				t.Fatalf("%q costs %d for %d rows and %d for %d", text, less, few, more, many)
			}
			set := op.SelectionSet
			op.SelectionSet = append(set[:len(set):len(set)], set[0])
			if twice := cost(op, max(many, 1)); twice < more {
				t.Fatalf("%q costs %d, and with its first field again %d", text, more, twice)
			}
			op.SelectionSet = set
		}
	})
}

// FuzzMeasure: what is measured never panics, and takes a bounded number of steps.
func FuzzMeasure(f *testing.F) {
	for _, text := range []string{
		"{a a a{b b} ...on C{a{b}} ...f ...g}fragment f on D{a{...g}}fragment g on D{a{...f}}",
		"query a($b:[C!]=[{d:1}]@e){f:g(h:{i:[$b]})@j{...{...{k}}}}",
		"{a{...f ...f}}fragment f on A{...f}fragment f on B{b}",
	} {
		f.Add(text)
	}
	limits := Default()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	f.Fuzz(func(t *testing.T, text string) {
		w := WorkOf(schema, text, limits)
		if w.Nodes > limits.Tokens || w.Collected > maxSteps+1 {
			t.Fatalf("%q: %+v", text, w)
		}
		if !w.Refused && (w.Steps > maxSteps || w.Compared > limits.Repeats || w.Events > w.Steps) {
			t.Fatalf("%q was let through: %+v", text, w)
		}
	})
}

// TestDoublingFragments: fragments that double 24 times are measured, validated
// and priced with one look at each selection that is written.
func TestDoublingFragments(t *testing.T) {
	var doubling strings.Builder
	doubling.WriteString("{me{...a}}")
	for i := range 24 {
		doubling.WriteString(strings.NewReplacer("%d", string(rune('a'+i)), "%n", string(rune('b'+i))).Replace("fragment %d on User{...%n ...%n}"))
	}
	doubling.WriteString("fragment y on User{id}")
	doc, err := parser.ParseQuery(&ast.Source{Input: doubling.String()})
	if err != nil {
		t.Fatal(err)
	}
	unlimited := Limits{
		Operations: 1, Depth: 100, RootFields: 100, Fragments: 1 << 30, Repeats: 1 << 20, Variables: 1, Values: 1,
	}
	nodes, refused := measure(doc, unlimited)
	if refused != nil || nodes != 51 {
		t.Errorf("%d nodes, %v", nodes, refused)
	}
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	if errs, _ := validate(schema, doc); len(errs) > 0 {
		t.Error(errs)
	}
	c := costs{prices: newPrices(schema)}
	if cost, _ := c.of(doc.Operations[0]); cost != 1+1<<24 || c.steps != nodes {
		t.Errorf("doubling fragments cost %d in %d steps", cost, c.steps)
	}
}

// TestSaturation: sums and products end at the largest number.
func TestSaturation(t *testing.T) {
	const most = math.MaxInt64
	for _, c := range []struct{ got, want int64 }{
		{plus(1, 2), 3},
		{plus(most, 1), most},
		{plus(most, most), most},
		{plus(0, most), most},
		{times(3, 4), 12},
		{times(0, most), 0},
		{times(most, 0), 0},
		{times(most, 2), most},
		{times(1<<32, 1<<32), most},
		{times(1, most), most},
	} {
		if c.got != c.want {
			t.Errorf("%d, want %d", c.got, c.want)
		}
	}
	if got := sum(1<<30, 1<<30); got != 1<<30 {
		t.Errorf("counts end at %d", got)
	}
}
