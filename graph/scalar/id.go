package scalar

import (
	"github.com/99designs/gqlgen/graphql"

	"keepsake/album"
	"keepsake/graph/plan"
)

// Three functions for each typed identifier: gqlgen picks by the Go type. Reading does
// not check the form, as a malformed identifier is one that nothing has.

// AppendID appends an identifier of any type; there is no empty one.
func AppendID(b []byte, id string) (_ []byte, ok bool) {
	if id == "" {
		return b, false
	}
	return plan.AppendString(b, id)
}

// MarshalID writes an identifier of any type; the empty one is null.
func MarshalID(id string) graphql.Marshaler { return plan.Marshal(AppendID, id) }

// UnmarshalID reads an identifier of any type.
func UnmarshalID(v any) (string, error) {
	s, ok := v.(string)
	if !ok {
		return "", invalid("ID", "a string")
	}
	return s, nil
}

// AppendUserID is AppendID for users.
func AppendUserID(b []byte, id album.UserID) (_ []byte, ok bool) { return AppendID(b, string(id)) }

// MarshalUserID is MarshalID for users.
func MarshalUserID(id album.UserID) graphql.Marshaler { return MarshalID(string(id)) }

// UnmarshalUserID is UnmarshalID for users.
func UnmarshalUserID(v any) (album.UserID, error) { return unmarshal[album.UserID](v) }

// AppendAlbumID is AppendID for albums.
func AppendAlbumID(b []byte, id album.AlbumID) (_ []byte, ok bool) { return AppendID(b, string(id)) }

// MarshalAlbumID is MarshalID for albums.
func MarshalAlbumID(id album.AlbumID) graphql.Marshaler { return MarshalID(string(id)) }

// UnmarshalAlbumID is UnmarshalID for albums.
func UnmarshalAlbumID(v any) (album.AlbumID, error) { return unmarshal[album.AlbumID](v) }

// AppendMediaID is AppendID for media.
func AppendMediaID(b []byte, id album.MediaID) (_ []byte, ok bool) { return AppendID(b, string(id)) }

// MarshalMediaID is MarshalID for media.
func MarshalMediaID(id album.MediaID) graphql.Marshaler { return MarshalID(string(id)) }

// UnmarshalMediaID is UnmarshalID for media.
func UnmarshalMediaID(v any) (album.MediaID, error) { return unmarshal[album.MediaID](v) }

// AppendCommentID is AppendID for comments.
func AppendCommentID(b []byte, id album.CommentID) (_ []byte, ok bool) {
	return AppendID(b, string(id))
}

// MarshalCommentID is MarshalID for comments.
func MarshalCommentID(id album.CommentID) graphql.Marshaler { return MarshalID(string(id)) }

// UnmarshalCommentID is UnmarshalID for comments.
func UnmarshalCommentID(v any) (album.CommentID, error) { return unmarshal[album.CommentID](v) }

// AppendShareID is AppendID for shares.
func AppendShareID(b []byte, id album.ShareID) (_ []byte, ok bool) { return AppendID(b, string(id)) }

// MarshalShareID is MarshalID for shares.
func MarshalShareID(id album.ShareID) graphql.Marshaler { return MarshalID(string(id)) }

// UnmarshalShareID is UnmarshalID for shares.
func UnmarshalShareID(v any) (album.ShareID, error) { return unmarshal[album.ShareID](v) }

func unmarshal[T ~string](v any) (T, error) {
	s, err := UnmarshalID(v)
	return T(s), err
}
