package sqlitestore

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
)

// cachedIn is readIn through the cache. It is for statements whose rows are made
// of nothing but what the changes of the identifiers tell of, see changes.
func cachedIn[K ~string, T any](
	ctx context.Context, s *Store, op string, ids []K, scan func(*row) T, query string, args ...any,
) ([]T, error) {
	ids = sorted(ids)
	stamp, quiet := stampOf(s.cache, ids)
	if !quiet || len(ids) == 0 {
		return readIn(ctx, s, op, ids, scan, query, args...)
	}
	if err := s.readers.ready(ctx); err != nil {
		return nil, edge(op, err)
	}
	in, err := array(ids)
	if err != nil {
		return nil, edge(op, err)
	}
	args = append([]any{in}, args...)
	q, err := questionOf(query, args)
	if err != nil {
		return nil, edge(op, err)
	}
	if rows, ok := s.cache.get(q, stamp); ok {
		return decode(rows, scan), nil
	}
	return read(ctx, s, op, func(c *conn) ([]T, error) {
		var out []T
		var rows []byte
		err := c.each(query, args, func(r *row) {
			rows = appendRow(rows, r.cells)
			out = append(out, scan(r))
		})
		if err == nil {
			s.cache.put(q, stamp, string(rows))
		}
		return out, err
	})
}

// questionOf writes down arguments so that no two lists of them look alike.
func questionOf(query string, args []any) (question, error) {
	var b []byte
	for _, a := range args {
		v, err := value(a)
		if err != nil {
			return question{}, err
		}
		switch v := v.(type) {
		case int64:
			b = append(strconv.AppendInt(append(b, 'i'), v, 10), ' ')
		case string:
			b = append(binary.AppendUvarint(append(b, 's'), uint64(len(v))), v...)
		default:
			return question{}, fmt.Errorf("a %T in a question", v)
		}
	}
	return question{query, string(b)}, nil
}

// appendRow writes the number of a row's cells and each of them: its kind, then a
// number, or the length of a text and the text.
func appendRow(b []byte, cells []cell) []byte {
	b = binary.AppendUvarint(b, uint64(len(cells)))
	for _, c := range cells {
		b = append(b, byte(c.kind))
		switch c.kind {
		case isInt, isFloat:
			b = binary.AppendVarint(b, c.num)
		case isText, isBlob:
			b = append(binary.AppendUvarint(b, uint64(len(c.text))), c.text...)
		case isNull:
		}
	}
	return b
}

// decode returns what scan makes of each row that appendRow wrote. Texts are not
// copied: they are parts of rows.
func decode[T any](rows string, scan func(*row) T) []T {
	var out []T
	var r row
	for len(rows) > 0 {
		n := int(uvarint(&rows))
		if r.cells == nil {
			r.cells = make([]cell, n)
		}
		for i := range n {
			c := cell{kind: kind(rows[0])}
			rows = rows[1:]
			switch c.kind {
			case isInt, isFloat:
				n := uvarint(&rows) // zigzag, as binary.AppendVarint has it
				c.num = int64(n>>1) ^ -int64(n&1)
			case isText, isBlob:
				n := uvarint(&rows)
				c.text, rows = rows[:n], rows[n:]
			case isNull:
			}
			r.cells[i] = c
		}
		r.next = 0
		out = append(out, scan(&r))
	}
	return out
}

// uvarint takes what binary.AppendUvarint wrote from the front of a text.
func uvarint(s *string) (n uint64) {
	for i := 0; ; i++ {
		b := (*s)[i]
		n |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			*s = (*s)[i+1:]
			return n
		}
	}
}
