package storetest

import (
	"fmt"
	"strings"
	"time"

	"keepsake/album"
)

// Everything fills an empty store with every noun in every state that it can be
// in: texts and times that are easily spoilt, what is trashed, doomed, removed,
// revoked, expired, moved or taken away, and logs that were trimmed to
// nothing, in part and not at all. The bytes of a medium are to be its ID; they
// lie under "incoming/" and "m/", as the program keeps them.
func (f *Fixture) Everything() {
	f.t.Helper()
	users := f.everyUser()
	owner, guest, editor := users[0], users[1], users[2]
	f.everySession(owner, guest)

	silent := f.Album(owner)
	f.everyMedium(silent.ID, owner)
	f.trim(0) // its log is empty now

	full := f.Album(owner)
	f.Join(full.ID, editor, album.Editor)
	f.everyShare(full.ID, owner, guest)
	f.everyMedium(full.ID, editor)
	f.everyUpload(full.ID, editor)
	f.everyWord(full.ID, owner, users)
	f.trim(7)

	from, to := f.Album(editor), f.Album(guest)
	f.Join(from.ID, owner, album.Viewer)
	f.everyMove(from.ID, to.ID, editor, owner)
	f.everyState(owner, guest)
	f.everyText(guest)
}

func (f *Fixture) trim(keep int) {
	f.t.Helper()
	_, err := f.s.TrimLogs(f.ctx, keep)
	f.ok("TrimLogs", err)
}

func (f *Fixture) everyUser() []album.UserID {
	f.t.Helper()
	users := f.Users(5)
	for i, text := range append(oddities(), "a/b", "a", "a/") {
		u, id := f.NewUser(text)
		id.Secret = text
		if i%2 == 1 {
			id.Provider, u.AvatarURL = "wechat", ""
		}
		f.ok("CreateUser", f.s.CreateUser(f.ctx, u, id))
		users = append(users, u.ID)
	}
	// A provider whose name continues another's.
	u, id := f.NewUser("")
	id.Provider = "local2"
	f.ok("CreateUser", f.s.CreateUser(f.ctx, u, id))
	return append(users, u.ID)
}

func (f *Fixture) everySession(owner, guest album.UserID) {
	f.t.Helper()
	f.Session(owner)
	ended, reused := f.Session(owner), f.Session(guest)
	f.ok("RevokeSession", f.s.RevokeSession(f.ctx, ended.ID, f.Tick()))
	old := reused.RefreshHash
	for i := range 5 {
		next := Hash(fmt.Sprint("rotation", i))
		_, err := f.s.RotateSession(f.ctx, old, next, f.Tick(), f.Now().Add(2*time.Hour))
		f.ok("RotateSession", err)
		old = next
	}
}

// every is a medium as the program makes it, published with those changes to
// its facts.
func (f *Fixture) every(id album.AlbumID, owner album.UserID, taken time.Time, more func(*album.MediaFacts)) *album.Media {
	f.t.Helper()
	m := f.everyPending(id, owner, taken)
	facts := Facts(m.ID)
	facts.Key, facts.Bytes = "m/"+string(m.ID)+"/original.jpg", int64(len(m.ID))
	if more != nil {
		more(&facts)
	}
	return f.everyMade(m, facts)
}

// everyMade publishes a PENDING medium with files below "m/".
func (f *Fixture) everyMade(m *album.Media, facts album.MediaFacts) *album.Media {
	f.t.Helper()
	_, err := f.s.AcceptMedia(f.ctx, m.ID, facts, album.Work{Lane: album.Quick, DueAt: f.Tick()})
	f.ok("AcceptMedia", err)
	made := Made(m.ID)
	for i := range made.Files {
		made.Files[i].Key = "m/" + string(m.ID) + "/" + string(made.Files[i].Role) + ".jpg"
	}
	ready, _, err := f.s.PublishMedia(f.ctx, m.ID, made, f.Change(m.OwnerID))
	f.ok("PublishMedia", err)
	return ready
}

func (f *Fixture) everyPending(id album.AlbumID, owner album.UserID, taken time.Time) *album.Media {
	f.t.Helper()
	m := f.NewMedia(id, owner)
	m.TakenAt, m.Upload.Key, m.Upload.Bytes, m.Bytes = taken, "incoming/"+string(m.ID), int64(len(m.ID)), int64(len(m.ID))
	f.add(m)
	return m
}

func (f *Fixture) everyMedium(id album.AlbumID, owner album.UserID) {
	f.t.Helper()
	f.everyPending(id, owner, time.Time{})
	f.everyPending(id, owner, epoch)
	f.fail(f.everyPending(id, owner, time.Time{}).ID)
	for _, taken := range []time.Time{{}, epoch.Add(time.Hour), time.UnixMilli(0), time.Date(1899, time.May, 1, 0, 0, 0, 0, time.UTC)} {
		f.every(id, owner, taken, nil)
	}
	video := f.every(id, owner, time.Time{}, func(facts *album.MediaFacts) {
		facts.Kind, facts.ContentType, facts.Duration = album.Video, "video/mp4", 12*time.Second+345_678_901*time.Nanosecond
		facts.TakenAt = epoch.Add(-time.Hour)
	})
	_, _, err := f.s.UpdateAlbum(f.ctx, id, album.AlbumPatch{CoverID: &video.ID}, f.Change(owner))
	f.ok("UpdateAlbum", err)

	binned, restored := f.every(id, owner, time.Time{}, nil), f.every(id, owner, time.Time{}, nil)
	f.Comment(binned.ID, owner, "on what is in the trash")
	f.Comment(restored.ID, owner, "on what was")
	f.trash(id, binned.ID, restored.ID)
	_, err = f.s.RestoreMedia(f.ctx, id, []album.MediaID{restored.ID}, f.Change(owner))
	f.ok("RestoreMedia", err)

	doomed, binnedFirst := f.every(id, owner, time.Time{}, nil), f.every(id, owner, time.Time{}, nil)
	f.Comment(doomed.ID, owner, "on what is gone")
	f.Like(doomed.ID, owner)
	f.trash(id, binnedFirst.ID)
	f.discard(id, doomed.ID, binnedFirst.ID, f.everyPending(id, owner, time.Time{}).ID)
}

// everyShare adds links of all kinds, and members who came by one.
func (f *Fixture) everyShare(id album.AlbumID, owner, guest album.UserID) {
	f.t.Helper()
	f.Share(id, owner)
	invitation := f.NewShare(id, owner)
	invitation.JoinRole, invitation.PasswordHash, invitation.DownloadAllowed = album.Contributor, "argon2id", true
	invitation.ExpiresAt = f.Now().Add(time.Hour)
	f.ok("CreateShare", f.s.CreateShare(f.ctx, invitation))
	c := f.Change(guest)
	m := album.Membership{AlbumID: id, UserID: guest, Role: album.Contributor, ShareID: invitation.ID, JoinedAt: c.At}
	_, _, err := f.s.AddMember(f.ctx, m, c)
	f.ok("AddMember", err)

	hidden := f.NewShare(id, owner)
	hidden.HideLocation = true
	f.ok("CreateShare", f.s.CreateShare(f.ctx, hidden))

	revoked := f.Share(id, owner)
	handed := f.NewShare(id, guest)
	handed.ParentID = revoked.ID
	f.ok("CreateShare", f.s.CreateShare(f.ctx, handed))
	_, err = f.s.RevokeShare(f.ctx, revoked.ID, f.Change(owner))
	f.ok("RevokeShare", err)
}

// everyWord adds likes and comments.
func (f *Fixture) everyWord(id album.AlbumID, owner album.UserID, users []album.UserID) {
	f.t.Helper()
	m := f.every(id, owner, time.Time{}, nil)
	for i, user := range users {
		f.Like(m.ID, user)
		if i%3 == 0 {
			_, _, err := f.s.SetLike(f.ctx, album.Like{MediaID: m.ID, UserID: user, At: f.Tick()}, false)
			f.ok("SetLike", err)
		}
	}
	root := f.Comment(m.ID, owner, "root")
	reply := f.Reply(root, users[1], "reply")
	f.Reply(reply, users[2], "reply to a reply")
	edited, bare := f.Comment(m.ID, users[1], "before"), f.Comment(m.ID, users[1], "nothing hangs on it")
	_, _, err := f.s.EditComment(f.ctx, edited.ID, "after", f.Change(users[1]))
	f.ok("EditComment", err)
	for _, c := range []*album.Comment{root, reply, bare} {
		_, _, err := f.s.RemoveComment(f.ctx, c.ID, f.Change(owner))
		f.ok("RemoveComment", err)
	}
}

// everyUpload leaves uploads and work wherever they can stand, and media that
// were arranged by hand.
func (f *Fixture) everyUpload(id album.AlbumID, owner album.UserID) {
	f.t.Helper()
	facts := func(m *album.Media) album.MediaFacts {
		facts := Facts(m.ID)
		facts.Key, facts.Bytes = "m/"+string(m.ID)+"/original.jpg", int64(len(m.ID))
		facts.Place = &album.Place{Latitude: -0.000001, Longitude: 179.999999}
		return facts
	}
	accept := func(m *album.Media, facts album.MediaFacts, w album.Work) {
		f.t.Helper()
		_, err := f.s.AcceptMedia(f.ctx, m.ID, facts, w)
		f.ok("AcceptMedia", err)
	}
	processing, refused, idle := f.everyPending(id, owner, epoch), f.everyPending(id, owner, epoch), f.everyPending(id, owner, epoch)
	accept(processing, facts(processing), album.Work{Lane: album.Long, DueAt: f.Tick()})
	accept(idle, facts(idle), album.Work{})
	accept(refused, facts(refused), album.Work{Lane: album.Long, DueAt: f.Tick()})
	f.fail(refused.ID)

	source, twin := f.every(id, owner, epoch, nil), f.everyPending(id, owner, epoch)
	same := facts(twin)
	same.SHA256 = source.SHA256
	accept(twin, same, album.Work{Lane: album.Quick, DueAt: f.Tick()})

	copied := f.NewMedia(id, owner)
	copied.Bytes, copied.Upload.Bytes = int64(len(copied.ID)), int64(len(copied.ID))
	copied.Upload.Key, copied.Upload.CopyOf, copied.Upload.SHA256 = source.Key, source.ID, ""
	copied.Upload.CRC32C = "e3069283"
	f.add(copied)
	f.everyMade(copied, facts(copied))

	video := f.every(id, owner, epoch, nil)
	_, _, err := f.s.ImproveMedia(f.ctx, video.ID, album.MediaMade{
		Width: 720, Height: 1280, Progress: 30, Next: album.Work{Lane: album.Long, DueAt: f.Tick()},
		Files: []album.File{
			{Role: album.Movie, Key: "m/" + string(video.ID) + "/movie.mp4", ContentType: "video/mp4", Bytes: 1 << 40, Width: 720, Height: 1280},
			{Role: album.Clean, Key: "m/" + string(video.ID) + "/clean.mp4", ContentType: "video/mp4", Bytes: 7, CRC32: 1},
		},
	}, f.Change(""))
	f.ok("ImproveMedia", err)
	for range 2 { // one of the two leases has ended
		claimed, err := f.s.ClaimWork(f.ctx, album.Long, f.Tick(), f.Now().Add(time.Second), 1)
		f.ok("ClaimWork", err)
		claimed[0].Work.Attempts = 4
		f.ok("KeepWork", f.s.KeepWork(f.ctx, claimed[0].ID, claimed[0].Work, 17))
	}
	_, err = f.s.ArrangeMedia(f.ctx, id, []album.MediaID{source.ID, video.ID}, copied.ID, f.Change(owner))
	f.ok("ArrangeMedia", err)
	_, err = f.s.ArrangeMedia(f.ctx, id, []album.MediaID{copied.ID}, "", f.Change(owner))
	f.ok("ArrangeMedia", err)
}

// everyMove moves media with their comments, once out of the album's cover.
func (f *Fixture) everyMove(from, to album.AlbumID, owner, guest album.UserID) {
	f.t.Helper()
	moved, stays := f.every(from, owner, time.Time{}, nil), f.every(from, owner, epoch, nil)
	f.Comment(moved.ID, guest, "moves along")
	f.Comment(stays.ID, guest, "stays")
	f.Like(moved.ID, guest)
	_, _, err := f.s.UpdateAlbum(f.ctx, from, album.AlbumPatch{CoverID: &moved.ID}, f.Change(owner))
	f.ok("UpdateAlbum", err)
	_, err = f.s.MoveMedia(f.ctx, from, to, []album.MediaID{moved.ID}, f.Change(owner))
	f.ok("MoveMedia", err)
}

// everyState adds albums in every state, visibility and setting.
func (f *Fixture) everyState(owner, guest album.UserID) {
	f.t.Helper()
	for _, state := range []album.State{album.Active, album.Trashed, album.Deleting} {
		for _, v := range []album.Visibility{album.Private, album.Link, album.Public} {
			a := f.NewAlbum(owner)
			a.Visibility = v
			a.Settings = album.Settings{Comments: album.Anyone, Likes: album.Members, Downloads: album.Nobody, Order: album.ByHand}
			f.create(a)
			f.Join(a.ID, guest, album.Viewer)
			m := f.every(a.ID, owner, time.Time{}, nil)
			f.Comment(m.ID, guest, "lovely")
			f.Share(a.ID, owner)
			f.trash(a.ID, f.every(a.ID, owner, time.Time{}, nil).ID)
			if state != album.Active {
				f.state(a.ID, state)
			}
		}
	}
	a := f.Album(owner)
	f.Join(a.ID, guest, album.Viewer)
	_, err := f.s.TransferAlbum(f.ctx, a.ID, owner, guest, f.Change(owner))
	f.ok("TransferAlbum", err)
	_, err = f.s.RemoveMember(f.ctx, a.ID, owner, album.Editor, f.Change(guest))
	f.ok("RemoveMember", err)
}

// everyText writes odd text wherever people write.
func (f *Fixture) everyText(owner album.UserID) {
	f.t.Helper()
	a := f.NewAlbum(owner)
	a.Title, a.Description = strings.Join(oddities(), "\n"), strings.Join(oddities(), "")
	f.create(a)
	for _, text := range oddities() {
		m := f.every(a.ID, owner, time.Time{}, nil)
		tags := []string{text, "tag", text}
		place := &album.Place{Name: text, Latitude: -89.123456789, Longitude: 179.987654321}
		_, _, err := f.s.EditMedia(f.ctx, m.ID, album.MediaPatch{Caption: &text, Tags: &tags, Place: &place}, f.Change(owner))
		f.ok("EditMedia", err)
		f.Comment(m.ID, owner, text)
	}
}
