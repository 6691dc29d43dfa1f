// Package guard refuses documents that would cost too much to check or to
// execute, before they do. It is an extension of gqlgen's executor, so what it
// says holds for requests over HTTP and for operations over sockets alike.
//
// A document that has not been seen before is measured as soon as it is parsed:
// nothing is looked up in the schema until what that takes is known to be little.
// Then it is validated and kept. What an operation costs hangs on its variables,
// so that is worked out for each request.
package guard

import (
	"github.com/vektah/gqlparser/v2/gqlerror"

	"keepsake/album"
)

// Limits are what a document and its variables may have at most. What is spread
// is counted as often as it is spread: a fragment with three aliases that is
// spread twice counts six.
type Limits struct {
	Bytes      int // of a document
	Tokens     int // of a document
	Operations int // in a document
	Depth      int // of fields within fields
	RootFields int // of an operation
	Aliases    int // of an operation
	Directives int // of an operation
	Fragments  int // in a document, and spreads of an operation
	Repeats    int // comparisons of fields that are selected again, see checks.go
	Variables  int // definitions of an operation
	Values     int // items of lists and fields of input objects, in the variables and in the document each
	Cost       int // of an operation, see cost.go
}

// Default returns the limits that the settings have unless they are set.
func Default() Limits {
	return Limits{
		Bytes: 64 << 10, Tokens: 2000, Operations: 10, Depth: 15, RootFields: 20, Aliases: 100, Directives: 50,
		Fragments: 100, Repeats: 2000, Variables: 50, Values: 1000, Cost: 200_000,
	}
}

// What no setting changes.
const (
	// maxName is the longest name in a document, in bytes.
	maxName = 100
	// maxString is the longest text in a document, in bytes. Longer ones, of which the
	// API takes none, would stand in every message about them.
	maxString = 16 << 10
	// maxValueDepth is how deep lists and input objects may lie within one another.
	maxValueDepth = 10
	// maxSteps is what checking a document against the schema may take, in selections,
	// arguments and values that are looked at: see checks.go.
	maxSteps = 5000
	// maxErrors is how many errors of a document are told.
	maxErrors = 10
	// maxIntrospectionDepth takes the place of Depth below __schema and __type: the
	// explorer's question is deeper than any about albums, but cannot be repeated.
	maxIntrospectionDepth = 20
	// maxIntrospection is the cost below __schema and __type, which is no part of the
	// operation's: the explorer's question costs half of it.
	maxIntrospection = 500_000
)

// tooMuch is what a document is refused with.
func tooMuch(format string, args ...any) *gqlerror.Error {
	err := album.Errorf(album.CodeTooComplex, format, args...)
	return &gqlerror.Error{Err: err, Message: err.Message, Extensions: map[string]any{"code": string(err.Code)}}
}

func tooLong(most int) *gqlerror.Error {
	return tooMuch("this document is too long: at most %d bytes are allowed", most)
}

// limit refuses a document that has more of a thing than it may.
func limit(what string, has, most int) *gqlerror.Error {
	if has <= most {
		return nil
	}
	return tooMuch("this document has too many %s: at most %d are allowed", what, most)
}

// sum adds counts and stays at enough for any limit to be passed.
func sum(counts ...int) int {
	const enough = 1 << 30
	total := 0
	for _, n := range counts {
		total = min(total+n, enough)
	}
	return total
}
