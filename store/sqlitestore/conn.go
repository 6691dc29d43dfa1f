package sqlitestore

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"

	"keepsake/album"
)

// conn is one connection with its prepared statements, used by one goroutine
// at a time. It stands on the driver directly: database/sql would add a lock,
// a conversion for each column, and, for a context that can end, a goroutine
// for each statement. Statements here are short and bounded, so a context only
// bounds the wait for a connection.
type conn struct {
	raw     driver.Conn
	stmts   map[string]*stmt // by their text; the package's constants bound it
	observe func(query string)
}

// stmt is a prepared statement with the buffers that its runs share.
type stmt struct {
	raw   driver.Stmt
	args  []driver.NamedValue
	vals  []driver.Value
	cells []cell
}

// prepare finds or makes a statement and fills in its arguments.
func (c *conn) prepare(query string, args []any) (*stmt, error) {
	if c.observe != nil {
		c.observe(query)
	}
	st := c.stmts[query]
	if st == nil {
		raw, err := c.raw.(driver.ConnPrepareContext).PrepareContext(context.Background(), query)
		if err != nil {
			return nil, err
		}
		st = &stmt{raw: raw}
		c.stmts[query] = st
	}
	st.args = st.args[:0]
	for i, a := range args {
		v, err := value(a)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		st.args = append(st.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return st, nil
}

// exec runs a statement that returns no rows and says how many it changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	st, err := c.prepare(query, args)
	if err != nil {
		return 0, err
	}
	res, err := st.raw.(driver.StmtExecContext).ExecContext(context.Background(), st.args)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// each runs a statement and calls fn with each of its rows. fn must not run
// the same statement again.
func (c *conn) each(query string, args []any, fn func(*row)) (err error) {
	st, err := c.prepare(query, args)
	if err != nil {
		return err
	}
	rows, err := st.raw.(driver.StmtQueryContext).QueryContext(context.Background(), st.args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if st.vals == nil {
		n := len(rows.Columns())
		st.vals, st.cells = make([]driver.Value, n), make([]cell, n)
	}
	r := row{cells: st.cells}
	for {
		switch err := rows.Next(st.vals); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		for i, v := range st.vals {
			st.cells[i] = cellOf(v)
		}
		r.next = 0
		fn(&r)
	}
}

// list returns what scan makes of each row.
func list[T any](c *conn, scan func(*row) T, query string, args ...any) ([]T, error) {
	var out []T
	err := c.each(query, args, func(r *row) { out = append(out, scan(r)) })
	return out, err
}

// one returns what scan makes of the only row; NOT_FOUND if there is none.
func one[T any](c *conn, scan func(*row) T, query string, args ...any) (T, error) {
	var out T
	found := false
	err := c.each(query, args, func(r *row) { out, found = scan(r), true })
	if err == nil && !found {
		err = album.ErrNotFound
	}
	return out, err
}

// below is list for a page of at most n things below a parent, which the query
// puts beside the parent by a LEFT JOIN, with the limit as its last argument.
// No row at all means that there is no such parent, NOT_FOUND; a row that
// begins with NULL means that the page is empty.
func below[T any](c *conn, n int, scan func(*row) T, query string, args ...any) ([]T, error) {
	var out []T
	found := false
	err := c.each(query, append(args, max(n, 1)), func(r *row) {
		found = true
		if len(out) < n && r.cells[0].kind != isNull {
			out = append(out, scan(r))
		}
	})
	if err == nil && !found {
		err = album.ErrNotFound
	}
	return out, err
}

func (c *conn) close() error {
	var errs []error
	for _, st := range c.stmts {
		errs = append(errs, st.raw.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}
