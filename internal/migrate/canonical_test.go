package migrate

import (
	"bytes"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func TestEncodingTellsRecordsApart(t *testing.T) {
	here := &album.Place{}
	records := []store.Record{
		store.MediaRecord{},
		store.MediaRecord{Doomed: true},
		store.MediaRecord{Media: album.Media{FileName: "a", ContentType: "b"}},
		store.MediaRecord{Media: album.Media{FileName: "ab"}},
		store.MediaRecord{Media: album.Media{ContentType: "ab"}},
		store.MediaRecord{Media: album.Media{Tags: []string{"a", "b"}}},
		store.MediaRecord{Media: album.Media{Tags: []string{"ab"}}},
		store.MediaRecord{Media: album.Media{Tags: []string{""}}},
		store.MediaRecord{Media: album.Media{Place: here}},
		store.MediaRecord{Media: album.Media{Place: &album.Place{Latitude: 1e-300}}},
		store.MediaRecord{Media: album.Media{TakenAt: time.UnixMilli(0)}},
		store.MediaRecord{Media: album.Media{AddedAt: time.UnixMilli(0)}},
		store.MediaRecord{Media: album.Media{LikeCount: 1}},
		store.MediaRecord{Media: album.Media{LikeCount: -1}},
	}
	for i, a := range records {
		for j, b := range records {
			if same := bytes.Equal(encode(nil, a), encode(nil, b)); same != (i == j) {
				t.Errorf("%+v and %+v: same is %v", a, b, same)
			}
			if names := differing(a, b); (len(names) == 0) != (i == j) {
				t.Errorf("%+v and %+v differ in %v", a, b, names)
			}
		}
	}
	east := time.FixedZone("east", 8*60*60)
	now := time.Date(2026, 3, 1, 12, 0, 0, 5_000_001, time.UTC)
	for _, pair := range [][2]store.Record{
		{store.LikeRecord{Like: album.Like{At: now}}, store.LikeRecord{Like: album.Like{At: now.In(east)}}},
		{store.LikeRecord{Like: album.Like{At: now}}, store.LikeRecord{Like: album.Like{At: now.Truncate(time.Millisecond)}}},
		{store.RefreshRecord{}, store.RefreshRecord{Hash: []byte{}}},
	} {
		if !bytes.Equal(encode(nil, pair[0]), encode(nil, pair[1])) {
			t.Errorf("%+v and %+v are told apart", pair[0], pair[1])
		}
	}
}

func TestEncodingKnowsEveryRecord(t *testing.T) {
	for _, r := range []store.Record{
		store.UserRecord{},
		store.IdentityRecord{},
		store.SessionRecord{},
		store.RefreshRecord{},
		store.AlbumRecord{},
		store.MemberRecord{},
		store.ShareRecord{},
		store.MediaRecord{},
		store.CommentRecord{},
		store.LikeRecord{},
		store.EntryRecord{},
	} {
		if len(encode(nil, r)) == 0 {
			t.Errorf("a %T has no encoding", r)
		}
	}
}
