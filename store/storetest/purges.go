package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func purges() []promise {
	return []promise{
		{"an album goes once its media are gone", purgeAlbum},
		{"albums long in the trash are deleted", purgeTrash},
		{"a purge leaves other albums alone", purgeOthers},
	}
}

// wantGone checks that nothing is left of an album.
func (x furnished) wantGone(t *testing.T, f *Fixture) {
	t.Helper()
	s, ctx := f.s, f.ctx
	for what, err := range map[string]error{
		"Album":         errOf(s.Album(ctx, x.id)),
		"Entries":       errOf(s.Entries(ctx, x.id, 0, 10)),
		"Membership":    errOf(s.Membership(ctx, x.id, x.guest)),
		"Share":         errOf(s.Share(ctx, x.share.ID)),
		"ShareByToken":  errOf(s.ShareByToken(ctx, x.share.TokenHash)),
		"SetAlbumState": errOf(s.SetAlbumState(ctx, x.id, album.Active, f.Change(x.owner))),
	} {
		wantCode(t, what, err, album.CodeNotFound)
	}
	all := []album.AlbumID{x.id}
	equal(t, "Heads", len(must(s.Heads(ctx, all))(t)), 0)
	equal(t, "SeqsAt", len(must(s.SeqsAt(ctx, all, f.Now()))(t)), 0)
	equal(t, "MembershipsIn", len(must(s.MembershipsIn(ctx, x.owner, all))(t)), 0)
}

func purgeAlbum(t *testing.T, f *Fixture) {
	x := furnish(f)
	f.state(x.id, album.Deleting)
	purge := func() []album.AlbumID {
		t.Helper()
		return must(f.s.PurgeAlbums(f.ctx, never()))(t)
	}
	equal(t, "purged with media", purge(), []album.AlbumID(nil))
	CheckLog(t, f.s, x.id)
	wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, []album.MediaID{x.medium.ID, x.binned.ID, x.processing.ID}), "")
	equal(t, "purged with one medium", purge(), []album.AlbumID(nil))
	f.wantDoomed(t, "media left", never(), never(), x.pending.ID)
	wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, []album.MediaID{x.pending.ID}), "")
	equal(t, "purged without media", purge(), []album.AlbumID{x.id})
	x.wantGone(t, f)
	equal(t, "purged again", purge(), []album.AlbumID(nil))
	CheckAlbum(t, f.s, x.elsewhere.ID)
	equal(t, "the owner's albums", ids(must(albumsOf(f.ctx, f.s, x.owner).walk(10))(t), memberAlbum), []album.AlbumID{x.elsewhere.ID})
	wantCode(t, "the owner", errOf(f.s.User(f.ctx, x.owner)), "")
}

func purgeTrash(t *testing.T, f *Fixture) {
	x := furnish(f)
	f.state(x.id, album.Trashed)
	since := f.Now()
	equal(t, "purged at that moment", must(f.s.PurgeAlbums(f.ctx, since))(t), []album.AlbumID(nil))
	wantCode(t, "in the trash since then", errOf(f.s.Album(f.ctx, x.id)), "")

	equal(t, "purged later", must(f.s.PurgeAlbums(f.ctx, since.Add(time.Millisecond)))(t), []album.AlbumID(nil))
	wantCode(t, "in the trash since before", errOf(f.s.Album(f.ctx, x.id)), album.CodeNotFound)
	err := errOf(f.s.SetAlbumState(f.ctx, x.id, album.Active, f.Change(x.owner)))
	wantCode(t, "restoring it", err, album.CodeNotFound)
	CheckLog(t, f.s, x.id)
	doomed := f.wantDoomed(t, "its media", never(), never(), x.medium.ID, x.pending.ID, x.processing.ID, x.binned.ID)
	for id := range doomed {
		wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, []album.MediaID{id}), "")
	}
	equal(t, "purged at last", must(f.s.PurgeAlbums(f.ctx, since))(t), []album.AlbumID{x.id})
	x.wantGone(t, f)
}

func purgeOthers(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	active, restored, binned := f.Album(owner), f.Album(owner), f.Album(owner)
	f.state(restored.ID, album.Trashed)
	f.state(restored.ID, album.Active)
	since := f.Tick()
	f.state(binned.ID, album.Trashed)
	for _, a := range []*album.Album{active, restored, binned} {
		f.unchanged(t, a.ID, func() {
			equal(t, "purged", must(f.s.PurgeAlbums(f.ctx, since))(t), []album.AlbumID(nil))
		})
	}
	// An album without media may go in the step that marks it, or in the next.
	var gone []album.AlbumID
	for range 2 {
		gone = append(gone, must(f.s.PurgeAlbums(f.ctx, f.Now().Add(time.Hour)))(t)...)
	}
	equal(t, "purged in the end", gone, []album.AlbumID{binned.ID})
	wantCode(t, "Entries", errOf(f.s.Entries(f.ctx, binned.ID, 0, 10)), album.CodeNotFound)
	CheckAlbum(t, f.s, active.ID)
	CheckAlbum(t, f.s, restored.ID)
}
