package service

import (
	"context"

	"keepsake/album"
)

// PageArgs are the arguments of a connection, as clients send them.
type PageArgs struct {
	First int
	After album.Cursor
}

// window checks the arguments and asks for one row more than wanted, which
// tells whether there is another page.
func (p PageArgs) window(list album.List) (album.Range, error) {
	limit, err := album.PageLimit(p.First)
	if err != nil {
		return album.Range{}, err
	}
	after, err := album.ParsePosition(list, p.After)
	if err != nil {
		return album.Range{}, err
	}
	return album.Range{After: after, Limit: limit + 1}, nil
}

// page turns rows read with window's range into a page.
func page[T any](list album.List, r album.Range, rows []T, position func(T) album.Position) album.Page[T] {
	out := album.Page[T]{HasPrev: !r.After.IsZero(), HasNext: len(rows) == r.Limit}
	if out.HasNext {
		rows = rows[:r.Limit-1]
	}
	out.Edges = make([]album.Edge[T], len(rows))
	for i, row := range rows {
		out.Edges[i] = album.Edge[T]{Cursor: position(row).Cursor(list), Node: row}
	}
	return out
}

// pages reads a page below each of many parents with one call of read.
func pages[K comparable, T any](
	ctx context.Context, parents []K, p PageArgs, list album.List,
	read func(context.Context, []K, album.Range) (map[K][]T, error), position func(T) album.Position,
) (map[K]album.Page[T], error) {
	r, err := p.window(list)
	if err != nil {
		return nil, err
	}
	rows, err := read(ctx, parents, r)
	if err != nil {
		return nil, err
	}
	out := make(map[K]album.Page[T], len(parents))
	for _, k := range parents {
		out[k] = page(list, r, rows[k], position)
	}
	return out, nil
}
