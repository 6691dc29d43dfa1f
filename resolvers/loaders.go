package resolvers

import (
	"context"
	"sync"

	"keepsake/album"
	"keepsake/internal/batch"
	"keepsake/service"
)

// loaders load what the things of one response refer to, all of a kind at once.
type loaders struct {
	service *service.Service
	viewer  album.Identified

	users    *batch.Loader[album.UserID, *album.User]
	access   *batch.Loader[album.AlbumID, album.Access]
	covers   *batch.Loader[album.AlbumID, *album.Media]
	media    *batch.Loader[album.MediaID, *album.Media] // those that the viewer may see
	comments *batch.Loader[album.CommentID, *album.Comment]
	liked    *batch.Loader[album.MediaID, bool]

	albumMedia    *paged[album.AlbumID, mediaArgs, *album.Media]
	mediaComments *paged[album.MediaID, service.PageArgs, *album.Comment]
	mediaLikes    *paged[album.MediaID, service.PageArgs, album.Like]
	replies       *paged[album.CommentID, service.PageArgs, *album.Comment]
}

// mediaArgs are the arguments of Album.media.
type mediaArgs struct {
	page  service.PageArgs
	order album.MediaOrder
}

func newLoaders(s *service.Service, v album.Identified) *loaders {
	l := &loaders{service: s, viewer: v}
	l.users = batch.New(s.Users)
	l.access = batch.New(telling(func(a album.Access) { l.sawAlbum(a.Album) },
		func(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]album.Access, error) {
			return s.Access(ctx, v, ids)
		}))
	l.covers = batch.New(telling(l.sawMedia, s.Covers))
	l.media = batch.New(telling(l.sawMedia,
		func(ctx context.Context, ids []album.MediaID) (map[album.MediaID]*album.Media, error) {
			return s.VisibleMedia(ctx, v, ids)
		}))
	l.comments = batch.New(telling(l.sawComment,
		func(ctx context.Context, ids []album.CommentID) (map[album.CommentID]*album.Comment, error) {
			return s.VisibleComments(ctx, v, ids)
		}))
	l.liked = batch.New(func(ctx context.Context, ids []album.MediaID) (map[album.MediaID]bool, error) {
		return s.Liked(ctx, v, ids)
	})
	l.albumMedia = newPaged(func(ctx context.Context, ids []album.AlbumID, a mediaArgs) (map[album.AlbumID]album.Page[*album.Media], error) {
		return s.MediaOf(ctx, ids, a.order, a.page)
	}, l.sawMedia)
	l.mediaComments = newPaged(s.CommentsOf, l.sawComment)
	l.mediaLikes = newPaged(s.LikesOf, l.sawLike)
	l.replies = newPaged(s.RepliesOf, l.sawComment)
	return l
}

// telling is fetch, but tells saw of everything that was fetched. Who asks for
// one of many looks at what is below it before the others are asked for, so the
// loaders have to hear of all of them at once.
func telling[K comparable, V any](
	saw func(V), fetch func(ctx context.Context, keys []K) (map[K]V, error),
) func(ctx context.Context, keys []K) (map[K]V, error) {
	return func(ctx context.Context, keys []K) (map[K]V, error) {
		all, err := fetch(ctx, keys)
		for _, v := range all {
			saw(v)
		}
		return all, err
	}
}

// paged loads a page below each of many parents: one loader for each set of
// arguments that the response asks with, and one list of parents for all.
type paged[K, A comparable, V any] struct {
	fetch func(ctx context.Context, parents []K, args A) (map[K]album.Page[V], error)
	saw   func(V) // is told of every row

	mu      sync.Mutex
	parents []K
	loaders map[A]*batch.Loader[K, album.Page[V]]
}

func newPaged[K, A comparable, V any](
	fetch func(ctx context.Context, parents []K, args A) (map[K]album.Page[V], error), saw func(V),
) *paged[K, A, V] {
	return &paged[K, A, V]{fetch: fetch, saw: saw}
}

// expect says that a page below this parent may be asked for.
func (p *paged[K, A, V]) expect(parent K) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.parents = append(p.parents, parent)
	for _, l := range p.loaders {
		l.Expect(parent)
	}
}

// load returns the page below a parent.
func (p *paged[K, A, V]) load(ctx context.Context, parent K, args A) (album.Page[V], error) {
	p.mu.Lock()
	l := p.loaders[args]
	if l == nil {
		l = batch.New(telling(p.sawPage, func(ctx context.Context, parents []K) (map[K]album.Page[V], error) {
			return p.fetch(ctx, parents, args)
		}))
		l.Expect(p.parents...)
		if p.loaders == nil {
			p.loaders = map[A]*batch.Loader[K, album.Page[V]]{}
		}
		p.loaders[args] = l
	}
	p.mu.Unlock()
	page, _, err := l.Load(ctx, parent)
	return page, err
}

func (p *paged[K, A, V]) sawPage(page album.Page[V]) {
	for _, e := range page.Edges {
		p.saw(e.Node)
	}
}

// found turns a loader's answer into a value or NOT_FOUND.
func found[V any](v V, ok bool, err error) (V, error) {
	if err == nil && !ok {
		err = album.ErrNotFound
	}
	return v, err
}

// ifFound turns a loader's answer into a value or null.
func ifFound[V any](v *V, _ bool, err error) (*V, error) { return v, err }

func (l *loaders) user(ctx context.Context, id album.UserID) (*album.User, error) {
	return found(l.users.Load(ctx, id))
}

// accessTo returns what the viewer is to an album that they may see.
func (l *loaders) accessTo(ctx context.Context, id album.AlbumID) (album.Access, error) {
	return found(l.access.Load(ctx, id))
}

func (l *loaders) album(ctx context.Context, id album.AlbumID) (*album.Album, error) {
	access, err := l.accessTo(ctx, id)
	return access.Album, err
}

// The saw… methods tell the loaders what a thing that is about to be shown
// refers to.

func (l *loaders) sawAlbum(a *album.Album) {
	l.users.Expect(a.OwnerID)
	l.access.Expect(a.ID)
	l.covers.Expect(a.ID)
	l.albumMedia.expect(a.ID)
}

func (l *loaders) sawMedia(m *album.Media) {
	l.users.Expect(m.OwnerID)
	l.access.Expect(m.AlbumID)
	l.liked.Expect(m.ID)
	l.mediaComments.expect(m.ID)
	l.mediaLikes.expect(m.ID)
	if m.DuplicateOf != "" {
		l.media.Expect(m.DuplicateOf)
	}
}

func (l *loaders) sawComment(c *album.Comment) {
	l.users.Expect(c.AuthorID)
	l.access.Expect(c.AlbumID)
	l.media.Expect(c.MediaID)
	if c.ParentID != "" {
		l.comments.Expect(c.ParentID)
	}
	l.replies.expect(c.ID) // a reply has none, but may be asked
}

func (l *loaders) sawLike(like album.Like) { l.users.Expect(like.UserID) }

func (l *loaders) sawMember(m *album.Membership) {
	l.users.Expect(m.UserID)
	l.access.Expect(m.AlbumID)
}

func (l *loaders) sawShare(s *album.Share) {
	l.users.Expect(s.CreatorID)
	l.access.Expect(s.AlbumID)
}
