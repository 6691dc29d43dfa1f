package storetest

import (
	"cmp"
	"context"

	"keepsake/album"
	"keepsake/store"
)

// The lists of a store, each with the place of its rows: the key is the time it
// is sorted by, in milliseconds since 1970, or the rank.

func comparePositions(a, b album.Position) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID))
}

func createdPosition(a *album.Album) album.Position {
	return position(a.CreatedAt.UnixMilli(), string(a.ID))
}

func addedPosition(m *album.Media) album.Position {
	return position(m.AddedAt.UnixMilli(), string(m.ID))
}

func takenPosition(m *album.Media) album.Position {
	if m.TakenAt.IsZero() {
		return addedPosition(m)
	}
	return position(m.TakenAt.UnixMilli(), string(m.ID))
}

func rankPosition(m *album.Media) album.Position { return position(m.Rank, string(m.ID)) }

func trashedPosition(m *album.Media) album.Position {
	return position(m.TrashedAt.UnixMilli(), string(m.ID))
}

func commentPosition(c *album.Comment) album.Position {
	return position(c.CreatedAt.UnixMilli(), string(c.ID))
}

func sharePosition(s *album.Share) album.Position {
	return position(s.CreatedAt.UnixMilli(), string(s.ID))
}

func likePosition(l album.Like) album.Position {
	return position(l.At.UnixMilli(), string(l.UserID))
}

func feedPosition(i album.FeedItem) album.Position { return i.Position() }

func albumsOf(ctx context.Context, s store.Store, user album.UserID) list[*album.Membership] {
	return list[*album.Membership]{
		func(r album.Range) ([]*album.Membership, error) { return s.AlbumsOf(ctx, user, r) },
		func(m *album.Membership) album.Position { return position(m.JoinedAt.UnixMilli(), string(m.AlbumID)) },
	}
}

func publicAlbumsOf(ctx context.Context, s store.Store, owner album.UserID) list[*album.Album] {
	return list[*album.Album]{
		func(r album.Range) ([]*album.Album, error) { return s.PublicAlbumsOf(ctx, owner, r) }, createdPosition,
	}
}

func trashedAlbumsOf(ctx context.Context, s store.Store, owner album.UserID) list[*album.Album] {
	return list[*album.Album]{
		func(r album.Range) ([]*album.Album, error) { return s.TrashedAlbumsOf(ctx, owner, r) }, createdPosition,
	}
}

func membersOf(ctx context.Context, s store.Store, id album.AlbumID) list[*album.Membership] {
	return list[*album.Membership]{
		func(r album.Range) ([]*album.Membership, error) { return s.MembersOf(ctx, id, r) },
		func(m *album.Membership) album.Position { return position(m.JoinedAt.UnixMilli(), string(m.UserID)) },
	}
}

func sharesOf(ctx context.Context, s store.Store, id album.AlbumID) list[*album.Share] {
	return list[*album.Share]{
		func(r album.Range) ([]*album.Share, error) { return s.SharesOf(ctx, id, r) }, sharePosition,
	}
}

func mediaOf(ctx context.Context, s store.Store, id album.AlbumID, order album.MediaOrder) list[*album.Media] {
	l := list[*album.Media]{
		func(r album.Range) ([]*album.Media, error) {
			rows, err := s.MediaOf(ctx, []album.AlbumID{id}, order, r)
			return rows[id], err
		}, addedPosition,
	}
	switch order {
	case album.ByTaken:
		l.position = takenPosition
	case album.ByHand:
		l.position = rankPosition
	}
	return l
}

func trashOf(ctx context.Context, s store.Store, id album.AlbumID, owner album.UserID) list[*album.Media] {
	return list[*album.Media]{
		func(r album.Range) ([]*album.Media, error) { return s.TrashOf(ctx, id, owner, r) }, trashedPosition,
	}
}

func feedOf(ctx context.Context, s store.Store, user album.UserID) list[album.FeedItem] {
	return list[album.FeedItem]{
		func(r album.Range) ([]album.FeedItem, error) { return s.FeedOf(ctx, user, r) }, feedPosition,
	}
}

func commentsOf(ctx context.Context, s store.Store, id album.MediaID) list[*album.Comment] {
	return list[*album.Comment]{
		func(r album.Range) ([]*album.Comment, error) {
			rows, err := s.CommentsOf(ctx, []album.MediaID{id}, r)
			return rows[id], err
		}, commentPosition,
	}
}

func repliesOf(ctx context.Context, s store.Store, id album.CommentID) list[*album.Comment] {
	return list[*album.Comment]{
		func(r album.Range) ([]*album.Comment, error) {
			rows, err := s.RepliesOf(ctx, []album.CommentID{id}, r)
			return rows[id], err
		}, commentPosition,
	}
}

func likesOf(ctx context.Context, s store.Store, id album.MediaID) list[album.Like] {
	return list[album.Like]{
		func(r album.Range) ([]album.Like, error) {
			rows, err := s.LikesOf(ctx, []album.MediaID{id}, r)
			return rows[id], err
		}, likePosition,
	}
}
