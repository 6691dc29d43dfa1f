package storetest

import (
	"slices"
	"testing"
	"time"

	"keepsake/album"
)

func work() []promise {
	return []promise{
		{"ClaimWork hands out what is due, the earliest first", claimDue},
		{"a claim is a lease with a token of its own", claimLease},
		{"media of every status are claimed while they have work", claimStatuses},
		{"lanes do not wait for each other", claimLanes},
		{"media that are marked for deletion are passed over", claimDoomed},
		{"media below a trashed album are passed over and come back", claimTrashed},
		{"media below a DELETING album are passed over", claimDeleting},
		{"HurryWork brings what is PENDING forward, but no claim", hurryWork},
		{"KeepWork replaces when, how often and how far", keepWork},
		{"KeepWork with another token is CONFLICT", keepOther},
		{"KeepWork ends work", endWork},
		{"what ends or goes on with work replaces it", replacedWork},
		{"NextWork is the earliest DueAt", nextWork},
		{"8 claim at once and each medium is handed out once", raceClaim},
		{"work is kept by who claimed it last", raceKeep},
	}
}

// due adds PENDING media with work in a lane, due a second after one another
// from a time on.
func (f *Fixture) due(id album.AlbumID, owner album.UserID, lane album.Lane, from time.Time, n int) []album.MediaID {
	f.t.Helper()
	media := make([]*album.Media, n)
	for i := range media {
		media[i] = f.NewMedia(id, owner)
		media[i].Work = album.Work{Lane: lane, DueAt: from.Add(time.Duration(i) * time.Second)}
	}
	f.add(media...)
	return ids(media, mediaID)
}

// claim claims at most limit QUICK media at a time, for a minute.
func (f *Fixture) claim(t testing.TB, at time.Time, limit int) []*album.Media {
	t.Helper()
	return must(f.s.ClaimWork(f.ctx, album.Quick, at, at.Add(time.Minute), limit))(t)
}

// wantClaim checks what is claimed, in its order.
func (f *Fixture) wantClaim(t testing.TB, what string, at time.Time, limit int, want ...album.MediaID) {
	t.Helper()
	equal(t, what, ids(f.claim(t, at, limit), mediaID), want)
}

func claimDue(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	at := f.Tick()
	f.wantClaim(t, "of none", at, 10)
	late := f.due(a.ID, owner, album.Quick, at.Add(10*time.Second), 3)
	early := f.due(other.ID, owner, album.Quick, at, 3)
	f.wantClaim(t, "before the first", at.Add(-time.Millisecond), 10)
	f.wantClaim(t, "at most none", at.Add(time.Hour), 0)
	f.wantClaim(t, "at the moment of the first", at, 10, early[0])
	f.wantClaim(t, "of two albums, the earliest", at.Add(11*time.Second), 3, early[1], early[2], late[0])
	f.wantClaim(t, "the next", at.Add(11*time.Second), 3, late[1])
	f.wantClaim(t, "no other", at.Add(12*time.Second-time.Millisecond), 3)
	f.wantClaim(t, "the last", at.Add(12*time.Second), 3, late[2])
}

func claimLease(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	f.due(a.ID, owner, album.Quick, at, 1)
	tokens := map[string]bool{"": true}
	for attempt := 1; attempt <= 4; attempt++ {
		until := at.Add(time.Minute)
		f.unchanged(t, a.ID, func() { // the album and its log
			got := must(f.s.ClaimWork(f.ctx, album.Quick, at, until, 10))(t)
			if len(got) != 1 {
				t.Fatalf("claimed %d media, want 1", len(got))
			}
			w := got[0].Work
			if tokens[w.Token] || len(w.Token) < 20 {
				t.Errorf("attempt %d has the token %q", attempt, w.Token)
			}
			tokens[w.Token] = true
			equal(t, "work", w, album.Work{Lane: album.Quick, DueAt: until, Attempts: attempt, Token: w.Token})
			equal(t, "medium, read", f.medium(got[0].ID), got[0])
		})
		f.wantClaim(t, "while the lease lasts", until.Add(-time.Millisecond), 10)
		at = until
	}
}

func claimStatuses(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	w := func(n int) album.Work {
		return album.Work{Lane: album.Quick, DueAt: at.Add(time.Duration(n) * time.Second)}
	}
	pending := f.due(a.ID, owner, album.Quick, at, 1)
	processing, ready, binned := f.Pending(a.ID, owner), f.Ready(a.ID, owner), f.Ready(a.ID, owner)
	must(f.s.AcceptMedia(f.ctx, processing.ID, Facts(processing.ID), w(1)))(t)
	for i, m := range []*album.Media{ready, binned} {
		must2(f.s.ImproveMedia(f.ctx, m.ID, album.MediaMade{Next: w(2 + i)}, f.Change("")))(t)
	}
	f.trash(a.ID, binned.ID)
	f.Ready(a.ID, owner) // nothing is to be done with it
	failed := f.due(a.ID, owner, album.Quick, at, 1)
	f.fail(failed[0])
	f.wantClaim(t, "due", at.Add(time.Minute), 10, pending[0], processing.ID, ready.ID, binned.ID)
	// What was claimed in one status is new in the next.
	next := f.medium(pending[0]).Work
	next.Attempts = 0
	got := must(f.s.AcceptMedia(f.ctx, pending[0], Facts(pending[0]), next))(t)
	equal(t, "work of the next status", got.Work, next)
}

func claimLanes(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	long := f.due(a.ID, owner, album.Long, at, 2)
	quick := f.due(a.ID, owner, album.Quick, at.Add(time.Second), 2)
	equal(t, "the next of each", []time.Time{
		must(f.s.NextWork(f.ctx, album.Quick))(t), must(f.s.NextWork(f.ctx, album.Long))(t),
	}, []time.Time{at.Add(time.Second), at})
	f.wantClaim(t, "QUICK", at.Add(time.Minute), 10, quick...)
	got := must(f.s.ClaimWork(f.ctx, album.Long, at.Add(time.Minute), at.Add(time.Hour), 10))(t)
	equal(t, "LONG", ids(got, mediaID), long)
	equal(t, "the lane", got[0].Work.Lane, album.Long)
}

func claimDoomed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	all := f.due(a.ID, owner, album.Quick, at, 4)
	f.discard(a.ID, all[0], all[2])
	f.wantClaim(t, "with some deleted", at.Add(time.Minute), 2, all[1], all[3])
	f.wantDoomed(t, "too old", never(), f.Now().Add(2*time.Hour), all...)
	f.wantClaim(t, "with all of them too old", at.Add(time.Hour), 10)
	for _, id := range all {
		for _, m := range must(f.s.Doomed(f.ctx, never(), never(), 10))(t) {
			if m.ID == id {
				wantCode(t, "KeepWork of a doomed one", f.s.KeepWork(f.ctx, id, m.Work, 0), album.CodeConflict)
			}
		}
	}
	wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, all), "")
	f.wantClaim(t, "with all gone", at.Add(time.Hour), 10)
}

func claimTrashed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, other := f.Album(owner), f.Album(owner)
	at := f.Tick()
	all := f.due(a.ID, owner, album.Quick, at, 3)
	kept := f.due(other.ID, owner, album.Quick, at.Add(10*time.Second), 1)
	claimed := f.claim(t, at, 1)[0]
	f.state(a.ID, album.Trashed)
	f.wantClaim(t, "while it is in the trash", at.Add(9*time.Second), 10)
	f.wantClaim(t, "of another album", at.Add(10*time.Minute), 2, kept...)

	// Who holds a claim may say how it stands.
	w := claimed.Work
	w.DueAt = at.Add(3 * time.Second)
	wantCode(t, "KeepWork", f.s.KeepWork(f.ctx, claimed.ID, w, 12), "")
	equal(t, "Progress", f.medium(claimed.ID).Progress, 12)
	f.wantClaim(t, "kept in the trash", at.Add(9*time.Second), 10)

	f.state(a.ID, album.Active)
	f.wantClaim(t, "restored", at.Add(9*time.Second), 10, all[1], all[2], claimed.ID)
	equal(t, "Attempts", f.medium(claimed.ID).Work.Attempts, 2)

	// Work that ended in the trash may begin anew afterwards.
	f.state(a.ID, album.Trashed)
	w = f.medium(all[1]).Work
	w.DueAt = time.Time{}
	wantCode(t, "KeepWork", f.s.KeepWork(f.ctx, all[1], w, 0), "")
	f.state(a.ID, album.Active)
	must(f.s.AcceptMedia(f.ctx, all[1], Facts(all[1]), album.Work{Lane: album.Quick, DueAt: at}))(t)
	f.wantClaim(t, "begun anew", at, 10, all[1])
}

func claimDeleting(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	for _, through := range []album.State{album.Active, album.Trashed} {
		a := f.Album(owner)
		at := f.Tick()
		all := f.due(a.ID, owner, album.Quick, at, 2)
		f.state(a.ID, through)
		f.state(a.ID, album.Deleting)
		f.wantClaim(t, "below it", at.Add(time.Minute), 10)
		f.wantDoomed(t, "to remove", never(), never(), all...)
		f.wantClaim(t, "marked", at.Add(time.Minute), 10)
		wantCode(t, "RemoveMedia", f.s.RemoveMedia(f.ctx, all), "")
	}
}

func keepWork(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	f.due(a.ID, owner, album.Quick, at, 1)
	want := f.claim(t, at, 1)[0]
	f.unchanged(t, a.ID, func() {
		for i, due := range []time.Time{at.Add(time.Hour), at.Add(time.Second), at.Add(time.Second)} {
			want.Work.DueAt, want.Work.Attempts, want.Progress = due, 7-i, 10*i
			wantCode(t, "KeepWork", f.s.KeepWork(f.ctx, want.ID, want.Work, want.Progress), "")
			equal(t, "medium", f.medium(want.ID), want)
		}
	})
	f.wantClaim(t, "before it is due again", at.Add(time.Second-time.Millisecond), 1)
	again := f.claim(t, at.Add(time.Second), 1)
	equal(t, "due again", ids(again, mediaID), []album.MediaID{want.ID})
	equal(t, "Attempts", again[0].Work.Attempts, 6)
	equal(t, "Progress", again[0].Progress, 20)
}

func keepOther(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	f.due(a.ID, owner, album.Quick, at, 1)
	first := f.claim(t, at, 1)[0]
	second := f.claim(t, at.Add(time.Minute), 1)[0]
	equal(t, "the same medium", second.ID, first.ID)
	refused := func(what string, id album.MediaID, token string) {
		t.Helper()
		for _, due := range []time.Time{at.Add(time.Hour), {}} {
			w := album.Work{Lane: album.Quick, DueAt: due, Attempts: 9, Token: token}
			wantCode(t, what, f.s.KeepWork(f.ctx, id, w, 9), album.CodeConflict)
		}
	}
	refused("the token of a lease that ended", first.ID, first.Work.Token)
	refused("no token", first.ID, "")
	refused("another token", first.ID, "other")
	equal(t, "medium", f.medium(first.ID), second)
	refused("an unknown medium", album.MediaID(f.NewID(album.MediaPrefix)), second.Work.Token)
	unclaimed := f.due(a.ID, owner, album.Quick, at, 1)[0]
	refused("a medium that nobody claimed", unclaimed, "")
	wantCode(t, "the newest token", f.s.KeepWork(f.ctx, second.ID, second.Work, 1), "")
	f.fail(second.ID)
	refused("a medium that failed", second.ID, second.Work.Token)
	f.discard(a.ID, unclaimed)
	refused("a medium that is deleted", unclaimed, "")
}

func endWork(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	f.due(a.ID, owner, album.Quick, at, 1)
	want := f.claim(t, at, 1)[0]
	w := want.Work
	w.DueAt = time.Time{}
	wantCode(t, "KeepWork", f.s.KeepWork(f.ctx, want.ID, w, 50), "")
	want.Work, want.Progress = album.Work{}, 50
	equal(t, "medium", f.medium(want.ID), want)
	f.wantClaim(t, "once it ended", at.Add(time.Hour), 10)
	wantCode(t, "KeepWork again", f.s.KeepWork(f.ctx, want.ID, w, 60), album.CodeConflict)
	equal(t, "medium", f.medium(want.ID), want)
}

// replacedWork: whoever claimed a medium before it was accepted, published,
// improved or refused holds nothing afterwards.
func replacedWork(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	id := f.due(a.ID, owner, album.Quick, at, 1)[0]
	next := album.Work{Lane: album.Quick, DueAt: at}
	for _, step := range []struct {
		what string
		do   func() error
	}{
		{"accepted", func() error { return errOf(f.s.AcceptMedia(f.ctx, id, Facts(id), next)) }},
		{"published", func() error {
			return errOf2(f.s.PublishMedia(f.ctx, id, album.MediaMade{Next: next}, f.Change(owner)))
		}},
		{"improved", func() error {
			return errOf2(f.s.ImproveMedia(f.ctx, id, album.MediaMade{Color: "#000000", Next: next}, f.Change(owner)))
		}},
		{"improved for good", func() error { return errOf2(f.s.ImproveMedia(f.ctx, id, Made(id), f.Change(owner))) }},
	} {
		claimed := f.claim(t, at, 1)
		equal(t, step.what+": claimed", ids(claimed, mediaID), []album.MediaID{id})
		equal(t, step.what+": Attempts", claimed[0].Work.Attempts, 1)
		wantCode(t, step.what, step.do(), "")
		wantCode(t, step.what+": KeepWork", f.s.KeepWork(f.ctx, id, claimed[0].Work, 1), album.CodeConflict)
	}
	f.wantClaim(t, "in the end", at.Add(time.Hour), 10)
	equal(t, "work in the end", f.medium(id).Work, album.Work{})
}

func nextWork(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	next := func(what string, want time.Time) {
		t.Helper()
		equal(t, what, must(f.s.NextWork(f.ctx, album.Quick))(t), want)
	}
	next("of none", time.Time{})
	f.due(a.ID, owner, album.Long, at, 1)
	next("of another lane", time.Time{})
	f.due(a.ID, owner, album.Quick, at.Add(time.Hour), 1)
	next("of one", at.Add(time.Hour))
	f.due(a.ID, owner, album.Quick, at, 1)
	next("of an earlier one", at)
	claimed := f.claim(t, at, 1)[0]
	next("claimed for a minute", at.Add(time.Minute))
	claimed.Work.DueAt = time.Time{}
	wantCode(t, "KeepWork", f.s.KeepWork(f.ctx, claimed.ID, claimed.Work, 0), "")
	next("once it ended", at.Add(time.Hour))
}

func raceClaim(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	all := f.due(a.ID, owner, album.Quick, at.Add(-time.Minute), 40)
	claimed := make([][]*album.Media, 8)
	errs := together(len(claimed), func(i int) error {
		for {
			got, err := f.s.ClaimWork(f.ctx, album.Quick, at, at.Add(time.Minute), 3)
			if err != nil || len(got) == 0 {
				return err
			}
			claimed[i] = append(claimed[i], got...)
		}
	})
	wantAll(t, "ClaimWork", errs, "")
	got := slices.Concat(claimed...)
	equal(t, "media handed out", sorted(ids(got, mediaID)), sorted(all))
	tokens := map[string]bool{}
	for _, m := range got {
		tokens[m.Work.Token] = true
		equal(t, "Attempts", m.Work.Attempts, 1)
		equal(t, "the one who has it", f.medium(m.ID).Work, m.Work)
	}
	equal(t, "tokens", len(tokens), len(all))
}

// raceKeep: leases that ended are claimed again while their holders keep them.
func raceKeep(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	all := f.due(a.ID, owner, album.Quick, at, 6)
	old := f.claim(t, at.Add(time.Minute), len(all))
	late := at.Add(2 * time.Minute)
	var again []*album.Media
	errs := together(len(all)+1, func(i int) (err error) {
		if i == len(all) {
			again, err = f.s.ClaimWork(f.ctx, album.Quick, late, late.Add(time.Minute), 100)
			return err
		}
		w := old[i].Work
		w.DueAt = late.Add(time.Hour)
		return f.s.KeepWork(f.ctx, old[i].ID, w, 1)
	})
	wantAll(t, "KeepWork", errs, "", album.CodeConflict)
	wantCode(t, "ClaimWork", errs[len(all)], "")
	for i, m := range old {
		lost := slices.Contains(ids(again, mediaID), m.ID)
		if lost == (errs[i] == nil) {
			t.Errorf("%s: claimed again: %t, kept: %v", m.ID, lost, errs[i])
		}
	}
}

func hurryWork(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	at := f.Tick()
	late := f.due(a.ID, owner, album.Quick, at.Add(time.Hour), 2)
	hurry := func(id album.MediaID, beyond time.Time) {
		t.Helper()
		wantCode(t, "HurryWork", f.s.HurryWork(f.ctx, id, at, beyond), "")
	}
	hurry(late[0], at.Add(time.Hour)) // it is not due later than that
	f.wantClaim(t, "what was not hurried", at, 10)
	hurry(late[0], at.Add(time.Minute))
	f.wantClaim(t, "what was hurried", at, 10, late[0])
	hurry(late[0], at.Add(time.Minute)) // claimed for a minute
	f.wantClaim(t, "what is claimed", at, 10)
	hurry("med_none", at)
	must(f.s.AcceptMedia(f.ctx, late[1], Facts(late[1]), album.Work{Lane: album.Quick, DueAt: at.Add(time.Hour)}))(t)
	hurry(late[1], at)
	f.wantClaim(t, "what is PROCESSING", at, 10)
}
