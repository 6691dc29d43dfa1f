package storetest

import (
	"strconv"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func racePeople() []promise {
	return []promise{
		{"16 users take one name", raceName},
		{"16 rotations of one token", raceRotate},
		{"a session is revoked while it is rotated", raceRevoke},
		{"one user joins in 16 calls at once", raceJoin},
		{"members come and go", raceMembers},
		{"a role is changed in 16 calls at once", raceRole},
		{"an album is handed over to two", raceTransfer},
		{"an album is handed over to who is being removed", raceTransferRemove},
		{"a share is used while it is being revoked", raceShare},
		{"the last open share of an album", raceOpenShares},
	}
}

func raceName(t *testing.T, f *Fixture) {
	users, identities := make([]*album.User, 16), make([]album.Identity, 16)
	for i := range users {
		users[i], identities[i] = f.NewUser("ada")
	}
	errs := together(len(users), func(i int) error { return f.s.CreateUser(f.ctx, users[i], identities[i]) })
	wantAll(t, "CreateUser", errs, "", album.CodeNameTaken)
	equal(t, "winners", count(errs, ""), 1)
	winner := must(f.s.Identity(f.ctx, "local", "ada"))(t).UserID
	for i, u := range users {
		code := album.Code("")
		if u.ID != winner {
			code = album.CodeNotFound
		}
		wantCode(t, "User", errOf(f.s.User(f.ctx, u.ID)), code)
		equal(t, "whether it won", errs[i] == nil, u.ID == winner)
	}
}

func raceRotate(t *testing.T, f *Fixture) {
	s := f.Session(f.User("ada"))
	now := f.Tick()
	next := func(i int) []byte { return Hash("next" + strconv.Itoa(i)) }
	errs := together(16, func(i int) error {
		return errOf(f.s.RotateSession(f.ctx, s.RefreshHash, next(i), now, now.Add(time.Hour)))
	})
	wantAll(t, "RotateSession", errs, "", album.CodeSessionRevoked)
	equal(t, "winners", count(errs, ""), 1)
	if got := must(f.s.Session(f.ctx, s.ID))(t); got.RevokedAt.IsZero() {
		t.Error("the session is good though its token was used 16 times")
	}
	for i, err := range errs {
		want := album.CodeNotFound // what lost was never written
		if err == nil {
			want = album.CodeSessionRevoked
		}
		wantCode(t, "a token after the race",
			errOf(f.s.RotateSession(f.ctx, next(i), Hash("later"), f.Tick(), f.Now().Add(time.Hour))), want)
	}
}

func raceRevoke(t *testing.T, f *Fixture) {
	ada := f.User("ada")
	for range 4 {
		s := f.Session(ada)
		now := f.Tick()
		errs := together(2, func(i int) error {
			if i == 0 {
				return errOf(f.s.RevokeSessions(f.ctx, ada, "", now))
			}
			return errOf(f.s.RotateSession(f.ctx, s.RefreshHash, Hash("next"+string(s.ID)), now, now.Add(time.Hour)))
		})
		wantCode(t, "RevokeSessions", errs[0], "")
		wantAll(t, "RotateSession", errs[1:], "", album.CodeSessionRevoked)
		if got := must(f.s.Session(f.ctx, s.ID))(t); got.RevokedAt.IsZero() {
			t.Error("the rotation brought a revoked session back")
		}
	}
}

func raceJoin(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	c := f.Change(guest)
	m := album.Membership{AlbumID: a.ID, UserID: guest, Role: album.Viewer, JoinedAt: c.At}
	errs := together(16, func(int) error {
		got, _, err := f.s.AddMember(f.ctx, m, c)
		if err == nil {
			equal(t, "membership", got, &m)
		}
		return err
	})
	wantAll(t, "AddMember", errs, "")
	after := f.album(a.ID)
	if after.MemberCount != 2 || after.Seq != 2 {
		t.Errorf("after 16 joins of one user: %d members, %d entries", after.MemberCount, after.Seq)
	}
	CheckAlbum(t, f.s, a.ID)
}

func raceMembers(t *testing.T, f *Fixture) {
	users := f.Users(12)
	a := f.Album(users[0])
	c := f.Change(users[0])
	errs := together(48, func(i int) error {
		guest := users[1+i%(len(users)-1)]
		if i%4 == 3 {
			return errOf(f.s.RemoveMember(f.ctx, a.ID, guest, album.Viewer, c))
		}
		return errOf2(f.s.AddMember(f.ctx,
			album.Membership{AlbumID: a.ID, UserID: guest, Role: album.Viewer, JoinedAt: c.At}, c))
	})
	for i, err := range errs {
		if album.CodeOf(err) == album.CodeNotFound && i%4 == 3 {
			continue // was no member at that moment
		}
		wantCode(t, "AddMember or RemoveMember", err, "")
	}
	CheckAlbum(t, f.s, a.ID)
}

func raceRole(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	f.Join(a.ID, guest, album.Viewer)
	c := f.Change(owner)
	errs := together(16, func(i int) error {
		role := []album.Role{album.Contributor, album.Editor}[i%2]
		return errOf2(f.s.SetRole(f.ctx, a.ID, guest, album.Viewer, role, c))
	})
	wantAll(t, "SetRole", errs, "", album.CodeConflict)
	equal(t, "winners", count(errs, ""), 1)
	equal(t, "Seq", f.album(a.ID).Seq, int64(3))
	CheckAlbum(t, f.s, a.ID)
}

func raceTransfer(t *testing.T, f *Fixture) {
	users := f.Users(9)
	owner, heirs := users[0], users[1:]
	a := f.Album(owner)
	for _, heir := range heirs {
		f.Join(a.ID, heir, album.Viewer)
	}
	seq := f.album(a.ID).Seq
	c := f.Change(owner)
	errs := together(len(heirs), func(i int) error {
		return errOf(f.s.TransferAlbum(f.ctx, a.ID, owner, heirs[i], c))
	})
	wantAll(t, "TransferAlbum", errs, "", album.CodeConflict)
	equal(t, "winners", count(errs, ""), 1)
	after := f.album(a.ID)
	equal(t, "Seq", after.Seq, seq+2)
	for i, err := range errs {
		equal(t, "whether it is the owner", after.OwnerID == heirs[i], err == nil)
	}
	CheckAlbum(t, f.s, a.ID)
}

func raceTransferRemove(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	for i := range 4 {
		a := f.Album(owner)
		heir := f.User("heir" + strconv.Itoa(i))
		f.Join(a.ID, heir, album.Editor)
		c := f.Change(owner)
		errs := together(2, func(i int) error {
			if i == 0 {
				return errOf(f.s.TransferAlbum(f.ctx, a.ID, owner, heir, c))
			}
			return errOf(f.s.RemoveMember(f.ctx, a.ID, heir, album.Editor, c))
		})
		wantAll(t, "TransferAlbum", errs[:1], "", album.CodeNotFound)
		wantAll(t, "RemoveMember", errs[1:], "", album.CodeConflict)
		equal(t, "winners", count(errs, ""), 1)
		CheckAlbum(t, f.s, a.ID)
	}
}

// raceShare: nobody joins and nothing is handed on after a share was revoked.
func raceShare(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	guests := f.Users(8)
	for range 3 {
		a := f.Album(owner)
		s := f.Share(a.ID, owner)
		c := f.Change(owner)
		children := make([]*album.Share, len(guests))
		for i := range children {
			children[i] = f.NewShare(a.ID, owner)
			children[i].ParentID, children[i].CreatedAt = s.ID, c.At
		}
		calls := len(guests)
		errs := together(2*calls+1, func(i int) error {
			switch {
			case i < calls:
				m := album.Membership{AlbumID: a.ID, UserID: guests[i], Role: album.Viewer, ShareID: s.ID, JoinedAt: c.At}
				return errOf2(f.s.AddMember(f.ctx, m, store.Change{Actor: guests[i], At: c.At}))
			case i < 2*calls:
				return f.s.CreateShare(f.ctx, children[i-calls])
			}
			return errOf(f.s.RevokeShare(f.ctx, s.ID, c))
		})
		wantAll(t, "AddMember and CreateShare", errs[:2*calls], "", album.CodeShareClosed)
		wantCode(t, "RevokeShare", errs[2*calls], "")
		for i, child := range children {
			if errs[calls+i] == nil && must(f.s.Share(f.ctx, child.ID))(t).RevokedAt.IsZero() {
				t.Error("a share that was handed on is open, though its parent is revoked")
			}
		}
		log := CheckLog(t, f.s, a.ID)
		equal(t, "entries", len(log), 1+count(errs[:calls], "")+1)
		equal(t, "the log's last entry", log[len(log)-1].Kind, album.AccessChanged)
		CheckAlbum(t, f.s, a.ID)
	}
}

func raceOpenShares(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	f.each("CreateShare", album.MaxOpenShares-1, func(int) func() error {
		s := f.NewShare(a.ID, owner)
		return func() error { return f.s.CreateShare(f.ctx, s) }
	})
	last := make([]*album.Share, 8)
	for i := range last {
		last[i] = f.NewShare(a.ID, owner)
	}
	errs := together(len(last), func(i int) error { return f.s.CreateShare(f.ctx, last[i]) })
	wantAll(t, "CreateShare", errs, "", album.CodeLimitExceeded)
	equal(t, "winners", count(errs, ""), 1)
	equal(t, "open shares", len(must(sharesOf(f.ctx, f.s, a.ID).walk(pageSize))(t)), album.MaxOpenShares)
}
