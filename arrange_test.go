package main

import (
	"bytes"
	"net/http"
	"slices"
	"testing"

	"keepsake/album"
)

const (
	copyMedia = `mutation($a:ID!,$ids:[ID!]!,$to:ID!){copyMedia(input:{albumId:$a,mediaIds:$ids,toAlbumId:$to}){
		results{mediaId code message media{id caption tags album{id} owner{id} status download{url} variants{url}}}}}`
	moveMedia = `mutation($a:ID!,$ids:[ID!]!,$to:ID!){moveMedia(input:{albumId:$a,mediaIds:$ids,toAlbumId:$to}){
		results{mediaId code message media{id album{id}}}}}`
	arrangeMedia = `mutation($a:ID!,$ids:[ID!]!,$after:ID){arrangeMedia(input:{albumId:$a,mediaIds:$ids,afterId:$after}){media{id}}}`
)

// upload puts a file into the album as that person.
func (w *world) upload1(t *testing.T, who string, body []byte) string {
	t.Helper()
	a := w.s.want(t, w.people[who].token, createUploads, "id", w.get("album"), "type", "image/jpeg", "bytes", len(body), "sum", nil, "method", "PUT")
	id := putTicket(t, a, body)
	w.s.want(t, w.people[who].token, finalize, "id", id)
	eventually(t, id+" to be ready", func() bool { return isReady(w.s.ask(t, w.people[who].token, mediumQuery, "id", id)) })
	return id
}

// TestCopy: a copy is another medium with the same bytes, and belongs to who made it.
func TestCopy(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$ $other$ $binnedPhoto$"})
	token := w.people["editor"].token
	body := photo(t, 300, 200)
	id := w.upload1(t, "contributor", body)
	a := s.want(t, token, copyMedia, "a", w.get("album"), "ids", []string{id, w.get("binnedPhoto"), w.get("album"), id}, "to", w.get("other"))
	result := func(i string) string { return a.str("copyMedia.results." + i + ".media.id") }
	copied := result("0")
	if copied == "" || copied == id || a.at("copyMedia.results.0.media.status") != "READY" ||
		a.at("copyMedia.results.0.media.owner.id") != string(w.id("editor")) || a.at("copyMedia.results.0.media.album.id") != w.get("other") {
		t.Errorf("the copy: %s", a.body)
	}
	for i, code := range map[string]any{"0": nil, "1": "NOT_FOUND", "2": "NOT_FOUND", "3": nil} {
		if got := a.at("copyMedia.results." + i + ".code"); got != code {
			t.Errorf("item %s: %v, want %v", i, got, code)
		}
	}
	if result("3") != copied {
		t.Errorf("copied twice: %s", a.body)
	}
	// The original goes for good, and its bytes; the copy stays.
	s.want(t, w.people["contributor"].token, `mutation($a:ID!,$id:ID!){deleteMedia(input:{albumId:$a,mediaIds:[$id]}){deletedMediaIds}}`, "a", w.get("album"), "id", id)
	must(t, s.service.Sweep(t.Context()))
	for _, path := range []string{"copyMedia.results.0.media.download.url", "copyMedia.results.0.media.variants.0.url"} {
		if status, text := fetch(t, http.MethodGet, a.str(path), nil); status != http.StatusOK || path[len(path)-12:] == "download.url" && !bytes.Equal(text, body) {
			t.Errorf("%s: %d, %d bytes", path, status, len(text))
		}
	}
	if objects, err := s.bucket.List(t.Context(), "m/"+id+"/", "", 10); err != nil || len(objects) > 0 {
		t.Errorf("left of the original: %+v, %v", objects, err)
	}
	// Who has it there already gets that one.
	if a := s.want(t, token, copyMedia, "a", w.get("other"), "ids", []string{copied}, "to", w.get("other")); a.str("copyMedia.results.0.media.id") != copied {
		t.Errorf("onto itself: %s", a.body)
	}
}

// TestMove: each item moves for itself.
func TestMove(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	w := s.newWorld(t, worldOptions{only: "$photo$ $ownerPhoto$ $other$ $binnedPhoto$ $pending$"})
	ids := []string{w.get("ownerPhoto"), w.get("photo"), w.get("binnedPhoto"), w.get("pending"), "med_01K57WZQ0ABCDEFGHJKMNPQRST"}
	a := s.want(t, w.people["contributor"].token, moveMedia, "a", w.get("album"), "ids", ids, "to", w.get("other"))
	for i, code := range []any{"FORBIDDEN", nil, "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"} {
		r := dig(a.at("moveMedia.results"), string(rune('0'+i)))
		if dig(r, "mediaId") != ids[i] || dig(r, "code") != code || (dig(r, "message") == nil) != (code == nil) {
			t.Errorf("item %d: %v, want %v", i, r, code)
		}
	}
	if a.at("moveMedia.results.1.media.album.id") != w.get("other") {
		t.Errorf("%s", a.body)
	}
}

// TestByHand: an album is shown in the order that its editors put it in, page by
// page, and what comes in later stands first.
func TestByHand(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	w := s.newWorld(t, worldOptions{only: "nothing"})
	token, id := w.people["editor"].token, w.albumID("album")
	var want []string
	add := func() {
		m := s.tickets(t, w.id("owner"), id, "image/jpeg")[0]
		s.publish(t, m)
		want = slices.Insert(want, 0, string(m.ID))
	}
	list := func() (ids []string) {
		after := any(nil)
		for {
			a := s.want(t, token, `query($a:ID!,$after:Cursor){album(id:$a){media(first:3,after:$after){pageInfo{hasNextPage endCursor} edges{node{id}}}}}`,
				"a", id, "after", after)
			for _, e := range a.at("album.media.edges").([]any) {
				ids = append(ids, dig(e, "node.id").(string))
			}
			if a.at("album.media.pageInfo.hasNextPage") != true {
				return ids
			}
			after = a.at("album.media.pageInfo.endCursor")
		}
	}
	photo := w.get("photo")
	want = []string{photo}
	for range 7 {
		add()
	}
	s.want(t, w.people["owner"].token, `mutation($a:ID!){updateAlbum(input:{albumId:$a,settings:{order:HAND}}){album{settings{order}}}}`, "a", id)
	if got := list(); !slices.Equal(got, want) {
		t.Fatalf("before anything is arranged: %v, want %v", got, want)
	}
	place := func(after any, ids ...string) {
		t.Helper()
		s.want(t, token, arrangeMedia, "a", id, "ids", ids, "after", after)
		want = slices.DeleteFunc(want, func(x string) bool { return slices.Contains(ids, x) })
		at := 0
		if after != nil {
			at = slices.Index(want, after.(string)) + 1
		}
		want = slices.Insert(want, at, ids...)
		if got := list(); !slices.Equal(got, want) {
			t.Fatalf("%v behind %v: %v, want %v", ids, after, got, want)
		}
	}
	place(nil, photo)
	place(photo, want[6], want[2])
	place(want[7], want[0], want[3])
	for range 40 { // always into the same place
		place(want[0], want[7])
	}
	add()
	if got := list(); !slices.Equal(got, want) {
		t.Errorf("what came in later: %v, want %v", got, want)
	}
	for name, ask := range map[string]answer{
		"behind itself":          s.ask(t, token, arrangeMedia, "a", id, "ids", []string{photo}, "after", photo),
		"behind nothing":         s.ask(t, token, arrangeMedia, "a", id, "ids", []string{photo}, "after", ""),
		"of no such medium":      s.ask(t, token, arrangeMedia, "a", id, "ids", []string{"med_01K57WZQ0ABCDEFGHJKMNPQRST"}, "after", nil),
		"behind one that is not": s.ask(t, token, arrangeMedia, "a", id, "ids", []string{photo}, "after", "med_01K57WZQ0ABCDEFGHJKMNPQRST"),
	} {
		if ask.code() != string(album.CodeNotFound) {
			t.Errorf("%s: %s", name, ask.body)
		}
	}
}
