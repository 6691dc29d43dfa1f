package plan

import (
	"io"
	"math"
	"strconv"

	"github.com/99designs/gqlgen/graphql"
)

// The Append… functions write scalars as gqlgen's marshallers of the same names do.
// They are not ok where there is nothing to write but null.

const hex = "0123456789ABCDEF"

// AppendString appends a string.
func AppendString(b []byte, s string) (_ []byte, ok bool) {
	b = append(b, '"')
	start := 0
	for i := range len(s) {
		c := s[i]
		if c >= 0x20 && c != '\\' && c != '"' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '\t':
			b = append(b, '\\', 't')
		case '\r':
			b = append(b, '\\', 'r')
		case '\n':
			b = append(b, '\\', 'n')
		case '\\', '"':
			b = append(b, '\\', c)
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
		}
	}
	return append(append(b, s[start:]...), '"'), true
}

// AppendBoolean appends true or false.
func AppendBoolean(b []byte, v bool) (_ []byte, ok bool) { return strconv.AppendBool(b, v), true }

// AppendInt appends a whole number.
func AppendInt(b []byte, v int) (_ []byte, ok bool) { return strconv.AppendInt(b, int64(v), 10), true }

// AppendFloatContext appends a number; what is none is nothing.
func AppendFloatContext(b []byte, v float64) (_ []byte, ok bool) {
	if math.IsInf(v, 0) || math.IsNaN(v) {
		return b, false
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64), true
}

// Marshal is what one of these functions appends for gqlgen, which writes some
// answers, of introspection, by itself.
func Marshal[T any](appendTo func([]byte, T) (_ []byte, ok bool), v T) graphql.Marshaler {
	b, ok := appendTo(nil, v)
	if !ok {
		return graphql.Null
	}
	return graphql.WriterFunc(func(w io.Writer) { _, _ = w.Write(b) }) // the writer is a buffer
}
