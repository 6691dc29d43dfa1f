package sqlitestore

import (
	"context"
	"math/rand/v2"
	"testing"

	"keepsake/album"
	"keepsake/store"
)

// BenchmarkPage is what the newest page of an album asks of the store: what the
// viewer is to the album, 20 media with their owners, which of them the viewer
// likes, and the first three comments of each with their authors.
// The cache has room for all pages, and each was read before.
func BenchmarkPage(b *testing.B) {
	for name, size := range map[string]int64{"no cache": 0, "cached": 256 << 20} {
		b.Run(name, func(b *testing.B) {
			s := openAt(b, benchFile(b), &Options{Cache: size})
			for n := range benchAlbums {
				readPage(b, s, n)
			}
			b.ReportAllocs()
			b.ResetTimer()
			for b.Loop() {
				readPage(b, s, rand.IntN(benchAlbums))
			}
			b.ReportMetric(float64(s.CacheStats().Bytes)/benchAlbums, "cached-B/page")
		})
	}
}

func readPage(b *testing.B, s store.Store, n int) {
	ctx := context.Background()
	id, viewer := alb(n), usr(n%benchUsers)
	_, err := s.AlbumsByID(ctx, []album.AlbumID{id})
	must(b, err)
	_, err = s.MembershipsIn(ctx, viewer, []album.AlbumID{id})
	must(b, err)
	media, err := s.MediaOf(ctx, []album.AlbumID{id}, album.ByAdded, album.Range{Limit: 21})
	must(b, err)
	var ids []album.MediaID
	people := map[album.UserID]bool{}
	for _, m := range media[id][:20] {
		ids = append(ids, m.ID)
		people[m.OwnerID] = true
	}
	comments, err := s.CommentsOf(ctx, ids, album.Range{Limit: 4})
	must(b, err)
	for _, list := range comments {
		for _, c := range list {
			people[c.AuthorID] = true
		}
	}
	_, err = s.Liked(ctx, viewer, ids)
	must(b, err)
	users := make([]album.UserID, 0, len(people))
	for id := range people {
		users = append(users, id)
	}
	_, err = s.UsersByID(ctx, users)
	must(b, err)
}
