// Package plan executes the objects of GraphQL answers by plans: what a document
// selects is worked out once for each type that it meets, kept with the document,
// and then only walked, writing bytes into one buffer. gqlgen does everything else:
// it parses and validates, reads arguments and variables, and calls its extensions
// round operations and root fields.
//
// The walking itself is generated, next to gqlgen's own code and from the same
// model: see tools/generate, and docs/decisions/0011-plans.md.
package plan

import (
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Typename is the index of __typename, in every type.
const Typename = -1

// Type is an object of the schema, as the generated code walks it.
type Type struct {
	name      string
	satisfies []string // itself, and its interfaces and unions
	fields    map[string]int
}

// NewType returns the type of that name, which satisfies these, with its fields in
// the order of their indices.
func NewType(name string, satisfies []string, fields ...string) *Type {
	t := &Type{name: name, satisfies: satisfies, fields: map[string]int{"__typename": Typename}}
	for i, f := range fields {
		t.fields[f] = i
	}
	return t
}

// Plan is how one document is executed. It grows as answers need it, and is for use
// by many at once.
type Plan struct {
	doc        *ast.QueryDocument
	conditions []string // the variables of @skip and @include
	most       int      // fields that are kept

	mu       sync.Mutex
	kept     int
	variants map[variantKey]*variant
	spent    bool // it was to grow beyond most, and keeps nothing any more
}

// variantKey is an operation, and for each condition whether it holds.
type variantKey struct {
	op     *ast.OperationDefinition
	decide string
}

// variant is a plan whose conditions are decided.
type variant struct {
	plan *Plan
	vars map[string]any // the conditions
	root atomic.Pointer[Selection]
}

// New returns an empty plan of a validated document. It keeps at most so many
// fields: a document that reaches more through its fragments is worked out anew by
// each request.
func New(doc *ast.QueryDocument, most int) *Plan {
	return &Plan{doc: doc, conditions: conditionsOf(doc), most: most, variants: map[variantKey]*variant{}}
}

// Root returns what an operation of the document selects on its root type.
func (p *Plan) Root(op *graphql.OperationContext, t *Type) *Selection {
	v := p.variant(op)
	return v.on(&v.root, op.Operation.SelectionSet, t)
}

// variant returns the plan for an operation and its variables.
func (p *Plan) variant(op *graphql.OperationContext) *variant {
	key := variantKey{op: op.Operation}
	if len(p.conditions) > 0 {
		holds := make([]byte, len(p.conditions))
		for i, name := range p.conditions {
			if yes, _ := op.Variables[name].(bool); yes { // null, which a default allows, is no
				holds[i] = 1
			}
		}
		key.decide = string(holds)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if v := p.variants[key]; v != nil {
		return v
	}
	v := &variant{plan: p, vars: make(map[string]any, len(p.conditions))}
	for i, name := range p.conditions {
		v.vars[name] = key.decide[i] == 1
	}
	if !p.spent {
		p.variants[key] = v
	}
	return v
}

// grown counts what was added to the plan, and lets go of all of it when that is
// too much: who executes it now goes on with what they hold.
func (p *Plan) grown(fields int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept += fields; p.kept > p.most {
		p.spent = true
		clear(p.variants)
	}
}

// Selection is what is selected on one type, each field once, in the order of the
// answer.
type Selection struct {
	Fields []Field

	typ     *Type
	next    *Selection   // of the same place, on another type
	largest atomic.Int64 // answer so far, in bytes, of a root's
}

// Field is a field that is selected.
type Field struct {
	graphql.CollectedField

	Index   int    // in its type
	Key     string // `"alias":`, after a comma if it is not the first
	NonNull bool

	in       *variant
	object   string // the name of its type
	constant bool   // its arguments hold no variable
	args     atomic.Pointer[map[string]any]
	below    atomic.Pointer[Selection] // on the types that were met
}

// On returns what is selected below a field whose value is of type t.
func (f *Field) On(t *Type) *Selection { return f.in.on(&f.below, f.Selections, t) }

// on returns what a set selects on a type, from the list of those that are known
// or worked out and added to it.
func (v *variant) on(known *atomic.Pointer[Selection], set ast.SelectionSet, t *Type) *Selection {
	first := known.Load()
	for s := first; s != nil; s = s.next {
		if s.typ == t {
			return s
		}
	}
	s := v.collect(set, t)
	s.next = first
	if known.CompareAndSwap(first, s) {
		v.plan.grown(1 + len(s.Fields))
	}
	return s // whoever was faster has the same
}

// collect works out what a set selects on a type, as gqlgen does.
func (v *variant) collect(set ast.SelectionSet, t *Type) *Selection {
	op := &graphql.OperationContext{Doc: v.plan.doc, Variables: v.vars}
	collected := graphql.CollectFields(op, set, t.satisfies)
	s := &Selection{typ: t, Fields: make([]Field, len(collected))}
	for i, c := range collected {
		f := &s.Fields[i]
		f.CollectedField, f.in, f.object = c, v, t.name
		f.Index = t.fields[c.Name]
		f.NonNull = c.Definition.Type.NonNull
		f.constant = !usesVariables(c.Arguments)
		f.Key = `"` + c.Alias + `":`
		if i > 0 {
			f.Key = "," + f.Key
		}
	}
	return s
}

// Size is how many fields and selections the plan keeps.
func (p *Plan) Size() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent {
		return 0
	}
	return p.kept
}
