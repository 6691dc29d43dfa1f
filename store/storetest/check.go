package storetest

import (
	"slices"
	"sort"
	"testing"

	"keepsake/album"
	"keepsake/store"
)

// pageSize is what the checker reads lists with.
const pageSize = 100

// picture is all that a store shows of one album.
type picture struct {
	Album    *album.Album
	Log      []album.Entry
	Members  []*album.Membership
	Shares   []*album.Share
	Media    []*album.Media
	Trash    []*album.Media
	Comments map[album.MediaID][]*album.Comment // what starts a thread
	Replies  map[album.CommentID][]*album.Comment
	Likes    map[album.MediaID][]album.Like
}

// CheckAlbum fails the test unless what the store says of an album fits
// together: counts equal the rows, there is one owner, a chosen cover can be
// shown, the log is whole and ends where the album says, and, played from its
// beginning, leads to the media and members that are there. Call it while
// nothing writes to the album.
func CheckAlbum(t testing.TB, s store.Store, id album.AlbumID) {
	t.Helper()
	p := take(t, s, id)
	p.checkMembers(t)
	for _, m := range slices.Concat(p.Media, p.Trash) {
		p.checkMedium(t, s, m)
	}
	p.checkMedia(t, s)
	p.checkLog(t)
}

// CheckLog fails the test unless an album's log is contiguous, with times that
// never go back, up to its head. It returns the entries that the log still
// has. Unlike CheckAlbum it also reads the log of an album that is DELETING.
func CheckLog(t testing.TB, s store.Store, id album.AlbumID) []album.Entry {
	t.Helper()
	ctx := t.Context()
	head, ok := must(s.Heads(ctx, []album.AlbumID{id}))(t)[id]
	if !ok {
		t.Fatalf("log of %s: it has no head", id)
	}
	// The first place from which the log can be read; 0 unless it was trimmed.
	first := int64(sort.Search(int(head), func(after int) bool {
		_, err := s.Entries(ctx, id, int64(after), 1)
		return err == nil
	}))
	var log []album.Entry
	for after := first; after < head; after = log[len(log)-1].Seq {
		page := must(s.Entries(ctx, id, after, pageSize))(t)
		if len(page) == 0 || len(page) > pageSize {
			t.Fatalf("log of %s: a page of %d entries after %d, the head is %d", id, len(page), after, head)
		}
		for _, e := range page {
			if after++; e.Seq != after || e.AlbumID != id {
				t.Fatalf("log of %s: found entry %d of %s at place %d", id, e.Seq, e.AlbumID, after)
			}
			if len(log) > 0 && e.At.Before(log[len(log)-1].At) {
				t.Errorf("log of %s: the time of entry %d goes back", id, e.Seq)
			}
			log = append(log, e)
		}
	}
	return log
}

// take reads all that the store shows of an album.
func take(t testing.TB, s store.Store, id album.AlbumID) *picture {
	t.Helper()
	ctx := t.Context()
	p := &picture{
		Album:    must(s.Album(ctx, id))(t),
		Log:      CheckLog(t, s, id),
		Members:  must(membersOf(ctx, s, id).walk(pageSize))(t),
		Shares:   must(sharesOf(ctx, s, id).walk(pageSize))(t),
		Media:    must(mediaOf(ctx, s, id, album.ByAdded).walk(pageSize))(t),
		Trash:    must(trashOf(ctx, s, id, "").walk(pageSize))(t),
		Comments: map[album.MediaID][]*album.Comment{},
		Replies:  map[album.CommentID][]*album.Comment{},
		Likes:    map[album.MediaID][]album.Like{},
	}
	for _, m := range slices.Concat(p.Media, p.Trash) {
		p.readMedium(t, s, m.ID)
	}
	return p
}

func (p *picture) readMedium(t testing.TB, s store.Store, id album.MediaID) {
	t.Helper()
	ctx := t.Context()
	p.Likes[id] = must(likesOf(ctx, s, id).walk(pageSize))(t)
	p.Comments[id] = must(commentsOf(ctx, s, id).walk(pageSize))(t)
	for _, c := range p.Comments[id] {
		p.Replies[c.ID] = must(repliesOf(ctx, s, c.ID).walk(pageSize))(t)
	}
}

func (p *picture) checkMembers(t testing.TB) {
	t.Helper()
	if p.Album.MemberCount != len(p.Members) {
		t.Errorf("MemberCount is %d, there are %d members", p.Album.MemberCount, len(p.Members))
	}
	var owners []album.UserID
	for _, m := range p.Members {
		if m.Role == album.Owner {
			owners = append(owners, m.UserID)
		}
	}
	equal(t, "members in the role OWNER", owners, []album.UserID{p.Album.OwnerID})
}

func (p *picture) checkMedia(t testing.TB, s store.Store) {
	t.Helper()
	if p.Album.MediaCount != len(p.Media) {
		t.Errorf("MediaCount is %d, there are %d media", p.Album.MediaCount, len(p.Media))
	}
	for _, m := range p.Media {
		if m.Status != album.Ready || m.AddedAt.IsZero() || !m.TrashedAt.IsZero() {
			t.Errorf("%s is listed: %s, added %v, trashed %v", m.ID, m.Status, m.AddedAt, m.TrashedAt)
		}
	}
	taken := must(mediaOf(t.Context(), s, p.Album.ID, album.ByTaken).walk(pageSize))(t)
	equal(t, "media by TakenAt", sorted(ids(taken, mediaID)), sorted(ids(p.Media, mediaID)))
	byHand := must(mediaOf(t.Context(), s, p.Album.ID, album.ByHand).walk(pageSize))(t)
	equal(t, "media by hand", ids(byHand, mediaID), ids(descending(p.Media, rankPosition), mediaID))
	if cover := p.Album.CoverID; cover != "" && !slices.Contains(ids(p.Media, mediaID), cover) {
		t.Errorf("the cover %s is not among the album's media", cover)
	}
}

// checkMedium compares a medium's counts with its rows.
func (p *picture) checkMedium(t testing.TB, s store.Store, m *album.Media) {
	t.Helper()
	alive := 0
	for _, c := range p.Comments[m.ID] {
		replies := p.Replies[c.ID]
		if c.RemovedAt.IsZero() {
			alive++
		}
		alive += len(replies)
		if c.ReplyCount != len(replies) {
			t.Errorf("ReplyCount of %s is %d, there are %d replies", c.ID, c.ReplyCount, len(replies))
		}
		for _, r := range append(replies, c) {
			if r.AlbumID != m.AlbumID || r.MediaID != m.ID {
				t.Errorf("%s on %s of %s says it is on %s of %s", r.ID, m.ID, m.AlbumID, r.MediaID, r.AlbumID)
			}
		}
	}
	if m.CommentCount != alive {
		t.Errorf("CommentCount of %s is %d, there are %d comments", m.ID, m.CommentCount, alive)
	}
	if m.AlbumID != p.Album.ID {
		t.Errorf("%s is listed in %s but says it is in %s", m.ID, p.Album.ID, m.AlbumID)
	}
	checkWork(t, m)
	p.checkLikes(t, s, m)
}

func (p *picture) checkLikes(t testing.TB, s store.Store, m *album.Media) {
	t.Helper()
	if m.LikeCount != len(p.Likes[m.ID]) {
		t.Errorf("LikeCount of %s is %d, there are %d likes", m.ID, m.LikeCount, len(p.Likes[m.ID]))
	}
	// Each change moves both by one, so they are odd together.
	if m.LikeVersion < int64(m.LikeCount) || (m.LikeVersion-int64(m.LikeCount))%2 != 0 {
		t.Errorf("LikeVersion of %s is %d at %d likes", m.ID, m.LikeVersion, m.LikeCount)
	}
	want := album.LikeState{AlbumID: m.AlbumID, MediaID: m.ID, Count: m.LikeCount, Version: m.LikeVersion}
	states := must(s.LikeStates(t.Context(), []album.MediaID{m.ID}))(t)
	equal(t, "the state of likes", states[m.ID], want)
}

// checkLog compares the log's end with the album, and what the log tells with
// what is there.
func (p *picture) checkLog(t testing.TB) {
	t.Helper()
	if len(p.Log) == 0 {
		return
	}
	last := p.Log[len(p.Log)-1]
	if p.Album.Seq != last.Seq || !p.Album.UpdatedAt.Equal(last.At) {
		t.Errorf("the album is at %d, %v; its log at %d, %v", p.Album.Seq, p.Album.UpdatedAt, last.Seq, last.At)
	}
	if p.Log[0].Seq != 1 {
		return // trimmed: its beginning is not known
	}
	seen := map[string]bool{}
	for _, e := range p.Log {
		play(t, seen, e)
	}
	for _, m := range p.Media {
		if !seen[string(m.ID)] {
			t.Errorf("%s is in the album but not by its log", m.ID)
		}
		delete(seen, string(m.ID))
	}
	for _, m := range p.Members {
		if !seen[string(m.UserID)] && m.UserID != p.Log[0].ActorID {
			t.Errorf("%s is a member but not by the log", m.UserID)
		}
		delete(seen, string(m.UserID))
	}
	for id, there := range seen {
		if there {
			t.Errorf("%s is there by the log but not in the album", id)
		}
	}
}

// play notes what an entry brings or takes away.
func play(t testing.TB, seen map[string]bool, e album.Entry) {
	t.Helper()
	id, there := string(e.MediaID), true
	switch e.Kind {
	case album.MediaAdded, album.MediaRestored:
	case album.MediaRemoved:
		there = false
	case album.MemberJoined:
		id = string(e.UserID)
	case album.MemberRemoved:
		id, there = string(e.UserID), false
	default:
		return
	}
	if id == "" || (e.Kind != album.MemberRemoved && seen[id] == there) {
		t.Errorf("entry %d, %s of %q, changes nothing", e.Seq, e.Kind, id)
	}
	seen[id] = there
}

// unchanged fails the test if what the store shows of an album is not the same
// after do.
func (f *Fixture) unchanged(t testing.TB, id album.AlbumID, do func()) {
	t.Helper()
	before := take(t, f.s, id)
	do()
	equal(t, "the album, which must not have changed,", take(t, f.s, id), before)
}
