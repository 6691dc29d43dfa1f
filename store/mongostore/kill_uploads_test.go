package mongostore

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"keepsake/album"
	"keepsake/store"
)

// upload takes one upload through its life, as far as it is answered: of three,
// one is refused, one has bytes that others of the person may have, one is
// deleted.
func (w *writers) upload(i int) {
	ctx, owner := context.Background(), w.users[i%len(w.users)]
	ch := store.Change{Actor: owner, At: time.Now()}
	m := &album.Media{
		ID: album.MediaID(fmt.Sprintf("med_%026d", i)), AlbumID: w.album, OwnerID: owner, Kind: album.Photo,
		Status: album.Pending, ContentType: "image/jpeg", CreatedAt: ch.At,
		Upload: album.Upload{Bytes: int64(1_000 + i), ExpiresAt: ch.At.Add(time.Hour)},
		Work:   album.Work{Lane: album.Quick, DueAt: ch.At},
	}
	steps := []func() error{
		func() error { return w.s.CreateMedia(ctx, []*album.Media{m}, 1<<40) },
		func() error {
			facts := album.MediaFacts{Kind: album.Photo, ContentType: "image/jpeg", SHA256: fmt.Sprint(i % 3 * 1_000), Key: string(m.ID)}
			_, err := w.s.AcceptMedia(ctx, m.ID, facts, album.Work{Lane: album.Quick, DueAt: ch.At})
			return err
		},
	}
	switch i % 3 {
	case 0:
		steps = append(steps, func() error {
			_, err := w.s.FailMedia(ctx, m.ID, album.CodeMediaCorrupt, ch)
			return err
		})
	case 1:
		steps = append(steps, func() error {
			_, err := w.s.DeleteMedia(ctx, w.album, []album.MediaID{m.ID}, ch)
			return err
		})
	}
	for _, step := range steps {
		err := step()
		if w.answered("upload", err, func() {}); err != nil {
			return
		}
	}
	w.say("upload %s", m.ID)
}

// misheld compares what people are said to use with their media, and looks for
// bytes that one of them has twice.
func (s *Store) misheld(t *testing.T) []string {
	t.Helper()
	users, err := find[userDoc](t.Context(), s.users, bson.D{})
	must(t, err)
	media, err := find[mediaDoc](t.Context(), s.media, bson.D{})
	must(t, err)
	used := map[album.UserID]int64{}
	sums := map[string]album.MediaID{}
	var wrong []string
	for _, m := range media {
		used[m.Row.OwnerID] += m.held()
		if m.held() == 0 || m.Row.SHA256 == "" {
			continue
		}
		sum := string(m.Row.OwnerID) + " " + string(m.Row.AlbumID) + " " + m.Row.SHA256
		if other, ok := sums[sum]; ok {
			wrong = append(wrong, fmt.Sprintf("%s and %s have the same bytes", other, m.Row.ID))
		}
		sums[sum] = m.Row.ID
	}
	for _, u := range users {
		if u.StorageUsed != used[u.ID] {
			wrong = append(wrong, fmt.Sprintf("%s is said to use %d bytes and uses %d", u.ID, u.StorageUsed, used[u.ID]))
		}
	}
	return wrong
}
