package sqlitestore

import (
	"context"
	"fmt"
	"math"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

// The identifiers of test rows.
func usr(n int) album.UserID    { return album.UserID(fmt.Sprintf("usr_%026d", n)) }
func alb(n int) album.AlbumID   { return album.AlbumID(fmt.Sprintf("alb_%026d", n)) }
func med(n int) album.MediaID   { return album.MediaID(fmt.Sprintf("med_%026d", n)) }
func cmt(n int) album.CommentID { return album.CommentID(fmt.Sprintf("cmt_%026d", n)) }

// at is a moment of the tests' time, in seconds.
func at(n int) time.Time { return time.Date(2025, 5, 1, 0, 0, n, 0, time.UTC) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// seedUser, seedAlbum and seedMedia add one row each.
func seedUser(t testing.TB, s *Store, n int) {
	t.Helper()
	must(t, s.CreateUser(context.Background(), &album.User{ID: usr(n), DisplayName: "Anna", CreatedAt: at(n)},
		album.Identity{Provider: "local", Subject: fmt.Sprint("user", n), UserID: usr(n)}))
}

func seedAlbum(t testing.TB, s *Store, n, owner int) {
	t.Helper()
	_, err := s.CreateAlbum(context.Background(), &album.Album{
		ID: alb(n), OwnerID: usr(owner), Title: "Holiday", Visibility: album.Private,
		Settings: album.DefaultSettings(), State: album.Active, CreatedAt: at(n),
	}, store.Change{Actor: usr(owner), At: at(n)})
	must(t, err)
}

func pending(n, of, owner int) *album.Media {
	return &album.Media{
		ID: med(n), AlbumID: alb(of), OwnerID: usr(owner), Kind: album.Photo, Status: album.Pending,
		FileName: "IMG_2042.JPG", ContentType: "image/jpeg", Bytes: 2_345_678, CreatedAt: at(n),
		Upload: album.Upload{
			Key: "uploads/" + string(med(n)), ContentType: "image/jpeg", Bytes: 2_345_678, ExpiresAt: at(n + 3600),
		},
		Work: album.Work{Lane: album.Quick, DueAt: at(n)},
	}
}

func seedMedia(t testing.TB, s *Store, n, of, owner int) {
	t.Helper()
	must(t, s.CreateMedia(context.Background(), []*album.Media{pending(n, of, owner)}, math.MaxInt64))
	_, err := s.AcceptMedia(context.Background(), med(n), facts(n), album.Work{Lane: album.Quick, DueAt: at(n)})
	must(t, err)
	_, _, err = s.PublishMedia(context.Background(), med(n), made(n), store.Change{Actor: usr(owner), At: at(n)})
	must(t, err)
}

// facts and made are what is known of each published medium.
func facts(n int) album.MediaFacts {
	return album.MediaFacts{
		Kind: album.Photo, ContentType: "image/jpeg", Bytes: 2_345_678, Width: 4032, Height: 3024,
		SHA256: fmt.Sprintf("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15%08x", n),
		Key:    "originals/" + string(med(n)),
	}
}

func made(n int) album.MediaMade {
	files := make([]album.File, 3)
	for i, role := range []album.FileRole{album.Small, album.Medium, album.Large} {
		files[i] = album.File{
			Role: role, Key: fmt.Sprint("m/", med(n), "/", role, ".jpg"), ContentType: "image/jpeg",
			Bytes: 123_456, Width: 1440, Height: 1080, CRC32: 0x9ae0daaf,
		}
	}
	return album.MediaMade{Blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", Color: "#7f93a1", Files: files, Progress: 100}
}

// seedOne adds one user, album and medium, each number 1.
func seedOne(t testing.TB, s *Store) {
	t.Helper()
	seedUser(t, s, 1)
	seedAlbum(t, s, 1, 1)
	seedMedia(t, s, 1, 1, 1)
}
