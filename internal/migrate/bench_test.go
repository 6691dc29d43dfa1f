package migrate_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/migrate"
	"keepsake/media"
	"keepsake/store"
	"keepsake/store/sqlitestore"
)

// The installation of the benchmark: so many records, and files of that size.
const (
	benchAlbums   = 200
	benchEach     = 50 // media of an album
	benchLikes    = 4  // of a medium
	benchComments = 2
	benchFiles    = 48
	benchFileSize = 4 << 20
)

// BenchmarkMigrate moves an installation up, compares it, and moves it down. It
// reports each way's records and megabytes a second.
func BenchmarkMigrate(b *testing.B) {
	for b.Loop() {
		first, far, last := benchSide(b), scaled(b), embedded(b)
		records := benchRecords(b, first.store)
		benchObjects(b, first.files)
		for _, way := range []struct {
			name     string
			from, to side
		}{{"up", first, far}, {"down", far, last}} {
			store := migrate.Migration{From: way.from.store, To: way.to.store}
			rate(b, way.name+"-records/s", float64(records), func() { moved(b, store) })
			rate(b, way.name+"-compared/s", float64(records), func() {
				report, err := store.Check(b.Context())
				must(b, err)
				must(b, report.Err())
			})
			files := migrate.Migration{From: way.from.store, FromFiles: way.from.files, ToFiles: way.to.files}
			rate(b, way.name+"-MB/s", benchFiles*benchFileSize/1e6, func() {
				report, err := files.Run(b.Context())
				must(b, err)
				must(b, report.Err())
			})
		}
	}
}

func rate(b *testing.B, unit string, amount float64, do func()) {
	b.Helper()
	began := time.Now()
	do()
	b.ReportMetric(amount/time.Since(began).Seconds(), unit)
}

func benchSide(b *testing.B) side {
	b.Helper()
	s := embedded(b)
	db, err := sqlitestore.OpenAlone(b.Context(), filepath.Join(b.TempDir(), "keepsake.db"), nil)
	must(b, err)
	b.Cleanup(func() { must(b, db.Close()) })
	s.store = db
	return s
}

// benchRecords fills a store and returns how many records it has then.
func benchRecords(b *testing.B, a store.Archive) (n int) {
	b.Helper()
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	id := func(prefix string, n int) string { return fmt.Sprintf("%s%026d", prefix, n) }
	batch := map[store.Kind][]store.Record{}
	add := func(kind store.Kind, r store.Record) { n++; batch[kind] = append(batch[kind], r) }
	for u := range 10 {
		add(store.KindUsers, store.UserRecord{User: album.User{ID: album.UserID(id("usr_", u)), DisplayName: "Anna", CreatedAt: at}})
	}
	owner := album.UserID(id("usr_", 0))
	for i := range benchAlbums {
		of := album.AlbumID(id("alb_", i))
		add(store.KindAlbums, store.AlbumRecord{Album: album.Album{
			ID: of, OwnerID: owner, Title: "Summer", Visibility: album.Private, Settings: album.DefaultSettings(),
			State: album.Active, MediaCount: benchEach, MemberCount: 1, Seq: benchEach, CreatedAt: at, UpdatedAt: at,
		}})
		add(store.KindMembers, store.MemberRecord{Membership: album.Membership{AlbumID: of, UserID: owner, Role: album.Owner, JoinedAt: at}})
		for j := range benchEach {
			m := album.MediaID(id("med_", i*benchEach+j))
			add(store.KindMedia, store.MediaRecord{Media: album.Media{
				ID: m, AlbumID: of, OwnerID: owner, Kind: album.Photo, Status: album.Ready, FileName: "IMG_2042.JPG",
				ContentType: "image/jpeg", Bytes: benchFileSize, Width: 4032, Height: 3024, Caption: "by the sea",
				CreatedAt: at, AddedAt: at, LikeCount: benchLikes, LikeVersion: benchLikes, CommentCount: benchComments,
				Key: "m/" + string(m) + "/original.jpg", Upload: album.Upload{Key: "incoming/" + string(m), ExpiresAt: at},
			}})
			add(store.KindEntries, store.EntryRecord{Entry: album.Entry{AlbumID: of, Seq: int64(j + 1), At: at, Kind: album.MediaAdded, MediaID: m}})
			for k := range benchLikes {
				add(store.KindLikes, store.LikeRecord{Like: album.Like{MediaID: m, UserID: album.UserID(id("usr_", k)), At: at}})
			}
			for k := range benchComments {
				add(store.KindComments, store.CommentRecord{Comment: album.Comment{
					ID: album.CommentID(id("cmt_", (i*benchEach+j)*benchComments+k)), AlbumID: of, MediaID: m, AuthorID: owner,
					Text: "what a lovely day that was", CreatedAt: at,
				}})
			}
		}
	}
	for _, kind := range store.Kinds() {
		must(b, a.Import(b.Context(), batch[kind]))
	}
	return n
}

func benchObjects(b *testing.B, to media.Bucket) {
	b.Helper()
	content := make([]byte, benchFileSize)
	random := rand.NewChaCha8([32]byte{})
	for i := range benchFiles {
		_, _ = random.Read(content) // never fails
		must(b, to.Write(b.Context(), fmt.Sprintf("m/med_%026d/original.jpg", i), "image/jpeg", bytes.NewReader(content)))
	}
}
