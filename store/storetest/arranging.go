package storetest

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func arranging() []promise {
	return []promise{
		{"media stand in the order of adding until they are arranged", arrangedNever},
		{"arranged media follow another one, each with an entry", arrangeMedia},
		{"media that stand so already make no entry", arrangeAgain},
		{"a batch is arranged whole or not at all", refusedArrange},
		{"ByHand pages whatever the ranks", pagedByHand},
		{"any arrangement leads where a list of names does", arrangeAny},
		{"media of one rank are arranged", arrangeTies},
		{"the trash and other albums keep their ranks", arrangeOthers},
		{"media are arranged, moved and trashed at once", raceArrange},
	}
}

// byHand is the album's order by hand.
func (f *Fixture) byHand(t testing.TB, id album.AlbumID) []album.MediaID {
	t.Helper()
	return ids(must(mediaOf(f.ctx, f.s, id, album.ByHand).walk(100))(t), mediaID)
}

// arrange puts media behind another one, at the next tick.
func (f *Fixture) arrange(t testing.TB, id album.AlbumID, after album.MediaID, ids ...album.MediaID) []*album.Entry {
	t.Helper()
	return must(f.s.ArrangeMedia(f.ctx, id, ids, after, f.Change("")))(t)
}

// arranged does to a list of names what ArrangeMedia does to an album.
func arranged(order, ids []album.MediaID, after album.MediaID) []album.MediaID {
	rest := slices.DeleteFunc(slices.Clone(order), func(id album.MediaID) bool { return slices.Contains(ids, id) })
	return slices.Insert(rest, slices.Index(rest, after)+1, ids...)
}

func arrangedNever(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	all := f.Media(a.ID, owner, 4)
	slices.Reverse(all)
	equal(t, "by hand", f.byHand(t, a.ID), all)
	for _, id := range all {
		m := f.medium(id)
		equal(t, "Rank", m.Rank, album.RankAt(m.AddedAt))
	}
	// What moves in is the newest there, and what comes out of the trash is not.
	moved := f.Ready(other.ID, owner).ID
	f.trash(a.ID, all[1])
	must(f.s.MoveMedia(f.ctx, other.ID, a.ID, []album.MediaID{moved}, f.Change(owner)))(t)
	must(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{all[1]}, f.Change(owner)))(t)
	equal(t, "by hand", f.byHand(t, a.ID), append([]album.MediaID{moved}, all...))
}

func arrangeMedia(t *testing.T, f *Fixture) {
	owner, editor := f.User("owner"), f.User("editor")
	a := f.Album(owner)
	f.Media(a.ID, owner, 7)
	order := f.byHand(t, a.ID)
	for _, c := range []struct {
		what  string
		ids   []album.MediaID
		after album.MediaID
	}{
		{"one to the front", []album.MediaID{order[5]}, ""},
		{"one to the end", []album.MediaID{order[0]}, order[6]},
		{"one into the middle", []album.MediaID{order[6]}, order[3]},
		{"several to the front, one of them twice", []album.MediaID{order[2], order[6], order[2], order[1]}, ""},
		{"several into the middle", []album.MediaID{order[0], order[5], order[1]}, order[4]},
		{"all but one, backwards", []album.MediaID{order[6], order[5], order[4], order[3], order[2], order[1]}, order[0]},
		{"all of them", []album.MediaID{order[3], order[0], order[6], order[1], order[5], order[2], order[4]}, ""},
	} {
		before, want := f.album(a.ID), distinctIDs(c.ids)
		next := arranged(f.byHand(t, a.ID), want, c.after)
		change := f.Change(editor)
		entries := must(f.s.ArrangeMedia(f.ctx, a.ID, c.ids, c.after, change))(t)
		equal(t, c.what, f.byHand(t, a.ID), next)
		equal(t, c.what+": entries", ids(entries, entryMedia), want)
		for i, e := range entries {
			equal(t, c.what+": entry", e, &album.Entry{
				AlbumID: a.ID, Seq: before.Seq + int64(i) + 1, At: change.At, Kind: album.MediaArranged,
				ActorID: editor, MediaID: want[i],
			})
		}
		CheckAlbum(t, f.s, a.ID)
	}
}

func distinctIDs(list []album.MediaID) []album.MediaID {
	var out []album.MediaID
	for _, id := range list {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func arrangeAgain(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.Media(a.ID, owner, 5)
	f.arrange(t, a.ID, "", f.byHand(t, a.ID)[3])
	order := f.byHand(t, a.ID)
	f.unchanged(t, a.ID, func() {
		for _, c := range []struct {
			after album.MediaID
			ids   []album.MediaID
		}{
			{"", order}, {"", order[:2]}, {order[0], order[1:2]}, {order[2], order[3:]}, {order[4], nil}, {"", nil},
		} {
			equal(t, "entries", f.arrange(t, a.ID, c.after, c.ids...), []*album.Entry(nil))
		}
	})
	equal(t, "by hand", f.byHand(t, a.ID), order)
}

func refusedArrange(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	good := f.Media(a.ID, owner, 3)
	bad := map[string]album.MediaID{
		"of another album": f.Ready(other.ID, owner).ID, "PENDING": f.Pending(a.ID, owner).ID,
		"PROCESSING": f.Processing(a.ID, owner).ID, "unknown": album.MediaID(f.NewID(album.MediaPrefix)),
	}
	failed, binned, gone := f.Pending(a.ID, owner), f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	f.discard(a.ID, gone.ID)
	bad["FAILED"], bad["in the trash"], bad["deleted"] = failed.ID, binned.ID, gone.ID
	order := f.byHand(t, a.ID)
	f.unchanged(t, a.ID, func() {
		refused := func(what string, after album.MediaID, ids ...album.MediaID) {
			t.Helper()
			entries, err := f.s.ArrangeMedia(f.ctx, a.ID, ids, after, f.Change(owner))
			wantCode(t, what, err, album.CodeNotFound)
			equal(t, what+": entries", entries, []*album.Entry(nil))
		}
		for what, id := range bad {
			refused("one "+what, "", good[0], id)
			refused("behind one "+what, id, good[0])
		}
		refused("behind one of them", good[1], good[0], good[1])
		refused("no ID", "", good[0], "")
		nowhere := album.AlbumID(f.NewID(album.AlbumPrefix))
		wantCode(t, "in no album", errOf(f.s.ArrangeMedia(f.ctx, nowhere, good, "", f.Change(owner))), album.CodeNotFound)
	})
	equal(t, "by hand", f.byHand(t, a.ID), order)
}

func pagedByHand(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for _, at := range ties(f, 12) { // several of one rank
		f.readyAt(a.ID, owner, at, epoch)
	}
	f.trash(a.ID, f.Ready(a.ID, owner).ID)
	l := mediaOf(f.ctx, f.s, a.ID, album.ByHand)
	wantPages(t, l, ids(descending(must(l.walk(100))(t), rankPosition), mediaID))
	order := f.byHand(t, a.ID)
	want := arranged(order, []album.MediaID{order[11], order[0], order[5]}, order[7])
	f.arrange(t, a.ID, order[7], order[11], order[0], order[5])
	wantPages(t, l, want)
}

// arrangeAny compares a few hundred arrangements with a list of names: at
// random places, and again and again at the same one, where the room is used up.
func arrangeAny(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.Media(a.ID, owner, 30)
	order := f.byHand(t, a.ID)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 160 {
		n := 1
		if i%8 == 0 {
			n = 1 + r.IntN(len(order)-1)
		}
		picked := slices.Clone(order)
		r.Shuffle(len(picked), func(i, j int) { picked[i], picked[j] = picked[j], picked[i] })
		after, batch := picked[0], picked[1:1+n]
		switch {
		case i >= 60 && i < 120: // always behind the same one
			after, batch = order[9], order[20:21]
		case i%5 == 0:
			after = ""
		}
		order = arranged(order, batch, after)
		f.arrange(t, a.ID, after, batch...)
		if i%4 == 3 {
			equal(t, "by hand", f.byHand(t, a.ID), order)
		}
	}
	equal(t, "by hand", f.byHand(t, a.ID), order)
	CheckAlbum(t, f.s, a.ID)
}

func arrangeTies(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, from := f.Album(owner), f.Album(owner)
	f.Ready(a.ID, owner)
	must(f.s.MoveMedia(f.ctx, from.ID, a.ID, f.Media(from.ID, owner, 40), f.Change(owner)))(t)
	f.Ready(a.ID, owner)
	order := f.byHand(t, a.ID)
	equal(t, "ranks that are the same", f.medium(order[1]).Rank, f.medium(order[40]).Rank)
	for _, c := range []struct{ from, to, after int }{{30, 31, 20}, {3, 9, 30}, {41, 42, 1}, {0, 1, 40}, {10, 35, 5}} {
		after := order[c.after]
		batch := slices.Clone(order[c.from:c.to])
		order = arranged(order, batch, after)
		f.arrange(t, a.ID, after, batch...)
		equal(t, "by hand", f.byHand(t, a.ID), order)
	}
	CheckAlbum(t, f.s, a.ID)
}

func arrangeOthers(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	at := f.Tick()
	var all []album.MediaID
	for range 6 {
		all = append(all, f.readyAt(a.ID, owner, at, epoch).ID)
	}
	elsewhere := f.readyAt(other.ID, owner, at, epoch)
	f.trash(a.ID, all[5])
	binned := f.medium(all[5])
	order := f.byHand(t, a.ID)
	f.unchanged(t, other.ID, func() { f.arrange(t, a.ID, order[2], order[0], order[4]) })
	equal(t, "in the trash", f.medium(all[5]), binned)
	equal(t, "elsewhere", f.medium(elsewhere.ID), elsewhere)
}

func raceArrange(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	all := f.Media(a.ID, owner, 12)
	c := store.Change{Actor: owner, At: f.Tick().Add(time.Second)}
	errs := together(12, func(i int) error {
		switch {
		case i == 10:
			return errOf(f.s.MoveMedia(f.ctx, a.ID, other.ID, all[10:11], c))
		case i == 11:
			return errOf(f.s.TrashMedia(f.ctx, a.ID, all[11:], c))
		case i%2 == 0:
			return errOf(f.s.ArrangeMedia(f.ctx, a.ID, all[i:i+1], all[10+i/2%2], c)) // behind one that leaves
		}
		return errOf(f.s.ArrangeMedia(f.ctx, a.ID, all[i:i+1], all[i-1], c))
	})
	wantAll(t, "ArrangeMedia, MoveMedia and TrashMedia", errs, "", album.CodeNotFound)
	order := f.byHand(t, a.ID)
	equal(t, "media", sorted(order), sorted(all[:10]))
	CheckAlbum(t, f.s, a.ID)
	CheckAlbum(t, f.s, other.ID)
}
