package guard

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// Work is what became of a document, in numbers that do not hang on time.
type Work struct {
	Refused        bool // before validation
	Nodes          int  // selections, arguments, directives and values
	Steps          int  // that validation is said to take
	Compared       int  // fields that it is said to compare
	Events         int  // that it really takes
	Collected      int  // selections that were put together to know Compared
	MostSteps      int
	MostComparings int
}

// WorkOf parses and measures a document, and walks through it as validation does
// where it is let through.
func WorkOf(schema *ast.Schema, text string, l Limits) Work {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, l.Tokens)
	if err != nil || len(text) > l.Bytes {
		return Work{Refused: true}
	}
	d := newDocument(doc, l)
	nodes, refused := d.measure(doc)
	w := Work{
		Refused: refused != nil, Nodes: nodes, Steps: d.steps, Compared: d.compared,
		Collected: maxSteps - d.repeats.steps, MostSteps: maxSteps, MostComparings: l.Repeats,
	}
	if d.repeats.sets == nil {
		w.Collected = 0 // it did not come so far
	}
	if refused == nil {
		w.Events = events(schema, doc)
	}
	return w
}

// events walks as the library's rules do, and counts what they are called for.
func events(schema *ast.Schema, doc *ast.QueryDocument) int {
	n := 0
	e := &core.Events{}
	e.OnField(func(_ *core.Walker, f *ast.Field) { n += 1 + len(f.Arguments) })
	e.OnInlineFragment(func(*core.Walker, *ast.InlineFragment) { n++ })
	e.OnFragmentSpread(func(*core.Walker, *ast.FragmentSpread) { n++ })
	e.OnDirective(func(_ *core.Walker, d *ast.Directive) { n += 1 + len(d.Arguments) })
	e.OnValue(func(*core.Walker, *ast.Value) { n++ })
	e.OnVariable(func(*core.Walker, *ast.VariableDefinition) { n++ })
	core.Walk(schema, doc, e)
	return n
}
