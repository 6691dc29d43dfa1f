package sqlitestore

import (
	"slices"

	"keepsake/album"
)

// The numbers that stand for the domain's words in the tables, from 1. A number
// never changes its meaning: add at the end. The SQL knows these by heart:
// album.state 1 ACTIVE, 2 TRASHED, 3 DELETING; album.visibility 3 PUBLIC;
// media.status 1 PENDING, 2 PROCESSING, 3 READY, 4 FAILED. The migrations know
// media.work_lane 1 QUICK and album.media_order 1 ADDED. Roles are stored as they
// are.
var (
	states       = words[album.State]{"", album.Active, album.Trashed, album.Deleting}
	visibilities = words[album.Visibility]{"", album.Private, album.Link, album.Public}
	audiences    = words[album.Audience]{"", album.Nobody, album.Members, album.Anyone}
	kinds        = words[album.MediaKind]{"", album.Photo, album.Video}
	statuses     = words[album.MediaStatus]{"", album.Pending, album.Processing, album.Ready, album.Failed}
	orders       = words[album.MediaOrder]{"", album.ByAdded, album.ByTaken, album.ByHand}
	lanes        = words[album.Lane]{"", album.Quick, album.Long, album.Look} // 0 is stored: no lane
	entryKinds   = words[album.EntryKind]{
		"", album.AlbumCreated, album.AlbumEdited, album.AlbumTrashed, album.AlbumRestored, album.AlbumDeleted,
		album.MediaAdded, album.MediaEdited, album.MediaRemoved, album.MediaRestored,
		album.CommentAdded, album.CommentEdited, album.CommentRemoved,
		album.MemberJoined, album.MemberRoleChanged, album.MemberRemoved, album.AccessChanged,
		album.MediaProcessed, album.MediaArranged, album.MediaFailed,
	}
)

type words[T ~string] []T

// code returns the number of a word; -1, which the tables refuse, for an unknown one.
func (w words[T]) code(word T) int { return slices.Index(w, word) }

// read reads a number and returns its word; "" for an unknown one.
func (w words[T]) read(r *row) T {
	if n := r.num(); n >= 0 && n < int64(len(w)) {
		return w[n]
	}
	return ""
}
