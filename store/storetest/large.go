package storetest

import (
	"testing"

	"keepsake/album"
	"keepsake/store"
)

// large are the promises that take thousands of rows. They race nothing that
// the others do not.
func large() []promise {
	return []promise{
		{"an album holds MaxMembers", fullAlbum},
		{"batch reads take 1,000 IDs that all exist", thousandRows},
		{"ArrangeMedia moves no more than MaxArrange aside", widestArrange},
		{"the feed follows MaxFeedAlbums, the latest joined", widestFeed},
	}
}

func fullAlbum(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	guests := f.Users(album.MaxMembers)
	late, guests := guests[0], guests[1:] // the owner is one of MaxMembers
	f.each("AddMember", len(guests), func(i int) func() error {
		c := f.Change(guests[i])
		m := album.Membership{AlbumID: a.ID, UserID: guests[i], Role: album.Viewer, JoinedAt: c.At}
		return func() error { return errOf2(f.s.AddMember(f.ctx, m, c)) }
	})
	full := f.album(a.ID)
	equal(t, "MemberCount", full.MemberCount, album.MaxMembers)

	join := func(user album.UserID, role album.Role) error {
		c := f.Change(user)
		return errOf2(f.s.AddMember(f.ctx, album.Membership{AlbumID: a.ID, UserID: user, Role: role, JoinedAt: c.At}, c))
	}
	wantCode(t, "one too many", join(late, album.Viewer), album.CodeLimitExceeded)
	wantCode(t, "one too many: Membership", errOf(f.s.Membership(f.ctx, a.ID, late)), album.CodeNotFound)
	equal(t, "album", f.album(a.ID), full)
	wantCode(t, "a member again", join(guests[0], album.Viewer), "")
	wantCode(t, "a member is raised", join(guests[0], album.Editor), "")
	must(f.s.RemoveMember(f.ctx, a.ID, guests[1], album.Viewer, f.Change(owner)))(t)
	wantCode(t, "there is room again", join(late, album.Viewer), "")
	CheckAlbum(t, f.s, a.ID)
}

func thousandRows(t *testing.T, f *Fixture) {
	s, ctx := f.s, f.ctx
	users := f.Users(largeBatch)
	owner := users[0]
	equal(t, "users", len(must(s.UsersByID(ctx, users))(t)), largeBatch)

	albums := make([]album.AlbumID, largeBatch)
	f.each("CreateAlbum", largeBatch, func(i int) func() error {
		a, c := f.NewAlbum(owner), f.Change(owner)
		albums[i] = a.ID
		return func() error { return errOf(s.CreateAlbum(ctx, a, c)) }
	})
	equal(t, "albums", len(must(s.AlbumsByID(ctx, albums))(t)), largeBatch)
	equal(t, "memberships", len(must(s.MembershipsIn(ctx, owner, albums))(t)), largeBatch)
	equal(t, "heads", len(must(s.Heads(ctx, albums))(t)), largeBatch)
	equal(t, "seqs", len(must(s.SeqsAt(ctx, albums, f.Now()))(t)), largeBatch)

	media := make([]*album.Media, largeBatch)
	for i := range media {
		media[i] = f.NewMedia(albums[0], owner)
	}
	f.add(media...)
	f.each("PublishMedia", largeBatch, func(i int) func() error {
		c := f.Change(owner)
		return func() error {
			if err := f.accept(media[i].ID); err != nil {
				return err
			}
			return errOf2(s.PublishMedia(ctx, media[i].ID, Made(media[i].ID), c))
		}
	})
	all := ids(media, mediaID)
	equal(t, "media", len(must(s.MediaByID(ctx, all))(t)), largeBatch)
	equal(t, "like states", len(must(s.LikeStates(ctx, all))(t)), largeBatch)
	entries := must(s.TrashMedia(ctx, albums[0], all, f.Change(owner)))(t)
	equal(t, "media trashed in one batch", ids(entries, entryMedia), all)
	must(s.DeleteMedia(ctx, albums[0], all, f.Change(owner)))(t)
	wantCode(t, "RemoveMedia", s.RemoveMedia(ctx, all), "")
	equal(t, "media left", len(must(s.MediaByID(ctx, all))(t)), 0)
	CheckAlbum(t, s, albums[0])
}

// widestArrange moves so many media at once that they have one rank.
func widestArrange(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a, from := f.Album(owner), f.Album(owner)
	media := make([]*album.Media, store.MaxArrange+100)
	for i := range media {
		media[i] = f.NewMedia(from.ID, owner)
	}
	f.add(media...)
	f.each("PublishMedia", len(media), func(i int) func() error {
		c := f.Change(owner)
		return func() error {
			if err := f.accept(media[i].ID); err != nil {
				return err
			}
			return errOf2(f.s.PublishMedia(f.ctx, media[i].ID, album.MediaMade{}, c))
		}
	})
	must(f.s.MoveMedia(f.ctx, from.ID, a.ID, ids(media, mediaID), f.Change(owner)))(t)
	order := f.byHand(t, a.ID)
	last := order[len(order)-1:]
	f.unchanged(t, a.ID, func() {
		_, err := f.s.ArrangeMedia(f.ctx, a.ID, last, order[len(order)/2], f.Change(owner))
		wantCode(t, "in the middle", err, album.CodeConflict)
	})
	for _, after := range []album.MediaID{"", order[100]} {
		f.arrange(t, a.ID, after, last...)
		order = arranged(order, last, after)
		equal(t, "by hand", f.byHand(t, a.ID), order)
	}
	CheckAlbum(t, f.s, a.ID)
}

func widestFeed(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	all := make([]*album.Album, album.MaxFeedAlbums+2)
	f.each("CreateAlbum", len(all), func(i int) func() error {
		all[i] = f.NewAlbum(owner)
		c := f.Change(owner)
		return func() error { return errOf(f.s.CreateAlbum(f.ctx, all[i], c)) }
	})
	// Of the two joined first nothing shows, though it is the newest.
	last, edge := f.Ready(all[len(all)-1].ID, owner), f.Ready(all[2].ID, owner)
	f.Ready(all[1].ID, owner)
	f.Comment(f.Ready(all[0].ID, owner).ID, owner, "unseen")
	want := []album.FeedItem{mediaItem(edge), mediaItem(last)}
	equal(t, "feed", must(f.s.FeedOf(f.ctx, owner, firstRows(20)))(t), want)
	f.state(all[500].ID, album.Trashed) // one that is not ACTIVE gives its place to the next
	equal(t, "media in the feed", len(must(f.s.FeedOf(f.ctx, owner, firstRows(20)))(t)), 3)
}
