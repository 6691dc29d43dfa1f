// Package store is the contract of Keepsake's database: users, albums and what
// is in them, and each album's log. Beside Arrange and what carries a Key it
// holds no code; a backend (sqlitestore, mongostore) implements Store and proves
// it with the suite in storetest.
//
// What holds for every method:
//
//   - Errors are *album.Error. Missing rows are NOT_FOUND, never (nil, nil). A
//     database that is away or too busy is UNAVAILABLE, a full disk is
//     STORAGE_FULL; in both cases nothing was written. Driver text never leaves
//     a backend but as the cause of such an error.
//   - A write that returned nil is durable: it survives kill -9 and power loss.
//   - A write that changes what viewers of an album see appends its entries to
//     the album's log in the same transaction and returns them with their Seq;
//     it also bumps album.Seq, album.UpdatedAt and the counts. Seq is
//     contiguous per album; Entry.At is max(Change.At, the album's newest
//     entry's At), so it never goes back.
//   - Writes below an album that is not ACTIVE, and methods that find the album
//     missing or DELETING, answer NOT_FOUND, save where a method says otherwise.
//   - Methods that change nothing because things already are as asked return no
//     entry (nil) and no error.
//   - Times are kept to the millisecond, in UTC; zero times stay zero.
//   - Batch reads return a map without the missing ones; slices keep the
//     documented order. Limits and text are checked by package service, not here.
//   - A context that ends stops the wait, not necessarily the write.
//   - Who may do what is decided by package service before it calls.
package store

import (
	"context"
	"time"

	"keepsake/album"
)

// Store is everything Keepsake keeps in its database. All methods may be called
// concurrently.
type Store interface {
	Users
	Sessions
	Albums
	Members
	Shares
	Media
	Work
	MediaLists
	Comments
	Likes
	Log
	Keys
	Sweeps

	// Ping reports whether the store answers.
	Ping(ctx context.Context) error
	// Close waits for running writes and lets go of the database.
	Close() error
}

// Observer is told of each method that a backend has run: its name in words, one
// of a fixed number, when it began, and how it ended. ctx is that of the call. It
// must be quick, and safe for concurrent calls.
type Observer func(ctx context.Context, method string, began time.Time, err error)

// Change says who changes something, and when.
type Change struct {
	Actor album.UserID // empty for the service itself
	At    time.Time
}

// Users keeps people and their identities.
type Users interface {
	// CreateUser adds a user with its first identity. NAME_TAKEN if the
	// identity's provider and subject are in use; then nothing is written.
	CreateUser(ctx context.Context, u *album.User, id album.Identity) error
	// User returns one user.
	User(ctx context.Context, id album.UserID) (*album.User, error)
	// UsersByID returns the users that exist of ids.
	UsersByID(ctx context.Context, ids []album.UserID) (map[album.UserID]*album.User, error)
	// Identity finds an identity by provider and subject.
	Identity(ctx context.Context, provider, subject string) (album.Identity, error)
	// IdentityOf finds a user's identity at a provider.
	IdentityOf(ctx context.Context, user album.UserID, provider string) (album.Identity, error)
	// SetSecret replaces the secret of an identity.
	SetSecret(ctx context.Context, provider, subject, secret string) error
	// UpdateUser applies a patch and returns the user as it is then.
	UpdateUser(ctx context.Context, id album.UserID, patch album.UserPatch) (*album.User, error)
}

// Sessions keeps sign-ins.
type Sessions interface {
	// CreateSession adds a session.
	CreateSession(ctx context.Context, s album.Session) error
	// Session returns a session, revoked and expired ones included.
	Session(ctx context.Context, id album.SessionID) (album.Session, error)
	// RotateSession replaces the newest refresh token of a session, atomically:
	// of two calls with the same old hash exactly one succeeds. If old was the
	// newest once but no longer is, the whole session is revoked and the answer
	// is SESSION_REVOKED; so it is for a revoked session or one that expired at
	// or before now. The session comes with that error too, for its ID and user.
	// A hash that was never seen is NOT_FOUND.
	RotateSession(ctx context.Context, old, next []byte, now, expires time.Time) (album.Session, error)
	// RevokeSession ends a session; ending one that ended is no error.
	RevokeSession(ctx context.Context, id album.SessionID, at time.Time) error
	// RevokeSessions ends all sessions of a user but the one named, which may be
	// empty, and returns the IDs of those it ended.
	RevokeSessions(ctx context.Context, user album.UserID, except album.SessionID, at time.Time) ([]album.SessionID, error)
}

// Albums keeps albums.
type Albums interface {
	// CreateAlbum adds an album, its owner's membership and the entry
	// ALBUM_CREATED with Seq 1. Counts and Seq of a are ignored. NOT_FOUND if
	// the owner does not exist.
	CreateAlbum(ctx context.Context, a *album.Album, c Change) (*album.Entry, error)
	// Album returns an album in any state but DELETING.
	Album(ctx context.Context, id album.AlbumID) (*album.Album, error)
	// AlbumsByID returns those of ids that exist and are not DELETING.
	AlbumsByID(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]*album.Album, error)
	// AlbumsOf lists the ACTIVE albums that a user is a member of, the latest
	// joined first: by JoinedAt, then album ID, both descending.
	AlbumsOf(ctx context.Context, user album.UserID, r album.Range) ([]*album.Membership, error)
	// PublicAlbumsOf lists a user's own ACTIVE PUBLIC albums by CreatedAt, ID, both descending.
	PublicAlbumsOf(ctx context.Context, owner album.UserID, r album.Range) ([]*album.Album, error)
	// TrashedAlbumsOf lists a user's own TRASHED albums by CreatedAt, ID, both descending.
	TrashedAlbumsOf(ctx context.Context, owner album.UserID, r album.Range) ([]*album.Album, error)
	// UpdateAlbum applies a patch to an ACTIVE album: ALBUM_EDITED. A cover that
	// is not a READY medium of the album outside the trash is NOT_FOUND.
	UpdateAlbum(ctx context.Context, id album.AlbumID, patch album.AlbumPatch, c Change) (*album.Album, *album.Entry, error)
	// SetAlbumState moves an album between ACTIVE and TRASHED (ALBUM_TRASHED,
	// ALBUM_RESTORED), or from either to DELETING (ALBUM_DELETED), after which
	// every other method but PurgeAlbum and the Log treats it as missing.
	// Setting the state it has changes nothing.
	SetAlbumState(ctx context.Context, id album.AlbumID, s album.State, c Change) (*album.Entry, error)
}

// Members keeps who belongs to which album.
type Members interface {
	// Membership returns one person's membership in an album, whatever the
	// album's state.
	Membership(ctx context.Context, id album.AlbumID, user album.UserID) (*album.Membership, error)
	// MembershipsIn returns a user's memberships in those albums.
	MembershipsIn(ctx context.Context, user album.UserID, ids []album.AlbumID) (map[album.AlbumID]*album.Membership, error)
	// MembersOf lists an album's members by JoinedAt, user ID, both ascending.
	MembersOf(ctx context.Context, id album.AlbumID, r album.Range) ([]*album.Membership, error)
	// AddMember adds a member: MEMBER_JOINED. Who is a member already with the
	// same or a greater role stays as they are, without an entry; with a lesser
	// role they are raised: MEMBER_ROLE_CHANGED. More than album.MaxMembers is
	// LIMIT_EXCEEDED. If m.ShareID is set, a share that is not open at c.At is
	// SHARE_CLOSED, checked in the same transaction.
	AddMember(ctx context.Context, m album.Membership, c Change) (*album.Membership, *album.Entry, error)
	// SetRole changes a member's role: MEMBER_ROLE_CHANGED. The present role must
	// still be was, else CONFLICT. The owner's role and the role OWNER are CONFLICT.
	SetRole(ctx context.Context, id album.AlbumID, user album.UserID, was, role album.Role, c Change) (*album.Membership, *album.Entry, error)
	// RemoveMember takes a member out: MEMBER_REMOVED. The owner is CONFLICT, as
	// is a member whose role is no longer was.
	RemoveMember(ctx context.Context, id album.AlbumID, user album.UserID, was album.Role, c Change) (*album.Entry, error)
	// TransferAlbum makes the member to the OWNER and the owner an EDITOR: two
	// MEMBER_ROLE_CHANGED entries, the new owner's first. If from is not the
	// owner any more it is CONFLICT; if to is not a member it is NOT_FOUND.
	TransferAlbum(ctx context.Context, id album.AlbumID, from, to album.UserID, c Change) ([]*album.Entry, error)
}

// Shares keeps share and invitation links.
type Shares interface {
	// CreateShare adds a share. A parent that is not open at s.CreatedAt is
	// SHARE_CLOSED; a chain longer than album.MaxShareDepth, or more than
	// album.MaxOpenShares open ones in the album, is LIMIT_EXCEEDED.
	CreateShare(ctx context.Context, s *album.Share) error
	// Share returns a share, closed ones included.
	Share(ctx context.Context, id album.ShareID) (*album.Share, error)
	// ShareByToken finds a share by the SHA-256 of its token, closed ones included.
	ShareByToken(ctx context.Context, hash []byte) (*album.Share, error)
	// SharesOf lists an album's shares that are not revoked by CreatedAt, ID, both descending.
	SharesOf(ctx context.Context, id album.AlbumID, r album.Range) ([]*album.Share, error)
	// RevokeShare closes a share and all that were handed on from it, with one
	// ACCESS_CHANGED entry. Closing a closed one changes nothing.
	RevokeShare(ctx context.Context, id album.ShareID, c Change) (*album.Entry, error)
}

// Media keeps photos and videos, one at a time. Batches take IDs of one album
// and change all of them or none: an ID that is not in the album, or is in
// another state than the method asks for, is NOT_FOUND for the whole batch. A
// repeated ID counts once; entries come in the order of ids.
type Media interface {
	// CreateMedia adds PENDING media of one album and one owner, with their Work,
	// all or none. No entry: nobody else sees them yet. The owner's StorageUsed
	// grows by their Upload.Bytes; if that would take it above quota it is
	// QUOTA_EXCEEDED. From then on it shrinks once for each of them, when it FAILS
	// or is marked for deletion, by whichever method.
	CreateMedia(ctx context.Context, media []*album.Media, quota int64) error
	// Duplicates returns, by their SHA-256, an owner's PROCESSING or READY media
	// outside the trash in an album: the oldest by ID where there are several. An
	// empty sum finds nothing.
	Duplicates(ctx context.Context, id album.AlbumID, owner album.UserID, sums []string) (map[string]*album.Media, error)
	// Media returns a medium in any status, in the trash or not. One of an album
	// that is DELETING, or that is being deleted itself, is NOT_FOUND.
	Media(ctx context.Context, id album.MediaID) (*album.Media, error)
	// MediaByID returns those of ids that Media would return.
	MediaByID(ctx context.Context, ids []album.MediaID) (map[album.MediaID]*album.Media, error)
	// AcceptMedia makes a PENDING medium PROCESSING with those facts and that
	// work. TakenAt and Place of the facts are used only where the medium has
	// none. If Duplicates knows another medium with its SHA-256, the medium FAILS
	// as UPLOAD_DUPLICATE instead, with DuplicateOf and without the facts and the
	// work; of two that come at the same time one does. There is no entry. A
	// medium that is not PENDING is left alone. It returns the medium as it is
	// then.
	AcceptMedia(ctx context.Context, id album.MediaID, facts album.MediaFacts, w album.Work) (*album.Media, error)
	// PublishMedia makes a PROCESSING medium READY with what was made (see
	// Media.Add), AddedAt the entry's At and Rank RankAt(AddedAt): MEDIA_ADDED,
	// MediaCount + 1. A READY medium is returned as it is, without an entry; a
	// PENDING or FAILED one is CONFLICT.
	PublishMedia(ctx context.Context, id album.MediaID, made album.MediaMade, c Change) (*album.Media, *album.Entry, error)
	// ImproveMedia adds what was made to a READY medium: MEDIA_PROCESSED, or no
	// entry while it is in the trash, or if nothing new was made. Other statuses
	// are CONFLICT.
	ImproveMedia(ctx context.Context, id album.MediaID, made album.MediaMade, c Change) (*album.Media, *album.Entry, error)
	// FailMedia makes a PENDING or PROCESSING medium FAILED for that reason and
	// ends its work, which is zero then: MEDIA_FAILED. Others are left as they
	// are, without an entry.
	FailMedia(ctx context.Context, id album.MediaID, reason album.Code, c Change) (*album.Entry, error)
	// EditMedia applies a patch to a READY medium outside the trash: MEDIA_EDITED.
	EditMedia(ctx context.Context, id album.MediaID, patch album.MediaPatch, c Change) (*album.Media, *album.Entry, error)
	// MoveMedia moves READY media outside the trash, with their likes and
	// comments, from one album to another: MEDIA_REMOVED in the one for each,
	// MEDIA_ADDED in the other; AddedAt becomes the entry's At, Rank RankAt of
	// it. A cover that moves away is unset.
	MoveMedia(ctx context.Context, from, to album.AlbumID, ids []album.MediaID, c Change) ([]*album.Entry, error)
	// TrashMedia puts READY media into the trash: MEDIA_REMOVED for each,
	// MediaCount down. A cover that is trashed is unset. Those in the trash
	// already are passed over.
	TrashMedia(ctx context.Context, id album.AlbumID, ids []album.MediaID, c Change) ([]*album.Entry, error)
	// RestoreMedia takes media out of the trash: MEDIA_RESTORED for each. Those
	// outside it already are passed over.
	RestoreMedia(ctx context.Context, id album.AlbumID, ids []album.MediaID, c Change) ([]*album.Entry, error)
	// ArrangeMedia gives READY media outside the trash other Ranks, so that ByHand
	// they follow, in the order of ids, directly behind the medium after, or come
	// first if after is empty: MEDIA_ARRANGED for each of ids, none if they stand
	// so already. after must be such a medium of the album and not among ids, else
	// NOT_FOUND. The Ranks of neighbours may change too, but not their order, and
	// without an entry; for that it looks at no more than MaxArrange media, beyond
	// which it is CONFLICT.
	ArrangeMedia(ctx context.Context, id album.AlbumID, ids []album.MediaID, after album.MediaID, c Change) ([]*album.Entry, error)
	// DeleteMedia marks media of any status for deletion, after which only
	// Sweeps see them: MEDIA_REMOVED for each that was READY and outside the trash.
	DeleteMedia(ctx context.Context, id album.AlbumID, ids []album.MediaID, c Change) ([]*album.Entry, error)
}

// MaxArrange bounds the neighbours that ArrangeMedia moves aside.
const MaxArrange = 1000

// Work hands out what is to be done with media's bytes (album.Work). A claim is
// a lease: it ends when DueAt is reached, and whoever claims next has it.
type Work interface {
	// ClaimWork claims at most limit media of a lane whose DueAt is at or before
	// now, the earliest first: DueAt becomes until, Attempts grows by one, Token
	// is a new random one. It returns the media as they are then. Of concurrent
	// calls one gets a medium. Media that are marked for deletion or below an album
	// that is not ACTIVE are passed over.
	ClaimWork(ctx context.Context, lane album.Lane, now, until time.Time, limit int) ([]*album.Media, error)
	// KeepWork replaces DueAt and Attempts of a medium's work, and its Progress,
	// if w.Token is still its token, whatever the album's state; else it is
	// CONFLICT, as it is for the empty token and for a medium that is marked for
	// deletion or gone. With a zero DueAt the work ends and is zero.
	KeepWork(ctx context.Context, id album.MediaID, w album.Work, progress int) error
	// HurryWork makes the work of a PENDING medium due at a time, if it is due
	// later than beyond; else, and for every other medium, it changes nothing.
	HurryWork(ctx context.Context, id album.MediaID, due, beyond time.Time) error
	// NextWork returns the earliest DueAt in a lane; zero if there is none. It may
	// be one that ClaimWork passes over.
	NextWork(ctx context.Context, lane album.Lane) (time.Time, error)
}

// MediaLists reads pages of media.
type MediaLists interface {
	// MediaOf lists, for each album, the first Limit READY media outside the trash
	// after a position: ByAdded by AddedAt, ID; ByTaken by TakenAt (AddedAt where
	// there is none), ID; ByHand by Rank, ID; all descending. One statement,
	// whatever len(ids).
	MediaOf(ctx context.Context, ids []album.AlbumID, order album.MediaOrder, r album.Range) (map[album.AlbumID][]*album.Media, error)
	// TrashOf lists an album's trash by TrashedAt, ID, both descending; of one
	// uploader alone if owner is not empty.
	TrashOf(ctx context.Context, id album.AlbumID, owner album.UserID, r album.Range) ([]*album.Media, error)
	// Covers returns the cover of each album: the chosen one, else the newest
	// published medium. Albums without media are missing from the map.
	Covers(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]*album.Media, error)
	// FeedOf lists the newest published media and comments that are not removed,
	// over the user's ACTIVE albums (at most album.MaxFeedAlbums, the latest
	// joined), by At (AddedAt, CreatedAt), ID, both descending. Media in the
	// trash and comments on them are left out.
	FeedOf(ctx context.Context, user album.UserID, r album.Range) ([]album.FeedItem, error)
}

// Comments keeps comments and replies.
type Comments interface {
	// AddComment adds a comment to a READY medium outside the trash, whose album
	// it takes: COMMENT_ADDED, CommentCount + 1. If c.ParentID is set it must
	// name a comment on the same medium, else NOT_FOUND; one that is removed is
	// CONFLICT. The store sets AlbumID and ThreadID and returns the comment.
	AddComment(ctx context.Context, c album.Comment) (*album.Comment, *album.Entry, error)
	// Comment returns a comment, a removed one included, if its medium can be read by Media.
	Comment(ctx context.Context, id album.CommentID) (*album.Comment, error)
	// CommentsByID returns those of ids that Comment would return.
	CommentsByID(ctx context.Context, ids []album.CommentID) (map[album.CommentID]*album.Comment, error)
	// CommentsOf lists, for each medium, the first Limit comments that start a
	// thread after a position, by CreatedAt, ID, both ascending. Removed ones
	// are listed only while they have replies. One statement, whatever len(ids).
	CommentsOf(ctx context.Context, ids []album.MediaID, r album.Range) (map[album.MediaID][]*album.Comment, error)
	// RepliesOf lists, for each thread, replies that are not removed, in the
	// same order. One statement, whatever len(ids).
	RepliesOf(ctx context.Context, ids []album.CommentID, r album.Range) (map[album.CommentID][]*album.Comment, error)
	// EditComment replaces the text: COMMENT_EDITED. A removed one is CONFLICT;
	// the same text changes nothing.
	EditComment(ctx context.Context, id album.CommentID, text string, c Change) (*album.Comment, *album.Entry, error)
	// RemoveComment empties a comment and marks it removed: COMMENT_REMOVED,
	// CommentCount - 1. Removing a removed one changes nothing.
	RemoveComment(ctx context.Context, id album.CommentID, c Change) (*album.Comment, *album.Entry, error)
}

// Likes keeps who likes what. Likes are state and make no entries.
type Likes interface {
	// SetLike makes a READY medium outside the trash liked by a user, or not.
	// changed is false if it was so already; Version grows by one with each
	// change. Concurrent calls leave Count exact.
	SetLike(ctx context.Context, l album.Like, liked bool) (s album.LikeState, changed bool, err error)
	// Liked returns which of the media a user likes.
	Liked(ctx context.Context, user album.UserID, ids []album.MediaID) (map[album.MediaID]bool, error)
	// LikesOf lists, for each medium, the first Limit likes after a position by
	// At, user ID, both descending. One statement, whatever len(ids).
	LikesOf(ctx context.Context, ids []album.MediaID, r album.Range) (map[album.MediaID][]album.Like, error)
	// LikeStates returns the present state of those media that exist.
	LikeStates(ctx context.Context, ids []album.MediaID) (map[album.MediaID]album.LikeState, error)
}

// Log reads the albums' logs. It also answers for DELETING albums, while their
// rows are there, so that streams see the end of it.
type Log interface {
	// Entries returns at most limit entries with Seq > after, in order, without
	// a hole. RESYNC if the log no longer reaches back to after + 1, or if after
	// is beyond its newest entry; NOT_FOUND if there is no such album.
	Entries(ctx context.Context, id album.AlbumID, after int64, limit int) ([]album.Entry, error)
	// Heads returns the Seq of each album's newest entry.
	Heads(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]int64, error)
	// SeqsAt returns, for each album, the Seq of its newest entry with At at or
	// before t: 0 if all are later, and -1 if the log no longer reaches back
	// that far.
	SeqsAt(ctx context.Context, ids []album.AlbumID, t time.Time) (map[album.AlbumID]int64, error)
}

// Sweeps is what the service's janitor uses to take away what is no longer
// wanted, in bounded steps, the bytes before the row.
type Sweeps interface {
	// Doomed marks for deletion, as DeleteMedia does but without entries, the
	// media in the trash since before trashed and the PENDING or FAILED ones whose
	// ticket expired before expired; then it returns at most limit media to
	// remove for good: those marked, and those below a DELETING album. What it
	// returned no other method brings back, so its bytes may go.
	Doomed(ctx context.Context, trashed, expired time.Time, limit int) ([]*album.Media, error)
	// KnownMedia returns those of ids that there is a row of, in whatever state,
	// marked for deletion or not.
	KnownMedia(ctx context.Context, ids []album.MediaID) (map[album.MediaID]bool, error)
	// RemoveMedia takes media that Doomed returned away for good, with their
	// comments and likes. Those that are gone or not doomed are passed over.
	RemoveMedia(ctx context.Context, ids []album.MediaID) error
	// PurgeAlbums marks as DELETING the albums in the trash since before
	// trashed, and takes away the rows of DELETING albums that have no media
	// left. It returns the IDs of the albums it took away.
	PurgeAlbums(ctx context.Context, trashed time.Time) ([]album.AlbumID, error)
	// PurgeSessions takes away sessions that expired before t.
	PurgeSessions(ctx context.Context, t time.Time) error
	// PurgeKeys takes away keys whose Expires is before t.
	PurgeKeys(ctx context.Context, t time.Time) error
	// TrimLogs shortens each album's log to its newest keep entries. It returns
	// how many entries it took away.
	TrimLogs(ctx context.Context, keep int) (int, error)
}
