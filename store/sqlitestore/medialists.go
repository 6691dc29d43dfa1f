package sqlitestore

import (
	"cmp"
	"context"

	"keepsake/album"
)

const (
	// The newest few of each album come from its own part of the index.
	mediaByAdded = `SELECT ` + mediaColumns + ` FROM json_each(?1) j
		CROSS JOIN album a ON a.id = j.value AND a.state <> 3
		CROSS JOIN media m ON m.rowid IN (
			SELECT rowid FROM media
			WHERE album_id = a.id AND shown = 1 AND (added_at, id) < (?2, ?3)
			ORDER BY added_at DESC, id DESC LIMIT ?4)`
	mediaByTaken = `SELECT ` + mediaColumns + ` FROM json_each(?1) j
		CROSS JOIN album a ON a.id = j.value AND a.state <> 3
		CROSS JOIN media m ON m.rowid IN (
			SELECT rowid FROM media
			WHERE album_id = a.id AND shown = 1 AND (coalesce(taken_at, added_at), id) < (?2, ?3)
			ORDER BY coalesce(taken_at, added_at) DESC, id DESC LIMIT ?4)`
	mediaByHand = `SELECT ` + mediaColumns + ` FROM json_each(?1) j
		CROSS JOIN album a ON a.id = j.value AND a.state <> 3
		CROSS JOIN media m ON m.rowid IN (
			SELECT rowid FROM media
			WHERE album_id = a.id AND shown = 1 AND (rank, id) < (?2, ?3)
			ORDER BY rank DESC, id DESC LIMIT ?4)`
	trashOfAll = `SELECT ` + mediaColumns + ` FROM album a
		LEFT JOIN media m ON m.album_id = a.id AND m.trashed_at IS NOT NULL AND m.doomed = 0
			AND (m.trashed_at, m.id) < (?2, ?3)
		WHERE a.id = ?1 AND a.state <> 3
		ORDER BY m.trashed_at DESC, m.id DESC LIMIT ?4`
	trashOfOwner = `SELECT ` + mediaColumns + ` FROM album a
		LEFT JOIN media m ON m.album_id = a.id AND m.owner_id = ?4 AND m.trashed_at IS NOT NULL AND m.doomed = 0
			AND (m.trashed_at, m.id) < (?2, ?3)
		WHERE a.id = ?1 AND a.state <> 3
		ORDER BY m.trashed_at DESC, m.id DESC LIMIT ?5`

	covers = `SELECT ` + mediaColumns + ` FROM json_each(?) j
		CROSS JOIN album a ON a.id = j.value AND a.state <> 3
		CROSS JOIN media m ON m.id = coalesce(a.cover_id,
			(SELECT id FROM media WHERE album_id = a.id AND shown = 1 ORDER BY added_at DESC, id DESC LIMIT 1))`

	// A merge of the albums' lists by a queue, which SQLite keeps in the order
	// of the recursion's ORDER BY. What leaves the queue brings the row before it
	// in its album, so a page costs about as many steps as it has rows. An album
	// enters with the time of its newest entry, which none of its rows is later
	// than, and so is not looked into before its turn.
	feed = `WITH RECURSIVE
		mine (album, at) AS MATERIALIZED (
			SELECT m.album_id, a.updated_at FROM member m CROSS JOIN album a ON a.id = m.album_id AND a.state = 1
			WHERE m.user_id = ?1 ORDER BY m.joined_at DESC, m.album_id DESC LIMIT ?5),
		queue (album, list, at, id, media) AS (
			SELECT album, column1, min(at, ?2), iif(at < ?2, '~', ?3), NULL
			FROM mine CROSS JOIN (VALUES ('media'), ('comments'))
			UNION ALL
			SELECT album, list, m.added_at, m.id, m.id FROM queue CROSS JOIN media m ON m.rowid = (
				SELECT rowid FROM media
				WHERE album_id = queue.album AND shown = 1 AND (added_at, id) < (queue.at, queue.id)
				ORDER BY added_at DESC, id DESC LIMIT 1)
			WHERE list = 'media'
			UNION ALL
			SELECT album, list, c.created_at, c.id, c.media_id FROM queue CROSS JOIN comment c ON c.rowid = (
				SELECT c.rowid FROM comment c CROSS JOIN media m ON m.id = c.media_id AND m.shown = 1
				WHERE c.album_id = queue.album AND c.removed_at IS NULL AND (c.created_at, c.id) < (queue.at, queue.id)
				ORDER BY c.created_at DESC, c.id DESC LIMIT 1)
			WHERE list = 'comments'
			ORDER BY 3 DESC, 4 DESC)
		SELECT album, media, iif(list = 'comments', id, NULL), at FROM queue WHERE media IS NOT NULL LIMIT ?4`
)

// MediaOf implements store.MediaLists.
func (s *Store) MediaOf(
	ctx context.Context, ids []album.AlbumID, order album.MediaOrder, r album.Range,
) (map[album.AlbumID][]*album.Media, error) {
	query := mediaByAdded
	place := func(m *album.Media) int64 { return m.AddedAt.UnixMilli() }
	switch order {
	case album.ByTaken:
		query = mediaByTaken
		place = func(m *album.Media) int64 {
			if m.TakenAt.IsZero() {
				return m.AddedAt.UnixMilli()
			}
			return m.TakenAt.UnixMilli()
		}
	case album.ByHand:
		query = mediaByHand
		place = func(m *album.Media) int64 { return m.Rank }
	}
	key, last := before(r.After)
	media, err := cachedIn(ctx, s, "media of albums", ids, scanMedia, query, key, last, limit(r.Limit))
	return grouped(media, err,
		func(m *album.Media) album.AlbumID { return m.AlbumID },
		func(a, b *album.Media) int { return cmp.Or(cmp.Compare(place(b), place(a)), cmp.Compare(b.ID, a.ID)) })
}

// TrashOf implements store.MediaLists.
func (s *Store) TrashOf(
	ctx context.Context, id album.AlbumID, owner album.UserID, r album.Range,
) ([]*album.Media, error) {
	return read(ctx, s, "trash", func(c *conn) ([]*album.Media, error) {
		key, last := before(r.After)
		if owner == "" {
			return below(c, r.Limit, scanMedia, trashOfAll, id, key, last)
		}
		return below(c, r.Limit, scanMedia, trashOfOwner, id, key, last, owner)
	})
}

// Covers implements store.MediaLists.
func (s *Store) Covers(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]*album.Media, error) {
	media, err := readIn(ctx, s, "covers", ids, scanMedia, covers)
	return keyed(media, err, func(m *album.Media) album.AlbumID { return m.AlbumID })
}

func scanFeedItem(r *row) album.FeedItem {
	return album.FeedItem{
		AlbumID: id[album.AlbumID](r), MediaID: id[album.MediaID](r), CommentID: id[album.CommentID](r), At: r.num(),
	}
}

// FeedOf implements store.MediaLists.
func (s *Store) FeedOf(ctx context.Context, user album.UserID, r album.Range) ([]album.FeedItem, error) {
	return read(ctx, s, "feed", func(c *conn) ([]album.FeedItem, error) {
		key, last := before(r.After)
		return list(c, scanFeedItem, feed, user, key, last, limit(r.Limit), album.MaxFeedAlbums)
	})
}
