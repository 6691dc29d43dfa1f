package store

import (
	"context"
	"encoding/hex"
	"fmt"

	"keepsake/album"
)

// Kind is what a record of an archive is about.
type Kind string

// The kinds, in the order in which they are imported: a record comes after what
// it hangs on.
const (
	KindUsers      Kind = "users"
	KindIdentities Kind = "identities"
	KindSessions   Kind = "sessions"
	KindRefreshes  Kind = "refreshes"
	KindAlbums     Kind = "albums"
	KindMembers    Kind = "members"
	KindShares     Kind = "shares"
	KindMedia      Kind = "media"
	KindComments   Kind = "comments"
	KindLikes      Kind = "likes"
	KindEntries    Kind = "entries"
)

// Kinds returns all kinds in the order in which they are imported.
func Kinds() []Kind {
	return []Kind{
		KindUsers, KindIdentities, KindSessions, KindRefreshes, KindAlbums, KindMembers, KindShares,
		KindMedia, KindComments, KindLikes, KindEntries,
	}
}

// Archive moves everything that a store holds into another store, of whatever
// backend. It is for a store that nobody serves meanwhile: what is written
// between two pages may be missed, and nothing is published. Errors are
// *album.Error, as everywhere.
type Archive interface {
	// Export returns at most limit records of a kind, whatever state they are in,
	// in the order of their keys, after the record after; nil begins.
	Export(ctx context.Context, kind Kind, after Record, limit int) ([]Record, error)
	// Import writes records of one kind, durably, and makes anew what the store
	// keeps beside them for itself. A record whose key is there is replaced, so
	// that what was broken off can be done again; a call that fails may have
	// written some. What a record hangs on must be there, else NOT_FOUND where
	// the store can tell.
	Import(ctx context.Context, records []Record) error
	// Count returns how many records of a kind there are.
	Count(ctx context.Context, kind Kind) (int64, error)
	// BeginImport marks the store as one that is being filled. CONFLICT unless it
	// is empty, or has the same mark already.
	BeginImport(ctx context.Context, mark string) error
	// Importing returns the mark, empty where there is none. A store that has one
	// is not whole: it is not to be served.
	Importing(ctx context.Context) (mark string, err error)
	// EndImport takes the mark away.
	EndImport(ctx context.Context) error
}

// Record is one of the types below, as a value. It has everything that must not
// be lost, and nothing that a store makes of the rest.
type Record interface {
	// SortKey tells the record from all others of its kind. Keys are compared as bytes.
	SortKey() string
}

// UserRecord is a user.
type UserRecord struct{ album.User }

// IdentityRecord is an identity. Its provider is a word of letters and digits,
// so that the key sorts as provider, then subject.
type IdentityRecord struct{ album.Identity }

// SessionRecord is a session, good or not.
type SessionRecord struct{ album.Session }

// RefreshRecord is one refresh token that a session has or had: a used one has
// to be known again. Hash is a SHA-256.
type RefreshRecord struct {
	Hash      []byte
	SessionID album.SessionID
}

// AlbumRecord is an album in any state. The entries up to Trimmed were taken
// away from its log.
type AlbumRecord struct {
	album.Album
	Trimmed int64
}

// MemberRecord is a membership. Members are sorted by album, JoinedAt and user.
type MemberRecord struct{ album.Membership }

// ShareRecord is a share, closed or not.
type ShareRecord struct{ album.Share }

// MediaRecord is a medium in any status. One that is Doomed is marked for
// deletion: only Sweeps sees it.
type MediaRecord struct {
	album.Media
	Doomed bool
}

// CommentRecord is a comment, removed or not.
type CommentRecord struct{ album.Comment }

// LikeRecord is a like.
type LikeRecord struct{ album.Like }

// EntryRecord is an entry of an album's log.
type EntryRecord struct{ album.Entry }

// SortKey implements Record.
func (r UserRecord) SortKey() string { return string(r.ID) }

// SortKey implements Record.
func (r IdentityRecord) SortKey() string { return r.Provider + "/" + r.Subject }

// SortKey implements Record.
func (r SessionRecord) SortKey() string { return string(r.ID) }

// SortKey implements Record.
func (r RefreshRecord) SortKey() string { return hex.EncodeToString(r.Hash) }

// SortKey implements Record.
func (r AlbumRecord) SortKey() string { return string(r.ID) }

// SortKey implements Record.
func (r MemberRecord) SortKey() string {
	at := uint64(r.JoinedAt.UnixMilli()) ^ 1<<63 // sorts as the signed number does
	return fmt.Sprintf("%s/%016x/%s", r.AlbumID, at, r.UserID)
}

// SortKey implements Record.
func (r ShareRecord) SortKey() string { return string(r.ID) }

// SortKey implements Record.
func (r MediaRecord) SortKey() string { return string(r.ID) }

// SortKey implements Record.
func (r CommentRecord) SortKey() string { return string(r.ID) }

// SortKey implements Record.
func (r LikeRecord) SortKey() string { return string(r.MediaID) + "/" + string(r.UserID) }

// SortKey implements Record.
func (r EntryRecord) SortKey() string { return fmt.Sprintf("%s/%016x", r.AlbumID, r.Seq) }
