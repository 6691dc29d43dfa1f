package plantest

import (
	"context"

	"keepsake/album"
	"keepsake/graph/generated"
	"keepsake/graph/model"
)

var _ generated.ResolverRoot = (*Page)(nil)

// What the page asks for.

type (
	query struct {
		generated.QueryResolver
		page *Page
	}
	albums struct {
		generated.AlbumResolver
		page *Page
	}
	photos struct {
		generated.MediaResolver
		page *Page
	}
	comments struct {
		generated.CommentResolver
		page *Page
	}
)

// Query implements generated.ResolverRoot.
func (p *Page) Query() generated.QueryResolver { return query{page: p} }

// Album implements generated.ResolverRoot.
func (p *Page) Album() generated.AlbumResolver { return albums{page: p} }

// Media implements generated.ResolverRoot.
func (p *Page) Media() generated.MediaResolver { return photos{page: p} }

// Comment implements generated.ResolverRoot.
func (p *Page) Comment() generated.CommentResolver { return comments{page: p} }

func (q query) Album(_ context.Context, id string) (*album.Album, error) {
	return give(q.page, "Query.album", id, q.page.album)
}

func (q query) Nodes(_ context.Context, ids []string) ([]model.Node, error) {
	out := make([]model.Node, len(ids))
	for i, id := range ids {
		switch {
		case id == string(q.page.album.ID):
			out[i] = q.page.album
		case q.page.users[album.UserID(id)] != nil:
			out[i] = q.page.users[album.UserID(id)]
		}
	}
	return give(q.page, "Query.nodes", "", out)
}

func (a albums) Media(_ context.Context, obj *album.Album, first int, _ *album.Cursor, _ *album.MediaOrder) (*model.MediaConnection, error) {
	all := a.page.media
	if first < len(all.Edges) {
		all = &model.MediaConnection{Edges: all.Edges[:first], PageInfo: all.PageInfo}
	}
	return give(a.page, "Album.media", string(obj.ID), all)
}

func (m photos) Owner(_ context.Context, obj *album.Media) (*album.User, error) {
	return give(m.page, "Media.owner", string(obj.ID), m.page.users[obj.OwnerID])
}

func (m photos) ViewerHasLiked(_ context.Context, obj *album.Media) (bool, error) {
	return give(m.page, "Media.viewerHasLiked", string(obj.ID), obj.LikeCount%2 == 0)
}

func (m photos) Comments(_ context.Context, obj *album.Media, _ int, _ *album.Cursor) (*model.CommentConnection, error) {
	return give(m.page, "Media.comments", string(obj.ID), m.page.below[obj.ID].Comments)
}

func (m photos) URL(_ context.Context, obj *album.Media, _ album.FileRole) (*model.SignedURL, error) {
	return give(m.page, "Media.url", string(obj.ID), m.page.below[obj.ID].URL)
}

func (m photos) Download(_ context.Context, obj *album.Media) (*model.SignedURL, error) {
	return give(m.page, "Media.download", string(obj.ID), m.page.below[obj.ID].Download)
}

func (c comments) Author(_ context.Context, obj *album.Comment) (*album.User, error) {
	return give(c.page, "Comment.author", string(obj.ID), c.page.users[obj.AuthorID])
}

// What it does not ask for.

// AlbumEvent implements generated.ResolverRoot.
func (p *Page) AlbumEvent() generated.AlbumEventResolver { return nil }

// Like implements generated.ResolverRoot.
func (p *Page) Like() generated.LikeResolver { return nil }

// Membership implements generated.ResolverRoot.
func (p *Page) Membership() generated.MembershipResolver { return nil }

// Mutation implements generated.ResolverRoot.
func (p *Page) Mutation() generated.MutationResolver { return nil }

// Share implements generated.ResolverRoot.
func (p *Page) Share() generated.ShareResolver { return nil }

// Subscription implements generated.ResolverRoot.
func (p *Page) Subscription() generated.SubscriptionResolver { return nil }

// User implements generated.ResolverRoot.
func (p *Page) User() generated.UserResolver { return nil }
