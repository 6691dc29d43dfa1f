package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func receiving() []promise {
	return []promise{
		{"an accepted medium is PROCESSING with its facts and its work", acceptMedia},
		{"TakenAt and Place of the facts are used where there is none", acceptUnsaid},
		{"a medium that is not PENDING is left alone", acceptAgain},
		{"the same bytes fail as UPLOAD_DUPLICATE of those that are there", acceptDuplicate},
		{"the same bytes elsewhere or of another person are no duplicate", acceptDistinct},
		{"what is trashed, deleted, failed or still to come has no duplicate", acceptGone},
		{"Duplicates finds the oldest by their sums", duplicates},
		{"a copy keeps whose bytes it has", acceptCopy},
	}
}

func acceptMedia(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	want := f.NewMedia(a.ID, owner)
	want.Caption, want.Tags = "waves", []string{"sea"}
	f.add(want)
	facts := album.MediaFacts{
		Kind: album.Video, ContentType: "video/mp4", Bytes: 1 << 33, SHA256: Facts(want.ID).SHA256, CRC32: 0xffffffff,
		Width: 3840, Height: 2160, Duration: 61*time.Second + 234*time.Millisecond, TakenAt: epoch.Add(-time.Hour),
		Camera: "Acme 夏", Place: &album.Place{Latitude: -33.25, Longitude: 151.5}, Key: "o/" + string(want.ID),
	}
	work := album.Work{Lane: album.Long, DueAt: f.Tick(), Attempts: 3, Token: "token"}
	f.unchanged(t, a.ID, func() {
		got := must(f.s.AcceptMedia(f.ctx, want.ID, facts, work))(t)
		want.Status, want.Kind, want.ContentType, want.Bytes = album.Processing, facts.Kind, facts.ContentType, facts.Bytes
		want.SHA256, want.CRC32, want.Width, want.Height = facts.SHA256, facts.CRC32, facts.Width, facts.Height
		want.Duration, want.TakenAt, want.Camera, want.Place = facts.Duration, facts.TakenAt, facts.Camera, facts.Place
		want.Key, want.Work = facts.Key, work
		equal(t, "medium, returned", got, want)
		equal(t, "medium, read", f.medium(want.ID), want)
	})
	CheckAlbum(t, f.s, a.ID)
}

func acceptUnsaid(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	said, found := epoch.Add(-time.Hour), epoch.Add(-2*time.Hour)
	here, there := &album.Place{Name: "here", Latitude: 1}, &album.Place{Latitude: 2, Longitude: 3}
	for _, c := range []struct {
		said, found, want          time.Time
		saidAt, foundAt, wantPlace *album.Place
	}{
		{said, found, said, here, there, here},
		{time.Time{}, found, found, nil, there, there},
		{said, time.Time{}, said, here, nil, here},
		{time.Time{}, time.Time{}, time.Time{}, nil, nil, nil},
		{time.UnixMilli(0), found, time.UnixMilli(0), &album.Place{}, there, &album.Place{}},
	} {
		m := f.NewMedia(a.ID, owner)
		m.TakenAt, m.Place = c.said, c.saidAt
		f.add(m)
		facts := Facts(m.ID)
		facts.TakenAt, facts.Place = c.found, c.foundAt
		got := must(f.s.AcceptMedia(f.ctx, m.ID, facts, album.Work{}))(t)
		equal(t, "TakenAt", got.TakenAt, c.want)
		equal(t, "Place", got.Place, c.wantPlace)
		equal(t, "no work", got.Work, album.Work{})
		equal(t, "medium, read", f.medium(m.ID), got)
	}
}

func acceptAgain(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	processing, ready, failed, binned := f.Processing(a.ID, owner), f.Ready(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	f.unchanged(t, a.ID, func() {
		for _, id := range []album.MediaID{processing.ID, ready.ID, failed.ID, binned.ID} {
			facts := Facts(id)
			facts.Width, facts.Key, facts.SHA256 = 1, "other", Facts(ready.ID).SHA256
			want := f.medium(id)
			got := must(f.s.AcceptMedia(f.ctx, id, facts, album.Work{Lane: album.Long, DueAt: f.Now()}))(t)
			equal(t, "medium, returned", got, want)
			equal(t, "medium, read", f.medium(id), want)
		}
	})
}

// twin accepts a new PENDING medium with the bytes of another.
func (f *Fixture) twin(t *testing.T, id album.AlbumID, owner album.UserID, of album.MediaID) *album.Media {
	t.Helper()
	m := f.Pending(id, owner)
	facts := Facts(m.ID)
	facts.SHA256 = Facts(of).SHA256
	return must(f.s.AcceptMedia(f.ctx, m.ID, facts, album.Work{Lane: album.Quick, DueAt: f.Tick()}))(t)
}

func acceptDuplicate(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	first, ready := f.Processing(a.ID, owner), f.Ready(a.ID, owner)
	for _, of := range []album.MediaID{first.ID, ready.ID} {
		want := f.Pending(a.ID, owner)
		facts := Facts(want.ID)
		facts.SHA256 = Facts(of).SHA256
		f.unchanged(t, a.ID, func() { // no entry
			got := must(f.s.AcceptMedia(f.ctx, want.ID, facts, album.Work{Lane: album.Long, DueAt: f.Now()}))(t)
			want.Status, want.Failure, want.DuplicateOf, want.Work = album.Failed, album.CodeUploadDuplicate, of, album.Work{}
			equal(t, "medium, returned", got, want)
			equal(t, "medium, read", f.medium(want.ID), want)
		})
		used := f.used(t, owner)
		must(f.s.AcceptMedia(f.ctx, want.ID, facts, album.Work{Lane: album.Long, DueAt: f.Now()}))(t)
		equal(t, "medium, received again", f.medium(want.ID), want)
		equal(t, "StorageUsed, received again", f.used(t, owner), used)
	}
}

func acceptDistinct(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a, other := f.Album(owner), f.Album(owner)
	f.Join(a.ID, guest, album.Editor)
	first := f.Ready(a.ID, owner)
	for what, m := range map[string]*album.Media{
		"in another album":  f.twin(t, other.ID, owner, first.ID),
		"of another person": f.twin(t, a.ID, guest, first.ID),
	} {
		equal(t, what, m.Status, album.Processing)
		equal(t, what+": DuplicateOf", m.DuplicateOf, album.MediaID(""))
	}
	// Nothing is known of bytes without a sum.
	for range 2 {
		m := f.Pending(a.ID, owner)
		facts := Facts(m.ID)
		facts.SHA256 = ""
		equal(t, "without a sum", must(f.s.AcceptMedia(f.ctx, m.ID, facts, album.Work{}))(t).Status, album.Processing)
	}
}

func acceptGone(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	pending, failed, binned := f.Pending(a.ID, owner), f.Processing(a.ID, owner), f.Ready(a.ID, owner)
	deleted, moved := f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	f.discard(a.ID, deleted.ID)
	must(f.s.MoveMedia(f.ctx, a.ID, other.ID, []album.MediaID{moved.ID}, f.Change(owner)))(t)
	for what, id := range map[string]album.MediaID{
		"PENDING": pending.ID, "FAILED": failed.ID, "in the trash": binned.ID, "deleted": deleted.ID, "moved away": moved.ID,
	} {
		equal(t, "the same bytes as one "+what, f.twin(t, a.ID, owner, id).Status, album.Processing)
	}
	equal(t, "where the moved one is", f.twin(t, other.ID, owner, moved.ID).DuplicateOf, moved.ID)

	// One that is restored beside its twin is there twice, and the older one counts.
	twin := f.twin(t, a.ID, owner, binned.ID)
	equal(t, "while the twin is there", twin.Status, album.Failed)
	must(f.s.RestoreMedia(f.ctx, a.ID, []album.MediaID{binned.ID}, f.Change(owner)))(t)
	equal(t, "the oldest", f.twin(t, a.ID, owner, binned.ID).DuplicateOf, min(twin.DuplicateOf, binned.ID))
}

func duplicates(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a, other := f.Album(owner), f.Album(owner)
	f.Join(a.ID, guest, album.Editor)
	ready, processing, pending, failed := f.Ready(a.ID, owner), f.Processing(a.ID, owner), f.Pending(a.ID, owner), f.Processing(a.ID, owner)
	binned, deleted, guests, elsewhere := f.Ready(a.ID, owner), f.Ready(a.ID, owner), f.Ready(a.ID, guest), f.Ready(other.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	f.discard(a.ID, deleted.ID)
	sum := func(id album.MediaID) string { return Facts(id).SHA256 }
	sums := []string{sum(f.Pending(a.ID, owner).ID), "", "x", sum(ready.ID)}
	for _, m := range []*album.Media{processing, pending, failed, binned, deleted, guests, elsewhere, ready} {
		sums = append(sums, sum(m.ID))
	}
	find := func(id album.AlbumID, owner album.UserID) map[string]*album.Media {
		t.Helper()
		return must(f.s.Duplicates(f.ctx, id, owner, sums))(t)
	}
	equal(t, "the owner's", find(a.ID, owner), map[string]*album.Media{sum(ready.ID): ready, sum(processing.ID): processing})
	equal(t, "the guest's", find(a.ID, guest), map[string]*album.Media{sum(guests.ID): guests})
	equal(t, "elsewhere", find(other.ID, owner), map[string]*album.Media{sum(elsewhere.ID): elsewhere})
	equal(t, "of no sums", len(must(f.s.Duplicates(f.ctx, a.ID, owner, nil))(t)), 0)

	// Where there are several the oldest by ID is found, in whatever order they came.
	several := []album.MediaID{binned.ID}
	for range 3 {
		f.trash(a.ID, several[len(several)-1])
		m := f.twin(t, a.ID, owner, binned.ID)
		must2(f.s.PublishMedia(f.ctx, m.ID, Made(m.ID), f.Change(owner)))(t)
		several = append(several, m.ID)
	}
	must(f.s.RestoreMedia(f.ctx, a.ID, several, f.Change(owner)))(t)
	equal(t, "the oldest", find(a.ID, owner)[sum(binned.ID)].ID, sorted(several)[0])
	f.state(a.ID, album.Trashed)
	equal(t, "in an album in the trash", len(find(a.ID, owner)), 3)
}

func acceptCopy(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	source := f.Ready(a.ID, owner)
	want := f.NewMedia(a.ID, owner)
	want.Upload.Key, want.Upload.CopyOf, want.Upload.CRC32C = source.Key, source.ID, "e3069283"
	f.add(want)
	equal(t, "a copy to come", f.medium(want.ID).Upload, want.Upload)
	f.Publish(want)
	equal(t, "a copy", f.medium(want.ID).Upload, want.Upload)
}
