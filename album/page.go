package album

// Page is one page of a Relay connection.
type Page[T any] struct {
	Edges   []Edge[T]
	HasNext bool
	HasPrev bool // true of every page that was asked for with a cursor
}

// Edge is one row of a page with the cursor to go on after it.
type Edge[T any] struct {
	Cursor Cursor
	Node   T
}

// FeedItem is one row of a viewer's feed: a published medium, or a comment on one.
type FeedItem struct {
	AlbumID   AlbumID
	MediaID   MediaID
	CommentID CommentID // empty for a medium
	At        int64     // milliseconds since 1970, UTC; with the ID the row's position
}

// Position is the row's place in the feed, newest first.
func (f *FeedItem) Position() Position {
	if f.CommentID != "" {
		return Position{Key: f.At, ID: string(f.CommentID)}
	}
	return Position{Key: f.At, ID: string(f.MediaID)}
}
