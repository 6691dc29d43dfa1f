package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func publishing() []promise {
	return []promise{
		{"a published medium is READY with what was made and one entry", publishMedia},
		{"what was made replaces the files of the same role", madeFiles},
		{"a READY medium is returned as it is", publishAgain},
		{"a PENDING or FAILED medium is CONFLICT", publishOther},
		{"ImproveMedia adds to a READY medium with one entry", improveMedia},
		{"ImproveMedia in the trash makes no entry", improveTrashed},
		{"ImproveMedia that changes nothing makes no entry", improveNothing},
		{"ImproveMedia of other statuses is CONFLICT", improveOther},
		{"FailMedia keeps the first reason and leaves others alone", failMedia},
		{"FailMedia keeps what was received and ends the work", failProcessing},
		{"a deleted medium is NOT_FOUND", publishDeleted},
	}
}

func publishMedia(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	f.Join(a.ID, guest, album.Contributor)
	want := f.NewMedia(a.ID, guest)
	want.Caption, want.Tags, want.Place = "waves", []string{"sea"}, &album.Place{Name: "beach"}
	f.add(want)
	want = f.Accept(want)
	made := Made(want.ID)
	made.Width, made.Height = 1080, 1920
	made.Next = album.Work{Lane: album.Long, DueAt: f.Now().Add(time.Second), Attempts: 2, Token: "token"}
	made.Progress = 40
	c := f.Change(guest)
	got, e := must2(f.s.PublishMedia(f.ctx, want.ID, made, c))(t)
	want.Status, want.Width, want.Height, want.Files = album.Ready, 1080, 1920, made.Files
	want.Blurhash, want.Color, want.Progress, want.Work = made.Blurhash, made.Color, 40, made.Next
	want.AddedAt, want.Rank = c.At, album.RankAt(c.At)
	equal(t, "medium, returned", got, want)
	equal(t, "medium, read", f.medium(want.ID), want)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: 3, At: c.At, Kind: album.MediaAdded, ActorID: guest, MediaID: want.ID,
	})
	after := f.album(a.ID)
	if after.MediaCount != 1 || after.Seq != 3 || !after.UpdatedAt.Equal(c.At) {
		t.Errorf("the album is %+v", after)
	}
	CheckAlbum(t, f.s, a.ID)
}

// madeFiles adds up what is made in several steps.
func madeFiles(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Processing(a.ID, owner)
	file := func(role album.FileRole, key string) album.File {
		return album.File{Role: role, Key: key, ContentType: "video/mp4", Bytes: 1 << 40, Width: 1, Height: 2, CRC32: 0xffffffff}
	}
	first := album.MediaMade{Blurhash: "one", Files: []album.File{file(album.Clean, "c"), file(album.Small, "s")}}
	got, _ := must2(f.s.PublishMedia(f.ctx, m.ID, first, f.Change(owner)))(t)
	equal(t, "the files in their order", got.Files, []album.File{file(album.Small, "s"), file(album.Clean, "c")})
	equal(t, "the size as it was", []int{got.Width, got.Height}, []int{m.Width, m.Height})

	more := album.MediaMade{Color: "#000000", Files: []album.File{file(album.Movie, "v"), file(album.Small, "other")}, Progress: 7}
	got, _ = must2(f.s.ImproveMedia(f.ctx, m.ID, more, f.Change(owner)))(t)
	want := []album.File{file(album.Small, "other"), file(album.Movie, "v"), file(album.Clean, "c")}
	equal(t, "the files, returned", got.Files, want)
	equal(t, "the files, read", f.medium(m.ID).Files, want)
	equal(t, "what was made before and after", []string{got.Blurhash, got.Color}, []string{"one", "#000000"})
	got.Files[0].Key = "spoilt"
	equal(t, "the files are the caller's own", f.medium(m.ID).Files, want)
}

func publishAgain(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	shown, binned := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.trash(a.ID, binned.ID)
	f.unchanged(t, a.ID, func() {
		for _, id := range []album.MediaID{shown.ID, binned.ID} {
			made := Made(id)
			made.Width, made.Files, made.Next = 1, nil, album.Work{Lane: album.Long, DueAt: f.Now()}
			want := f.medium(id)
			got, e := must2(f.s.PublishMedia(f.ctx, id, made, f.Change(owner)))(t)
			equal(t, "medium", got, want)
			equal(t, "entry", e, (*album.Entry)(nil))
		}
	})
}

func publishOther(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	pending, failed := f.Pending(a.ID, owner), f.Pending(a.ID, owner)
	f.fail(failed.ID)
	for _, id := range []album.MediaID{pending.ID, failed.ID} {
		want := f.medium(id)
		f.unchanged(t, a.ID, func() {
			_, e, err := f.s.PublishMedia(f.ctx, id, Made(id), f.Change(owner))
			wantCode(t, "PublishMedia", err, album.CodeConflict)
			equal(t, "entry", e, (*album.Entry)(nil))
		})
		equal(t, "medium", f.medium(id), want)
	}
	CheckAlbum(t, f.s, a.ID)
}

func improveMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	want := f.Ready(a.ID, owner)
	before := f.album(a.ID)
	movie := album.File{Role: album.Movie, Key: "v/720", ContentType: "video/mp4", Bytes: 1 << 33, Width: 1280, Height: 720}
	made := album.MediaMade{
		Width: 1280, Height: 720, Blurhash: "b", Color: "#ffffff", Files: []album.File{movie}, Progress: 80,
		Next: album.Work{Lane: album.Long, DueAt: f.Tick(), Attempts: 1, Token: "t"},
	}
	c := f.Change("")
	got, e := must2(f.s.ImproveMedia(f.ctx, want.ID, made, c))(t)
	want.Width, want.Height, want.Blurhash, want.Color, want.Progress = 1280, 720, "b", "#ffffff", 80
	want.Files, want.Work = append(want.Files, movie), made.Next
	equal(t, "medium, returned", got, want)
	equal(t, "medium, read", f.medium(want.ID), want)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: before.Seq + 1, At: c.At, Kind: album.MediaProcessed, MediaID: want.ID,
	})
	equal(t, "MediaCount", f.album(a.ID).MediaCount, before.MediaCount)
	CheckAlbum(t, f.s, a.ID)
}

func improveTrashed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	f.trash(a.ID, m.ID)
	want, before := f.medium(m.ID), f.album(a.ID)
	got, e := must2(f.s.ImproveMedia(f.ctx, m.ID, album.MediaMade{Color: "#010203", Progress: 100}, f.Change("")))(t)
	want.Color = "#010203"
	equal(t, "medium", got, want)
	equal(t, "entry", e, (*album.Entry)(nil))
	equal(t, "album", f.album(a.ID), before)
	equal(t, "trash", must(trashOf(f.ctx, f.s, a.ID, "").walk(10))(t), []*album.Media{want})
	CheckAlbum(t, f.s, a.ID)
}

// improveNothing: an improvement that is written again after a crash is told once.
func improveNothing(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	made := album.MediaMade{
		Color: "#445566", Files: Made(m.ID).Files[1:2], Progress: 3,
		Next: album.Work{Lane: album.Long, DueAt: f.Now().Add(time.Hour)},
	}
	want, _ := must2(f.s.ImproveMedia(f.ctx, m.ID, made, f.Change("")))(t)
	f.unchanged(t, a.ID, func() {
		got, e := must2(f.s.ImproveMedia(f.ctx, m.ID, made, f.Change("")))(t)
		equal(t, "medium", got, want)
		equal(t, "entry", e, (*album.Entry)(nil))
	})
}

func improveOther(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	pending, processing, failed := f.Pending(a.ID, owner), f.Processing(a.ID, owner), f.Pending(a.ID, owner)
	f.fail(failed.ID)
	f.unchanged(t, a.ID, func() {
		for _, id := range []album.MediaID{pending.ID, processing.ID, failed.ID} {
			want := f.medium(id)
			_, e, err := f.s.ImproveMedia(f.ctx, id, Made(id), f.Change(owner))
			wantCode(t, string(want.Status), err, album.CodeConflict)
			equal(t, "entry", e, (*album.Entry)(nil))
			equal(t, "medium", f.medium(id), want)
		}
	})
}

func failMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	ready, want := f.Ready(a.ID, owner), f.Pending(a.ID, owner)
	before := f.album(a.ID)
	c := f.Change("")
	e := must(f.s.FailMedia(f.ctx, want.ID, album.CodeMediaUnsupported, c))(t)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: before.Seq + 1, At: c.At, Kind: album.MediaFailed, MediaID: want.ID,
	})
	want.Status, want.Failure, want.Work = album.Failed, album.CodeMediaUnsupported, album.Work{}
	f.unchanged(t, a.ID, func() {
		for _, id := range []album.MediaID{ready.ID, want.ID} {
			e := must(f.s.FailMedia(f.ctx, id, album.CodeUploadMismatch, f.Change("")))(t)
			equal(t, "entry of another one", e, (*album.Entry)(nil))
		}
	})
	equal(t, "failed medium", f.medium(want.ID), want)
	equal(t, "ready medium", f.medium(ready.ID), ready)
}

func failProcessing(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	want := f.Processing(a.ID, owner)
	e := must(f.s.FailMedia(f.ctx, want.ID, album.CodeMediaCorrupt, f.Change("")))(t)
	equal(t, "entry", e.Kind, album.MediaFailed)
	want.Status, want.Failure, want.Work = album.Failed, album.CodeMediaCorrupt, album.Work{}
	equal(t, "medium", f.medium(want.ID), want)
	CheckAlbum(t, f.s, a.ID)
}

func publishDeleted(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	pending, processing, ready := f.Pending(a.ID, owner), f.Processing(a.ID, owner), f.Ready(a.ID, owner)
	f.discard(a.ID, pending.ID, processing.ID, ready.ID)
	f.unchanged(t, a.ID, func() {
		for what, err := range map[string]error{
			"AcceptMedia":             f.accept(pending.ID),
			"PublishMedia":            errOf2(f.s.PublishMedia(f.ctx, processing.ID, Made(processing.ID), f.Change(owner))),
			"PublishMedia, published": errOf2(f.s.PublishMedia(f.ctx, ready.ID, Made(ready.ID), f.Change(owner))),
			"ImproveMedia":            errOf2(f.s.ImproveMedia(f.ctx, ready.ID, Made(ready.ID), f.Change(owner))),
			"FailMedia":               errOf(f.s.FailMedia(f.ctx, pending.ID, album.CodeMediaCorrupt, f.Change(owner))),
			"FailMedia, accepted":     errOf(f.s.FailMedia(f.ctx, processing.ID, album.CodeMediaCorrupt, f.Change(owner))),
		} {
			wantCode(t, what, err, album.CodeNotFound)
		}
	})
}
