package album

import "strings"

// Identifiers are ULIDs behind a prefix that names their type. The same string
// is stored, logged and used as the GraphQL ID.
type (
	// UserID names a user, "usr_" and a ULID.
	UserID string
	// SessionID names a sign-in and the family of its refresh tokens, "ses_" and a ULID.
	SessionID string
	// AlbumID names an album, "alb_" and a ULID.
	AlbumID string
	// MediaID names a photo or a video, "med_" and a ULID.
	MediaID string
	// CommentID names a comment or a reply, "cmt_" and a ULID.
	CommentID string
	// ShareID names a share or invitation link, "shr_" and a ULID. It is not the link's secret.
	ShareID string
)

// Prefixes of the identifiers; node(id:) dispatches on them.
const (
	UserPrefix    = "usr_"
	SessionPrefix = "ses_"
	AlbumPrefix   = "alb_"
	MediaPrefix   = "med_"
	CommentPrefix = "cmt_"
	SharePrefix   = "shr_"
)

// ulidLength is the length of a ULID in Crockford's base 32
// (https://github.com/ulid/spec).
const ulidLength = 26

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// ParseID checks that s is prefix followed by a ULID in upper case and returns
// it as a T. Anything else is a NOT_FOUND error: to a caller a malformed
// identifier and an unknown one are the same thing.
func ParseID[T ~string](prefix, s string) (T, error) {
	ulid, ok := strings.CutPrefix(s, prefix)
	if !ok || len(ulid) != ulidLength || ulid[0] > '7' || strings.Trim(ulid, crockford) != "" {
		return "", ErrNotFound
	}
	return T(s), nil
}

// ParseUserID is ParseID for users.
func ParseUserID(s string) (UserID, error) { return ParseID[UserID](UserPrefix, s) }

// ParseAlbumID is ParseID for albums.
func ParseAlbumID(s string) (AlbumID, error) { return ParseID[AlbumID](AlbumPrefix, s) }

// ParseMediaID is ParseID for media.
func ParseMediaID(s string) (MediaID, error) { return ParseID[MediaID](MediaPrefix, s) }

// ParseCommentID is ParseID for comments.
func ParseCommentID(s string) (CommentID, error) { return ParseID[CommentID](CommentPrefix, s) }

// ParseShareID is ParseID for shares.
func ParseShareID(s string) (ShareID, error) { return ParseID[ShareID](SharePrefix, s) }
