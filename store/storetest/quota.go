package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func quotas() []promise {
	return []promise{
		{"StorageUsed grows with tickets up to the quota", fullQuota},
		{"QUOTA_EXCEEDED writes nothing", exceededQuota},
		{"what FAILED is given back once", failedQuota},
		{"what is deleted is given back once", deletedQuota},
		{"what Doomed marks is given back once", doomedQuota},
		{"what is below a DELETING album is given back once", lostQuota},
		{"other changes leave StorageUsed alone", keptQuota},
		{"16 ask for room at once and the quota holds", raceQuota},
		{"a medium is given back once by all who take it away at once", raceGiveBack},
	}
}

// used is a user's StorageUsed.
func (f *Fixture) used(t testing.TB, user album.UserID) int64 {
	t.Helper()
	return must(f.s.User(f.ctx, user))(t).StorageUsed
}

// sized makes a PENDING medium with a ticket for so many bytes.
func (f *Fixture) sized(id album.AlbumID, owner album.UserID, bytes int64) *album.Media {
	m := f.NewMedia(id, owner)
	m.Bytes, m.Upload.Bytes = bytes, bytes
	return m
}

func fullQuota(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a, other := f.Album(owner), f.Album(owner)
	f.Join(a.ID, guest, album.Editor)
	equal(t, "at first", f.used(t, owner), int64(0))
	batch := []*album.Media{f.sized(a.ID, owner, 1<<40), f.sized(a.ID, owner, 5)}
	wantCode(t, "to the last byte", f.s.CreateMedia(f.ctx, batch, 1<<40+5), "")
	equal(t, "full", f.used(t, owner), int64(1<<40+5))
	wantCode(t, "nothing more", f.s.CreateMedia(f.ctx, nil, 0), "")
	one := []*album.Media{f.sized(other.ID, owner, 1)}
	wantCode(t, "elsewhere", f.s.CreateMedia(f.ctx, one, 1<<40+5), album.CodeQuotaExceeded)
	wantCode(t, "with a greater quota", f.s.CreateMedia(f.ctx, one, 1<<40+6), "")
	wantCode(t, "of another person", f.s.CreateMedia(f.ctx, []*album.Media{f.sized(a.ID, guest, 7)}, 7), "")
	equal(t, "used", []int64{f.used(t, owner), f.used(t, guest)}, []int64{1<<40 + 6, 7})
	got := must(f.s.UpdateUser(f.ctx, owner, album.UserPatch{DisplayName: new("x")}))(t)
	equal(t, "a user who is changed", got.StorageUsed, int64(1<<40+6))
	equal(t, "users by ID", must(f.s.UsersByID(f.ctx, []album.UserID{guest}))(t)[guest].StorageUsed, int64(7))
}

func exceededQuota(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.add(f.sized(a.ID, owner, 100))
	before := must(f.s.User(f.ctx, owner))(t)
	for what, c := range map[string]struct{ bytes, quota int64 }{
		"one byte too many": {1, 151}, "a smaller quota": {0, 50}, "no quota": {1, 0}, "far too many": {1 << 62, 1<<63 - 1},
	} {
		batch := []*album.Media{f.sized(a.ID, owner, 51), f.sized(a.ID, owner, c.bytes)}
		if c.bytes == 1<<62 {
			batch[0].Upload.Bytes = 1<<62 - 100
		}
		f.unchanged(t, a.ID, func() {
			wantCode(t, what, f.s.CreateMedia(f.ctx, batch, c.quota), album.CodeQuotaExceeded)
		})
		for _, m := range batch {
			wantCode(t, what+": Media", errOf(f.s.Media(f.ctx, m.ID)), album.CodeNotFound)
		}
		equal(t, what+": user", must(f.s.User(f.ctx, owner))(t), before)
	}
	// What cannot be written takes no room.
	again := f.sized(a.ID, owner, 1)
	again.ID = f.Pending(a.ID, owner).ID
	used := f.used(t, owner)
	if err := f.s.CreateMedia(f.ctx, []*album.Media{again}, plenty); !isAlbumError(err) {
		t.Errorf("a medium with an ID in use: %v", err)
	}
	equal(t, "after what was refused", f.used(t, owner), used)
}

func failedQuota(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	kept := f.Ready(a.ID, owner)
	pending, processing, twin := f.Pending(a.ID, owner), f.Processing(a.ID, owner), f.Pending(a.ID, owner)
	equal(t, "uploads under way", f.used(t, owner), int64(4000))
	for range 2 {
		must(f.s.FailMedia(f.ctx, pending.ID, album.CodeUploadExpired, f.Change("")))(t)
		equal(t, "with a failed one", f.used(t, owner), int64(3000))
	}
	f.fail(processing.ID)
	equal(t, "with one that failed later", f.used(t, owner), int64(2000))
	facts := Facts(twin.ID)
	facts.SHA256 = Facts(kept.ID).SHA256
	for range 2 {
		must(f.s.AcceptMedia(f.ctx, twin.ID, facts, album.Work{}))(t)
		equal(t, "with a duplicate", f.used(t, owner), int64(1000))
	}
	f.discard(a.ID, pending.ID, processing.ID, twin.ID)
	equal(t, "deleted afterwards", f.used(t, owner), int64(1000))
	f.wantDoomed(t, "deleted", never(), never(), pending.ID, processing.ID, twin.ID)
	wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, []album.MediaID{pending.ID, processing.ID, twin.ID}), "")
	equal(t, "removed afterwards", f.used(t, owner), int64(1000))
}

func deletedQuota(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	f.Join(a.ID, guest, album.Editor)
	pending, processing, ready, binned := f.Pending(a.ID, owner), f.Processing(a.ID, owner), f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	guests := f.Ready(a.ID, guest)
	f.trash(a.ID, binned.ID)
	equal(t, "with one in the trash", f.used(t, owner), int64(4000))
	all := []album.MediaID{pending.ID, processing.ID, ready.ID, binned.ID, guests.ID, ready.ID}
	f.discard(a.ID, all...)
	wantNone := func(what string) {
		t.Helper()
		equal(t, what, []int64{f.used(t, owner), f.used(t, guest)}, []int64{0, 0})
	}
	wantNone("deleted")
	f.wantDoomed(t, "deleted", f.Now().Add(time.Hour), f.Now().Add(2*time.Hour), all[:5]...)
	wantNone("swept")
	for range 2 {
		wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, all), "")
		wantNone("removed")
	}
}

func doomedQuota(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	pending, failed, binned, kept := f.Pending(a.ID, owner), f.Pending(a.ID, owner), f.Ready(a.ID, owner), f.Processing(a.ID, owner)
	f.fail(failed.ID)
	f.trash(a.ID, binned.ID)
	equal(t, "before", f.used(t, owner), int64(3000))
	late := f.Now().Add(2 * time.Hour)
	for range 2 {
		f.wantDoomed(t, "too old", late, late, pending.ID, failed.ID, binned.ID)
		equal(t, "with the accepted one alone", f.used(t, owner), int64(1000))
	}
	equal(t, "the accepted one", f.medium(kept.ID), kept)
	wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, []album.MediaID{pending.ID, failed.ID, binned.ID}), "")
	equal(t, "removed", f.used(t, owner), int64(1000))
}

func lostQuota(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	for _, marked := range []bool{true, false} {
		a := f.Album(owner)
		f.Join(a.ID, guest, album.Editor)
		var all []album.MediaID
		for _, user := range []album.UserID{owner, guest} {
			failed, binned := f.Pending(a.ID, user), f.Ready(a.ID, user)
			f.fail(failed.ID)
			f.trash(a.ID, binned.ID)
			all = append(all, f.Pending(a.ID, user).ID, f.Processing(a.ID, user).ID, f.Ready(a.ID, user).ID, failed.ID, binned.ID)
		}
		equal(t, "before", []int64{f.used(t, owner), f.used(t, guest)}, []int64{4000, 4000})
		f.state(a.ID, album.Deleting)
		if marked {
			f.wantDoomed(t, "below it", never(), never(), all...)
			equal(t, "marked", []int64{f.used(t, owner), f.used(t, guest)}, []int64{0, 0})
		}
		for range 2 { // media that nothing has marked go as well
			wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, all), "")
			equal(t, "removed", []int64{f.used(t, owner), f.used(t, guest)}, []int64{0, 0})
		}
		must(f.s.PurgeAlbums(f.ctx, never()))(t)
		equal(t, "purged", []int64{f.used(t, owner), f.used(t, guest)}, []int64{0, 0})
	}
}

func keptQuota(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a, other := f.Album(owner), f.Album(guest)
	f.Join(a.ID, guest, album.Editor)
	m := f.Pending(a.ID, owner)
	facts, one := Facts(m.ID), []album.MediaID{m.ID}
	facts.Bytes = 77 // the ticket counts
	steps := []struct {
		what string
		do   func() error
	}{
		{"accepted", func() error { return errOf(f.s.AcceptMedia(f.ctx, m.ID, facts, album.Work{})) }},
		{"published", func() error { return errOf2(f.s.PublishMedia(f.ctx, m.ID, Made(m.ID), f.Change(owner))) }},
		{"not failed", func() error { return errOf(f.s.FailMedia(f.ctx, m.ID, album.CodeMediaCorrupt, f.Change(""))) }},
		{"trashed", func() error { return errOf(f.s.TrashMedia(f.ctx, a.ID, one, f.Change(guest))) }},
		{"restored", func() error { return errOf(f.s.RestoreMedia(f.ctx, a.ID, one, f.Change(guest))) }},
		{"moved", func() error { return errOf(f.s.MoveMedia(f.ctx, a.ID, other.ID, one, f.Change(guest))) }},
		{"album trashed", func() error { return errOf(f.s.SetAlbumState(f.ctx, other.ID, album.Trashed, f.Change(guest))) }},
	}
	for _, s := range steps {
		wantCode(t, s.what, s.do(), "")
		equal(t, s.what, []int64{f.used(t, owner), f.used(t, guest)}, []int64{1000, 0})
	}
}

func raceQuota(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	albums := []*album.Album{f.Album(owner), f.Album(owner)}
	media := make([][]*album.Media, 16)
	for i := range media {
		id := albums[i%2].ID
		media[i] = []*album.Media{f.sized(id, owner, 60), f.sized(id, owner, 40)}
	}
	errs := together(len(media), func(i int) error { return f.s.CreateMedia(f.ctx, media[i], 599) })
	wantAll(t, "CreateMedia", errs, "", album.CodeQuotaExceeded)
	equal(t, "calls that found room", count(errs, ""), 5)
	equal(t, "StorageUsed", f.used(t, owner), int64(500))
	for i, err := range errs {
		rows := must(f.s.MediaByID(f.ctx, ids(media[i], mediaID)))(t)
		want := 0
		if err == nil {
			want = 2
		}
		equal(t, "media of one call", len(rows), want)
	}
}

// raceGiveBack fails, deletes and sweeps the same media, while others come.
func raceGiveBack(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for range 3 {
		m := f.Pending(a.ID, owner)
		one := []album.MediaID{m.ID}
		fresh := make([]*album.Media, 4)
		for i := range fresh {
			fresh[i] = f.NewMedia(a.ID, owner)
			fresh[i].Upload.ExpiresAt = f.Now().Add(9 * time.Hour)
		}
		before, c := f.used(t, owner), f.Change(owner)
		errs := together(16, func(i int) error {
			switch i % 4 {
			case 0:
				return errOf(f.s.FailMedia(f.ctx, m.ID, album.CodeMediaCorrupt, c))
			case 1:
				return errOf(f.s.DeleteMedia(f.ctx, a.ID, one, c))
			case 2:
				return errOf(f.s.Doomed(f.ctx, never(), c.At.Add(2*time.Hour), 10))
			}
			return f.s.CreateMedia(f.ctx, fresh[i/4:i/4+1], plenty)
		})
		wantAll(t, "FailMedia, DeleteMedia, Doomed and CreateMedia", errs, "", album.CodeNotFound)
		equal(t, "StorageUsed", f.used(t, owner), before-1000+4*1000)
		wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, one), "")
		equal(t, "StorageUsed", f.used(t, owner), before-1000+4*1000)
	}
}
