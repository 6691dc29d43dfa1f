package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/store"
)

// canned answers with one album as it was written down, right or wrong.
type canned struct {
	store.Store // nil: the checker calls nothing else
	album       album.Album
	log         []album.Entry
	members     []*album.Membership
	media       []*album.Media
	likes       []album.Like
	comments    []*album.Comment
	replies     []*album.Comment
}

const (
	cannedAlbum = album.AlbumID("alb")
	cannedMedia = album.MediaID("med")
)

// sound is an album in which everything fits together.
func sound() *canned {
	at := func(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }
	return &canned{
		album: album.Album{
			ID: cannedAlbum, OwnerID: "owner", CoverID: cannedMedia, State: album.Active,
			MediaCount: 1, MemberCount: 2, Seq: 3, UpdatedAt: at(3),
		},
		log: []album.Entry{
			{AlbumID: cannedAlbum, Seq: 1, At: at(1), Kind: album.AlbumCreated, ActorID: "owner"},
			{AlbumID: cannedAlbum, Seq: 2, At: at(2), Kind: album.MemberJoined, UserID: "guest"},
			{AlbumID: cannedAlbum, Seq: 3, At: at(3), Kind: album.MediaAdded, MediaID: cannedMedia},
		},
		members: []*album.Membership{{UserID: "owner", Role: album.Owner}, {UserID: "guest", Role: album.Viewer}},
		media: []*album.Media{{
			ID: cannedMedia, AlbumID: cannedAlbum, Status: album.Ready, AddedAt: at(3),
			LikeCount: 1, LikeVersion: 3, CommentCount: 2,
		}},
		likes:    []album.Like{{MediaID: cannedMedia, UserID: "guest"}},
		comments: []*album.Comment{{ID: "root", AlbumID: cannedAlbum, MediaID: cannedMedia, ReplyCount: 1}},
		replies:  []*album.Comment{{ID: "reply", AlbumID: cannedAlbum, MediaID: cannedMedia, ThreadID: "root"}},
	}
}

func TestCheckAlbumFindsFaults(t *testing.T) {
	if faults := check(t, sound()); faults != 0 {
		t.Fatalf("found %d faults in a sound album", faults)
	}
	for name, spoil := range map[string]func(c *canned){
		"a medium not counted":       func(c *canned) { c.album.MediaCount++ },
		"a member not counted":       func(c *canned) { c.album.MemberCount-- },
		"no owner":                   func(c *canned) { c.members[0].Role = album.Editor },
		"two owners":                 func(c *canned) { c.members[1].Role = album.Owner },
		"another owner":              func(c *canned) { c.album.OwnerID = "guest" },
		"a cover from elsewhere":     func(c *canned) { c.album.CoverID = "other" },
		"a like not counted":         func(c *canned) { c.media[0].LikeCount, c.media[0].LikeVersion = 0, 4 },
		"a like without a version":   func(c *canned) { c.media[0].LikeVersion = 2 },
		"a comment not counted":      func(c *canned) { c.media[0].CommentCount-- },
		"a removed comment counted":  func(c *canned) { c.comments[0].RemovedAt = epoch },
		"a reply not counted":        func(c *canned) { c.comments[0].ReplyCount = 0 },
		"a comment of another album": func(c *canned) { c.replies[0].AlbumID = "other" },
		"a medium of another album":  func(c *canned) { c.media[0].AlbumID = "other" },
		"a medium in the trash":      func(c *canned) { c.media[0].TrashedAt = epoch },
		"a hole in the log":          func(c *canned) { c.log[1].Seq, c.log[2].Seq, c.album.Seq = 3, 4, 4 },
		"a log that ends early":      func(c *canned) { c.log = c.log[:2] },
		"a time that goes back":      func(c *canned) { c.log[1].At = c.log[0].At.Add(-1) },
		"another time of change":     func(c *canned) { c.album.UpdatedAt = epoch },
		"a medium without an entry":  func(c *canned) { c.log[2].Kind = album.MediaEdited },
		"a member without an entry":  func(c *canned) { c.log[1].Kind = album.AccessChanged },
		"a medium added twice":       func(c *canned) { c.log[1].Kind, c.log[1].MediaID = album.MediaAdded, cannedMedia },
		"an entry without a medium":  func(c *canned) { c.media, c.album.MediaCount, c.album.CoverID = nil, 0, "" },
	} {
		t.Run(name, func(t *testing.T) {
			c := sound()
			spoil(c)
			if check(t, c) == 0 {
				t.Error("the checker found nothing")
			}
		})
	}
}

// check counts the faults that CheckAlbum reports.
func check(t *testing.T, s store.Store) int {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() { // Fatalf ends a goroutine
		defer close(done)
		CheckAlbum(r, s, cannedAlbum)
	}()
	<-done
	return r.faults
}

func (c *canned) Album(context.Context, album.AlbumID) (*album.Album, error) { return &c.album, nil }

func (c *canned) Heads(context.Context, []album.AlbumID) (map[album.AlbumID]int64, error) {
	return map[album.AlbumID]int64{cannedAlbum: c.album.Seq}, nil
}

func (c *canned) Entries(_ context.Context, _ album.AlbumID, after int64, limit int) ([]album.Entry, error) {
	from := min(int(after), len(c.log))
	return c.log[from:min(from+limit, len(c.log))], nil
}

func (c *canned) MembersOf(context.Context, album.AlbumID, album.Range) ([]*album.Membership, error) {
	return c.members, nil
}

func (c *canned) SharesOf(context.Context, album.AlbumID, album.Range) ([]*album.Share, error) {
	return nil, nil
}

func (c *canned) MediaOf(
	_ context.Context, ids []album.AlbumID, _ album.MediaOrder, _ album.Range,
) (map[album.AlbumID][]*album.Media, error) {
	return map[album.AlbumID][]*album.Media{ids[0]: c.media}, nil
}

func (c *canned) TrashOf(context.Context, album.AlbumID, album.UserID, album.Range) ([]*album.Media, error) {
	return nil, nil
}

func (c *canned) LikesOf(_ context.Context, ids []album.MediaID, _ album.Range) (map[album.MediaID][]album.Like, error) {
	return map[album.MediaID][]album.Like{ids[0]: c.likes}, nil
}

func (c *canned) LikeStates(context.Context, []album.MediaID) (map[album.MediaID]album.LikeState, error) {
	m := c.media[0]
	state := album.LikeState{AlbumID: m.AlbumID, MediaID: m.ID, Count: m.LikeCount, Version: m.LikeVersion}
	return map[album.MediaID]album.LikeState{m.ID: state}, nil
}

func (c *canned) CommentsOf(
	_ context.Context, ids []album.MediaID, _ album.Range,
) (map[album.MediaID][]*album.Comment, error) {
	return map[album.MediaID][]*album.Comment{ids[0]: c.comments}, nil
}

func (c *canned) RepliesOf(
	_ context.Context, ids []album.CommentID, _ album.Range,
) (map[album.CommentID][]*album.Comment, error) {
	return map[album.CommentID][]*album.Comment{ids[0]: slices.Clone(c.replies)}, nil
}
