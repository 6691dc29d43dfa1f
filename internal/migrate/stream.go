package migrate

import (
	"context"
	"fmt"

	"keepsake/media"
	"keepsake/store"
)

// stream reads a sequence in the order of its keys, page by page.
type stream[T any] struct {
	page func(ctx context.Context, after *T) ([]T, error) // after nil is the beginning
	key  func(T) string

	rows  []T
	next  int
	last  *T
	ended bool
}

func recordsOf(a store.Archive, kind store.Kind, size int) *stream[store.Record] {
	return &stream[store.Record]{
		page: func(ctx context.Context, after *store.Record) ([]store.Record, error) {
			if after == nil {
				return a.Export(ctx, kind, nil, size)
			}
			return a.Export(ctx, kind, *after, size)
		},
		key: store.Record.SortKey,
	}
}

func objectsOf(b media.Bucket, prefix string, size int) *stream[media.Object] {
	return &stream[media.Object]{
		page: func(ctx context.Context, after *media.Object) ([]media.Object, error) {
			if after == nil {
				return b.List(ctx, prefix, "", size)
			}
			return b.List(ctx, prefix, after.Key, size)
		},
		key: func(o media.Object) string { return o.Key },
	}
}

// head returns the next row without taking it, nil at the end.
func (s *stream[T]) head(ctx context.Context) (*T, error) {
	if s.next == len(s.rows) && !s.ended {
		rows, err := s.page(ctx, s.last)
		if err != nil {
			return nil, err
		}
		if err := s.ascending(rows); err != nil {
			return nil, err
		}
		s.rows, s.next, s.ended = rows, 0, len(rows) == 0
		if !s.ended {
			s.last = &rows[len(rows)-1]
		}
	}
	if s.ended {
		return nil, nil //nolint:nilnil // the end is no error
	}
	return &s.rows[s.next], nil
}

func (s *stream[T]) take() { s.next++ }

// ascending: in any other order a comparison would pass over rows.
func (s *stream[T]) ascending(rows []T) error {
	last := s.last
	for i := range rows {
		if last != nil && s.key(rows[i]) <= s.key(*last) {
			return fmt.Errorf("%s comes after %s: the order of keys is broken", s.key(rows[i]), s.key(*last))
		}
		last = &rows[i]
	}
	return nil
}

// merge walks over two streams side by side and calls visit with each key's
// rows, of which one may be missing (nil).
func merge[T any](ctx context.Context, from, to *stream[T], visit func(from, to *T) error) error {
	for {
		a, err := from.head(ctx)
		if err != nil {
			return fmt.Errorf("the source: %w", err)
		}
		b, err := to.head(ctx)
		if err != nil {
			return fmt.Errorf("the target: %w", err)
		}
		switch {
		case a == nil && b == nil:
			return nil
		case a != nil && b != nil && from.key(*a) != to.key(*b):
			if from.key(*a) < to.key(*b) {
				b = nil
			} else {
				a = nil
			}
		}
		if err := visit(a, b); err != nil {
			return err
		}
		if a != nil {
			from.take()
		}
		if b != nil {
			to.take()
		}
	}
}
