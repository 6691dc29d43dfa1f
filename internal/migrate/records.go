package migrate

import (
	"bytes"
	"context"
	"crypto/sha256"
	"strings"

	"golang.org/x/sync/errgroup"

	"keepsake/store"
)

// importers is how many pages are on their way into the target at a time.
const importers = 3

// copyRecords writes the records of one kind that the target has not, or has
// otherwise.
func (m Migration) copyRecords(ctx context.Context, kind store.Kind) error {
	total, err := m.From.Count(ctx, kind)
	if err != nil {
		return err
	}
	p := Progress{Step: "copy " + string(kind), Total: total}
	m.tell(p)

	writes, inner := errgroup.WithContext(ctx)
	writes.SetLimit(importers)
	var batch []store.Record
	flush := func() {
		records := batch
		batch = nil
		writes.Go(func() error { return m.To.Import(inner, records) })
	}
	var x, y []byte
	err = merge(inner, recordsOf(m.From, kind, m.pageSize()), recordsOf(m.To, kind, m.pageSize()), func(from, to *store.Record) error {
		if from == nil {
			return nil // the comparison will say so
		}
		if p.Done++; p.Done%100 == 0 {
			m.tell(p)
		}
		if to != nil {
			x, y = encode(x[:0], *from), encode(y[:0], *to)
			if bytes.Equal(x, y) {
				return nil
			}
		}
		if batch = append(batch, *from); len(batch) == m.pageSize() {
			flush()
		}
		return inner.Err()
	})
	if err == nil && len(batch) > 0 {
		flush()
	}
	// A write that failed ends the reading too, and is the error to tell of.
	if failed := writes.Wait(); failed != nil {
		return failed
	}
	m.tell(p)
	return err
}

// compareRecords holds the records of one kind against one another.
func (m Migration) compareRecords(ctx context.Context, kind store.Kind) (Line, error) {
	from, err := m.From.Count(ctx, kind)
	if err != nil {
		return Line{}, err
	}
	to, err := m.To.Count(ctx, kind)
	if err != nil {
		return Line{}, err
	}
	l := newLine(string(kind))
	p := Progress{Step: "compare " + string(kind), Total: from}
	m.tell(p)
	var x, y []byte
	err = merge(ctx, recordsOf(m.From, kind, m.pageSize()), recordsOf(m.To, kind, m.pageSize()), func(a, b *store.Record) error {
		if p.Done++; p.Done%100 == 0 {
			m.tell(p)
		}
		if a != nil {
			x = encode(x[:0], *a)
			l.from.add(x)
		}
		if b != nil {
			y = encode(y[:0], *b)
			l.to.add(y)
		}
		switch {
		case a == nil:
			l.differs((*b).SortKey(), "is not in the source")
		case b == nil:
			l.differs((*a).SortKey(), "is missing in the target")
		case !bytes.Equal(x, y):
			l.differs((*a).SortKey(), "differs in "+strings.Join(differing(*a, *b), ", "))
		}
		return nil
	})
	if err != nil {
		return Line{}, err
	}
	m.tell(p)
	l.counted(from, to)
	return l.line(), nil
}

// side is what is known of one kind on one side: how many there are, and the
// checksum of them all.
type side struct {
	count int64
	sum   [sha256.Size]byte
}

// add goes on to the next one: the checksum of each is chained to that of the
// ones before it.
func (s *side) add(encoded []byte) {
	s.count++
	h := sha256.New()
	h.Write(s.sum[:])
	h.Write(encoded)
	h.Sum(s.sum[:0])
}
