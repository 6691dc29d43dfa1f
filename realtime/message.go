package realtime

import (
	"encoding/json"
	"fmt"
	"time"

	"keepsake/album"
)

// Message is what nodes tell each other about an album: an entry of its log, or
// the state of a medium's likes. Exactly one of the two is set.
type Message struct {
	Entry *album.Entry
	Like  *album.LikeState
}

// wire is a Message as JSON. Nodes of two versions may talk to each other while
// a new one is rolled out, so fields are only ever added.
type wire struct {
	Seq     int64           `json:"s,omitempty"`
	At      int64           `json:"t,omitempty"` // milliseconds since 1970
	Kind    album.EntryKind `json:"k,omitempty"`
	Actor   album.UserID    `json:"a,omitempty"`
	Media   album.MediaID   `json:"m,omitempty"`
	Comment album.CommentID `json:"c,omitempty"`
	User    album.UserID    `json:"u,omitempty"`
	Count   int             `json:"n,omitempty"`
	Version int64           `json:"v,omitempty"`
}

// AlbumTopic is the broker's topic of an album; UserTopic that of a person, on
// which any message means that their albums have changed.
func AlbumTopic(id album.AlbumID) string { return "a/" + string(id) }

// UserTopic: see AlbumTopic.
func UserTopic(id album.UserID) string { return "u/" + string(id) }

// Encode writes a message for the broker.
func (m Message) Encode() ([]byte, error) {
	switch {
	case m.Entry != nil:
		e := m.Entry
		return json.Marshal(wire{
			Seq: e.Seq, At: e.At.UnixMilli(), Kind: e.Kind, Actor: e.ActorID,
			Media: e.MediaID, Comment: e.CommentID, User: e.UserID,
		})
	case m.Like != nil:
		return json.Marshal(wire{Media: m.Like.MediaID, Count: m.Like.Count, Version: m.Like.Version})
	}
	return nil, fmt.Errorf("realtime: an empty message")
}

// Decode reads what Encode wrote, as a message about that album.
func Decode(id album.AlbumID, payload []byte) (Message, error) {
	var w wire
	if err := json.Unmarshal(payload, &w); err != nil {
		return Message{}, fmt.Errorf("realtime: message about %s: %w", id, err)
	}
	switch {
	case w.Seq > 0 && w.Kind != "":
		return Message{Entry: &album.Entry{
			AlbumID: id, Seq: w.Seq, At: time.UnixMilli(w.At).UTC(), Kind: w.Kind, ActorID: w.Actor,
			MediaID: w.Media, CommentID: w.Comment, UserID: w.User,
		}}, nil
	case w.Version > 0 && w.Media != "":
		return Message{Like: &album.LikeState{AlbumID: id, MediaID: w.Media, Count: w.Count, Version: w.Version}}, nil
	}
	return Message{}, fmt.Errorf("realtime: message about %s is neither entry nor like", id)
}
