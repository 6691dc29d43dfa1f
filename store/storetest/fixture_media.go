package storetest

import (
	"encoding/hex"
	"time"

	"keepsake/album"
)

// NewMedia makes a PENDING photo whose ticket is good for an hour.
func (f *Fixture) NewMedia(id album.AlbumID, owner album.UserID) *album.Media {
	medium := f.NewID(album.MediaPrefix)
	now := f.Tick()
	return &album.Media{
		ID: album.MediaID(medium), AlbumID: id, OwnerID: owner,
		Kind: album.Photo, Status: album.Pending,
		FileName: "IMG 1.jpg", ContentType: "image/jpeg", Bytes: 1000, CreatedAt: now,
		Upload: album.Upload{
			Key: "in/" + medium, ContentType: "image/jpeg", Bytes: 1000,
			SHA256: hex.EncodeToString(Hash(medium)), ExpiresAt: now.Add(time.Hour),
		},
		Work: album.Work{Lane: album.Quick, DueAt: now.Add(time.Minute)},
	}
}

// plenty is a quota that nobody reaches.
const plenty = int64(1) << 60

// add adds PENDING media of one album and owner.
func (f *Fixture) add(media ...*album.Media) {
	f.t.Helper()
	f.ok("CreateMedia", f.s.CreateMedia(f.ctx, media, plenty))
}

// Pending adds a PENDING photo.
func (f *Fixture) Pending(id album.AlbumID, owner album.UserID) *album.Media {
	f.t.Helper()
	m := f.NewMedia(id, owner)
	f.add(m)
	return m
}

// Facts is what receiving that medium would find out about its bytes. It has no
// TakenAt and no Place.
func Facts(id album.MediaID) album.MediaFacts {
	return album.MediaFacts{
		Kind: album.Photo, ContentType: "image/jpeg", Bytes: 1000, SHA256: hex.EncodeToString(Hash(string(id))),
		Width: 4000, Height: 3000, Key: "o/" + string(id), Camera: "Acme One", CRC32: 0xfedcba98,
	}
}

// Made is what work would make of that medium. Nothing is left to do.
func Made(id album.MediaID) album.MediaMade {
	file := func(role album.FileRole, side int) album.File {
		return album.File{
			Role: role, Key: "v/" + string(id) + "/" + string(role), ContentType: "image/jpeg",
			Bytes: int64(side) * 100, Width: side, Height: side * 3 / 4, CRC32: 0xffffffff - uint32(side),
		}
	}
	return album.MediaMade{
		Blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", Color: "#7f93a1", Progress: 100,
		Files: []album.File{file(album.Small, 256), file(album.Medium, 720), file(album.Large, 1440)},
	}
}

// Accept makes a PENDING medium PROCESSING and returns it as the store has it.
func (f *Fixture) Accept(m *album.Media) *album.Media {
	f.t.Helper()
	accepted, err := f.s.AcceptMedia(f.ctx, m.ID, Facts(m.ID), album.Work{Lane: album.Quick, DueAt: f.Tick()})
	f.ok("AcceptMedia", err)
	return accepted
}

// accept makes a PENDING medium PROCESSING. It may be called concurrently.
func (f *Fixture) accept(id album.MediaID) error {
	return errOf(f.s.AcceptMedia(f.ctx, id, Facts(id), album.Work{Lane: album.Quick, DueAt: f.Now()}))
}

// Processing adds a PROCESSING photo and returns it as the store has it.
func (f *Fixture) Processing(id album.AlbumID, owner album.UserID) *album.Media {
	f.t.Helper()
	return f.Accept(f.Pending(id, owner))
}

// Publish makes a PENDING medium READY and returns it as the store has it.
func (f *Fixture) Publish(m *album.Media) *album.Media {
	f.t.Helper()
	f.Accept(m)
	ready, _, err := f.s.PublishMedia(f.ctx, m.ID, Made(m.ID), f.Change(m.OwnerID))
	f.ok("PublishMedia", err)
	return ready
}

// Ready adds a READY photo and returns it as the store has it.
func (f *Fixture) Ready(id album.AlbumID, owner album.UserID) *album.Media {
	f.t.Helper()
	return f.Publish(f.Pending(id, owner))
}

// Media adds n READY photos, the newest last.
func (f *Fixture) Media(id album.AlbumID, owner album.UserID, n int) []album.MediaID {
	f.t.Helper()
	ids := make([]album.MediaID, n)
	for i := range ids {
		ids[i] = f.Ready(id, owner).ID
	}
	return ids
}

// NewComment makes a comment on a medium.
func (f *Fixture) NewComment(id album.MediaID, author album.UserID, text string) album.Comment {
	return album.Comment{
		ID: album.CommentID(f.NewID(album.CommentPrefix)), MediaID: id, AuthorID: author,
		Text: text, CreatedAt: f.Tick(),
	}
}

// Comment adds a comment on a medium and returns it as the store has it.
func (f *Fixture) Comment(id album.MediaID, author album.UserID, text string) *album.Comment {
	f.t.Helper()
	c, _, err := f.s.AddComment(f.ctx, f.NewComment(id, author, text))
	f.ok("AddComment", err)
	return c
}

// Reply adds an answer to a comment and returns it as the store has it.
func (f *Fixture) Reply(to *album.Comment, author album.UserID, text string) *album.Comment {
	f.t.Helper()
	reply := f.NewComment(to.MediaID, author, text)
	reply.ParentID = to.ID
	c, _, err := f.s.AddComment(f.ctx, reply)
	f.ok("AddComment", err)
	return c
}

// Like makes a medium liked by a user.
func (f *Fixture) Like(id album.MediaID, user album.UserID) album.LikeState {
	f.t.Helper()
	state, _, err := f.s.SetLike(f.ctx, album.Like{MediaID: id, UserID: user, At: f.Tick()}, true)
	f.ok("SetLike", err)
	return state
}

func (f *Fixture) medium(id album.MediaID) *album.Media {
	f.t.Helper()
	m, err := f.s.Media(f.ctx, id)
	f.ok("Media", err)
	return m
}

func (f *Fixture) comment(id album.CommentID) *album.Comment {
	f.t.Helper()
	c, err := f.s.Comment(f.ctx, id)
	f.ok("Comment", err)
	return c
}

// trash puts media into the trash, at the next tick.
func (f *Fixture) trash(id album.AlbumID, ids ...album.MediaID) []*album.Entry {
	f.t.Helper()
	entries, err := f.s.TrashMedia(f.ctx, id, ids, f.Change(""))
	f.ok("TrashMedia", err)
	return entries
}

// discard marks media for deletion, at the next tick.
func (f *Fixture) discard(id album.AlbumID, ids ...album.MediaID) []*album.Entry {
	f.t.Helper()
	entries, err := f.s.DeleteMedia(f.ctx, id, ids, f.Change(""))
	f.ok("DeleteMedia", err)
	return entries
}

// fail makes a medium that is not READY FAILED, at the next tick.
func (f *Fixture) fail(id album.MediaID) {
	f.t.Helper()
	_, err := f.s.FailMedia(f.ctx, id, album.CodeMediaCorrupt, f.Change(""))
	f.ok("FailMedia", err)
}

// state moves an album, at the next tick.
func (f *Fixture) state(id album.AlbumID, s album.State) {
	f.t.Helper()
	_, err := f.s.SetAlbumState(f.ctx, id, s, f.Change(""))
	f.ok("SetAlbumState", err)
}
