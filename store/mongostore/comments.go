package mongostore

import (
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/store"
)

// commentDoc is an album.Comment with what the store needs beside it.
type commentDoc struct {
	Row    commentFields `bson:",inline"`
	InFeed bool          `bson:"inFeed"` // it is not removed, and its medium is shown
}

type commentFields struct {
	ID         album.CommentID `bson:"_id"`
	AlbumID    album.AlbumID   `bson:"albumId"`
	MediaID    album.MediaID   `bson:"mediaId"`
	AuthorID   album.UserID    `bson:"authorId"`
	ParentID   album.CommentID `bson:"parentId,omitempty"`
	ThreadID   album.CommentID `bson:"threadId,omitempty"`
	Text       string          `bson:"text"`
	ReplyCount int             `bson:"replyCount"`
	CreatedAt  time.Time       `bson:"createdAt"`
	EditedAt   time.Time       `bson:"editedAt,omitempty"`
	RemovedAt  time.Time       `bson:"removedAt,omitempty"`
}

func (d commentDoc) comment() *album.Comment { c := album.Comment(d.Row); return &c }

func commentID(c *album.Comment) album.CommentID { return c.ID }

var (
	notRemoved = eq("removedAt", nil)
	// listed: a removed comment is the place that its replies hang on.
	listed = eq("$nor", bson.A{bson.D{{Key: "removedAt", Value: op("$ne", nil)}, {Key: "replyCount", Value: 0}}})
)

// commentChange is a comment as a write left it, with the entry it made.
type commentChange struct {
	Comment *album.Comment
	Entry   *album.Entry
}

// AddComment implements store.Comments.
func (s *Store) AddComment(ctx context.Context, n album.Comment) (*album.Comment, *album.Entry, error) {
	m, err := s.Media(ctx, n.MediaID)
	if err != nil {
		return nil, nil, err
	}
	out, err := write(ctx, s, "add comment", []string{string(m.AlbumID)}, func(ctx context.Context) (commentChange, error) {
		n := album.Comment{
			ID: n.ID, MediaID: n.MediaID, AuthorID: n.AuthorID, ParentID: n.ParentID,
			Text: n.Text, CreatedAt: millis(n.CreatedAt),
		}
		m, err := s.mediaToWrite(ctx, n.MediaID)
		switch {
		case err != nil:
			return commentChange{}, err
		case m.Standing != standingShown:
			return commentChange{}, album.ErrNotFound
		}
		n.AlbumID = m.Row.AlbumID
		if n.ThreadID, err = s.threadOf(ctx, n); err != nil {
			return commentChange{}, err
		}
		if err := s.userExists(ctx, n.AuthorID); err != nil {
			return commentChange{}, err
		}
		e := &album.Entry{Kind: album.CommentAdded, MediaID: n.MediaID, CommentID: n.ID}
		if err := s.record(ctx, n.AlbumID, store.Change{Actor: n.AuthorID, At: n.CreatedAt}, counts{}, e); err != nil {
			return commentChange{}, err
		}
		if _, err := s.comments.InsertOne(ctx, commentDoc{commentFields(n), true}); err != nil {
			return commentChange{}, err
		}
		return commentChange{&n, e}, s.count(ctx, &n, 1)
	})
	return out.Comment, out.Entry, err
}

// threadOf finds the thread that a new comment stands in, by its parent.
func (s *Store) threadOf(ctx context.Context, n album.Comment) (album.CommentID, error) {
	if n.ParentID == "" {
		return "", nil
	}
	parent, err := findOne[commentDoc](ctx, s.comments, and(eq("_id", n.ParentID), eq("mediaId", n.MediaID)))
	switch {
	case err != nil:
		return "", err
	case !parent.Row.RemovedAt.IsZero():
		return "", album.ErrConflict
	case parent.Row.ThreadID != "":
		return parent.Row.ThreadID, nil
	}
	return parent.Row.ID, nil
}

// count moves the counters that a comment is part of.
func (s *Store) count(ctx context.Context, n *album.Comment, by int) error {
	if err := setOne(ctx, s.media, eq("_id", n.MediaID), op("$inc", eq("commentCount", by))); err != nil || n.ThreadID == "" {
		return err
	}
	return setOne(ctx, s.comments, eq("_id", n.ThreadID), op("$inc", eq("replyCount", by)))
}

// Comment implements store.Comments.
func (s *Store) Comment(ctx context.Context, id album.CommentID) (*album.Comment, error) {
	return run(ctx, s, "comment", func(ctx context.Context) (*album.Comment, error) {
		docs, err := aggregate[commentDoc](ctx, s.comments, stages(match(eq("_id", id)), s.liveMedium(), s.liveAlbum())...)
		return only(docs, err, commentDoc.comment)
	})
}

// CommentsByID implements store.Comments.
func (s *Store) CommentsByID(
	ctx context.Context, ids []album.CommentID,
) (map[album.CommentID]*album.Comment, error) {
	return run(ctx, s, "comments by ID", func(ctx context.Context) (map[album.CommentID]*album.Comment, error) {
		docs, err := aggregate[commentDoc](ctx, s.comments, stages(match(bson.D{in("_id", ids)}), s.liveMedium(), s.liveAlbum())...)
		return keyed(docs, err, commentDoc.comment, commentID)
	})
}

// CommentsOf implements store.Comments.
func (s *Store) CommentsOf(
	ctx context.Context, ids []album.MediaID, r album.Range,
) (map[album.MediaID][]*album.Comment, error) {
	return run(ctx, s, "comments", func(ctx context.Context) (map[album.MediaID][]*album.Comment, error) {
		docs, err := firstOf[commentDoc](ctx, r.Limit, stages(
			match(bson.D{in("_id", ids)}, notDoomed), op("$project", eq("albumId", 1)), s.liveAlbum(),
			lookup(s.comments, "_id", "mediaId", "rows",
				match(eq("threadId", nil), listed, after("createdAt", "_id", r.After)),
				op("$sort", oldest("createdAt", "_id")), op("$limit", max(r.Limit, 1))),
			replaceWith("rows"),
		), s.media)
		return grouped(docs, err, commentDoc.comment, func(c *album.Comment) album.MediaID { return c.MediaID })
	})
}

// RepliesOf implements store.Comments.
func (s *Store) RepliesOf(
	ctx context.Context, ids []album.CommentID, r album.Range,
) (map[album.CommentID][]*album.Comment, error) {
	return run(ctx, s, "replies", func(ctx context.Context) (map[album.CommentID][]*album.Comment, error) {
		docs, err := firstOf[commentDoc](ctx, r.Limit, stages(
			match(bson.D{in("_id", ids)}), op("$project", bson.D{{Key: "albumId", Value: 1}, {Key: "mediaId", Value: 1}}),
			s.liveMedium(), s.liveAlbum(),
			lookup(s.comments, "_id", "threadId", "rows",
				match(notRemoved, after("createdAt", "_id", r.After)),
				op("$sort", oldest("createdAt", "_id")), op("$limit", max(r.Limit, 1))),
			replaceWith("rows"),
		), s.comments)
		return grouped(docs, err, commentDoc.comment, func(c *album.Comment) album.CommentID { return c.ThreadID })
	})
}

// writeComment runs a change of one comment that its album's log records. do
// gets the comment as it is inside the transaction.
func (s *Store) writeComment(
	ctx context.Context, name string, id album.CommentID, do func(ctx context.Context, n *album.Comment) (commentChange, error),
) (*album.Comment, *album.Entry, error) {
	n, err := s.Comment(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	out, err := write(ctx, s, name, []string{string(n.AlbumID)}, func(ctx context.Context) (commentChange, error) {
		d, err := findOne[commentDoc](ctx, s.comments, eq("_id", id))
		if err != nil {
			return commentChange{}, err
		}
		if _, err := s.mediaToWrite(ctx, d.Row.MediaID); err != nil {
			return commentChange{}, err
		}
		return do(ctx, d.comment())
	})
	return out.Comment, out.Entry, err
}

// EditComment implements store.Comments.
func (s *Store) EditComment(
	ctx context.Context, id album.CommentID, text string, ch store.Change,
) (*album.Comment, *album.Entry, error) {
	return s.writeComment(ctx, "edit comment", id, func(ctx context.Context, n *album.Comment) (commentChange, error) {
		switch {
		case !n.RemovedAt.IsZero():
			return commentChange{}, album.ErrConflict
		case n.Text == text:
			return commentChange{Comment: n}, nil
		}
		e := &album.Entry{Kind: album.CommentEdited, MediaID: n.MediaID, CommentID: id}
		if err := s.record(ctx, n.AlbumID, ch, counts{}, e); err != nil {
			return commentChange{}, err
		}
		n.Text, n.EditedAt = text, e.At
		return commentChange{n, e}, setOne(ctx, s.comments, eq("_id", id),
			op("$set", bson.D{{Key: "text", Value: text}, {Key: "editedAt", Value: e.At}}))
	})
}

// RemoveComment implements store.Comments.
func (s *Store) RemoveComment(
	ctx context.Context, id album.CommentID, ch store.Change,
) (*album.Comment, *album.Entry, error) {
	return s.writeComment(ctx, "remove comment", id, func(ctx context.Context, n *album.Comment) (commentChange, error) {
		if !n.RemovedAt.IsZero() {
			return commentChange{Comment: n}, nil
		}
		e := &album.Entry{Kind: album.CommentRemoved, MediaID: n.MediaID, CommentID: id}
		if err := s.record(ctx, n.AlbumID, ch, counts{}, e); err != nil {
			return commentChange{}, err
		}
		n.Text, n.RemovedAt = "", e.At
		if err := setOne(ctx, s.comments, eq("_id", id), op("$set", bson.D{
			{Key: "text", Value: ""}, {Key: "removedAt", Value: e.At}, {Key: "inFeed", Value: false},
		})); err != nil {
			return commentChange{}, err
		}
		return commentChange{n, e}, s.count(ctx, n, -1)
	})
}
