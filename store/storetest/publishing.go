package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func publishing() []promise {
	return []promise{
		{"a published medium is READY with its facts and one entry", publishMedia},
		{"TakenAt of the facts is used where there is none", takenAt},
		{"a READY medium is returned as it is", publishAgain},
		{"a FAILED medium is CONFLICT", publishFailed},
		{"FailMedia keeps the first reason and leaves others alone", failMedia},
		{"a deleted medium is NOT_FOUND", publishDeleted},
	}
}

func publishMedia(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	f.Join(a.ID, guest, album.Contributor)
	want := f.NewMedia(a.ID, guest)
	want.Caption, want.Tags, want.Place = "waves", []string{"sea"}, &album.Place{Name: "beach"}
	wantCode(t, "CreateMedia", f.s.CreateMedia(f.ctx, []*album.Media{want}), "")
	facts := album.MediaFacts{
		Kind: album.Video, ContentType: "video/mp4", Bytes: 1 << 33, SHA256: Facts(want.ID).SHA256,
		Width: 3840, Height: 2160, Duration: 61*time.Second + 234*time.Millisecond,
		TakenAt: epoch.Add(-time.Hour), Key: "o/" + string(want.ID),
	}
	c := f.Change(guest)
	got, e := must2(f.s.PublishMedia(f.ctx, want.ID, facts, c))(t)
	want.Status, want.Kind, want.ContentType, want.Bytes, want.SHA256 = album.Ready, facts.Kind, facts.ContentType, facts.Bytes, facts.SHA256
	want.Width, want.Height, want.Duration = facts.Width, facts.Height, facts.Duration
	want.TakenAt, want.Key, want.AddedAt = facts.TakenAt, facts.Key, c.At
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

func takenAt(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	said, found := epoch.Add(-time.Hour), epoch.Add(-2*time.Hour)
	for _, c := range []struct{ said, found, want time.Time }{
		{said, found, said},
		{time.Time{}, found, found},
		{said, time.Time{}, said},
		{time.Time{}, time.Time{}, time.Time{}},
		{time.UnixMilli(0), found, time.UnixMilli(0)},
	} {
		m := f.NewMedia(a.ID, owner)
		m.TakenAt = c.said
		wantCode(t, "CreateMedia", f.s.CreateMedia(f.ctx, []*album.Media{m}), "")
		facts := Facts(m.ID)
		facts.TakenAt = c.found
		got, _ := must2(f.s.PublishMedia(f.ctx, m.ID, facts, f.Change(owner)))(t)
		equal(t, "TakenAt", got.TakenAt, c.want)
	}
}

func publishAgain(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	shown, binned := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.trash(a.ID, binned.ID)
	f.unchanged(t, a.ID, func() {
		for _, id := range []album.MediaID{shown.ID, binned.ID} {
			facts := Facts(id)
			facts.Width, facts.Key = 1, "other"
			want := f.medium(id)
			got, e := must2(f.s.PublishMedia(f.ctx, id, facts, f.Change(owner)))(t)
			equal(t, "medium", got, want)
			equal(t, "entry", e, (*album.Entry)(nil))
		}
	})
}

func publishFailed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Pending(a.ID, owner)
	f.fail(m.ID)
	want := f.medium(m.ID)
	_, e, err := f.s.PublishMedia(f.ctx, m.ID, Facts(m.ID), f.Change(owner))
	wantCode(t, "PublishMedia", err, album.CodeConflict)
	equal(t, "entry", e, (*album.Entry)(nil))
	equal(t, "medium", f.medium(m.ID), want)
	CheckAlbum(t, f.s, a.ID)
}

func failMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	ready, failed := f.Ready(a.ID, owner), f.Pending(a.ID, owner)
	f.unchanged(t, a.ID, func() {
		for _, reason := range []album.Code{album.CodeMediaUnsupported, album.CodeUploadMismatch} {
			wantCode(t, "FailMedia", f.s.FailMedia(f.ctx, failed.ID, reason), "")
			want := *failed
			want.Status, want.Failure = album.Failed, album.CodeMediaUnsupported
			equal(t, "failed medium", f.medium(failed.ID), &want)
			wantCode(t, "FailMedia of a READY one", f.s.FailMedia(f.ctx, ready.ID, reason), "")
		}
	})
	equal(t, "ready medium", f.medium(ready.ID), ready)
}

func publishDeleted(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Pending(a.ID, owner)
	f.discard(a.ID, m.ID)
	f.unchanged(t, a.ID, func() {
		err := errOf2(f.s.PublishMedia(f.ctx, m.ID, Facts(m.ID), f.Change(owner)))
		wantCode(t, "PublishMedia", err, album.CodeNotFound)
		wantCode(t, "FailMedia", f.s.FailMedia(f.ctx, m.ID, album.CodeMediaCorrupt), album.CodeNotFound)
	})
}
