package album

import "time"

// EntryKind says what changed in an album.
type EntryKind string

// The kinds of entries in an album's log.
const (
	AlbumCreated      EntryKind = "ALBUM_CREATED"
	AlbumEdited       EntryKind = "ALBUM_EDITED"
	AlbumTrashed      EntryKind = "ALBUM_TRASHED"
	AlbumRestored     EntryKind = "ALBUM_RESTORED"
	AlbumDeleted      EntryKind = "ALBUM_DELETED"
	MediaAdded        EntryKind = "MEDIA_ADDED" // published, or moved in
	MediaEdited       EntryKind = "MEDIA_EDITED"
	MediaRemoved      EntryKind = "MEDIA_REMOVED" // trashed, deleted or moved out
	MediaRestored     EntryKind = "MEDIA_RESTORED"
	MediaProcessed    EntryKind = "MEDIA_PROCESSED" // something more was made of it: a video to play
	MediaArranged     EntryKind = "MEDIA_ARRANGED"  // its place by hand changed
	MediaFailed       EntryKind = "MEDIA_FAILED"    // an upload was refused; for its uploader alone
	CommentAdded      EntryKind = "COMMENT_ADDED"
	CommentEdited     EntryKind = "COMMENT_EDITED"
	CommentRemoved    EntryKind = "COMMENT_REMOVED"
	MemberJoined      EntryKind = "MEMBER_JOINED"
	MemberRoleChanged EntryKind = "MEMBER_ROLE_CHANGED"
	MemberRemoved     EntryKind = "MEMBER_REMOVED" // removed, or left
	// AccessChanged is not shown to anyone: it makes every node look again at
	// who may still watch, for example after a share was revoked.
	AccessChanged EntryKind = "ACCESS_CHANGED"
)

// The kinds that only a stream has; they are never in the log.
const (
	// Resync: the log does not reach back to the cursor. Read the page again
	// and go on from this event's cursor.
	Resync EntryKind = "RESYNC"
	// AccessLost: the last event of a stream whose viewer lost access.
	AccessLost EntryKind = "ACCESS_REVOKED"
)

// Entry is one change in an album's log. Seq starts at 1 and has no holes. At
// never goes back inside one album. Of the IDs those are set that the kind has.
type Entry struct {
	AlbumID   AlbumID
	Seq       int64
	At        time.Time
	Kind      EntryKind
	ActorID   UserID // who did it; empty for the service itself
	MediaID   MediaID
	CommentID CommentID
	UserID    UserID // the member it is about
}

// ChangesAccess reports whether the entry can take the album, or rights in it,
// away from somebody.
func (e *Entry) ChangesAccess() bool {
	switch e.Kind {
	case AlbumEdited, AlbumTrashed, AlbumDeleted, MemberRoleChanged, MemberRemoved, AccessChanged:
		return true
	}
	return false
}

// Event is an entry on its way to a subscriber, with the cursor to resume after it.
type Event struct {
	Entry
	Cursor Cursor
}
