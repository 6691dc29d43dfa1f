package storetest

import (
	"fmt"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func keys() []promise {
	return []promise{
		{"a key is one caller's until its time is up", takenKey},
		{"of concurrent calls one takes a key", raceTakeKey},
		{"an answer stays, and takes the place of the steps", answeredKey},
		{"a released key is free, or left to others if something was done", releasedKey},
		{"a key that expired is as if it were not there", expiredKey},
		{"each write is done once under a key", doneOnce},
		{"a write that fails adds no step", failedStep},
		{"who lost a key changes nothing", lostKey},
		{"a like takes no notice of a key", likeUnderKey},
		{"another write than before is CONFLICT", otherStep},
		{"PurgeKeys takes away what expired before", purgeKeys},
	}
}

// newKey makes a key that is held for a minute and forgotten after an hour.
func (f *Fixture) newKey(id, token string) store.Key {
	now := f.Tick()
	return store.Key{
		ID: id, Request: Hash("request"), Token: token, Salt: Hash(token),
		Since: now, Until: now.Add(time.Minute), Expires: now.Add(time.Hour),
	}
}

// take takes a key at a time.
func (f *Fixture) take(t testing.TB, k store.Key, now time.Time) store.Key {
	t.Helper()
	return must(f.s.TakeKey(f.ctx, k, now))(t)
}

func takenKey(t *testing.T, f *Fixture) {
	first := f.newKey("key", "first")
	equal(t, "a new key", f.take(t, first, first.Since), first)
	second := f.newKey("key", "second")
	equal(t, "while it is held", f.take(t, second, first.Until.Add(-time.Millisecond)), first)
	equal(t, "another key", f.take(t, f.newKey("another", "second"), first.Since).Token, "second")

	other := second
	other.Request = Hash("another request")
	equal(t, "of another request", f.take(t, other, first.Until), first)

	want := first
	want.Token, want.Until = second.Token, second.Until
	equal(t, "when its time is up", f.take(t, second, first.Until), want)
}

func raceTakeKey(t *testing.T, f *Fixture) {
	first := f.newKey("key", "first")
	for round, at := range []time.Time{first.Since, first.Since.Add(time.Minute), first.Since.Add(2 * time.Hour)} {
		holders := make([]string, 16)
		errs := together(len(holders), func(i int) error {
			k := first
			k.Token, k.Until = fmt.Sprint(round, "/", i), at.Add(time.Minute)
			k.Expires = at.Add(time.Hour)
			got, err := f.s.TakeKey(f.ctx, k, at)
			if got.Token == k.Token {
				holders[i] = got.Token
			}
			return err
		})
		wantAll(t, "TakeKey", errs, "")
		held := 0
		for _, h := range holders {
			if h != "" {
				held++
			}
		}
		if held != 1 {
			t.Errorf("round %d: %d hold the key", round, held)
		}
	}
}

func answeredKey(t *testing.T, f *Fixture) {
	k := f.take(t, f.newKey("key", "first"), f.Now())
	must(f.s.CreateAlbum(store.WithKey(f.ctx, k), f.NewAlbum(f.User("owner")), store.Change{At: f.Now()}))(t)
	wantCode(t, "AnswerKey by another", f.s.AnswerKey(f.ctx, k.ID, "other", []byte("wrong")), album.CodeConflict)
	wantCode(t, "AnswerKey of another", f.s.AnswerKey(f.ctx, "other", k.Token, []byte("wrong")), album.CodeConflict)
	wantCode(t, "AnswerKey", f.s.AnswerKey(f.ctx, k.ID, k.Token, []byte("answer")), "")

	want := k
	want.Answer = []byte("answer")
	wantCode(t, "ReleaseKey", f.s.ReleaseKey(f.ctx, k.ID, k.Token, f.Now()), "")
	equal(t, "an answered key", f.take(t, f.newKey("key", "second"), k.Until), want)
}

func releasedKey(t *testing.T, f *Fixture) {
	k := f.take(t, f.newKey("key", "first"), f.Now())
	wantCode(t, "ReleaseKey by another", f.s.ReleaseKey(f.ctx, k.ID, "other", f.Now()), "")
	equal(t, "not released", f.take(t, f.newKey("key", "second"), f.Now()).Token, "first")
	wantCode(t, "ReleaseKey", f.s.ReleaseKey(f.ctx, k.ID, k.Token, f.Now()), "")
	second := f.newKey("key", "second")
	equal(t, "a free key", f.take(t, second, f.Now()), second)

	must(f.s.CreateAlbum(store.WithKey(f.ctx, second), f.NewAlbum(f.User("owner")), store.Change{At: f.Now()}))(t)
	wantCode(t, "ReleaseKey", f.s.ReleaseKey(f.ctx, second.ID, second.Token, f.Tick()), "")
	third := f.newKey("key", "third")
	got := f.take(t, third, f.Now())
	equal(t, "salt", got.Salt, second.Salt)
	if got.Token != "third" || len(got.Steps) != 1 {
		t.Errorf("a key under which something was done is %s's with %d steps", got.Token, len(got.Steps))
	}
}

func expiredKey(t *testing.T, f *Fixture) {
	k := f.take(t, f.newKey("key", "first"), f.Now())
	wantCode(t, "AnswerKey", f.s.AnswerKey(f.ctx, k.ID, k.Token, []byte("answer")), "")
	next := f.newKey("key", "second")
	next.Request, next.Expires = Hash("another request"), k.Expires.Add(time.Hour)
	equal(t, "before", f.take(t, next, k.Expires.Add(-time.Millisecond)).Answer, []byte("answer"))
	equal(t, "an expired key", f.take(t, next, k.Expires), next)
}

func failedStep(t *testing.T, f *Fixture) {
	k := f.take(t, f.newKey("key", "first"), f.Now())
	a := f.Album(f.User("owner"))
	err := errOf(f.s.CreateAlbum(store.WithKey(f.ctx, k), a, store.Change{At: f.Now()}))
	wantCode(t, "an album that is there", err, album.CodeConflict)
	equal(t, "steps", len(f.take(t, f.newKey("key", "second"), k.Until).Steps), 0)
}

func lostKey(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	k := f.take(t, f.newKey("key", "first"), f.Now())
	f.take(t, f.newKey("key", "second"), k.Until)
	a := f.NewAlbum(owner)
	wantCode(t, "CreateAlbum", errOf(f.s.CreateAlbum(store.WithKey(f.ctx, k), a, store.Change{At: f.Now()})), album.CodeUnavailable)
	wantCode(t, "the album", errOf(f.s.Album(f.ctx, a.ID)), album.CodeNotFound)
}

func likeUnderKey(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	m := f.Ready(f.Album(owner).ID, owner)
	lost := store.WithKey(f.ctx, store.Key{ID: "lost", Token: "lost"})
	_, changed, err := f.s.SetLike(lost, album.Like{MediaID: m.ID, UserID: owner, At: f.Now()}, true)
	wantCode(t, "SetLike", err, "")
	equal(t, "changed", changed, true)
}

func otherStep(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	k := f.take(t, f.newKey("key", "first"), f.Now())
	must(f.s.CreateAlbum(store.WithKey(f.ctx, k), f.NewAlbum(owner), store.Change{At: f.Now()}))(t)
	again := f.take(t, f.newKey("key", "second"), k.Until)
	wantCode(t, "RevokeSessions", errOf(f.s.RevokeSessions(store.WithKey(f.ctx, again), owner, "", f.Now())), album.CodeConflict)
}

func purgeKeys(t *testing.T, f *Fixture) {
	const more = 700 // than one step of a sweep
	old := f.newKey("", "first")
	f.each("TakeKey", more, func(i int) func() error {
		k := old
		k.ID = fmt.Sprint("old", i)
		return func() error { return errOf(f.s.TakeKey(f.ctx, k, k.Since)) }
	})
	later := f.newKey("later", "first")
	f.take(t, later, later.Since)
	wantCode(t, "PurgeKeys", f.s.PurgeKeys(f.ctx, later.Expires), "")
	for _, id := range []string{"old0", fmt.Sprint("old", more-1)} {
		equal(t, id, f.take(t, f.newKey(id, "second"), old.Since).Token, "second")
	}
	equal(t, "later", f.take(t, f.newKey("later", "second"), later.Since).Token, "first")
}
