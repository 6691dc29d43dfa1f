package guard

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The library validates a document in steps that can be told beforehand. It walks
// from every operation and from every fragment through all that can be reached,
// each fragment once a walk; and wherever a name is selected again, it compares
// each two selections of it, with all that is below them. The second is what
// makes {id id id …} slow: 5,000 of them are 12 million comparisons. What is
// counted here follows validator/rules/overlapping_fields_can_be_merged.go of
// gqlparser, but only counts, and ends when there are too many.

// repeats counts the comparisons of fields that are selected again.
type repeats struct {
	d     *document
	left  int // comparisons that are still allowed
	steps int // selections that are still allowed to be collected

	sets   map[*ast.Selection]*fieldSet
	fields map[fieldsAndFragment]bool
	pairs  map[[2]*part]bool
}

type fieldsAndFragment struct {
	set  *fieldSet
	part *part
}

// fieldSet is a selection set as it is merged: its fields by the name that they
// have in the answer, inline fragments among them, and what it spreads.
type fieldSet struct {
	names  []string // in the order in which they come
	fields map[string][]repeated
	spread []*part
}

// repeated is a field with what comparing its arguments takes.
type repeated struct {
	set             ast.SelectionSet
	arguments, size int
}

// checks refuses a document that takes too much to validate.
func (d *document) checks() *gqlerror.Error {
	d.repeats = repeats{
		d: d, left: d.limits.Repeats, steps: maxSteps,
		sets: map[*ast.Selection]*fieldSet{}, fields: map[fieldsAndFragment]bool{}, pairs: map[[2]*part]bool{},
	}
	r := &d.repeats
	for _, p := range d.parts {
		p.top = r.within(p.set)
		r.below(p, p.set)
	}
	for i, root := range d.parts {
		d.walk++
		d.compared = sum(d.compared, root.top)
		d.reach(root, func(p *part) bool {
			d.steps = sum(d.steps, p.size)
			d.compared = sum(d.compared, p.inline)
			if i < d.ops {
				d.compared = sum(d.compared, p.fields)
			}
			return d.steps <= maxSteps
		})
	}
	if r.left < 0 || d.compared > d.limits.Repeats {
		return tooMuch("this document selects the same fields too often: at most %d comparisons of them are allowed", d.limits.Repeats)
	}
	if r.steps < 0 || d.steps > maxSteps {
		return tooMuch("this document takes too much to check: at most %d steps are allowed, fragments counted wherever they are reached", maxSteps)
	}
	return nil
}

// reach calls f for a part and for all that can be reached from it, each once,
// until f returns false. A fragment that is reached from itself comes twice, as it
// does in the library's walk.
func (d *document) reach(root *part, f func(*part) bool) {
	for queue := []*part{root}; len(queue) > 0; {
		p := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !f(p) {
			return
		}
		for _, next := range p.spread {
			if next.visited != d.walk {
				next.visited = d.walk
				queue = append(queue, next)
			}
		}
	}
}

// below adds what the sets within a part take to it.
func (r *repeats) below(p *part, set ast.SelectionSet) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			p.fields = sum(p.fields, r.within(s.SelectionSet))
			r.below(p, s.SelectionSet)
		case *ast.InlineFragment:
			p.inline = sum(p.inline, r.within(s.SelectionSet))
			r.below(p, s.SelectionSet)
		}
		if r.over() {
			return
		}
	}
}

func (r *repeats) over() bool { return r.left < 0 || r.steps < 0 }

// within returns how many comparisons a selection set takes.
func (r *repeats) within(set ast.SelectionSet) int {
	before := r.left
	fs := r.collect(set)
	for _, name := range fs.names {
		list := fs.fields[name]
		for i := range list {
			for j := i + 1; j < len(list) && !r.over(); j++ {
				r.compare(list[i], list[j])
			}
		}
	}
	for i, a := range fs.spread {
		r.fieldsWith(fs, a)
		for _, b := range fs.spread[i+1:] {
			r.fragments(a, b)
		}
	}
	return before - r.left
}

// compare counts one comparison, and those of what is below.
func (r *repeats) compare(a, b repeated) {
	r.left -= 1 + a.arguments*b.arguments + min(a.size, b.size)
	if r.over() || len(a.set) == 0 || len(b.set) == 0 {
		return
	}
	x, y := r.collect(a.set), r.collect(b.set)
	r.between(x, y)
	for _, p := range y.spread {
		r.fieldsWith(x, p)
	}
	for _, p := range x.spread {
		r.fieldsWith(y, p)
		for _, q := range y.spread {
			r.fragments(p, q)
		}
	}
}

func (r *repeats) between(a, b *fieldSet) {
	for _, name := range a.names {
		for _, x := range a.fields[name] {
			for _, y := range b.fields[name] {
				if r.over() {
					return
				}
				r.compare(x, y)
			}
		}
	}
}

// fieldsWith counts what comparing a set with a fragment takes, the first time.
func (r *repeats) fieldsWith(set *fieldSet, p *part) {
	key := fieldsAndFragment{set, p}
	if r.fields[key] || r.over() {
		return
	}
	r.fields[key] = true
	r.steps--
	other := r.collect(p.set)
	if other == set {
		return
	}
	r.between(set, other)
	for _, next := range other.spread {
		r.fieldsWith(set, next)
	}
}

// fragments counts what comparing two fragments takes, the first time.
func (r *repeats) fragments(a, b *part) {
	if a == b || r.over() || r.pairs[[2]*part{a, b}] {
		return
	}
	r.pairs[[2]*part{a, b}], r.pairs[[2]*part{b, a}] = true, true
	r.steps--
	x, y := r.collect(a.set), r.collect(b.set)
	r.between(x, y)
	for _, next := range y.spread {
		r.fragments(a, next)
	}
	for _, next := range x.spread {
		r.fragments(next, b)
	}
}

// collect returns a set as it is merged, worked out once.
func (r *repeats) collect(set ast.SelectionSet) *fieldSet {
	if len(set) == 0 {
		return &fieldSet{}
	}
	fs := r.sets[&set[0]]
	if fs == nil {
		fs = &fieldSet{fields: map[string][]repeated{}}
		r.sets[&set[0]] = fs
		r.into(fs, set)
	}
	return fs
}

func (r *repeats) into(fs *fieldSet, set ast.SelectionSet) {
	for _, s := range set {
		if r.steps--; r.over() {
			return
		}
		switch s := s.(type) {
		case *ast.Field:
			list := fs.fields[s.Alias]
			if list == nil {
				fs.names = append(fs.names, s.Alias)
			}
			f := repeated{set: s.SelectionSet, arguments: len(s.Arguments)}
			for _, a := range s.Arguments {
				f.size += size(a.Value)
			}
			fs.fields[s.Alias] = append(list, f)
		case *ast.InlineFragment:
			r.into(fs, s.SelectionSet)
		case *ast.FragmentSpread:
			if p := r.d.fragments[s.Name]; p != nil {
				fs.spread = append(fs.spread, p)
			}
		}
	}
}

// size is how many values a literal is made of.
func size(v *ast.Value) int {
	if v == nil {
		return 0
	}
	n := 1
	for _, c := range v.Children {
		n += size(c.Value)
	}
	return n
}
