package sqlitestore

import (
	"database/sql/driver"
	"math"
	"time"
)

// kind is what a cell holds.
type kind byte

const (
	isNull kind = iota
	isInt
	isFloat
	isText
	isBlob
)

// cell is one value of a row.
type cell struct {
	kind kind
	num  int64  // of an integer; of a float, its bits
	text string // of a text or blob
}

// cellOf takes a value as the driver gives it: a NULL, int64, float64, string
// or []byte.
func cellOf(v driver.Value) cell {
	switch v := v.(type) {
	case int64:
		return cell{kind: isInt, num: v}
	case string:
		return cell{kind: isText, text: v}
	case float64:
		return cell{kind: isFloat, num: int64(math.Float64bits(v))}
	case []byte:
		return cell{kind: isBlob, text: string(v)}
	}
	return cell{}
}

// row hands out the columns of one row from left to right. NULL is the zero
// value of what is asked for, and so is a value of another kind.
type row struct {
	cells []cell
	next  int
}

func (r *row) cell() cell {
	c := r.cells[r.next]
	r.next++
	return c
}

func (r *row) text() string {
	if c := r.cell(); c.kind == isText {
		return c.text
	}
	return ""
}

func (r *row) num() int64 {
	if c := r.cell(); c.kind == isInt {
		return c.num
	}
	return 0
}

func (r *row) float() float64 {
	if c := r.cell(); c.kind == isFloat {
		return math.Float64frombits(uint64(c.num))
	}
	return 0
}

func (r *row) blob() []byte {
	if c := r.cell(); c.kind == isBlob {
		return []byte(c.text)
	}
	return nil
}

func (r *row) time() time.Time {
	if c := r.cell(); c.kind == isInt {
		return time.UnixMilli(c.num).UTC()
	}
	return time.Time{}
}

// id reads an identifier.
func id[T ~string](r *row) T { return T(r.text()) }
