package storetest

import (
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

func shares() []promise {
	return []promise{
		{"a created share is found by ID and by token, without an entry", createdShare},
		{"what is unknown is NOT_FOUND", unknownShares},
		{"shares page by CreatedAt, the latest first", pagedShares},
		{"a share is handed on from an open one", handedOn},
		{"a chain has MaxShareDepth links", shareDepth},
		{"an album has MaxOpenShares open", openShares},
		{"RevokeShare closes all that was handed on, with one entry", revokeShare},
		{"closing a closed share changes nothing", revokeAgain},
	}
}

func createdShare(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	full := f.NewShare(a.ID, owner)
	full.PasswordHash, full.JoinRole, full.DownloadAllowed = "$argon2id$v=19$x", album.Contributor, true
	full.HideLocation = true
	full.ExpiresAt = full.CreatedAt.Add(time.Hour)
	plain := f.NewShare(a.ID, owner)
	handed := f.NewShare(a.ID, owner)
	handed.ParentID = plain.ID
	for _, s := range []*album.Share{full, plain, handed} {
		wantCode(t, "CreateShare", f.s.CreateShare(f.ctx, s), "")
		equal(t, "by ID", must(f.s.Share(f.ctx, s.ID))(t), s)
		equal(t, "by token", must(f.s.ShareByToken(f.ctx, s.TokenHash))(t), s)
	}
	equal(t, "album", f.album(a.ID), a)
	CheckAlbum(t, f.s, a.ID)
}

func unknownShares(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	s := f.Share(a.ID, owner)
	unknown := album.ShareID(f.NewID(album.SharePrefix))
	orphan, stray := f.NewShare(a.ID, owner), f.NewShare(album.AlbumID(f.NewID(album.AlbumPrefix)), owner)
	orphan.ParentID = unknown
	for what, err := range map[string]error{
		"Share":                    errOf(f.s.Share(f.ctx, unknown)),
		"ShareByToken":             errOf(f.s.ShareByToken(f.ctx, Hash("never"))),
		"ShareByToken, none":       errOf(f.s.ShareByToken(f.ctx, nil)),
		"ShareByToken, a part":     errOf(f.s.ShareByToken(f.ctx, s.TokenHash[:16])),
		"RevokeShare":              errOf(f.s.RevokeShare(f.ctx, unknown, f.Change(owner))),
		"CreateShare of no parent": f.s.CreateShare(f.ctx, orphan),
		"CreateShare in no album":  f.s.CreateShare(f.ctx, stray),
		"a refused one":            errOf(f.s.Share(f.ctx, orphan.ID)),
		"a refused one's token":    errOf(f.s.ShareByToken(f.ctx, stray.TokenHash)),
	} {
		wantCode(t, what, err, album.CodeNotFound)
	}
}

func pagedShares(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	var open []*album.Share
	for i, at := range ties(f, 10) {
		s := f.NewShare(a.ID, owner)
		s.CreatedAt = at
		if i%3 == 0 {
			s.ExpiresAt = at.Add(time.Millisecond) // expired ones are listed
		}
		wantCode(t, "CreateShare", f.s.CreateShare(f.ctx, s), "")
		if i%5 == 4 {
			must(f.s.RevokeShare(f.ctx, s.ID, f.Change(owner)))(t)
			continue
		}
		open = append(open, s)
	}
	f.Share(f.Album(owner).ID, owner)
	l := sharesOf(f.ctx, f.s, a.ID)
	want := descending(open, sharePosition)
	equal(t, "shares", must(l.walk(100))(t), want)
	wantPages(t, l, ids(want, shareID))
}

func handedOn(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	expiring, revoked := f.NewShare(a.ID, owner), f.Share(a.ID, owner)
	expiring.ExpiresAt = expiring.CreatedAt.Add(time.Hour)
	wantCode(t, "CreateShare", f.s.CreateShare(f.ctx, expiring), "")
	must(f.s.RevokeShare(f.ctx, revoked.ID, f.Change(owner)))(t)
	for _, c := range []struct {
		name   string
		parent album.ShareID
		at     time.Time
		code   album.Code
	}{
		{"of one open to the last millisecond", expiring.ID, expiring.ExpiresAt.Add(-time.Millisecond), ""},
		{"of one that expires", expiring.ID, expiring.ExpiresAt, album.CodeShareClosed},
		{"of one that expired", expiring.ID, expiring.ExpiresAt.Add(time.Hour), album.CodeShareClosed},
		{"of a revoked one", revoked.ID, f.Tick(), album.CodeShareClosed},
	} {
		s := f.NewShare(a.ID, owner)
		s.ParentID, s.CreatedAt = c.parent, c.at
		wantCode(t, c.name, f.s.CreateShare(f.ctx, s), c.code)
		left := album.Code("")
		if c.code != "" {
			left = album.CodeNotFound
		}
		wantCode(t, c.name+": Share", errOf(f.s.Share(f.ctx, s.ID)), left)
	}
}

// chain adds n shares, each handed on from the one before; the first from first
// unless that is empty.
func (f *Fixture) chain(t *testing.T, id album.AlbumID, owner album.UserID, first album.ShareID, n int) []album.ShareID {
	t.Helper()
	var all []album.ShareID
	for range n {
		s := f.NewShare(id, owner)
		s.ParentID = first
		wantCode(t, "CreateShare", f.s.CreateShare(f.ctx, s), "")
		first = s.ID
		all = append(all, first)
	}
	return all
}

func shareDepth(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	chain := f.chain(t, a.ID, owner, "", album.MaxShareDepth)
	s := f.NewShare(a.ID, owner)
	s.ParentID = chain[len(chain)-1]
	wantCode(t, "one link more", f.s.CreateShare(f.ctx, s), album.CodeLimitExceeded)
	wantCode(t, "one link more: Share", errOf(f.s.Share(f.ctx, s.ID)), album.CodeNotFound)
	f.chain(t, a.ID, owner, chain[len(chain)-2], 1) // a sibling of the last
}

func openShares(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	closed := f.Share(a.ID, owner)
	must(f.s.RevokeShare(f.ctx, closed.ID, f.Change(owner)))(t)
	expired := f.NewShare(a.ID, owner)
	expired.ExpiresAt = expired.CreatedAt.Add(time.Millisecond)
	wantCode(t, "CreateShare", f.s.CreateShare(f.ctx, expired), "")
	f.Share(f.Album(owner).ID, owner) // of another album
	all := f.chain(t, a.ID, owner, "", 1)
	for len(all) < album.MaxOpenShares {
		all = append(all, f.Share(a.ID, owner).ID)
	}
	s := f.NewShare(a.ID, owner)
	wantCode(t, "one more", f.s.CreateShare(f.ctx, s), album.CodeLimitExceeded)
	wantCode(t, "one more: Share", errOf(f.s.Share(f.ctx, s.ID)), album.CodeNotFound)
	must(f.s.RevokeShare(f.ctx, all[7], f.Change(owner)))(t)
	wantCode(t, "one more after one was revoked", f.s.CreateShare(f.ctx, s), "")
}

func revokeShare(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	chain := f.chain(t, a.ID, owner, "", 4)
	branch := f.chain(t, a.ID, owner, chain[1], 2)
	beside := f.chain(t, a.ID, owner, chain[0], 1)
	other := f.Share(a.ID, owner)
	earlier := f.Tick()
	must(f.s.RevokeShare(f.ctx, branch[1], store.Change{Actor: owner, At: earlier}))(t)
	before := f.album(a.ID)

	c := f.Change(owner)
	e := must(f.s.RevokeShare(f.ctx, chain[1], c))(t)
	equal(t, "entry", e, &album.Entry{
		AlbumID: a.ID, Seq: before.Seq + 1, At: c.At, Kind: album.AccessChanged, ActorID: owner,
	})
	for what, want := range map[string]struct {
		ids []album.ShareID
		at  time.Time
	}{
		"closed": {[]album.ShareID{chain[1], chain[2], chain[3], branch[0]}, c.At},
		"open":   {[]album.ShareID{chain[0], beside[0], other.ID}, time.Time{}},
		"before": {[]album.ShareID{branch[1]}, earlier},
	} {
		for _, id := range want.ids {
			s := must(f.s.Share(f.ctx, id))(t)
			equal(t, what+": RevokedAt", s.RevokedAt, want.at)
			equal(t, what+": by token", must(f.s.ShareByToken(f.ctx, s.TokenHash))(t), s)
		}
	}
	listed := ids(must(sharesOf(f.ctx, f.s, a.ID).walk(10))(t), shareID)
	equal(t, "listed", listed, []album.ShareID{other.ID, beside[0], chain[0]})
	CheckAlbum(t, f.s, a.ID)
}

func revokeAgain(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	chain := f.chain(t, a.ID, owner, "", 2)
	must(f.s.RevokeShare(f.ctx, chain[0], f.Change(owner)))(t)
	closed := must(f.s.Share(f.ctx, chain[0]))(t)
	f.unchanged(t, a.ID, func() {
		for _, id := range chain {
			e := must(f.s.RevokeShare(f.ctx, id, f.Change(owner)))(t)
			equal(t, "entry", e, (*album.Entry)(nil))
		}
	})
	equal(t, "share", must(f.s.Share(f.ctx, chain[0]))(t), closed)
}
