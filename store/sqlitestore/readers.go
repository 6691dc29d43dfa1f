package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

// The size of the pool is the number of processors, between these.
const (
	minReaders = 4
	maxReaders = 8
)

// readers is the pool of connections that cannot write. A caller waits for one
// until its context ends. Connections are made when they are first needed.
type readers struct {
	connect func() (*conn, error)
	free    chan *conn // nil for one that was not made yet
	closed  chan struct{}
}

func newReaders(connect func() (*conn, error)) *readers {
	p := &readers{
		connect: connect,
		free:    make(chan *conn, max(minReaders, min(maxReaders, runtime.GOMAXPROCS(0)))),
		closed:  make(chan struct{}),
	}
	for range cap(p.free) {
		p.free <- nil
	}
	return p
}

// ready is nil while connections may be taken.
func (p *readers) ready(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("wait for a connection: %w", err)
	}
	select {
	case <-p.closed:
		return errClosed
	default:
		return nil
	}
}

func (p *readers) take(ctx context.Context) (*conn, error) {
	if err := p.ready(ctx); err != nil {
		return nil, err
	}
	var c *conn
	select {
	case c = <-p.free:
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a connection: %w", ctx.Err())
	case <-p.closed:
		return nil, errClosed
	}
	if c != nil {
		return c, nil
	}
	c, err := p.connect()
	if err != nil {
		p.free <- nil
	}
	return c, err
}

// stop closes the connections, each once its read is over.
func (p *readers) stop() error {
	close(p.closed)
	var errs []error
	for range cap(p.free) {
		if c := <-p.free; c != nil {
			errs = append(errs, c.close())
		}
	}
	return errors.Join(errs...)
}

// read runs fn on a connection of the pool. A method whose statements must
// agree with one another puts them into one statement.
func read[T any](ctx context.Context, s *Store, op string, fn func(*conn) (T, error)) (_ T, err error) {
	defer s.observed(ctx, op, time.Now(), &err)
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

// members makes a set of keys.
func members[K comparable](keys []K, err error) (map[K]bool, error) {
	if err != nil {
		return nil, err
	}
	out := make(map[K]bool, len(keys))
	for _, k := range keys {
		out[k] = true
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
