package guard

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// counts are what a selection set has, what is spread in it included.
type counts struct {
	depth, introspection int // the deepest field; the deepest below __schema or __type
	roots                int // fields of the set itself
	aliases, directives  int
	spreads              int
}

func (c *counts) add(o counts) {
	c.depth = max(c.depth, o.depth)
	c.introspection = max(c.introspection, o.introspection)
	c.aliases = sum(c.aliases, o.aliases)
	c.directives = sum(c.directives, o.directives)
	c.spreads = sum(c.spreads, o.spreads)
}

// part is an operation or a fragment of a document.
type part struct {
	set    ast.SelectionSet
	own    counts // what is written in it, without what it spreads
	size   int    // selections, arguments, directives and values that are written in it
	spread []*part

	total   counts // own and all that is spread
	state   int    // of total and of cycles: unknown, being worked out, known
	visited int    // by which walk, see reach

	top, fields, inline int // see checks.go
}

const (
	unknown = iota
	underWay
	known
)

// document is a parsed document while it is measured.
type document struct {
	limits    Limits
	parts     []*part // operations first
	ops       int
	fragments map[string]*part

	values  int // items of lists and fields of input objects
	refused *gqlerror.Error

	walk            int // counts walks, for part.visited
	steps, compared int // what validation takes
	repeats         repeats
}

// measure refuses a document that is beyond the limits, before it is validated.
// It does each thing once for each selection that is written, however often it
// is spread. It returns how many selections, arguments, directives and values are
// written.
func measure(doc *ast.QueryDocument, l Limits) (nodes int, err *gqlerror.Error) {
	return newDocument(doc, l).measure(doc)
}

func newDocument(doc *ast.QueryDocument, l Limits) *document {
	return &document{limits: l, fragments: make(map[string]*part, len(doc.Fragments))}
}

func (d *document) measure(doc *ast.QueryDocument) (nodes int, err *gqlerror.Error) {
	l := d.limits
	if err := limit("operations", len(doc.Operations), l.Operations); err != nil {
		return 0, err
	}
	if err := limit("fragments", len(doc.Fragments), l.Fragments); err != nil {
		return 0, err
	}
	// All fragments first: a spread is resolved when it is met.
	for _, f := range doc.Fragments {
		p := &part{set: f.SelectionSet}
		d.parts = append(d.parts, p)
		if d.fragments[f.Name] == nil { // of two of a name the library takes the first
			d.fragments[f.Name] = p
		}
	}
	for i, f := range doc.Fragments {
		d.name(f.Name)
		d.name(f.TypeCondition)
		d.variables(d.parts[i], f.VariableDefinition)
		d.directives(d.parts[i], f.Directives)
		d.look(d.parts[i], f.SelectionSet)
	}
	var ops []*part
	for _, o := range doc.Operations {
		p := &part{set: o.SelectionSet}
		d.name(o.Name)
		d.variables(p, o.VariableDefinitions)
		d.directives(p, o.Directives)
		d.look(p, o.SelectionSet)
		ops = append(ops, p)
	}
	d.parts, d.ops = append(ops, d.parts...), len(ops)
	if d.refused != nil {
		return 0, d.refused
	}
	for _, p := range ops {
		if err := d.totals(p).check(l); err != nil {
			return 0, err
		}
	}
	for _, p := range d.parts {
		nodes += p.size
	}
	return nodes, d.checks()
}

// check compares an operation's counts with the limits.
func (c counts) check(l Limits) *gqlerror.Error {
	switch {
	case c.depth > l.Depth:
		return tooMuch("this document is too deep: at most %d fields may lie within one another", l.Depth)
	case c.introspection > maxIntrospectionDepth:
		return tooMuch("this introspection is too deep: at most %d fields may lie within one another", maxIntrospectionDepth)
	}
	for _, x := range []struct {
		what      string
		has, most int
	}{
		{"fields at its root", c.roots, l.RootFields},
		{"aliases", c.aliases, l.Aliases},
		{"directives", c.directives, l.Directives},
		{"spreads of fragments", c.spreads, l.Fragments},
	} {
		if err := limit(x.what, x.has, x.most); err != nil {
			return err
		}
	}
	return nil
}

// look goes through what is written in a part, once.
func (d *document) look(p *part, set ast.SelectionSet) {
	p.size += len(set)
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			d.name(s.Alias)
			d.name(s.Name)
			if s.Alias != s.Name {
				p.own.aliases++
			}
			d.arguments(p, s.Arguments)
			d.directives(p, s.Directives)
			d.look(p, s.SelectionSet)
		case *ast.InlineFragment:
			d.name(s.TypeCondition)
			d.directives(p, s.Directives)
			d.look(p, s.SelectionSet)
		case *ast.FragmentSpread:
			d.name(s.Name)
			p.own.spreads++
			d.directives(p, s.Directives)
			if f := d.fragments[s.Name]; f != nil {
				p.spread = append(p.spread, f)
			}
		}
		if d.refused != nil {
			return
		}
	}
}

func (d *document) variables(p *part, list ast.VariableDefinitionList) {
	if err := limit("variables", len(list), d.limits.Variables); err != nil {
		d.refuse(err)
		return
	}
	p.size += len(list)
	for _, v := range list {
		d.name(v.Variable)
		d.name(v.Type.Name())
		d.value(p, v.DefaultValue, 0)
		d.directives(p, v.Directives)
	}
}

func (d *document) directives(p *part, list ast.DirectiveList) {
	p.own.directives = sum(p.own.directives, len(list))
	p.size += len(list)
	for _, x := range list {
		d.name(x.Name)
		d.arguments(p, x.Arguments)
	}
}

func (d *document) arguments(p *part, list ast.ArgumentList) {
	p.size += len(list)
	for _, a := range list {
		d.name(a.Name)
		d.value(p, a.Value, 0)
	}
}

func (d *document) value(p *part, v *ast.Value, depth int) {
	if v == nil || d.refused != nil {
		return
	}
	p.size++
	d.values += len(v.Children)
	most := maxName
	if v.Kind == ast.StringValue || v.Kind == ast.BlockValue {
		most = maxString
	}
	if len(v.Raw) > most {
		d.refuse(tooMuch("this document has too long a value: at most %d bytes are allowed", most))
	}
	if len(v.Children) > 0 && depth >= maxValueDepth {
		d.refuse(tooMuch("this document has too deep a value: at most %d lists and objects may lie within one another", maxValueDepth))
	}
	d.refuse(limit("items in lists and objects", d.values, d.limits.Values))
	for _, c := range v.Children {
		d.name(c.Name)
		d.value(p, c.Value, depth+1)
	}
}

func (d *document) name(s string) {
	if len(s) > maxName {
		d.refuse(tooMuch("this document has too long a name: at most %d bytes are allowed", maxName))
	}
}

func (d *document) refuse(err *gqlerror.Error) {
	if d.refused == nil {
		d.refused = err
	}
}

// totals returns what a part has with all that it spreads, each fragment worked
// out once. A fragment that spreads itself counts as nothing there: validation
// refuses it.
func (d *document) totals(p *part) counts {
	if p.state == unknown {
		p.state = underWay
		below := d.nested(p.set)
		p.total = p.own
		p.total.add(below)
		p.total.roots = below.roots
		p.state = known
	}
	if p.state == underWay {
		return counts{}
	}
	return p.total
}

// nested returns the depths of a set, its fields, and the counts of what it spreads.
func (d *document) nested(set ast.SelectionSet) counts {
	var c counts
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			below := d.nested(s.SelectionSet)
			below.roots = 0
			below.depth++
			if s.Name == "__schema" || s.Name == "__type" {
				below.depth, below.introspection = 1, max(below.depth, below.introspection)
			}
			c.add(below)
			c.roots = sum(c.roots, 1)
		case *ast.InlineFragment:
			below := d.nested(s.SelectionSet)
			c.add(below)
			c.roots = sum(c.roots, below.roots)
		case *ast.FragmentSpread:
			if f := d.fragments[s.Name]; f != nil {
				below := d.totals(f)
				c.add(below)
				c.roots = sum(c.roots, below.roots)
			}
		}
	}
	return c
}
