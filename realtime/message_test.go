package realtime

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"keepsake/album"
)

const testAlbum album.AlbumID = "alb_01HZZZZZZZZZZZZZZZZZZZZZZZ"

func TestMessageRoundTrip(t *testing.T) {
	at := time.UnixMilli(1_700_000_000_123).UTC()
	tests := map[string]Message{
		"entry with every field": {Entry: &album.Entry{
			AlbumID: testAlbum, Seq: 1 << 60, At: at, Kind: album.CommentAdded,
			ActorID: "usr_1", MediaID: "med_1", CommentID: "cmt_1", UserID: "usr_2",
		}},
		"entry of the service": {Entry: &album.Entry{AlbumID: testAlbum, Seq: 1, At: at, Kind: album.AlbumDeleted}},
		"entry at time zero":   {Entry: &album.Entry{AlbumID: testAlbum, Seq: 1, Kind: album.AlbumEdited}},
		"like":                 {Like: &album.LikeState{AlbumID: testAlbum, MediaID: "med_1", Count: 7, Version: 9}},
		"last like taken back": {Like: &album.LikeState{AlbumID: testAlbum, MediaID: "med_1", Count: 0, Version: 10}},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			b, err := want.Encode()
			if err != nil {
				t.Fatal(err)
			}
			got, err := Decode(testAlbum, b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestEncodeRefuses(t *testing.T) {
	entry, like := album.Entry{Seq: 1, Kind: album.MediaAdded}, album.LikeState{MediaID: "med_1", Version: 1}
	noSeq, noKind, noMedia, noVersion, negative := entry, entry, like, like, like
	noSeq.Seq, noKind.Kind, noMedia.MediaID, noVersion.Version, negative.Count = 0, "", "", 0, -1
	tests := map[string]Message{
		"nothing":             {},
		"both":                {Entry: &entry, Like: &like},
		"entry without seq":   {Entry: &noSeq},
		"entry without kind":  {Entry: &noKind},
		"like without medium": {Like: &noMedia},
		"like, no version":    {Like: &noVersion},
		"like, below zero":    {Like: &negative},
	}
	for name, m := range tests {
		if b, err := m.Encode(); err == nil {
			t.Errorf("%s: encoded as %s", name, b)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, bad := range []string{
		"", "null", "{}", "[]", "1", `{"s":1}`, `{"k":"MEDIA_ADDED"}`, `{"s":-1,"k":"MEDIA_ADDED"}`, `{"v":1}`, `{"m":"med_1"}`,
		`{"s":1,"k":"MEDIA_ADDED","v":1,"m":"med_1"}`, `{"m":"med_1","v":1,"n":-1}`, `{"s":"1","k":"MEDIA_ADDED"}`,
		`{"s":1,"k":"MEDIA_ADDED"} `[:20], `{"s":1,"k":"MEDIA_ADDED"}{}`, strings.Repeat("[", 20_000),
	} {
		if m, err := Decode(testAlbum, []byte(bad)); err == nil {
			t.Errorf("%.40q was read as %+v", bad, m)
		}
	}
	m, err := Decode(testAlbum, []byte(`{"s":3,"k":"NEWER_KIND","zz":{"of":"a later version"}}`))
	if err != nil || m.Entry == nil || m.Entry.Seq != 3 || m.Entry.Kind != "NEWER_KIND" {
		t.Errorf("a later version's message: %+v, %v", m, err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"s":3,"t":1700000000123,"k":"COMMENT_ADDED","a":"usr_1","m":"med_1","c":"cmt_1"}`))
	f.Add([]byte(`{"m":"med_1","n":4,"v":9}`))
	f.Add([]byte(`{"s":1,"k":"\ud800","v":0}`))
	f.Add([]byte(`{"S":1,"K":"x","t":-9223372036854775808}`))
	f.Add([]byte("null"))
	f.Fuzz(func(t *testing.T, payload []byte) {
		m, err := Decode(testAlbum, payload)
		if err != nil {
			if m != (Message{}) {
				t.Fatalf("an error and %+v", m)
			}
			return
		}
		if (m.Entry == nil) == (m.Like == nil) {
			t.Fatalf("not exactly one of entry and like: %+v", m)
		}
		b, err := m.Encode()
		if err != nil {
			t.Fatalf("what was read cannot be written: %v", err)
		}
		again, err := Decode(testAlbum, b)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(m, again); diff != "" {
			t.Fatalf("(-first +second)\n%s", diff)
		}
	})
}

func TestTopics(t *testing.T) {
	if id, ok := albumOf(AlbumTopic(testAlbum)); !ok || id != testAlbum {
		t.Errorf("albumOf(AlbumTopic) = %q, %v", id, ok)
	}
	if id, ok := albumOf(UserTopic("usr_1")); ok {
		t.Errorf("a user's topic is taken for that of album %q", id)
	}
}
