package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func albumLists() []promise {
	return []promise{
		{"AlbumsOf pages by when one joined, the latest first", pagedAlbums},
		{"AlbumsOf shows ACTIVE albums that one is in", activeAlbums},
		{"public and trashed albums page by CreatedAt, the latest first", pagedOwnAlbums},
		{"public and trashed albums are the owner's own", ownAlbums},
		{"a position holds its place when its row is gone", gonePosition},
	}
}

// ties returns n times of which the rows in the middle share two, so that pages
// end between rows of one key.
func ties(f *Fixture, n int) []time.Time {
	times := make([]time.Time, n)
	for i := range times {
		if i%4 == 0 {
			f.Tick()
		}
		times[i] = f.Now()
	}
	return times
}

// albumAt adds an album that was made at a time.
func (f *Fixture) albumAt(owner album.UserID, at time.Time, v album.Visibility) *album.Album {
	f.t.Helper()
	a := f.NewAlbum(owner)
	a.CreatedAt, a.Visibility = at, v
	f.create(a)
	return a
}

func pagedAlbums(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	var joined []*album.Membership
	for _, at := range ties(f, 10) {
		a := f.Album(owner)
		m := album.Membership{AlbumID: a.ID, UserID: guest, Role: album.Viewer, JoinedAt: at}
		got, _ := must2(f.s.AddMember(f.ctx, m, f.Change(guest)))(t)
		joined = append(joined, got)
	}
	l := albumsOf(f.ctx, f.s, guest)
	want := descending(joined, l.position)
	equal(t, "memberships", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, memberAlbum))
}

func activeAlbums(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	own, shared, left, binned, deleted := f.Album(guest), f.Album(owner), f.Album(owner), f.Album(owner), f.Album(owner)
	f.Album(owner) // never joined
	for _, a := range []*album.Album{shared, left, binned, deleted} {
		f.Join(a.ID, guest, album.Contributor)
	}
	must(f.s.RemoveMember(f.ctx, left.ID, guest, album.Contributor, f.Change(guest)))(t)
	f.state(binned.ID, album.Trashed)
	f.state(deleted.ID, album.Deleting)

	l := albumsOf(f.ctx, f.s, guest)
	equal(t, "albums", ids(must(l.walk(10))(t), memberAlbum), []album.AlbumID{shared.ID, own.ID})
	f.state(binned.ID, album.Active)
	equal(t, "albums after a restore", ids(must(l.walk(10))(t), memberAlbum), []album.AlbumID{binned.ID, shared.ID, own.ID})
	nobody := album.UserID(f.NewID(album.UserPrefix))
	equal(t, "albums of nobody", must(albumsOf(f.ctx, f.s, nobody).walk(10))(t), []*album.Membership(nil))
}

func pagedOwnAlbums(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	var public, binned []*album.Album
	for _, at := range ties(f, 9) {
		public = append(public, f.albumAt(owner, at, album.Public))
		a := f.albumAt(owner, at, album.Public)
		f.state(a.ID, album.Trashed)
		binned = append(binned, a)
	}
	wantPages(t, publicAlbumsOf(f.ctx, f.s, owner), ids(descending(public, createdPosition), albumID))
	wantPages(t, trashedAlbumsOf(f.ctx, f.s, owner), ids(descending(binned, createdPosition), albumID))
	rows := must(publicAlbumsOf(f.ctx, f.s, owner).walk(100))(t)
	equal(t, "a row", rows[0], f.album(rows[0].ID))
	rows = must(trashedAlbumsOf(f.ctx, f.s, owner).walk(100))(t)
	equal(t, "a row of the trash", rows[0], f.album(rows[0].ID))
}

func ownAlbums(t *testing.T, f *Fixture) {
	owner, heir := f.User("owner"), f.User("heir")
	public := f.albumAt(owner, f.Tick(), album.Public)
	f.albumAt(owner, f.Tick(), album.Link)
	f.albumAt(owner, f.Tick(), album.Private)
	deleted := f.albumAt(owner, f.Tick(), album.Public)
	f.state(deleted.ID, album.Deleting)
	f.Join(public.ID, heir, album.Editor)

	check := func(what string, user album.UserID, wantPublic, wantTrash []album.AlbumID) {
		t.Helper()
		equal(t, what+": public", ids(must(publicAlbumsOf(f.ctx, f.s, user).walk(10))(t), albumID), wantPublic)
		equal(t, what+": trash", ids(must(trashedAlbumsOf(f.ctx, f.s, user).walk(10))(t), albumID), wantTrash)
	}
	one := []album.AlbumID{public.ID}
	check("the owner", owner, one, nil)
	check("a member", heir, nil, nil)
	must(f.s.TransferAlbum(f.ctx, public.ID, owner, heir, f.Change(owner)))(t)
	check("who handed it over", owner, nil, nil)
	check("the new owner", heir, one, nil)
	f.state(public.ID, album.Trashed)
	check("the new owner, once trashed", heir, nil, one)
	check("the old owner, once trashed", owner, nil, nil)
	f.state(public.ID, album.Deleting)
	check("the new owner, once deleted", heir, nil, nil)
}

func gonePosition(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	for range 5 {
		f.albumAt(owner, f.Tick(), album.Public)
	}
	rows := must(f.s.PublicAlbumsOf(f.ctx, owner, firstRows(5)))(t)
	f.state(rows[2].ID, album.Trashed)
	after := album.Range{After: createdPosition(rows[2]), Limit: 5}
	got := must(f.s.PublicAlbumsOf(f.ctx, owner, after))(t)
	equal(t, "rows after one that is gone", ids(got, albumID), ids(rows[3:], albumID))
}
