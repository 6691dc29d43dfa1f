package storetest

import (
	"slices"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

// Records reads all records of one kind, in pages of size records, and fails the
// test unless their keys ascend and Count agrees.
func Records(t testing.TB, s store.Store, kind store.Kind, size int) []store.Record {
	t.Helper()
	a := archive(t, s)
	var all []store.Record
	var last store.Record
	for {
		page := must(a.Export(t.Context(), kind, last, size))(t)
		if len(page) > size {
			t.Fatalf("%s: a page of %d records where %d were asked for", kind, len(page), size)
		}
		for _, r := range page {
			if last != nil && r.SortKey() <= last.SortKey() {
				t.Fatalf("%s: %s comes after %s", kind, r.SortKey(), last.SortKey())
			}
			last = r
		}
		all = append(all, page...)
		if len(page) < size {
			break
		}
	}
	if n := must(a.Count(t.Context(), kind))(t); n != int64(len(all)) {
		t.Errorf("%s: Count says %d, there are %d", kind, n, len(all))
	}
	return all
}

func archive(t testing.TB, s store.Store) store.Archive {
	t.Helper()
	a, ok := s.(store.Archive)
	if !ok {
		t.Fatalf("a %T is no store.Archive", s)
	}
	return a
}

// CheckSame fails the test unless two stores hold the same records, the parts
// of each album fit together, and the methods of both answer the same.
func CheckSame(t testing.TB, got, want store.Store) {
	t.Helper()
	CheckStorage(t, got)
	for _, kind := range store.Kinds() {
		equal(t, string(kind), Records(t, got, kind, 100), Records(t, want, kind, 100))
	}
	var albums []album.AlbumID
	for _, r := range Records(t, want, store.KindAlbums, 100) {
		a := r.(store.AlbumRecord)
		albums = append(albums, a.ID)
		equal(t, "log", CheckLog(t, got, a.ID), CheckLog(t, want, a.ID))
		if a.State != album.Deleting {
			CheckAlbum(t, got, a.ID)
			equal(t, "album "+string(a.ID), take(t, got, a.ID), take(t, want, a.ID))
			for _, order := range []album.MediaOrder{album.ByTaken, album.ByHand} {
				listed := must(mediaOf(t.Context(), want, a.ID, order).walk(3))(t)
				equal(t, "in the order "+string(order), must(mediaOf(t.Context(), got, a.ID, order).walk(3))(t), listed)
			}
		}
	}
	sameForAlbums(t, got, want, albums)
	sameForUsers(t, got, want)
	sameByID(t, got, want)
}

func sameForAlbums(t testing.TB, got, want store.Store, albums []album.AlbumID) {
	t.Helper()
	ctx := t.Context()
	equal(t, "Covers", must(got.Covers(ctx, albums))(t), must(want.Covers(ctx, albums))(t))
	for i, e := range Records(t, want, store.KindEntries, 100) {
		if i%5 > 0 {
			continue
		}
		at := e.(store.EntryRecord).At.Add(-time.Millisecond)
		equal(t, "SeqsAt", must(got.SeqsAt(ctx, albums, at))(t), must(want.SeqsAt(ctx, albums, at))(t))
	}
	for _, id := range albums { // a log's beginning is where it was
		for after := range int64(3) {
			_, errGot := got.Entries(ctx, id, after, 1)
			_, errWant := want.Entries(ctx, id, after, 1)
			equal(t, "Entries", album.CodeOf(errGot), album.CodeOf(errWant))
		}
	}
}

func sameForUsers(t testing.TB, got, want store.Store) {
	t.Helper()
	ctx := t.Context()
	for _, r := range Records(t, want, store.KindUsers, 100) {
		user := r.(store.UserRecord).ID
		equal(t, "FeedOf", must(feedOf(ctx, got, user).walk(7))(t), must(feedOf(ctx, want, user).walk(7))(t))
		equal(t, "AlbumsOf", must(albumsOf(ctx, got, user).walk(7))(t), must(albumsOf(ctx, want, user).walk(7))(t))
		equal(t, "PublicAlbumsOf", must(publicAlbumsOf(ctx, got, user).walk(7))(t), must(publicAlbumsOf(ctx, want, user).walk(7))(t))
		equal(t, "TrashedAlbumsOf", must(trashedAlbumsOf(ctx, got, user).walk(7))(t), must(trashedAlbumsOf(ctx, want, user).walk(7))(t))
	}
}

// sameByID asks for each thing by what it is found by.
func sameByID(t testing.TB, got, want store.Store) {
	t.Helper()
	ctx := t.Context()
	for _, r := range Records(t, want, store.KindIdentities, 100) {
		i := r.(store.IdentityRecord)
		equal(t, "Identity", must(got.Identity(ctx, i.Provider, i.Subject))(t), i.Identity)
		equal(t, "IdentityOf", must(got.IdentityOf(ctx, i.UserID, i.Provider))(t), i.Identity)
	}
	for _, r := range Records(t, want, store.KindShares, 100) {
		s, errWant := want.ShareByToken(ctx, r.(store.ShareRecord).TokenHash)
		same, errGot := got.ShareByToken(ctx, r.(store.ShareRecord).TokenHash)
		equal(t, "ShareByToken", same, s)
		equal(t, "ShareByToken", album.CodeOf(errGot), album.CodeOf(errWant))
	}
	var media []album.MediaID
	for _, r := range Records(t, want, store.KindMedia, 100) {
		media = append(media, r.(store.MediaRecord).ID)
	}
	equal(t, "KnownMedia", must(got.KnownMedia(ctx, media))(t), must(want.KnownMedia(ctx, media))(t))
	for _, lane := range []album.Lane{album.Quick, album.Long} {
		equal(t, "NextWork", must(got.NextWork(ctx, lane))(t), must(want.NextWork(ctx, lane))(t))
	}
	equal(t, "MediaByID", must(got.MediaByID(ctx, media))(t), must(want.MediaByID(ctx, media))(t))
	var comments []album.CommentID
	for _, r := range Records(t, want, store.KindComments, 100) {
		comments = append(comments, r.(store.CommentRecord).ID)
	}
	for some := range slices.Chunk(comments, 100) {
		equal(t, "CommentsByID", must(got.CommentsByID(ctx, some))(t), must(want.CommentsByID(ctx, some))(t))
	}
}
