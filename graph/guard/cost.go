package guard

import (
	"math"

	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
)

// Cost is what an operation costs, and what it may cost at most.
type Cost struct {
	Requested int64 `json:"requested"`
	Limit     int64 `json:"limit"`
}

// A field costs 1, or what prices.go says, and what is selected below it. Below a
// list that is as often as the list has rows. A field with first: says how many
// rows the lists right below it have (the edges of a connection), and so does the
// longest list among its arguments (what a mutation of many things answers with);
// other lists are taken to have defaultRows. What is skipped is counted, and so
// are all alternatives of an interface: the cost is never less than the fields
// that come out, while lists have at most the rows that they are taken to have.

// amount is what a selection set costs.
type amount struct {
	fixed         int64 // once
	perRow        int64 // for each row that the field above says that lists have
	introspection int64 // below __schema and __type, apart
}

// costs works out the cost of one operation.
type costs struct {
	prices    prices
	variables map[string]any
	fragments map[*ast.FragmentDefinition]amount // nil until there is one
	steps     int                                // selections that were looked at
}

// of returns what an operation costs, and apart what its introspection does. Each
// selection is looked at once, however often it is spread. Sums end at the
// largest number there is.
func (c *costs) of(op *ast.OperationDefinition) (cost, introspection int64) {
	a := c.set(op.SelectionSet)
	return plus(a.fixed, times(defaultRows, a.perRow)), a.introspection
}

func (c *costs) set(set ast.SelectionSet) amount {
	var total amount
	for _, s := range set {
		c.steps++
		var a amount
		switch s := s.(type) {
		case *ast.Field:
			a = c.field(s)
		case *ast.InlineFragment:
			a = c.set(s.SelectionSet)
		case *ast.FragmentSpread:
			a = c.fragment(s.Definition)
		}
		total.fixed = plus(total.fixed, a.fixed)
		total.perRow = plus(total.perRow, a.perRow)
		total.introspection = plus(total.introspection, a.introspection)
	}
	return total
}

// fragment is worked out once. Validation has refused those that spread themselves.
func (c *costs) fragment(f *ast.FragmentDefinition) amount {
	if f == nil {
		return amount{}
	}
	a, ok := c.fragments[f]
	if !ok {
		a = c.set(f.SelectionSet)
		if c.fragments == nil {
			c.fragments = map[*ast.FragmentDefinition]amount{}
		}
		c.fragments[f] = a
	}
	return a
}

func (c *costs) field(f *ast.Field) amount {
	p := c.prices[f.Definition] // __typename has none
	if len(f.SelectionSet) == 0 {
		return amount{fixed: max(p.base, 1)}
	}
	below := c.set(f.SelectionSet)
	rows := c.rows(f, p)
	switch {
	case p.introspection:
		return amount{fixed: 1, introspection: plus(p.base, plus(below.fixed, times(defaultRows, below.perRow)))}
	case p.list:
		// The rows of a list say nothing about the lists within them.
		row := plus(below.fixed, times(defaultRows, below.perRow))
		if rows == 0 {
			return amount{fixed: p.base, perRow: row, introspection: below.introspection}
		}
		return amount{fixed: plus(p.base, times(rows, row)), introspection: below.introspection}
	case rows == 0:
		rows = defaultRows
	}
	return amount{fixed: plus(p.base, plus(below.fixed, times(rows, below.perRow))), introspection: below.introspection}
}

// rows is how many rows a field or its arguments say, or 0. A first: out of its
// bounds is refused where it is resolved and costs nothing more.
func (c *costs) rows(f *ast.Field, p price) int64 {
	if p.rows > 0 {
		return p.rows
	}
	if p.first > 0 {
		n := p.first
		if a := f.Arguments.ForName("first"); a != nil {
			if given, ok := integer(a.Value, c.variables); ok {
				n = given
			}
		}
		return min(max(n, 1), album.MaxPageSize)
	}
	n := 0
	for _, a := range f.Arguments {
		n = max(n, longest(a.Value, c.variables))
	}
	return int64(n)
}

// plus and times are of numbers that are not negative, and stay at the largest.

func plus(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

func times(a, b int64) int64 {
	if a != 0 && b > math.MaxInt64/a {
		return math.MaxInt64
	}
	return a * b
}
