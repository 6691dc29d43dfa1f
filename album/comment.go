package album

import "time"

// Comment is a comment on a medium, or a reply to one. Threads have two levels:
// a reply to a reply stands in the same thread and keeps whom it answers in ParentID.
type Comment struct {
	ID         CommentID
	AlbumID    AlbumID // of its medium, now
	MediaID    MediaID
	AuthorID   UserID
	ParentID   CommentID // what it answers; empty for a comment on the medium itself
	ThreadID   CommentID // the comment that starts its thread; empty for that one
	Text       string    // empty once removed
	ReplyCount int       // replies in its thread that are not removed
	CreatedAt  time.Time
	EditedAt   time.Time // zero if never
	RemovedAt  time.Time // zero unless removed; a removed comment stays as the place its replies hang on
}
