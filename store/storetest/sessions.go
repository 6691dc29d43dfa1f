package storetest

import (
	"testing"
	"time"

	"keepsake/album"
)

func sessions() []promise {
	return []promise{
		{"a created session is found", createdSession},
		{"a rotation replaces the newest token", rotation},
		{"a token used twice revokes its session", reuse},
		{"any earlier token revokes its session", earlierToken},
		{"a session that ended is not rotated", endedSession},
		{"a token never seen is NOT_FOUND", unknownToken},
		{"RevokeSession ends one session, once", revokeSession},
		{"RevokeSessions ends a user's others and names them", revokeSessions},
		{"PurgeSessions takes away what expired before", purgeSessions},
	}
}

func createdSession(t *testing.T, f *Fixture) {
	s := f.Session(f.User("ada"))
	equal(t, "session", must(f.s.Session(f.ctx, s.ID))(t), s)
	unknown := album.SessionID(f.NewID(album.SessionPrefix))
	wantCode(t, "Session", errOf(f.s.Session(f.ctx, unknown)), album.CodeNotFound)
}

func rotation(t *testing.T, f *Fixture) {
	want := f.Session(f.User("ada"))
	for _, token := range []string{"second", "third", "fourth"} {
		now := f.Tick()
		old := want.RefreshHash
		want.RefreshHash, want.ExpiresAt = Hash(token), now.Add(2*time.Hour)
		got := must(f.s.RotateSession(f.ctx, old, want.RefreshHash, now, want.ExpiresAt))(t)
		equal(t, "rotated session", got, want)
		equal(t, "session", must(f.s.Session(f.ctx, want.ID))(t), want)
	}
}

func reuse(t *testing.T, f *Fixture) {
	ada := f.User("ada")
	s, other := f.Session(ada), f.Session(ada)
	next := Hash("next")
	must(f.s.RotateSession(f.ctx, s.RefreshHash, next, f.Tick(), f.Now().Add(time.Hour)))(t)

	at := f.Tick()
	ended, err := f.s.RotateSession(f.ctx, s.RefreshHash, Hash("thief"), at, at.Add(time.Hour))
	wantCode(t, "the old token", err, album.CodeSessionRevoked)
	if ended.ID != s.ID || ended.UserID != ada {
		t.Errorf("SESSION_REVOKED came with the session %q of %q", ended.ID, ended.UserID)
	}
	got := must(f.s.Session(f.ctx, s.ID))(t)
	if !got.RevokedAt.Equal(at) {
		t.Errorf("RevokedAt is %v, want %v", got.RevokedAt, at)
	}
	equal(t, "newest token", got.RefreshHash, next)

	for token, code := range map[string]album.Code{"next": album.CodeSessionRevoked, "thief": album.CodeNotFound} {
		err := errOf(f.s.RotateSession(f.ctx, Hash(token), Hash("later"), f.Tick(), at.Add(time.Hour)))
		wantCode(t, "the token "+token, err, code)
	}
	equal(t, "another session", must(f.s.Session(f.ctx, other.ID))(t), other)
}

func earlierToken(t *testing.T, f *Fixture) {
	ada := f.User("ada")
	tokens := []string{"1", "2", "3", "4", "5", "6"}
	for used := range tokens[:len(tokens)-1] {
		s := f.Session(ada)
		hashes := [][]byte{s.RefreshHash}
		for _, token := range tokens {
			hashes = append(hashes, Hash(token+string(s.ID)))
			must(f.s.RotateSession(f.ctx, hashes[len(hashes)-2], hashes[len(hashes)-1], f.Tick(), f.Now().Add(time.Hour)))(t)
		}
		err := errOf(f.s.RotateSession(f.ctx, hashes[used], Hash("thief"), f.Tick(), f.Now().Add(time.Hour)))
		wantCode(t, "an earlier token", err, album.CodeSessionRevoked)
		if got := must(f.s.Session(f.ctx, s.ID))(t); got.RevokedAt.IsZero() {
			t.Errorf("after token %d of %d was used again the session is good", used, len(hashes))
		}
	}
}

func endedSession(t *testing.T, f *Fixture) {
	ada := f.User("ada")
	for _, c := range []struct {
		name string
		end  func(s album.Session) time.Time // returns when the token is used
		code album.Code
	}{
		{"good to the last millisecond", func(s album.Session) time.Time { return s.ExpiresAt.Add(-time.Millisecond) }, ""},
		{"expired now", func(s album.Session) time.Time { return s.ExpiresAt }, album.CodeSessionRevoked},
		{"expired long ago", func(s album.Session) time.Time { return s.ExpiresAt.Add(time.Hour) }, album.CodeSessionRevoked},
		{"revoked", func(s album.Session) time.Time {
			wantCode(t, "RevokeSession", f.s.RevokeSession(f.ctx, s.ID, f.Tick()), "")
			return f.Tick()
		}, album.CodeSessionRevoked},
	} {
		s := f.Session(ada)
		now := c.end(s)
		next := Hash(c.name)
		wantCode(t, c.name, errOf(f.s.RotateSession(f.ctx, s.RefreshHash, next, now, now.Add(time.Hour))), c.code)
		if c.code != "" {
			equal(t, c.name+": newest token", must(f.s.Session(f.ctx, s.ID))(t).RefreshHash, s.RefreshHash)
		}
	}
}

func unknownToken(t *testing.T, f *Fixture) {
	s := f.Session(f.User("ada"))
	for _, old := range [][]byte{Hash("never"), {}, nil, s.RefreshHash[:31]} {
		err := errOf(f.s.RotateSession(f.ctx, old, Hash("next"), f.Tick(), f.Now().Add(time.Hour)))
		wantCode(t, "RotateSession", err, album.CodeNotFound)
	}
	equal(t, "session", must(f.s.Session(f.ctx, s.ID))(t), s)
}

func revokeSession(t *testing.T, f *Fixture) {
	ada := f.User("ada")
	s, other := f.Session(ada), f.Session(ada)
	s.RevokedAt = f.Tick()
	for _, at := range []time.Time{s.RevokedAt, f.Tick()} {
		wantCode(t, "RevokeSession", f.s.RevokeSession(f.ctx, s.ID, at), "")
		equal(t, "session", must(f.s.Session(f.ctx, s.ID))(t), s)
	}
	equal(t, "another session", must(f.s.Session(f.ctx, other.ID))(t), other)
	unknown := album.SessionID(f.NewID(album.SessionPrefix))
	wantCode(t, "an unknown session", f.s.RevokeSession(f.ctx, unknown, f.Tick()), album.CodeNotFound)
}

func revokeSessions(t *testing.T, f *Fixture) {
	ada, grace := f.User("ada"), f.User("grace")
	kept, one, two, ended, others := f.Session(ada), f.Session(ada), f.Session(ada), f.Session(ada), f.Session(grace)
	wantCode(t, "RevokeSession", f.s.RevokeSession(f.ctx, ended.ID, f.Tick()), "")

	revoke := func(user album.UserID, except album.SessionID, want ...album.SessionID) {
		t.Helper()
		at := f.Tick()
		got := must(f.s.RevokeSessions(f.ctx, user, except, at))(t)
		equal(t, "sessions ended", sorted(got), sorted(want))
		for _, id := range want {
			equal(t, "RevokedAt", must(f.s.Session(f.ctx, id))(t).RevokedAt, at)
		}
	}
	revoke(ada, kept.ID, one.ID, two.ID)
	equal(t, "the one kept", must(f.s.Session(f.ctx, kept.ID))(t), kept)
	equal(t, "another user's", must(f.s.Session(f.ctx, others.ID))(t), others)
	revoke(ada, kept.ID)
	revoke(ada, others.ID, kept.ID) // somebody else's session excepts nothing
	revoke(ada, "")
	revoke(grace, "", others.ID)
	revoke(album.UserID(f.NewID(album.UserPrefix)), "")
}

func purgeSessions(t *testing.T, f *Fixture) {
	ada := f.User("ada")
	old, edge, revoked := f.Session(ada), f.Session(ada), f.Session(ada)
	must(f.s.RotateSession(f.ctx, old.RefreshHash, Hash("next"), f.Tick(), old.ExpiresAt))(t)
	wantCode(t, "RevokeSession", f.s.RevokeSession(f.ctx, revoked.ID, f.Tick()), "")
	for range 2 {
		wantCode(t, "PurgeSessions", f.s.PurgeSessions(f.ctx, edge.ExpiresAt), "")
		wantCode(t, "an expired session", errOf(f.s.Session(f.ctx, old.ID)), album.CodeNotFound)
		wantCode(t, "one that expires then", errOf(f.s.Session(f.ctx, edge.ID)), "")
		wantCode(t, "a revoked one", errOf(f.s.Session(f.ctx, revoked.ID)), "")
	}
	for _, hash := range [][]byte{old.RefreshHash, Hash("next")} {
		err := errOf(f.s.RotateSession(f.ctx, hash, Hash("later"), f.Tick(), f.Now().Add(time.Hour)))
		wantCode(t, "a token of the session that is gone", err, album.CodeNotFound)
	}
}
