package sqlitestore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"keepsake/album"
)

// The size of the database of the benchmarks.
const (
	benchUsers  = 1_000
	benchAlbums = 2_000
	benchMedia  = 50_000
)

// benchStore opens a copy of a seeded database: 50,000 media in 2,000 albums,
// two comments and four likes on each, ten members in each album.
func benchStore(b *testing.B) *Store {
	b.Helper()
	s := openAt(b, benchFile(b), nil)
	b.ReportAllocs()
	b.ResetTimer()
	return s
}

// benchFile copies the seeded database, which the first benchmark makes.
func benchFile(b *testing.B) string {
	b.Helper()
	seeded := filepath.Join(os.Getenv(scratch), "bench.db")
	if _, err := os.Stat(seeded); err != nil {
		s := openAt(b, seeded, nil)
		seedBench(b, s)
		must(b, s.Close())
	}
	data, err := os.ReadFile(seeded)
	must(b, err)
	path := filepath.Join(b.TempDir(), "keepsake.db")
	must(b, os.WriteFile(path, data, 0o600))
	return path
}

// seedBench writes as the store itself does, in a few large writes.
func seedBench(b *testing.B, s *Store) {
	b.Helper()
	ctx := context.Background()
	exec := func(c *conn, query string, args ...any) {
		if _, err := c.exec(query, args...); err != nil {
			panic(err)
		}
	}
	must(b, update(ctx, s, "seed", func(c *conn) error {
		for n := range benchUsers {
			exec(c, insertUser, usr(n), fmt.Sprint("Anna ", n), "https://example.org/a.jpg", required(at(n)))
		}
		for n := range benchAlbums {
			exec(c, insertAlbum, alb(n), usr(n%benchUsers), "Holiday", "", nil, 1, 2, 2, 2, 1, 1, nil,
				required(at(n)), required(at(n+benchMedia-benchAlbums+1)))
			for m := range 10 {
				exec(c, insertMember, alb(n), usr((n+m)%benchUsers), int(album.Editor), nil, required(at(n+m)))
			}
		}
		return nil
	}))
	for from := 0; from < benchMedia; from += 500 { // larger ones take longer: SQLite looks for the end of its journal
		must(b, update(ctx, s, "seed", func(c *conn) error {
			for n := from; n < from+500; n++ {
				of := n % benchAlbums
				m := pending(n, of, of%benchUsers)
				if err := insertPending(c, m); err != nil {
					return err
				}
				m.AddedAt, m.Rank = at(n), album.RankAt(at(n))
				if _, err := add(c, m, made(n), nil); err != nil {
					return err
				}
				for k := range 2 {
					exec(c, insertComment, cmt(2*n+k), alb(of), med(n), usr((of+k)%benchUsers), nil, nil,
						"What a lovely day that was!", required(at(n+k)))
				}
				for k := range 4 {
					exec(c, insertLike, med(n), usr((of+k)%benchUsers), required(at(n+k)))
				}
				exec(c, countLike, med(n), 4, 4)
			}
			return nil
		}))
	}
}

// pageOf is the media of the newest page of an album.
func pageOf(n int) []album.MediaID {
	ids := make([]album.MediaID, 20)
	for i := range ids {
		ids[i] = med(n + benchAlbums*(4+i))
	}
	return ids
}

func BenchmarkMediaOf(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		id := alb(rand.IntN(benchAlbums))
		media, err := s.MediaOf(context.Background(), []album.AlbumID{id}, album.ByAdded, album.Range{Limit: 20})
		if err != nil || len(media[id]) != 20 {
			b.Fatal(len(media), err)
		}
	}
}

func BenchmarkCommentsOf(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		got, err := s.CommentsOf(context.Background(), pageOf(rand.IntN(benchAlbums)), album.Range{Limit: 3})
		if err != nil || len(got) != 20 {
			b.Fatal(len(got), err)
		}
	}
}

func BenchmarkLiked(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		n := rand.IntN(benchAlbums)
		got, err := s.Liked(context.Background(), usr(n%benchUsers), pageOf(n))
		if err != nil || len(got) != 20 {
			b.Fatal(len(got), err)
		}
	}
}

func BenchmarkAlbum(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		if _, err := s.Album(context.Background(), alb(rand.IntN(benchAlbums))); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUsersByID(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		ids := make([]album.UserID, 20)
		for i := range ids {
			ids[i] = usr(rand.IntN(benchUsers))
		}
		if _, err := s.UsersByID(context.Background(), ids); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFeedOf(b *testing.B) {
	for _, albums := range []int{20, 1000} {
		b.Run(fmt.Sprint(albums, " albums"), func(b *testing.B) {
			s := benchStore(b)
			if albums > 20 {
				must(b, update(context.Background(), s, "seed", func(c *conn) error {
					for n := 20; n < albums-10; n++ {
						if _, err := c.exec(insertMember, alb(n), usr(benchUsers-1), int(album.Viewer), nil, required(at(n))); err != nil {
							return err
						}
					}
					return nil
				}))
			}
			b.ResetTimer()
			for b.Loop() {
				got, err := s.FeedOf(context.Background(), usr(benchUsers-1), album.Range{Limit: 20})
				if err != nil || len(got) != 20 {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}

func BenchmarkCovers(b *testing.B) {
	s := benchStore(b)
	for b.Loop() {
		ids := make([]album.AlbumID, 20)
		for i := range ids {
			ids[i] = alb(rand.IntN(benchAlbums))
		}
		if _, err := s.Covers(context.Background(), ids); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSetLike has 64 callers on each processor.
func BenchmarkSetLike(b *testing.B) {
	s := benchStore(b)
	var calls atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := calls.Add(1)
			l := album.Like{MediaID: med(rand.IntN(benchMedia)), UserID: usr(rand.IntN(benchUsers)), At: at(int(n))}
			if _, _, err := s.SetLike(context.Background(), l, n%4 != 0); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkAddComment(b *testing.B) {
	s := benchStore(b)
	var calls atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(calls.Add(1))
			_, _, err := s.AddComment(context.Background(), album.Comment{
				ID: cmt(10*benchMedia + n), MediaID: med(rand.IntN(benchMedia)), AuthorID: usr(rand.IntN(benchUsers)),
				Text: "What a lovely day that was!", CreatedAt: at(benchMedia + n),
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}

// BenchmarkOpen opens an existing database of 50,000 media.
func BenchmarkOpen(b *testing.B) {
	path := benchFile(b)
	for b.Loop() {
		s, err := Open(context.Background(), path, nil)
		must(b, err)
		must(b, s.Close())
	}
}
