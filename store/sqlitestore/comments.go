package sqlitestore

import (
	"cmp"
	"context"

	"keepsake/album"
	"keepsake/store"
)

const (
	insertComment = `INSERT INTO comment (id, album_id, media_id, author_id, parent_id, thread_id, text, created_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`

	commentColumns = `c.id, c.album_id, c.media_id, c.author_id, c.parent_id, c.thread_id, c.text, c.reply_count,
		c.created_at, c.edited_at, c.removed_at`
	commentByID = `SELECT ` + commentColumns + ` FROM comment c
		JOIN media m ON m.id = c.media_id AND m.doomed = 0
		JOIN album a ON a.id = m.album_id AND a.state <> 3
		WHERE c.id = ?`
	commentsByID = `SELECT ` + commentColumns + ` FROM comment c
		CROSS JOIN media m ON m.id = c.media_id AND m.doomed = 0
		CROSS JOIN album a ON a.id = m.album_id AND a.state <> 3
		WHERE c.id IN (SELECT value FROM json_each(?))`
	commentToWrite = `SELECT ` + commentColumns + ` FROM comment c
		JOIN media m ON m.id = c.media_id AND m.doomed = 0
		JOIN album a ON a.id = m.album_id AND a.state = 1
		WHERE c.id = ?`

	// The first few of each medium come from its own part of the index.
	commentsOf = `SELECT ` + commentColumns + ` FROM json_each(?1) j
		CROSS JOIN media m ON m.id = j.value AND m.doomed = 0
		CROSS JOIN album a ON a.id = m.album_id AND a.state <> 3
		CROSS JOIN comment c ON c.rowid IN (
			SELECT rowid FROM comment
			WHERE media_id = m.id AND thread_id IS NULL AND (created_at, id) > (?2, ?3)
				AND (removed_at IS NULL OR reply_count > 0)
			ORDER BY created_at, id LIMIT ?4)`
	repliesOf = `SELECT ` + commentColumns + ` FROM json_each(?1) j
		CROSS JOIN comment t ON t.id = j.value
		CROSS JOIN media m ON m.id = t.media_id AND m.doomed = 0
		CROSS JOIN album a ON a.id = m.album_id AND a.state <> 3
		CROSS JOIN comment c ON c.rowid IN (
			SELECT rowid FROM comment
			WHERE media_id = t.media_id AND thread_id = t.id AND (created_at, id) > (?2, ?3)
				AND removed_at IS NULL
			ORDER BY created_at, id LIMIT ?4)`

	// The album of a medium that can be liked and commented on.
	albumOfShown = `SELECT m.album_id FROM media m JOIN album a ON a.id = m.album_id AND a.state = 1
		WHERE m.id = ? AND m.shown = 1`
	countComment  = `UPDATE media SET comment_count = comment_count + ?2 WHERE id = ?1`
	countReply    = `UPDATE comment SET reply_count = reply_count + ?2 WHERE id = ?1`
	editComment   = `UPDATE comment SET text = ?2, edited_at = ?3 WHERE id = ?1`
	removeComment = `UPDATE comment SET text = '', removed_at = ?2 WHERE id = ?1`
)

func scanComment(r *row) *album.Comment {
	return &album.Comment{
		ID: id[album.CommentID](r), AlbumID: id[album.AlbumID](r), MediaID: id[album.MediaID](r),
		AuthorID: id[album.UserID](r), ParentID: id[album.CommentID](r), ThreadID: id[album.CommentID](r),
		Text: r.text(), ReplyCount: int(r.num()), CreatedAt: r.time(), EditedAt: r.time(), RemovedAt: r.time(),
	}
}

// commentChange is a comment as a write left it, with the entry it made.
type commentChange struct {
	Comment *album.Comment
	Entry   *album.Entry
}

// AddComment implements store.Comments.
func (s *Store) AddComment(ctx context.Context, n album.Comment) (*album.Comment, *album.Entry, error) {
	out, err := write(ctx, s, "add comment", func(c *conn) (commentChange, error) {
		n := album.Comment{
			ID: n.ID, MediaID: n.MediaID, AuthorID: n.AuthorID, ParentID: n.ParentID,
			Text: n.Text, CreatedAt: millis(n.CreatedAt),
		}
		var err error
		if n.AlbumID, err = one(c, id[album.AlbumID], albumOfShown, n.MediaID); err != nil {
			return commentChange{}, err
		}
		if n.ThreadID, err = threadOf(c, n); err != nil {
			return commentChange{}, err
		}
		if _, err := c.exec(insertComment, n.ID, n.AlbumID, n.MediaID, n.AuthorID, n.ParentID, n.ThreadID,
			n.Text, required(n.CreatedAt)); err != nil {
			return commentChange{}, err
		}
		if err := count(c, &n, 1); err != nil {
			return commentChange{}, err
		}
		e := &album.Entry{Kind: album.CommentAdded, MediaID: n.MediaID, CommentID: n.ID}
		return commentChange{&n, e}, record(c, n.AlbumID, store.Change{Actor: n.AuthorID, At: n.CreatedAt}, counts{}, e)
	})
	return out.Comment, out.Entry, err
}

// threadOf finds the thread that a new comment stands in, by its parent.
func threadOf(c *conn, n album.Comment) (album.CommentID, error) {
	if n.ParentID == "" {
		return "", nil
	}
	parent, err := one(c, scanComment, commentToWrite, n.ParentID)
	switch {
	case err != nil:
		return "", err
	case parent.MediaID != n.MediaID:
		return "", album.ErrNotFound
	case !parent.RemovedAt.IsZero():
		return "", album.ErrConflict
	case parent.ThreadID != "":
		return parent.ThreadID, nil
	}
	return parent.ID, nil
}

// count moves the counters that a comment is part of.
func count(c *conn, n *album.Comment, by int) error {
	if _, err := c.exec(countComment, n.MediaID, by); err != nil || n.ThreadID == "" {
		return err
	}
	_, err := c.exec(countReply, n.ThreadID, by)
	return err
}

// Comment implements store.Comments.
func (s *Store) Comment(ctx context.Context, id album.CommentID) (*album.Comment, error) {
	return read(ctx, s, "comment", func(c *conn) (*album.Comment, error) {
		return one(c, scanComment, commentByID, id)
	})
}

// CommentsByID implements store.Comments.
func (s *Store) CommentsByID(
	ctx context.Context, ids []album.CommentID,
) (map[album.CommentID]*album.Comment, error) {
	comments, err := readIn(ctx, s, "comments by ID", ids, scanComment, commentsByID)
	return keyed(comments, err, func(c *album.Comment) album.CommentID { return c.ID })
}

// CommentsOf implements store.Comments.
func (s *Store) CommentsOf(
	ctx context.Context, ids []album.MediaID, r album.Range,
) (map[album.MediaID][]*album.Comment, error) {
	key, last := after(r.After)
	comments, err := cachedIn(ctx, s, "comments", ids, scanComment, commentsOf, key, last, limit(r.Limit))
	return grouped(comments, err, func(c *album.Comment) album.MediaID { return c.MediaID }, byCreation)
}

// RepliesOf implements store.Comments.
func (s *Store) RepliesOf(
	ctx context.Context, ids []album.CommentID, r album.Range,
) (map[album.CommentID][]*album.Comment, error) {
	key, last := after(r.After)
	replies, err := readIn(ctx, s, "replies", ids, scanComment, repliesOf, key, last, limit(r.Limit))
	return grouped(replies, err, func(c *album.Comment) album.CommentID { return c.ThreadID }, byCreation)
}

func byCreation(a, b *album.Comment) int {
	return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
}

// EditComment implements store.Comments.
func (s *Store) EditComment(
	ctx context.Context, id album.CommentID, text string, ch store.Change,
) (*album.Comment, *album.Entry, error) {
	out, err := write(ctx, s, "edit comment", func(c *conn) (commentChange, error) {
		n, err := one(c, scanComment, commentToWrite, id)
		switch {
		case err != nil:
			return commentChange{}, err
		case !n.RemovedAt.IsZero():
			return commentChange{}, album.ErrConflict
		case n.Text == text:
			return commentChange{Comment: n}, nil
		}
		e := &album.Entry{Kind: album.CommentEdited, MediaID: n.MediaID, CommentID: id}
		if err := record(c, n.AlbumID, ch, counts{}, e); err != nil {
			return commentChange{}, err
		}
		n.Text, n.EditedAt = text, e.At
		_, err = c.exec(editComment, id, text, required(e.At))
		return commentChange{n, e}, err
	})
	return out.Comment, out.Entry, err
}

// RemoveComment implements store.Comments.
func (s *Store) RemoveComment(
	ctx context.Context, id album.CommentID, ch store.Change,
) (*album.Comment, *album.Entry, error) {
	out, err := write(ctx, s, "remove comment", func(c *conn) (commentChange, error) {
		n, err := one(c, scanComment, commentToWrite, id)
		if err != nil || !n.RemovedAt.IsZero() {
			return commentChange{Comment: n}, err
		}
		e := &album.Entry{Kind: album.CommentRemoved, MediaID: n.MediaID, CommentID: id}
		if err := record(c, n.AlbumID, ch, counts{}, e); err != nil {
			return commentChange{}, err
		}
		n.Text, n.RemovedAt = "", e.At
		if _, err := c.exec(removeComment, id, required(e.At)); err != nil {
			return commentChange{}, err
		}
		return commentChange{n, e}, count(c, n, -1)
	})
	return out.Comment, out.Entry, err
}
