package resolvers

import (
	"context"

	"keepsake/album"
	"keepsake/graph/model"
	"keepsake/service"
)

// pageArgs reads the arguments of a connection.
func pageArgs(first int, after *album.Cursor) service.PageArgs {
	args := service.PageArgs{First: first}
	if after != nil {
		args.After = *after
	}
	return args
}

// edgesOf turns a page's rows into edges.
func edgesOf[T, E any](p album.Page[T], edge func(album.Cursor, T) E) []*E {
	edges, out := make([]E, len(p.Edges)), make([]*E, len(p.Edges))
	for i, e := range p.Edges {
		edges[i] = edge(e.Cursor, e.Node)
		out[i] = &edges[i]
	}
	return out
}

func pageInfo[T any](p album.Page[T]) *model.PageInfo {
	info := &model.PageInfo{HasNextPage: p.HasNext, HasPreviousPage: p.HasPrev}
	if n := len(p.Edges); n > 0 {
		info.StartCursor, info.EndCursor = &p.Edges[0].Cursor, &p.Edges[n-1].Cursor
	}
	return info
}

func albumConnection(ctx context.Context, p album.Page[*album.Album], err error) (*model.AlbumConnection, error) {
	if err != nil {
		return nil, err
	}
	l := loadersOf(ctx)
	return &model.AlbumConnection{PageInfo: pageInfo(p), Edges: edgesOf(p, func(c album.Cursor, a *album.Album) model.AlbumEdge {
		l.sawAlbum(a)
		return model.AlbumEdge{Cursor: c, Node: a}
	})}, nil
}

// mediaConnection shows a page that the loaders know of, as do commentConnection
// and likeConnection.
func mediaConnection(p album.Page[*album.Media], err error) (*model.MediaConnection, error) {
	if err != nil {
		return nil, err
	}
	return &model.MediaConnection{PageInfo: pageInfo(p), Edges: edgesOf(p, func(c album.Cursor, m *album.Media) model.MediaEdge {
		return model.MediaEdge{Cursor: c, Node: m}
	})}, nil
}

func membershipConnection(ctx context.Context, p album.Page[*album.Membership], err error) (*model.MembershipConnection, error) {
	if err != nil {
		return nil, err
	}
	l := loadersOf(ctx)
	return &model.MembershipConnection{PageInfo: pageInfo(p), Edges: edgesOf(p, func(c album.Cursor, m *album.Membership) model.MembershipEdge {
		l.sawMember(m)
		return model.MembershipEdge{Cursor: c, Node: m}
	})}, nil
}

func shareConnection(ctx context.Context, p album.Page[*album.Share], err error) (*model.ShareConnection, error) {
	if err != nil {
		return nil, err
	}
	l := loadersOf(ctx)
	return &model.ShareConnection{PageInfo: pageInfo(p), Edges: edgesOf(p, func(c album.Cursor, s *album.Share) model.ShareEdge {
		l.sawShare(s)
		return model.ShareEdge{Cursor: c, Node: s}
	})}, nil
}

func commentConnection(p album.Page[*album.Comment], err error) (*model.CommentConnection, error) {
	if err != nil {
		return nil, err
	}
	return &model.CommentConnection{PageInfo: pageInfo(p), Edges: edgesOf(p, func(c album.Cursor, m *album.Comment) model.CommentEdge {
		return model.CommentEdge{Cursor: c, Node: m}
	})}, nil
}

func likeConnection(p album.Page[album.Like], err error) (*model.LikeConnection, error) {
	if err != nil {
		return nil, err
	}
	return &model.LikeConnection{PageInfo: pageInfo(p), Edges: edgesOf(p, func(c album.Cursor, like album.Like) model.LikeEdge {
		return model.LikeEdge{Cursor: c, Node: &like}
	})}, nil
}
