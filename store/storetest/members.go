package storetest

import (
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func members() []promise {
	return []promise{
		{"a new member joins with one entry", joinAlbum},
		{"who is a member already is raised or left alone", joinAgain},
		{"a member comes by an open share only", joinByShare},
		{"what is unknown is NOT_FOUND", unknownMembers},
		{"members page by JoinedAt, the first first", pagedMembers},
		{"SetRole changes a role that is as expected", setRole},
		{"RemoveMember takes out who is in the expected role", removeMember},
		{"who left may join again", rejoin},
	}
}

func joinAlbum(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	joined := f.Tick()
	m := album.Membership{AlbumID: a.ID, UserID: guest, Role: album.Contributor, JoinedAt: joined}
	c := f.Change(owner)
	got, e := must2(f.s.AddMember(f.ctx, m, c))(t)
	equal(t, "membership, returned", got, &m)
	equal(t, "membership, read", must(f.s.Membership(f.ctx, a.ID, guest))(t), &m)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: 2, At: c.At, Kind: album.MemberJoined, ActorID: owner, UserID: guest,
	})
	want := *a
	want.MemberCount, want.Seq, want.UpdatedAt = 2, 2, c.At
	equal(t, "album", f.album(a.ID), &want)
	CheckAlbum(t, f.s, a.ID)
}

func joinAgain(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	for _, c := range []struct{ has, asks, gets album.Role }{
		{album.Viewer, album.Viewer, album.Viewer},
		{album.Editor, album.Viewer, album.Editor},
		{album.Viewer, album.Contributor, album.Contributor},
		{album.Contributor, album.Editor, album.Editor},
	} {
		what := c.has.String() + " asks for " + c.asks.String()
		guest := f.User(what)
		f.Join(a.ID, guest, c.has)
		want := must(f.s.Membership(f.ctx, a.ID, guest))(t)
		before := f.album(a.ID)

		change := f.Change(guest)
		got, e := must2(f.s.AddMember(f.ctx,
			album.Membership{AlbumID: a.ID, UserID: guest, Role: c.asks, JoinedAt: change.At}, change))(t)
		want.Role = c.gets
		equal(t, what+", returned", got, want)
		equal(t, what+", read", must(f.s.Membership(f.ctx, a.ID, guest))(t), want)
		after := f.album(a.ID)
		if c.has == c.gets {
			equal(t, what+", entry", e, (*album.Entry)(nil))
			equal(t, what+", album", after, before)
			continue
		}
		equal(t, what+", entry", e, &album.Entry{
			AlbumID: a.ID, Seq: before.Seq + 1, At: change.At, Kind: album.MemberRoleChanged, ActorID: guest, UserID: guest,
		})
		equal(t, what+", MemberCount", after.MemberCount, before.MemberCount)
	}
	f.unchanged(t, a.ID, func() {
		c := f.Change(owner)
		got, e := must2(f.s.AddMember(f.ctx,
			album.Membership{AlbumID: a.ID, UserID: owner, Role: album.Editor, JoinedAt: c.At}, c))(t)
		equal(t, "the owner's role", got.Role, album.Owner)
		equal(t, "entry", e, (*album.Entry)(nil))
	})
	CheckAlbum(t, f.s, a.ID)
}

func joinByShare(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	open, expiring, revoked := f.Share(a.ID, owner), f.NewShare(a.ID, owner), f.Share(a.ID, owner)
	expiring.ExpiresAt = f.Now().Add(time.Hour)
	wantCode(t, "CreateShare", f.s.CreateShare(f.ctx, expiring), "")
	must(f.s.RevokeShare(f.ctx, revoked.ID, f.Change(owner)))(t)
	for _, c := range []struct {
		name  string
		share *album.Share
		at    time.Time
		code  album.Code
	}{
		{"open", open, f.Tick(), ""},
		{"open to the last millisecond", expiring, expiring.ExpiresAt.Add(-time.Millisecond), ""},
		{"expiring at that moment", expiring, expiring.ExpiresAt, album.CodeShareClosed},
		{"expired", expiring, expiring.ExpiresAt.Add(time.Hour), album.CodeShareClosed},
		{"revoked", revoked, f.Tick(), album.CodeShareClosed},
	} {
		guest := f.User(c.name)
		before := take(t, f.s, a.ID)
		m := album.Membership{AlbumID: a.ID, UserID: guest, Role: album.Viewer, ShareID: c.share.ID, JoinedAt: c.at}
		_, e, err := f.s.AddMember(f.ctx, m, store.Change{Actor: guest, At: c.at})
		wantCode(t, c.name, err, c.code)
		if c.code != "" {
			equal(t, c.name+": entry", e, (*album.Entry)(nil))
			equal(t, c.name+": album", take(t, f.s, a.ID), before)
			continue
		}
		equal(t, c.name+": membership", must(f.s.Membership(f.ctx, a.ID, guest))(t), &m)
	}
	CheckAlbum(t, f.s, a.ID)
}

func unknownMembers(t *testing.T, f *Fixture) {
	owner, stranger := f.User("owner"), f.User("stranger")
	nobody := album.UserID(f.NewID(album.UserPrefix))
	nowhere := album.AlbumID(f.NewID(album.AlbumPrefix))
	a := f.Album(owner)
	f.unchanged(t, a.ID, func() {
		c := f.Change(owner)
		add := func(id album.AlbumID, user album.UserID) error {
			return errOf2(f.s.AddMember(f.ctx,
				album.Membership{AlbumID: id, UserID: user, Role: album.Viewer, JoinedAt: c.At}, c))
		}
		for what, err := range map[string]error{
			"AddMember to no album":    add(nowhere, stranger),
			"AddMember of nobody":      add(a.ID, nobody),
			"Membership of a stranger": errOf(f.s.Membership(f.ctx, a.ID, stranger)),
			"SetRole of a stranger":    errOf2(f.s.SetRole(f.ctx, a.ID, stranger, album.Viewer, album.Editor, c)),
			"SetRole in no album":      errOf2(f.s.SetRole(f.ctx, nowhere, owner, album.Viewer, album.Editor, c)),
			"RemoveMember, a stranger": errOf(f.s.RemoveMember(f.ctx, a.ID, stranger, album.Viewer, c)),
			"RemoveMember, no album":   errOf(f.s.RemoveMember(f.ctx, nowhere, owner, album.Viewer, c)),
		} {
			wantCode(t, what, err, album.CodeNotFound)
		}
	})
}

func pagedMembers(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	all := []*album.Membership{must(f.s.Membership(f.ctx, a.ID, owner))(t)}
	for i, at := range ties(f, 10) {
		role := []album.Role{album.Viewer, album.Contributor, album.Editor}[i%3]
		m := album.Membership{AlbumID: a.ID, UserID: f.User(f.NewID("guest")), Role: role, JoinedAt: at}
		got, _ := must2(f.s.AddMember(f.ctx, m, f.Change(owner)))(t)
		all = append(all, got)
	}
	f.Join(f.Album(owner).ID, all[3].UserID, album.Viewer) // elsewhere
	l := membersOf(f.ctx, f.s, a.ID)
	want := ascending(all, l.position)
	equal(t, "members", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, memberID))
}

func setRole(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	f.Join(a.ID, guest, album.Viewer)
	for _, c := range []struct {
		name     string
		user     album.UserID
		was, set album.Role
		code     album.Code
		entry    bool
	}{
		{"up", guest, album.Viewer, album.Editor, "", true},
		{"the same", guest, album.Editor, album.Editor, "", false},
		{"down", guest, album.Editor, album.Contributor, "", true},
		{"not that any more", guest, album.Editor, album.Viewer, album.CodeConflict, false},
		{"to OWNER", guest, album.Contributor, album.Owner, album.CodeConflict, false},
		{"of the owner", owner, album.Owner, album.Editor, album.CodeConflict, false},
		{"of the owner as an editor", owner, album.Editor, album.Viewer, album.CodeConflict, false},
	} {
		before := take(t, f.s, a.ID)
		change := f.Change(owner)
		got, e, err := f.s.SetRole(f.ctx, a.ID, c.user, c.was, c.set, change)
		wantCode(t, c.name, err, c.code)
		if !c.entry {
			equal(t, c.name+": entry", e, (*album.Entry)(nil))
			equal(t, c.name+": album", take(t, f.s, a.ID), before)
		} else {
			equal(t, c.name+": entry", e, &album.Entry{
				AlbumID: a.ID, Seq: before.Album.Seq + 1, At: change.At,
				Kind: album.MemberRoleChanged, ActorID: owner, UserID: c.user,
			})
		}
		if c.code == "" {
			equal(t, c.name+": role", got.Role, c.set)
			equal(t, c.name+": membership", must(f.s.Membership(f.ctx, a.ID, c.user))(t), got)
		}
	}
	CheckAlbum(t, f.s, a.ID)
}

func removeMember(t *testing.T, f *Fixture) {
	owner, guest, other := f.User("owner"), f.User("guest"), f.User("other")
	a := f.Album(owner)
	f.Join(a.ID, guest, album.Viewer)
	f.Join(a.ID, other, album.Viewer)
	f.unchanged(t, a.ID, func() {
		for _, c := range []struct {
			name string
			user album.UserID
			was  album.Role
		}{
			{"not that any more", guest, album.Editor},
			{"the owner", owner, album.Owner},
			{"the owner as an editor", owner, album.Editor},
		} {
			e, err := f.s.RemoveMember(f.ctx, a.ID, c.user, c.was, f.Change(owner))
			wantCode(t, c.name, err, album.CodeConflict)
			equal(t, c.name+": entry", e, (*album.Entry)(nil))
		}
	})
	before := f.album(a.ID)
	c := f.Change(owner)
	e := must(f.s.RemoveMember(f.ctx, a.ID, guest, album.Viewer, c))(t)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: before.Seq + 1, At: c.At, Kind: album.MemberRemoved, ActorID: owner, UserID: guest,
	})
	wantCode(t, "Membership", errOf(f.s.Membership(f.ctx, a.ID, guest)), album.CodeNotFound)
	wantCode(t, "again", errOf(f.s.RemoveMember(f.ctx, a.ID, guest, album.Viewer, f.Change(owner))), album.CodeNotFound)
	equal(t, "MemberCount", f.album(a.ID).MemberCount, before.MemberCount-1)
	equal(t, "members", ids(must(membersOf(f.ctx, f.s, a.ID).walk(10))(t), memberID), []album.UserID{owner, other})
	CheckAlbum(t, f.s, a.ID)
}

func rejoin(t *testing.T, f *Fixture) {
	owner, guest := f.User("owner"), f.User("guest")
	a := f.Album(owner)
	for range 3 {
		f.Join(a.ID, guest, album.Contributor)
		m := must(f.s.Membership(f.ctx, a.ID, guest))(t)
		equal(t, "JoinedAt", m.JoinedAt, f.Now())
		must(f.s.RemoveMember(f.ctx, a.ID, guest, album.Contributor, f.Change(guest)))(t)
	}
	equal(t, "MemberCount", f.album(a.ID).MemberCount, 1)
	equal(t, "entries", f.album(a.ID).Seq, int64(7))
	CheckAlbum(t, f.s, a.ID)
}
