package storetest

import (
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func mediaLists() []promise {
	return []promise{
		{"media page by AddedAt, the latest first", pagedByAdded},
		{"media page by TakenAt, by AddedAt where there is none", pagedByTaken},
		{"the trash pages by TrashedAt, of all or of one uploader", pagedTrash},
		{"many albums page together", manyAlbums},
		{"an empty album has empty lists", emptyLists},
	}
}

// readyAt adds a READY photo published at a time.
func (f *Fixture) readyAt(id album.AlbumID, owner album.UserID, at time.Time, taken time.Time) *album.Media {
	f.t.Helper()
	m := f.NewMedia(id, owner)
	m.TakenAt = taken
	f.add(m)
	f.Accept(m)
	ready, _, err := f.s.PublishMedia(f.ctx, m.ID, Made(m.ID), store.Change{Actor: owner, At: at})
	f.ok("PublishMedia", err)
	return ready
}

func pagedByAdded(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	f.Ready(other.ID, owner)
	f.Pending(a.ID, owner)
	binned, gone := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.trash(a.ID, binned.ID)
	f.discard(a.ID, gone.ID)
	var all []*album.Media
	for i, at := range ties(f, 12) {
		// Taken in the opposite order: the lists must not be mixed up.
		all = append(all, f.readyAt(a.ID, owner, at, epoch.Add(-time.Duration(i)*time.Hour)))
	}
	l := mediaOf(f.ctx, f.s, a.ID, album.ByAdded)
	want := descending(all, addedPosition)
	equal(t, "media", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, mediaID))
}

func pagedByTaken(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	old := time.Date(1951, time.June, 1, 12, 0, 0, 1_000_000, time.UTC)
	taken := []time.Time{
		old,
		{},
		old, epoch.Add(24 * time.Hour),
		{},
		old.Add(-time.Millisecond), time.UnixMilli(0),
		time.UnixMilli(-1),
		{},
		epoch.Add(24 * time.Hour), time.UnixMilli(1), time.UnixMilli(0),
		{},
	}
	var all []*album.Media
	for i, at := range ties(f, len(taken)) {
		all = append(all, f.readyAt(a.ID, owner, at, taken[i]))
	}
	// One that was taken at the very moment when others were added.
	all = append(all, f.readyAt(a.ID, owner, f.Tick(), all[1].AddedAt))
	binned := f.readyAt(a.ID, owner, f.Tick(), old)
	f.trash(a.ID, binned.ID)
	l := mediaOf(f.ctx, f.s, a.ID, album.ByTaken)
	want := descending(all, takenPosition)
	equal(t, "media", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, mediaID))

	// An edited time moves the medium.
	must2(f.s.EditMedia(f.ctx, all[0].ID, album.MediaPatch{TakenAt: new(time.Time{})}, f.Change(owner)))(t)
	all[0] = f.medium(all[0].ID)
	wantPages(t, l, ids(descending(all, takenPosition), mediaID))
}

func pagedTrash(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a, other := f.Album(owner), f.Album(owner)
	elsewhere := f.Ready(other.ID, guest)
	f.trash(other.ID, elsewhere.ID)
	f.Media(a.ID, guest, 2)
	all := append(f.Media(a.ID, owner, 6), f.Media(a.ID, guest, 6)...)
	for batch := range 3 { // each batch shares its time
		f.trash(a.ID, all[batch], all[batch+3], all[batch+6], all[batch+9])
	}
	var everyone, guests []*album.Media
	for i, id := range all {
		m := f.medium(id)
		everyone = append(everyone, m)
		if i >= 6 {
			guests = append(guests, m)
		}
	}
	want := descending(everyone, trashedPosition)
	equal(t, "media", must(trashOf(f.ctx, f.s, a.ID, "").walk(100))(t), want)
	wantPages(t, trashOf(f.ctx, f.s, a.ID, ""), ids(want, mediaID))
	wantPages(t, trashOf(f.ctx, f.s, a.ID, guest), ids(descending(guests, trashedPosition), mediaID))
	stranger := album.UserID(f.NewID(album.UserPrefix))
	wantPages(t, trashOf(f.ctx, f.s, a.ID, stranger), []album.MediaID(nil))
}

func manyAlbums(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	var asked []album.AlbumID
	added, taken := map[album.AlbumID][]album.MediaID{}, map[album.AlbumID][]album.MediaID{}
	var middle *album.Media
	for i := range 4 { // the first has none
		a := f.Album(owner)
		asked = append(asked, a.ID)
		for range 2 * i {
			m := f.readyAt(a.ID, owner, f.Tick(), epoch.Add(-f.Now().Sub(epoch)))
			if i == 2 && middle == nil {
				middle = m
			}
			added[a.ID] = append([]album.MediaID{m.ID}, added[a.ID]...)
			taken[a.ID] = append(taken[a.ID], m.ID)
		}
	}
	asked = append(asked, asked[2], album.AlbumID(f.NewID(album.AlbumPrefix)))
	read := func(order album.MediaOrder, r album.Range) map[album.AlbumID][]album.MediaID {
		got := map[album.AlbumID][]album.MediaID{}
		for id, rows := range must(f.s.MediaOf(f.ctx, asked, order, r))(t) {
			got[id] = ids(rows, mediaID)
		}
		return got
	}
	for limit := 1; limit <= 7; limit++ {
		equal(t, "the first by AddedAt", read(album.ByAdded, firstRows(limit)), firstOf(added, limit))
		equal(t, "the first by TakenAt", read(album.ByTaken, firstRows(limit)), firstOf(taken, limit))
	}
	// One position holds for each of them: here all of the album before it is
	// left, all of the album behind it is not, and nothing of its own is.
	after := album.Range{After: addedPosition(middle), Limit: 10}
	equal(t, "after a position", read(album.ByAdded, after), map[album.AlbumID][]album.MediaID{asked[1]: added[asked[1]]})
}

func emptyLists(t *testing.T, f *Fixture) {
	a := f.Album(f.User("owner"))
	for _, l := range []list[*album.Media]{
		mediaOf(f.ctx, f.s, a.ID, album.ByAdded), mediaOf(f.ctx, f.s, a.ID, album.ByTaken), trashOf(f.ctx, f.s, a.ID, ""),
	} {
		wantPages(t, l, []album.MediaID(nil))
	}
	wantPages(t, sharesOf(f.ctx, f.s, a.ID), []album.ShareID(nil))
}
