package realtime

import (
	"encoding/json"
	"fmt"
	"strings"
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

// isEntry and isLike tell what a wire message is; sound ones are exactly one.
func (w *wire) isEntry() bool { return w.Seq > 0 && w.Kind != "" && w.Version == 0 }

func (w *wire) isLike() bool {
	return w.Version > 0 && w.Media != "" && w.Count >= 0 && w.Seq == 0 && w.Kind == ""
}

const (
	albumTopics = "a/"
	userTopics  = "u/"
)

// AlbumTopic is the broker's topic of an album.
func AlbumTopic(id album.AlbumID) string { return albumTopics + string(id) }

// UserTopic is the broker's topic of a person, on which any message means that
// the list of their albums has changed.
func UserTopic(id album.UserID) string { return userTopics + string(id) }

// albumOf returns the album whose topic that is; false for other topics.
func albumOf(topic string) (album.AlbumID, bool) {
	id, ok := strings.CutPrefix(topic, albumTopics)
	return album.AlbumID(id), ok
}

// Encode writes a message for the broker. An entry needs its Seq and Kind, a
// like state its MediaID and Version; At is kept to the millisecond.
func (m Message) Encode() ([]byte, error) {
	var w wire
	switch {
	case m.Entry != nil && m.Like == nil:
		e := m.Entry
		w = wire{
			Seq: e.Seq, At: e.At.UnixMilli(), Kind: e.Kind, Actor: e.ActorID,
			Media: e.MediaID, Comment: e.CommentID, User: e.UserID,
		}
		if !w.isEntry() {
			return nil, fmt.Errorf("realtime: entry %d of kind %q cannot be sent", e.Seq, e.Kind)
		}
	case m.Like != nil && m.Entry == nil:
		w = wire{Media: m.Like.MediaID, Count: m.Like.Count, Version: m.Like.Version}
		if !w.isLike() {
			return nil, fmt.Errorf("realtime: like state of %q, version %d, cannot be sent", w.Media, w.Version)
		}
	default:
		return nil, fmt.Errorf("realtime: a message is either an entry or a like state")
	}
	b, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("realtime: encode message: %w", err)
	}
	return b, nil
}

// Decode reads what Encode wrote, as a message about that album. Fields that it
// does not know are passed over; anything else that Encode would not write is
// an error.
func Decode(id album.AlbumID, payload []byte) (Message, error) {
	var w wire
	if err := json.Unmarshal(payload, &w); err != nil {
		return Message{}, fmt.Errorf("realtime: message about %s: %w", id, err)
	}
	switch {
	case w.isEntry():
		return Message{Entry: &album.Entry{
			AlbumID: id, Seq: w.Seq, At: time.UnixMilli(w.At).UTC(), Kind: w.Kind, ActorID: w.Actor,
			MediaID: w.Media, CommentID: w.Comment, UserID: w.User,
		}}, nil
	case w.isLike():
		return Message{Like: &album.LikeState{AlbumID: id, MediaID: w.Media, Count: w.Count, Version: w.Version}}, nil
	}
	return Message{}, fmt.Errorf("realtime: message about %s is neither entry nor like state", id)
}
