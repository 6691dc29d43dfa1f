package main

import (
	"bytes"
	_ "embed"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/media"
	"keepsake/service"
)

// world is one album with everything in it that a rule may be about, and the
// seven kinds of people who may ask for it.
type world struct {
	s  *server
	mu sync.Mutex // while it is being built
	// people by what they are to the album: owner, editor, contributor, viewer,
	// visitor, stranger, anonymous.
	people map[string]person
	// names of things, by what the documents of a table call them.
	names map[string]string
}

// roles is the order of the columns of the authorisation table.
var roles = []string{"owner", "editor", "contributor", "viewer", "visitor", "stranger", "anonymous"}

// worldOptions change the album of a world.
type worldOptions struct {
	visibility album.Visibility
	settings   album.Settings
	download   bool                     // of the visitor's share
	hide       bool                     // of the visitor's share: places
	then       func(testing.TB, *world) // what happens at last
	only       string                   // if set, only things that this document names are made
}

// has reports whether one of those things is to be made.
func (o worldOptions) has(names ...string) bool {
	return o.only == "" || slices.ContainsFunc(names, func(n string) bool { return strings.Contains(o.only, "$"+n+"$") })
}

// newWorld builds a world, straight in the store, in waves of writes that the
// store can commit together.
func (s *server) newWorld(t testing.TB, o worldOptions) *world {
	t.Helper()
	w := &world{s: s, people: map[string]person{"anonymous": {}}, names: map[string]string{}}
	if o.visibility == "" {
		o.visibility = album.Private
	}
	if o.settings == (album.Settings{}) {
		o.settings = album.DefaultSettings()
	}
	o.settings.Order = album.ByAdded
	w.wave(t, map[string]func(){
		"owner":       func() { w.join(s.user(t, "owner"), "owner") },
		"editor":      func() { w.join(s.user(t, "editor"), "editor") },
		"contributor": func() { w.join(s.user(t, "contributor"), "contributor") },
		"viewer":      func() { w.join(s.user(t, "viewer"), "viewer") },
		"stranger":    func() { w.join(s.user(t, "stranger"), "stranger") },
	})
	w.names["fresh"] = "n" + w.names["ownerName"][4:]
	owner, set := w.id("owner"), album.DefaultSettings()
	w.wave(t, map[string]func(){
		"album": func() {
			w.name("album", string(s.album(t, owner, o.visibility, o.settings)))
			w.name("start", string(album.LogCursor(w.albumID("album"), 0)))
			for role, r := range map[string]album.Role{"editor": album.Editor, "contributor": album.Contributor, "viewer": album.Viewer} {
				s.member(t, w.albumID("album"), w.id(role), r)
			}
			w.addMedia(t, o)
			w.addComments(t, o)
			w.addShares(t, o)
		},
		"other": func() {
			if w.name("other", string(s.service.IDs.Album())); o.has("other") {
				w.name("other", string(s.album(t, owner, album.Private, set)))
				s.member(t, w.albumID("other"), w.id("editor"), album.Contributor)
				s.member(t, w.albumID("other"), w.id("contributor"), album.Contributor)
			}
		},
		"binned": func() {
			if w.name("binned", string(s.service.IDs.Album())); o.has("binned") {
				w.name("binned", string(s.album(t, owner, album.Private, set)))
				s.member(t, w.albumID("binned"), w.id("viewer"), album.Viewer)
				_, err := s.store.SetAlbumState(t.Context(), w.albumID("binned"), album.Trashed, by(owner))
				must(t, err)
			}
		},
	})
	if o.then != nil {
		o.then(t, w)
	}
	return w
}

// wave runs functions at the same time.
func (w *world) wave(t testing.TB, all map[string]func()) {
	t.Helper()
	var wg sync.WaitGroup
	for _, f := range all {
		wg.Go(f)
	}
	wg.Wait()
	if t.Failed() { // one of them has ended its own goroutine
		t.FailNow()
	}
}

func (w *world) name(name, value string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names[name] = value
}

func (w *world) join(p person, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.people[name] = p
	w.names[name], w.names[name+"Name"], w.names[name+"Refresh"] = string(p.id), p.name, p.refresh
}

func (w *world) get(name string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.names[name] == "" {
		panic("a world has no " + name)
	}
	return w.names[name]
}

func (w *world) albumID(name string) album.AlbumID { return album.AlbumID(w.get(name)) }

func (w *world) id(who string) album.UserID {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.people[who].id
}

func (w *world) medium(name string) album.MediaID { return album.MediaID(w.get(name)) }

// addMedia puts in ownerPhoto, the contributor's photo, video, binnedPhoto,
// failed and pending; the bytes of the last one have come.
func (w *world) addMedia(t testing.TB, o worldOptions) {
	ctx, s, id, contributor := t.Context(), w.s, w.albumID("album"), w.id("contributor")
	add := func(name, who, contentType string, then func(m *album.Media)) func() {
		return func() {
			if w.name(name, string(s.service.IDs.Media())); o.has(name) || o.then != nil || name == "photo" {
				m := s.tickets(t, w.id(who), id, contentType)[0]
				w.name(name, string(m.ID))
				then(m)
			}
		}
	}
	ready := func(m *album.Media) { s.publish(t, m) }
	w.wave(t, map[string]func(){
		"1": add("ownerPhoto", "owner", "image/jpeg", ready),
		"2": add("photo", "contributor", "image/jpeg", func(m *album.Media) {
			s.publish(t, m)
			caption, tags := "a caption", []string{"sea"}
			place := &album.Place{Name: "Xiamen", Latitude: 24.5, Longitude: 118.1}
			_, _, err := s.store.EditMedia(ctx, m.ID, album.MediaPatch{Caption: &caption, Tags: &tags, Place: &place}, by(contributor))
			must(t, err)
		}),
		"3": add("video", "contributor", "video/mp4", ready),
		"4": add("binnedPhoto", "contributor", "image/jpeg", func(m *album.Media) {
			s.publish(t, m)
			_, err := s.store.TrashMedia(ctx, id, []album.MediaID{m.ID}, by(contributor))
			must(t, err)
		}),
		"5": add("failed", "contributor", "image/jpeg", func(m *album.Media) {
			_, err := s.store.FailMedia(ctx, m.ID, album.CodeMediaCorrupt, by(contributor))
			must(t, err)
		}),
		"6": add("pending", "contributor", "image/jpeg", func(m *album.Media) {
			must(t, s.bucket.Write(ctx, m.Upload.Key, "image/jpeg", bytes.NewReader(testPhoto)))
		}),
	})
}

// addComments makes the viewer comment and like, the contributor answer, and
// the owner comment and take that back.
func (w *world) addComments(t testing.TB, o worldOptions) {
	ctx, s := t.Context(), w.s
	add := func(name, who string, parent album.CommentID) album.CommentID {
		c, _, err := s.store.AddComment(ctx, album.Comment{
			ID: s.service.IDs.Comment(), MediaID: w.medium("photo"), AuthorID: w.id(who),
			ParentID: parent, Text: "said by the " + who, CreatedAt: time.Now(),
		})
		must(t, err)
		w.name(name, string(c.ID))
		return c.ID
	}
	if o.has("comment", "reply") {
		id := add("comment", "viewer", "")
		add("reply", "contributor", id)
		_, _, err := s.store.EditComment(ctx, id, "said anew by the viewer", by(w.id("viewer")))
		must(t, err)
	}
	if o.has("removed") {
		id := add("removed", "owner", "")
		add("lateReply", "viewer", id)
		_, _, err := s.store.RemoveComment(ctx, id, by(w.id("owner")))
		must(t, err)
	}
	_, _, err := s.store.SetLike(ctx, album.Like{MediaID: w.medium("photo"), UserID: w.id("viewer"), At: time.Now()}, true)
	must(t, err)
}

// addShares makes the editor's link that the visitor came through, the one that
// the stranger handed on from it, an invitation, and a closed link.
func (w *world) addShares(t testing.TB, o worldOptions) {
	ctx, s := t.Context(), w.s
	editor := album.Identified{UserID: w.id("editor")}
	add := func(name string, v album.Identified, n service.NewShare) album.ShareID {
		n.AlbumID = w.albumID("album")
		share, token, err := s.service.CreateShare(ctx, v, n)
		must(t, err)
		w.name(name, string(share.ID))
		w.name(name+"Token", token)
		return share.ID
	}
	share := add("share", editor, service.NewShare{DownloadAllowed: o.download, HideLocation: o.hide, ExpiresAt: time.Now().Add(time.Hour)})
	w.join(person{token: s.tokenFor(t, album.Identified{ShareID: share}, auth.AccessLife)}, "visitor")
	if o.has("handedOn") {
		add("handedOn", album.Identified{UserID: w.id("stranger")}, service.NewShare{ParentToken: w.get("shareToken")})
	}
	if o.has("invitationToken", "invitation") {
		add("invitation", editor, service.NewShare{JoinRole: album.Contributor})
	}
	if o.has("closedToken", "closed") {
		_, err := s.store.RevokeShare(ctx, add("closed", editor, service.NewShare{}), by(editor.UserID))
		must(t, err)
	}
}

// fill replaces the $names in a document by the things that they are.
func (w *world) fill(document string) string {
	pairs := make([]string, 0, 2*len(w.names))
	for name, value := range w.names {
		pairs = append(pairs, "$"+name+"$", `"`+value+`"`)
	}
	return strings.NewReplacer(pairs...).Replace(document)
}

// album makes an album.
func (s *server) album(t testing.TB, owner album.UserID, v album.Visibility, set album.Settings) album.AlbumID {
	t.Helper()
	a := &album.Album{
		ID: s.service.IDs.Album(), OwnerID: owner, Title: "a title", Description: "a description",
		Visibility: v, Settings: set, State: album.Active, CreatedAt: time.Now(),
	}
	_, err := s.store.CreateAlbum(t.Context(), a, by(owner))
	must(t, err)
	return a.ID
}

func (s *server) member(t testing.TB, id album.AlbumID, user album.UserID, r album.Role) {
	t.Helper()
	_, _, err := s.store.AddMember(t.Context(), album.Membership{AlbumID: id, UserID: user, Role: r, JoinedAt: time.Now()}, by(user))
	must(t, err)
}

// testPhoto is a small photo with everything that EXIF says.
//
//go:embed media/testdata/orientation-6.jpg
var testPhoto []byte

func readTestdata(name string) []byte {
	b, err := os.ReadFile(filepath.Join("media", "testdata", name))
	if err != nil {
		panic(err)
	}
	return b
}

// tickets makes PENDING media of those types.
func (s *server) tickets(t testing.TB, owner album.UserID, id album.AlbumID, types ...string) []*album.Media {
	t.Helper()
	files := make([]service.NewUpload, len(types))
	for i, contentType := range types {
		files[i] = service.NewUpload{
			FileName: "a file", ContentType: contentType, Bytes: int64(len(testPhoto)), Method: media.PUT,
			TakenAt: time.Date(2020, 5, 17, 8, 0, 0, 0, time.UTC),
		}
	}
	v := album.Identified{UserID: owner}
	made, err := s.service.CreateUploads(t.Context(), v, id, files)
	must(t, err)
	out := make([]*album.Media, len(made))
	for i := range made {
		out[i] = made[i].Media
	}
	return out
}

// publish makes a PENDING medium READY, without bytes.
func (s *server) publish(t testing.TB, m *album.Media) {
	t.Helper()
	folder := "m/" + string(m.ID) + "/"
	facts := album.MediaFacts{
		Kind: m.Kind, ContentType: m.Upload.ContentType, Bytes: m.Upload.Bytes, SHA256: hexSum([]byte(m.ID)),
		Width: 640, Height: 480, Camera: "Camera", Key: folder + "original",
	}
	made := album.MediaMade{Blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj", Color: "#102030", Progress: 100, Files: []album.File{
		{Role: album.Small, Key: folder + "small.jpg", ContentType: "image/jpeg", Bytes: 1, Width: 256, Height: 192},
		{Role: album.Medium, Key: folder + "medium.jpg", ContentType: "image/jpeg", Bytes: 2, Width: 640, Height: 480},
	}}
	if m.Kind == album.Video {
		facts.Duration = 3 * time.Second
		made.Files = append(made.Files, album.File{Role: album.Movie, Key: folder + "movie.mp4", ContentType: "video/mp4", Bytes: 3, Width: 640, Height: 480})
	} else {
		made.Files = append(made.Files, album.File{Role: album.Clean, Key: folder + "clean.jpg", ContentType: "image/jpeg", Bytes: 3, Width: 640, Height: 480})
	}
	_, err := s.store.AcceptMedia(t.Context(), m.ID, facts, album.Work{})
	must(t, err)
	_, _, err = s.store.PublishMedia(t.Context(), m.ID, made, by(m.OwnerID))
	must(t, err)
}

// photo makes a READY photo without bytes.
func (s *server) photo(t testing.TB, id album.AlbumID, owner album.UserID) album.MediaID {
	t.Helper()
	m := s.tickets(t, owner, id, "image/jpeg")[0]
	s.publish(t, m)
	return m.ID
}
