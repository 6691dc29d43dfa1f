package album

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Cursor is an opaque place in a list, a log or a feed, as clients hold it. It
// grants nothing: what a viewer may see is checked anew with each use.
type Cursor string

// maxCursor bounds a cursor in bytes; the longest is that of a feed of MaxFeedSeen albums.
const maxCursor = 48 << 10

var errCursor = Invalid("after", "this is not a cursor of this list")

// Position is a place in a list that is sorted by Key and, where keys are
// equal, by ID. The zero Position is before the first row.
type Position struct {
	Key int64
	ID  string
}

// IsZero reports whether p is the beginning.
func (p Position) IsZero() bool { return p == Position{} }

// Range asks for at most Limit rows after a position.
type Range struct {
	After Position
	Limit int
}

// List tells the lists apart, so that a cursor of one is refused by another.
type List byte

// The lists.
const (
	ListAlbums      List = 'a' // of a member
	ListPublic      List = 'p' // albums of somebody else
	ListTrashed     List = 'x' // albums
	ListAdded       List = 'm'
	ListTaken       List = 't'
	ListHand        List = 'h'
	ListTrash       List = 'r'
	ListMemberships List = 'u'
	ListShares      List = 's'
	ListComments    List = 'c'
	ListReplies     List = 'y'
	ListLikes       List = 'l'
	ListFeed        List = 'f'
)

// Cursor writes the position down.
func (p Position) Cursor(list List) Cursor {
	b := append(make([]byte, 0, 48), 'P', byte(list))
	b = binary.AppendVarint(b, p.Key)
	return encodeCursor(append(b, p.ID...))
}

// ParsePosition reads a position of that list. The empty cursor is the
// beginning; a cursor of anything else is an INVALID_INPUT error.
func ParsePosition(list List, c Cursor) (Position, error) {
	if c == "" {
		return Position{}, nil
	}
	b, err := decodeCursor(c, 'P')
	if err != nil || len(b) == 0 || b[0] != byte(list) {
		return Position{}, errCursor
	}
	key, n := binary.Varint(b[1:])
	if n <= 0 || len(b) == 1+n || !utf8.Valid(b[1+n:]) { // which MongoDB would refuse
		return Position{}, errCursor
	}
	return Position{Key: key, ID: string(b[1+n:])}, nil
}

// LogCursor is the place after the entry seq of an album's log.
func LogCursor(id AlbumID, seq int64) Cursor {
	b := append(make([]byte, 0, 48), 'L')
	b = binary.AppendVarint(b, seq)
	return encodeCursor(append(b, id...))
}

// ParseLogCursor reads a place in that album's log; a cursor of another album
// is an INVALID_INPUT error.
func ParseLogCursor(id AlbumID, c Cursor) (seq int64, err error) {
	b, err := decodeCursor(c, 'L')
	if err != nil {
		return 0, err
	}
	seq, n := binary.Varint(b)
	if n <= 0 || seq < 0 || AlbumID(b[n:]) != id {
		return 0, errCursor
	}
	return seq, nil
}

// FeedPosition is a place in the merged logs of many albums: all entries up to
// and including Since, and in the albums that Seen names those up to that seq.
type FeedPosition struct {
	Since time.Time // to the millisecond
	Seen  map[AlbumID]int64
}

// MaxFeedSeen is how many albums a feed's cursor names at most: all that it follows.
const MaxFeedSeen = MaxFeedAlbums

// Cursor writes the position down.
func (p FeedPosition) Cursor() Cursor {
	b := append(make([]byte, 0, 64), 'F')
	b = binary.AppendVarint(b, p.Since.UnixMilli())
	for _, id := range slices.Sorted(maps.Keys(p.Seen)) {
		b = append(b, strings.TrimPrefix(string(id), AlbumPrefix)...)
		b = binary.AppendVarint(b, p.Seen[id])
	}
	return encodeCursor(b)
}

// ParseFeedPosition reads a feed's cursor; anything else is an INVALID_INPUT error.
func ParseFeedPosition(c Cursor) (FeedPosition, error) {
	b, err := decodeCursor(c, 'F')
	if err != nil {
		return FeedPosition{}, err
	}
	ms, n := binary.Varint(b)
	if n <= 0 {
		return FeedPosition{}, errCursor
	}
	p := FeedPosition{Since: time.UnixMilli(ms).UTC(), Seen: map[AlbumID]int64{}}
	for b = b[n:]; len(b) > 0; b = b[n:] {
		if len(b) <= ulidLength || len(p.Seen) == MaxFeedSeen {
			return FeedPosition{}, errCursor
		}
		id, err := ParseAlbumID(AlbumPrefix + string(b[:ulidLength]))
		if err != nil {
			return FeedPosition{}, errCursor
		}
		b = b[ulidLength:]
		seq, m := binary.Varint(b)
		if n = m; n <= 0 || seq < 0 {
			return FeedPosition{}, errCursor
		}
		p.Seen[id] = seq
	}
	return p, nil
}

func encodeCursor(b []byte) Cursor {
	return Cursor(base64.RawURLEncoding.EncodeToString(b))
}

func decodeCursor(c Cursor, kind byte) ([]byte, error) {
	if len(c) > maxCursor || strings.ContainsAny(string(c), "\r\n") { // which the decoder would pass over
		return nil, errCursor
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil || len(b) == 0 || b[0] != kind {
		return nil, errCursor
	}
	return b[1:], nil
}
