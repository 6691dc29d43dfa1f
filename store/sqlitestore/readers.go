package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// maxReaders bounds the pool.
const maxReaders = 8

// readers is the pool of connections that cannot write. A caller waits for one
// until its context ends.
type readers struct {
	free   chan *conn
	size   int
	closed chan struct{}
}

func newReaders() *readers {
	return &readers{free: make(chan *conn, maxReaders), closed: make(chan struct{})}
}

// add is for Open, before anyone takes.
func (p *readers) add(c *conn) {
	p.size++
	p.free <- c
}

func (p *readers) take(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("%w for a connection: %w", errWait, err)
	}
	select {
	case <-p.closed:
		return nil, errClosed
	default:
	}
	select {
	case c := <-p.free:
		return c, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w for a connection: %w", errWait, ctx.Err())
	case <-p.closed:
		return nil, errClosed
	}
}

// stop closes the connections, each once its read is over.
func (p *readers) stop() error {
	close(p.closed)
	var errs []error
	for range p.size {
		errs = append(errs, (<-p.free).close())
	}
	return errors.Join(errs...)
}

// read runs fn on a connection of the pool. A method whose statements must
// agree with one another puts them into one statement.
func read[T any](ctx context.Context, s *Store, op string, fn func(*conn) (T, error)) (T, error) {
	var zero T
	c, err := s.readers.take(ctx)
	if err != nil {
		return zero, edge(op, err)
	}
	defer func() { s.readers.free <- c }()
	out, err := fn(c)
	if err != nil {
		return zero, edge(op, err)
	}
	return out, nil
}

// readIn returns the rows of a query whose first argument is an array of
// identifiers: one statement, whatever their number, and none for no IDs.
func readIn[K ~string, T any](
	ctx context.Context, s *Store, op string, ids []K, scan func(*row) T, query string, args ...any,
) ([]T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return read(ctx, s, op, func(c *conn) ([]T, error) {
		in, err := array(ids)
		if err != nil {
			return nil, err
		}
		return list(c, scan, query, append([]any{in}, args...)...)
	})
}

// keyed puts rows into a map by their key.
func keyed[K comparable, T any](rows []T, err error, key func(T) K) (map[K]T, error) {
	if err != nil {
		return nil, err
	}
	out := make(map[K]T, len(rows))
	for _, v := range rows {
		out[key(v)] = v
	}
	return out, nil
}

// grouped puts rows below what they hang on, each group in the order of compare.
// The statements that read the first few of many lists give them in no order.
func grouped[K comparable, T any](
	rows []T, err error, key func(T) K, compare func(a, b T) int,
) (map[K][]T, error) {
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, compare)
	out := map[K][]T{}
	for _, v := range rows {
		out[key(v)] = append(out[key(v)], v)
	}
	return out, nil
}
