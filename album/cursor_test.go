package album_test

import (
	"encoding/base64"
	"fmt"
	"maps"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"keepsake/album"
)

const (
	albumA = album.AlbumID("alb_01M82CYRJA9D6CKMB2GZRXH8VJ")
	albumB = album.AlbumID("alb_01M82CYRJA9D6CKMB2GZRXH8VK")
)

var lists = []album.List{
	album.ListAlbums, album.ListPublic, album.ListTrashed, album.ListAdded, album.ListTaken, album.ListTrash, album.ListMemberships,
	album.ListShares, album.ListComments, album.ListReplies, album.ListLikes, album.ListFeed,
}

func TestPositionsBelongToOneList(t *testing.T) {
	t.Parallel()
	for _, p := range []album.Position{
		{Key: 0, ID: "x"}, {Key: math.MaxInt64, ID: string(albumA)}, {Key: math.MinInt64, ID: string(albumB)}, {Key: -1, ID: "x"},
	} {
		for _, list := range lists {
			for _, other := range lists {
				got, err := album.ParsePosition(other, p.Cursor(list))
				if ok := list == other; (err == nil) != ok || (ok && got != p) {
					t.Errorf("%+v of %c in %c: %+v, %v", p, list, other, got, err)
				}
			}
		}
	}
	if p, err := album.ParsePosition(album.ListAdded, ""); err != nil || !p.IsZero() {
		t.Errorf("no cursor is %+v, %v", p, err)
	}
}

func TestCursorsThatAreNone(t *testing.T) {
	t.Parallel()
	encode := func(s string) album.Cursor { return album.Cursor(base64.RawURLEncoding.EncodeToString([]byte(s))) }
	good := string(album.Position{Key: 5, ID: "x"}.Cursor(album.ListAdded))
	for name, c := range map[string]album.Cursor{
		"garbage":         "!",
		"padding":         album.Cursor(good + "="),
		"space":           album.Cursor(" " + good),
		"newline":         album.Cursor(good + "\n"),
		"cut off":         album.Cursor(good[:3]),
		"kind alone":      encode("P"),
		"list alone":      encode("Pm"),
		"no identifier":   encode("Pm\x02"),
		"endless number":  encode("Pm" + strings.Repeat("\xff", 12)),
		"unknown kind":    encode("Xm\x02x"),
		"not UTF-8":       encode("Pm\x02\xff"),
		"stray last bits": album.Cursor(good[:len(good)-1] + "B"),
		"of a log":        album.LogCursor(albumA, 5),
		"of a feed":       album.FeedPosition{Since: time.UnixMilli(1)}.Cursor(),
		"too long":        album.Cursor(strings.Repeat("A", 1<<20)),
	} {
		if p, err := album.ParsePosition(album.ListAdded, c); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func TestLogCursors(t *testing.T) {
	t.Parallel()
	for _, seq := range []int64{0, 1, 1 << 40, math.MaxInt64} {
		if got, err := album.ParseLogCursor(albumA, album.LogCursor(albumA, seq)); err != nil || got != seq {
			t.Errorf("%d became %d, %v", seq, got, err)
		}
	}
	for name, c := range map[string]album.Cursor{
		"of another album": album.LogCursor(albumB, 1),
		"negative":         album.LogCursor(albumA, -1),
		"empty":            "",
		"of a list":        album.Position{Key: 1, ID: string(albumA)}.Cursor(album.ListFeed),
		"of a feed":        album.FeedPosition{}.Cursor(),
	} {
		if seq, err := album.ParseLogCursor(albumA, c); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%s: %d, %v", name, seq, err)
		}
	}
}

func TestFeedCursors(t *testing.T) {
	t.Parallel()
	full := album.FeedPosition{Since: time.UnixMilli(1_700_000_000_000).UTC(), Seen: map[album.AlbumID]int64{}}
	for i := range album.MaxFeedSeen {
		full.Seen[album.AlbumID(fmt.Sprintf("alb_%026d", i))] = math.MaxInt64
	}
	for _, p := range []album.FeedPosition{
		{Since: time.UnixMilli(0).UTC(), Seen: map[album.AlbumID]int64{}},
		{Since: time.UnixMilli(-5).UTC(), Seen: map[album.AlbumID]int64{albumA: 0, albumB: 300}},
		full,
	} {
		got, err := album.ParseFeedPosition(p.Cursor())
		if err != nil || !got.Since.Equal(p.Since) || !maps.Equal(got.Seen, p.Seen) {
			t.Errorf("%d albums since %v became %d since %v, %v", len(p.Seen), p.Since, len(got.Seen), got.Since, err)
		}
	}
	over := album.FeedPosition{Since: full.Since, Seen: maps.Clone(full.Seen)}
	over.Seen[albumA] = 1
	for name, c := range map[string]album.Cursor{
		"one album too many": over.Cursor(),
		"no album":           album.FeedPosition{Seen: map[album.AlbumID]int64{"alb_ffffffffffffffffffffffffff": 1}}.Cursor(),
		"negative":           album.FeedPosition{Seen: map[album.AlbumID]int64{albumA: -1}}.Cursor(),
		"of a log":           album.LogCursor(albumA, 1),
		"empty":              "",
	} {
		if p, err := album.ParseFeedPosition(c); album.CodeOf(err) != album.CodeInvalidInput {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	f.Add(byte('m'), int64(5), "med_x", "")
	f.Add(byte('a'), int64(-5), "", string(album.Position{Key: 1, ID: "x"}.Cursor(album.ListAlbums)))
	f.Fuzz(func(t *testing.T, list byte, key int64, id, raw string) {
		p := album.Position{Key: key, ID: id}
		if got, err := album.ParsePosition(album.List(list), p.Cursor(album.List(list))); id != "" && utf8.ValidString(id) && (err != nil || got != p) {
			t.Errorf("%+v became %+v, %v", p, got, err)
		}
		if got, err := album.ParsePosition(album.List(list), album.Cursor(raw)); err == nil && raw != "" {
			if again, err := album.ParsePosition(album.List(list), got.Cursor(album.List(list))); err != nil || again != got {
				t.Errorf("%q is %+v, written down again %+v, %v", raw, got, again, err)
			}
		}
	})
}

func FuzzParseLogCursor(f *testing.F) {
	f.Add(int64(5), string(albumA), string(album.LogCursor(albumA, 7)))
	f.Fuzz(func(t *testing.T, seq int64, id, raw string) {
		got, err := album.ParseLogCursor(album.AlbumID(id), album.LogCursor(album.AlbumID(id), seq))
		if ok := seq >= 0; (err == nil) != ok && len(id) < 1000 || (err == nil && got != seq) {
			t.Errorf("%d of %q became %d, %v", seq, id, got, err)
		}
		if got, err := album.ParseLogCursor(albumA, album.Cursor(raw)); err == nil && got < 0 {
			t.Errorf("%q is %d", raw, got)
		}
	})
}

func FuzzParseFeedPosition(f *testing.F) {
	f.Add(string(album.FeedPosition{Since: time.UnixMilli(5), Seen: map[album.AlbumID]int64{albumA: 3, albumB: 4}}.Cursor()))
	f.Add("RpLw")
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := album.ParseFeedPosition(album.Cursor(raw))
		if err != nil {
			return
		}
		again, err := album.ParseFeedPosition(p.Cursor())
		if err != nil || !again.Since.Equal(p.Since) || !maps.Equal(again.Seen, p.Seen) {
			t.Errorf("%q is %+v, written down again %+v, %v", raw, p, again, err)
		}
	})
}

func TestIdentifiers(t *testing.T) {
	t.Parallel()
	const ulid = "01M82CYRJA9D6CKMB2GZRXH8VJ"
	for s, ok := range map[string]bool{
		"alb_" + ulid:                       true,
		"alb_7ZZZZZZZZZZZZZZZZZZZZZZZZZ":    true,
		"":                                  false,
		"alb_":                              false,
		ulid:                                false,
		"med_" + ulid:                       false,
		"ALB_" + ulid:                       false,
		"alb_" + strings.ToLower(ulid):      false,
		"alb_" + ulid + "0":                 false,
		"alb_" + ulid[1:]:                   false,
		"alb_8ZZZZZZZZZZZZZZZZZZZZZZZZZ":    false, // more than 128 bits
		"alb_01M82CYRJA9D6CKMB2GZRXH8VI":    false, // no I in Crockford's base 32
		"alb_01M82CYRJA9D6CKMB2GZRXH8V\x00": false,
		" alb_" + ulid:                      false,
	} {
		id, err := album.ParseAlbumID(s)
		if (err == nil) != ok || (ok && string(id) != s) || (!ok && album.CodeOf(err) != album.CodeNotFound) {
			t.Errorf("%q: %q, %v", s, id, err)
		}
	}
}

func FuzzParseID(f *testing.F) {
	f.Add("alb_01M82CYRJA9D6CKMB2GZRXH8VJ")
	f.Add("usr_")
	f.Fuzz(func(t *testing.T, s string) {
		parsers := map[string]func(string) error{
			album.UserPrefix:    func(s string) error { _, err := album.ParseUserID(s); return err },
			album.AlbumPrefix:   func(s string) error { _, err := album.ParseAlbumID(s); return err },
			album.MediaPrefix:   func(s string) error { _, err := album.ParseMediaID(s); return err },
			album.CommentPrefix: func(s string) error { _, err := album.ParseCommentID(s); return err },
			album.SharePrefix:   func(s string) error { _, err := album.ParseShareID(s); return err },
		}
		for prefix, parse := range parsers {
			if err := parse(s); err == nil && (!strings.HasPrefix(s, prefix) || len(s) != len(prefix)+26) {
				t.Errorf("%q is an identifier of %s", s, prefix)
			}
		}
	})
}
