package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"keepsake/album"
)

// oddities are texts that are valid but easily spoilt on the way through a
// database.
func oddities() []string {
	return []string{
		"", " ", "ordinary", "家庭相册", "👩‍👩‍👧‍👦 🇨🇳", "e\u0301 is not \u00e9",
		`it's "quoted" \back\ 'slashed'`, "'; DROP TABLE users; --", "$where: {} {\"$gt\": \"\"}",
		"100%_?:1@x", "line\nbreak\ttab\r\n", "\u202eright to left\u202c", "\ufeffmarked", "\u00a0", "null", "NaN",
		strings.Repeat("長", album.MaxDescriptionLength),
	}
}

func whole() []promise {
	return []promise{
		{"an open store answers Ping", func(t *testing.T, f *Fixture) {
			wantCode(t, "Ping", f.s.Ping(f.ctx), "")
		}},
		{"odd text comes back as it went in", oddText},
		{"times are kept to the millisecond in UTC", keptTimes},
		{"what is returned is the caller's own", ownValues},
		{"a context that ended gives an album.Error or the write", endedContext},
	}
}

func oddText(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	for _, text := range oddities() {
		u, id := f.NewUser(text)
		id.Secret = text
		wantCode(t, "CreateUser", f.s.CreateUser(f.ctx, u, id), "")
		equal(t, "user", must(f.s.User(f.ctx, u.ID))(t), u)
		equal(t, "identity", must(f.s.Identity(f.ctx, id.Provider, text))(t), id)

		must2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{Title: &text, Description: &text}, f.Change(owner)))(t)
		equal(t, "title", f.album(a.ID).Title, text)
		equal(t, "description", f.album(a.ID).Description, text)

		tags := []string{text, "tag", text}
		place := &album.Place{Name: text, Latitude: -89.123456789, Longitude: 179.987654321}
		patch := album.MediaPatch{Caption: &text, Tags: &tags, Place: &place}
		must2(f.s.EditMedia(f.ctx, m.ID, patch, f.Change(owner)))(t)
		got := f.medium(m.ID)
		equal(t, "caption", got.Caption, text)
		equal(t, "tags", got.Tags, tags)
		equal(t, "place", got.Place, place)

		equal(t, "comment", f.comment(f.Comment(m.ID, owner, text).ID).Text, text)
	}
	CheckAlbum(t, f.s, a.ID)
}

func keptTimes(t *testing.T, f *Fixture) {
	east := time.FixedZone("east", 8*60*60)
	for _, at := range []time.Time{
		epoch, epoch.In(east), epoch.Add(999_999 * time.Nanosecond), epoch.Add(time.Millisecond),
		time.Date(1969, time.December, 31, 23, 59, 59, 999_000_000, time.UTC),
		time.Date(1899, time.May, 1, 0, 0, 0, 0, time.UTC),
		time.UnixMilli(0), // what a camera without a set clock says; not the zero time
	} {
		u, id := f.NewUser(f.NewID("at"))
		u.CreatedAt = at
		wantCode(t, "CreateUser", f.s.CreateUser(f.ctx, u, id), "")
		got := must(f.s.User(f.ctx, u.ID))(t).CreatedAt
		if got.Location() != time.UTC || !got.Equal(got.Truncate(time.Millisecond)) || got.Sub(at).Abs() >= time.Millisecond {
			t.Errorf("%v came back as %v", at, got)
		}
	}
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Pending(a.ID, owner)
	share := f.Share(a.ID, owner)
	got := must(f.s.Share(f.ctx, share.ID))(t)
	stored := f.medium(m.ID)
	for what, zero := range map[string]time.Time{
		"album.TrashedAt": a.TrashedAt, "share.ExpiresAt": got.ExpiresAt, "share.RevokedAt": got.RevokedAt,
		"media.TakenAt": stored.TakenAt, "media.AddedAt": stored.AddedAt, "media.EditedAt": stored.EditedAt,
		"media.TrashedAt": stored.TrashedAt, "media.Work.DueAt": f.medium(f.Ready(a.ID, owner).ID).Work.DueAt,
		"session.RevokedAt": must(f.s.Session(f.ctx, f.Session(owner).ID))(t).RevokedAt,
		"comment.EditedAt":  f.comment(f.Comment(f.Publish(m).ID, owner, "x").ID).EditedAt,
	} {
		if !zero.IsZero() {
			t.Errorf("%s is %v, want zero", what, zero)
		}
	}
}

// ownValues: nothing that goes in or comes out is shared with the store.
func ownValues(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.NewMedia(a.ID, owner)
	m.Tags, m.Place = []string{"one"}, &album.Place{Name: "here"}
	f.add(m)
	m.Tags[0], m.Place.Name, m.FileName = "spoilt", "spoilt", "spoilt"
	for range 2 {
		got := f.medium(m.ID)
		equal(t, "tags", got.Tags, []string{"one"})
		equal(t, "place", got.Place, &album.Place{Name: "here"})
		equal(t, "file name", got.FileName, "IMG 1.jpg")
		got.Tags[0], got.Place.Name, got.FileName = "spoilt", "spoilt", "spoilt"
	}
	for range 2 {
		got := f.album(a.ID)
		equal(t, "title", got.Title, a.Title)
		got.Title = "spoilt"
	}
	share := f.Share(a.ID, owner)
	hash := Hash(string(share.ID))
	share.TokenHash[0]++
	for range 2 {
		got := must(f.s.Share(f.ctx, share.ID))(t)
		equal(t, "token hash", got.TokenHash, hash)
		got.TokenHash[0]++
	}
}

func endedContext(t *testing.T, f *Fixture) {
	owner := f.User("owner")
	a := f.Album(owner)
	ended, cancel := context.WithCancel(f.ctx)
	cancel()
	title := "changed"
	_, _, err := f.s.UpdateAlbum(ended, a.ID, album.AlbumPatch{Title: &title}, f.Change(owner))
	if err != nil && !isAlbumError(err) {
		t.Errorf("UpdateAlbum: %v is no *album.Error", err)
	}
	if err == nil {
		equal(t, "title", f.album(a.ID).Title, title)
	}
	if _, err = f.s.Album(ended, a.ID); err != nil && !isAlbumError(err) {
		t.Errorf("Album: %v is no *album.Error", err)
	}
	// The store is as good as before for everyone else.
	must2(f.s.UpdateAlbum(f.ctx, a.ID, album.AlbumPatch{Title: new("last")}, f.Change(owner)))(t)
	equal(t, "title", f.album(a.ID).Title, "last")
	CheckAlbum(t, f.s, a.ID)
}
