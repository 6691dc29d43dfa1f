package resolvers

import (
	"context"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/album"
	"keepsake/graph/model"
	"keepsake/service"
)

// node finds anything by its identifier, by the prefix.
func (r *Resolver) node(ctx context.Context, id string) (model.Node, error) {
	q := r.Query()
	switch prefix, _, _ := strings.Cut(id, "_"); prefix + "_" {
	case album.UserPrefix:
		return noneIsNil(q.User(ctx, id))
	case album.AlbumPrefix:
		return noneIsNil(q.Album(ctx, id))
	case album.MediaPrefix:
		return noneIsNil(q.Media(ctx, id))
	case album.CommentPrefix:
		l := loadersOf(ctx)
		c, err := found(l.comments.Load(ctx, album.CommentID(id)))
		if c != nil {
			l.sawComment(c)
		}
		return noneIsNil(c, err)
	case album.SharePrefix:
		return noneIsNil(r.Service.Share(ctx, Viewer(ctx), album.ShareID(id)))
	}
	return nil, album.ErrNotFound
}

// noneIsNil keeps a nil pointer from becoming a Node that is not nil.
func noneIsNil[T any](v *T, err error) (model.Node, error) {
	if v == nil {
		return nil, err
	}
	return v, err
}

// nodes finds many things, with an error beside each that is not there.
func (r *Resolver) nodes(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > album.MaxBatch {
		return nil, album.Invalid("ids", "name at most %d", album.MaxBatch)
	}
	l := loadersOf(ctx)
	for _, id := range ids {
		switch prefix, _, _ := strings.Cut(id, "_"); prefix + "_" {
		case album.UserPrefix:
			l.users.Expect(album.UserID(id))
		case album.AlbumPrefix:
			l.access.Expect(album.AlbumID(id))
		case album.MediaPrefix:
			l.media.Expect(album.MediaID(id))
		case album.CommentPrefix:
			l.comments.Expect(album.CommentID(id))
		}
	}
	out := make([]model.Node, len(ids))
	for i, id := range ids {
		n, err := r.node(ctx, id)
		if err != nil {
			graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
			continue
		}
		out[i] = n
	}
	return out, nil
}

// feedConnection loads what the rows of a feed's page name. Rows whose thing
// went away meanwhile are left out.
func feedConnection(ctx context.Context, feed *service.Feed, err error) (*model.FeedConnection, error) {
	if err != nil {
		return nil, err
	}
	l := loadersOf(ctx)
	for _, e := range feed.Edges {
		if e.Node.CommentID != "" {
			l.comments.Expect(e.Node.CommentID)
		} else {
			l.media.Expect(e.Node.MediaID)
		}
	}
	out := &model.FeedConnection{PageInfo: pageInfo(feed.Page), Cursor: feed.Cursor, Edges: []*model.FeedEdge{}}
	for _, e := range feed.Edges {
		node, err := l.feedNode(ctx, e.Node)
		if err != nil {
			return nil, err
		}
		if node != nil {
			out.Edges = append(out.Edges, &model.FeedEdge{Cursor: e.Cursor, At: time.UnixMilli(e.Node.At), Node: node})
		}
	}
	return out, nil
}

func (l *loaders) feedNode(ctx context.Context, item album.FeedItem) (model.FeedNode, error) {
	if item.CommentID == "" {
		m, ok, err := l.media.Load(ctx, item.MediaID)
		if !ok {
			return nil, err
		}
		l.sawMedia(m)
		return m, nil
	}
	c, ok, err := l.comments.Load(ctx, item.CommentID)
	if !ok {
		return nil, err
	}
	l.sawComment(c)
	return c, nil
}
