package main

import (
	"archive/zip"
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
)

const archiveQuery = `query($a:ID!,$ids:[ID!],$bytes:Long!){album(id:$a){archive(only:$ids,partBytes:$bytes){parts{url fileName mediaCount bytes expiresAt}}}}`

// contents fetches a ZIP file and returns what is in it.
func contents(t *testing.T, part any) map[string][]byte {
	t.Helper()
	status, text := fetch(t, http.MethodGet, dig(part, "url").(string), nil)
	if status != http.StatusOK || float64(len(text)) != dig(part, "bytes") {
		t.Fatalf("%v: %d and %d bytes", part, status, len(text))
	}
	z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
	must(t, err)
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		must(t, err)
		body, err := io.ReadAll(r) // checks the CRC-32
		must(t, err)
		if _, ok := files[f.Name]; ok || f.Method != zip.Store || f.Modified.Year() < 2000 {
			t.Errorf("%q: twice %t, method %d, of %v", f.Name, ok, f.Method, f.Modified)
		}
		files[f.Name] = body
	}
	return files
}

// TestArchives: everything in an album or a selection comes as ZIP files.
func TestArchives(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	token := w.people["viewer"].token
	s.want(t, w.people["contributor"].token, `mutation($a:ID!,$id:ID!){trashMedia(input:{albumId:$a,mediaIds:[$id]}){media{id}}}`, "a", w.get("album"), "id", w.get("photo"))
	bodies := map[string][]byte{} // by ID
	for range 5 {
		body := photo(t, 700, 600)
		bodies[w.upload1(t, "contributor", body)] = body
	}
	a := s.want(t, token, archiveQuery, "a", w.get("album"), "ids", nil, "bytes", 100_000_000)
	if parts := a.at("album.archive.parts").([]any); len(parts) != 1 || dig(parts[0], "fileName") != "a title.zip" || dig(parts[0], "mediaCount") != 5.0 {
		t.Fatalf("%s", a.body)
	}
	whole := contents(t, a.at("album.archive.parts.0"))
	for _, body := range bodies {
		found := false
		for _, got := range whole {
			found = found || bytes.Equal(got, body)
		}
		if !found {
			t.Error("a photo is missing")
		}
	}
	for _, name := range []string{"a photo.jpg", "a photo (2).jpg", "a photo (5).jpg"} {
		if whole[name] == nil {
			t.Errorf("there is no %q", name)
		}
	}
	again := s.want(t, token, archiveQuery, "a", w.get("album"), "ids", nil, "bytes", 100_000_000)
	if again.str("album.archive.parts.0.url") != a.str("album.archive.parts.0.url") {
		t.Error("the address changes each time")
	}

	// In parts, none of which is too large; a selection, in its order.
	least := 1_000_000
	a = s.want(t, token, archiveQuery, "a", w.get("album"), "ids", nil, "bytes", least)
	parts, total := a.at("album.archive.parts").([]any), 0
	for _, part := range parts {
		if dig(part, "bytes").(float64) > float64(least) && dig(part, "mediaCount") != 1.0 {
			t.Errorf("a part of %v bytes", dig(part, "bytes"))
		}
		total += len(contents(t, part))
	}
	if len(parts) < 2 || total != 5 {
		t.Errorf("%d parts with %d files", len(parts), total)
	}
	var ids []string
	for id := range bodies {
		ids = append(ids, id)
	}
	a = s.want(t, token, archiveQuery, "a", w.get("album"), "ids", ids[:2], "bytes", 100_000_000)
	if files := contents(t, a.at("album.archive.parts.0")); len(files) != 2 || !bytes.Equal(files["a photo.jpg"], bodies[ids[0]]) {
		t.Errorf("a selection has %d files", len(files))
	}
	for name, c := range map[string]struct {
		ids   any
		bytes int
		code  album.Code
	}{
		"none":             {[]string{}, least, album.CodeInvalidInput},
		"too small a part": {nil, least - 1, album.CodeInvalidInput},
		"in the trash":     {[]string{w.get("photo")}, least, album.CodeNotFound},
		"too many":         {strings.Fields(strings.Repeat(ids[0]+" ", 51)), least, album.CodeInvalidInput},
	} {
		if a := s.ask(t, token, archiveQuery, "a", w.get("album"), "ids", c.ids, "bytes", c.bytes); a.code() != string(c.code) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
}

// TestArchiveRights: an address is looked at anew when it is opened.
func TestArchiveRights(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}})
	w := s.newWorld(t, worldOptions{only: "nothing", download: true})
	id := w.upload1(t, "contributor", photo(t, 30, 20))
	address := func(token string) string {
		t.Helper()
		return s.want(t, token, archiveQuery, "a", w.get("album"), "ids", []string{id}, "bytes", 1_000_000).str("album.archive.parts.0.url")
	}
	viewer, visitor, editor := address(w.people["viewer"].token), address(w.people["visitor"].token), address(w.people["editor"].token)
	opens := func(name, url string, want int) {
		t.Helper()
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if status, text := fetch(t, method, url, nil); status != want {
				t.Errorf("%s: %s gives %d %.100s", name, method, status, text)
			}
		}
	}
	opens("a viewer's", viewer, http.StatusOK)
	opens("a visitor's", visitor, http.StatusOK)
	last := viewer[len(viewer)-1:]
	opens("forged", viewer[:len(viewer)-1]+map[bool]string{true: "B", false: "A"}[last == "A"], http.StatusNotFound)
	opens("nothing", s.url+"/archives/x", http.StatusNotFound)
	_, err := s.store.RemoveMember(t.Context(), w.albumID("album"), w.id("viewer"), album.Viewer, by(w.id("owner")))
	must(t, err)
	opens("a former member's", viewer, http.StatusNotFound)
	_, err = s.store.RevokeShare(t.Context(), album.ShareID(w.get("share")), by(w.id("owner")))
	must(t, err)
	opens("of a closed link", visitor, http.StatusNotFound)
	must(t, s.store.RevokeSession(t.Context(), w.people["editor"].session, time.Now()))
	opens("after signing out", editor, http.StatusForbidden)
	owner := address(w.people["owner"].token)
	ahead.Store(int64(3 * time.Hour))
	opens("past its time", owner, http.StatusNotFound)
}

// TestHiddenPlaces: who is not to know where photos were taken does not find out.
func TestHiddenPlaces(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "nothing", download: true, hide: true})
	_, err := s.store.TrashMedia(t.Context(), w.albumID("album"), []album.MediaID{w.medium("photo")}, by(w.id("owner"))) // it has no bytes
	must(t, err)
	gps := []byte{0x88, 0x25} // the tag of the block with the place, big-endian
	for name, contentType := range map[string]string{
		"place.jpg": "image/jpeg", "place.webp": "image/webp", "place.png": "image/png", "place.heic": "image/heic", "place.mp4": "video/mp4",
	} {
		body := readTestdata(name)
		id := putTicket(t, w.ticket(t, contentType, len(body), nil), body)
		s.ask(t, w.people["contributor"].token, finalize, "id", id)
		mine := w.awaitMedium(t, id, "done", isDone)
		if mine.at("media.place.latitude") == nil {
			t.Errorf("%s: members see no place: %s", name, mine.body)
		}
		a := s.want(t, w.people["visitor"].token, mediumQuery, "id", id)
		if a.at("media.place") != nil {
			t.Errorf("%s: visitors see a place: %s", name, a.body)
		}
		kept := contentType == "image/heic" || contentType == "video/mp4"
		if (a.at("media.download") == nil) != kept || (a.at("media.original") == nil) != (kept || contentType == "video/mp4") {
			t.Errorf("%s: %s", name, a.body)
		}
		for _, path := range []string{"media.download.url", "media.original.url", "media.playback.url", "media.url.url"} {
			if a.at(path) == nil {
				continue
			}
			_, text := fetch(t, http.MethodGet, a.str(path), nil)
			little := []byte{gps[1], gps[0]}
			if bytes.Contains(text, []byte("Exif")) && (bytes.Contains(text, gps) || bytes.Contains(text, little)) ||
				bytes.Contains(text, []byte("\xa9xyz")) || bytes.Contains(text, []byte("ISO6709")) || bytes.Equal(text, body) {
				t.Errorf("%s: %s tells the place", name, path)
			}
		}
	}
	for _, m := range s.want(t, w.people["visitor"].token, `query($a:ID!){album(id:$a){media{edges{node{fileName sha256 place{latitude}}}}}}`, "a", w.get("album")).at("album.media.edges").([]any) {
		if dig(m, "node.sha256") != nil || dig(m, "node.place") != nil {
			t.Errorf("a visitor is told %v", m)
		}
	}
	a := s.want(t, w.people["visitor"].token, archiveQuery, "a", w.get("album"), "ids", nil, "bytes", 100_000_000)
	for name, body := range contents(t, a.at("album.archive.parts.0")) {
		if bytes.Contains(body, gps) && bytes.Contains(body, []byte("Exif")) {
			t.Errorf("in the archive, %s tells the place", name)
		}
	}
}

// TestCopiesTellPlaces: who may download but is not to know places makes no copies,
// which would tell them.
func TestCopiesTellPlaces(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	w := s.newWorld(t, worldOptions{visibility: album.Link, settings: album.Settings{Comments: album.Anyone, Likes: album.Anyone, Downloads: album.Anyone}})
	stranger := w.people["stranger"]
	mine := string(s.album(t, stranger.id, album.Private, album.DefaultSettings()))
	if a := s.ask(t, stranger.token, copyMedia, "a", w.get("album"), "ids", []string{w.get("photo")}, "to", mine); a.code() != string(album.CodeForbidden) {
		t.Errorf("a stranger's copy: %s", a.body)
	}
}

// TestArchiveWhileTheAlbumChanges: what comes in between planning and fetching
// moves nothing out of the parts.
func TestArchiveWhileTheAlbumChanges(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	_, err := s.store.TrashMedia(t.Context(), w.albumID("album"), []album.MediaID{w.medium("photo")}, by(w.id("owner"))) // it has no bytes
	must(t, err)
	var planned [][]byte
	for range 3 {
		planned = append(planned, photo(t, 900, 700))
		w.upload1(t, "contributor", planned[len(planned)-1])
	}
	a := s.want(t, w.people["viewer"].token, archiveQuery, "a", w.get("album"), "ids", nil, "bytes", 1_000_000)
	w.upload1(t, "contributor", photo(t, 900, 700))
	var got [][]byte
	for _, part := range a.at("album.archive.parts").([]any) {
		_, text := fetch(t, http.MethodGet, dig(part, "url").(string), nil)
		z, err := zip.NewReader(bytes.NewReader(text), int64(len(text)))
		must(t, err)
		for _, f := range z.File {
			r, err := f.Open()
			must(t, err)
			body, err := io.ReadAll(r)
			must(t, err)
			got = append(got, body)
		}
	}
	for i, body := range planned {
		found := false
		for _, other := range got {
			found = found || bytes.Equal(body, other)
		}
		if !found {
			t.Errorf("photo %d of those that were planned is in no part", i)
		}
	}
}
