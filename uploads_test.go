package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
)

const (
	createUploads = `mutation($id:ID!,$type:String!,$bytes:Long!,$sum:String,$method:UploadMethod!){createUploads(input:{albumId:$id,files:[
		{fileName:"a photo.jpg",contentType:$type,bytes:$bytes,sha256:$sum,method:$method}]}){tickets{
		media{id status} url headers{name value} formFields{name value} fileField}}}`
	finalize = `mutation($id:ID!){finalizeUpload(input:{mediaId:$id}){media{id status sha256 width height takenAt url(size:ORIGINAL){url} download{url} small:url(size:SMALL){url width height} large:url{width height} variants{width} blurhash color place{latitude}}}}`
)

// ticket asks for a ticket for a file that is said to be of that type and size.
func (w *world) ticket(t *testing.T, contentType string, size int, sum any) answer {
	t.Helper()
	return w.s.want(t, w.people["contributor"].token, createUploads,
		"id", w.get("album"), "type", contentType, "bytes", size, "sum", sum, "method", "PUT")
}

// upload is the ticket's medium and URL.
func (w *world) upload(t *testing.T, contentType string, size int, sum any) (id, url string) {
	t.Helper()
	a := w.ticket(t, contentType, size, sum)
	return a.str("createUploads.tickets.0.media.id"), a.str("createUploads.tickets.0.url")
}

func put(t *testing.T, url, contentType string, body []byte) (status int, text string) {
	t.Helper()
	status, b := fetch(t, http.MethodPut, url, body, "Content-Type", contentType)
	return status, string(b)
}

// putTicket sends a file as a ticket says, with its headers, and returns the
// medium's ID.
func putTicket(t *testing.T, a answer, body []byte) (id string) {
	t.Helper()
	if !sendTicket(t, a, body) {
		t.Fatal("the upload failed")
	}
	return a.str("createUploads.tickets.0.media.id")
}

// sendTicket is putTicket where it may fail, or get stuck.
func sendTicket(t *testing.T, a answer, body []byte) bool {
	t.Helper()
	const ticket = "createUploads.tickets.0."
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, a.str(ticket+"url"), bytes.NewReader(body))
	must(t, err)
	for _, h := range a.at(ticket + "headers").([]any) {
		r.Header.Set(dig(h, "name").(string), dig(h, "value").(string))
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	defer res.Body.Close() //nolint:errcheck // nothing in it is read
	return res.StatusCode/100 == 2
}

var cursors = regexp.MustCompile(`"cursor":"[^"]*"`)

// withoutCursor is a snapshot without the place in the log.
func withoutCursor(snapshot string) string { return cursors.ReplaceAllString(snapshot, "") }

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestUploads(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	token := w.people["contributor"].token
	sum := strings.ToUpper(hexSum(testPhoto))
	ticket := w.ticket(t, "IMAGE/jpg", len(testPhoto), sum)
	id := ticket.str("createUploads.tickets.0.media.id")
	if a := s.ask(t, token, finalize, "id", id); a.code() != string(album.CodeUploadIncomplete) {
		t.Errorf("finalised before its bytes: %s", a.body)
	}
	putTicket(t, ticket, testPhoto)
	head := w.seqOf(t, map[string]any{"cursor": w.head(t)})

	// Finalised sixteen times at once it is published once.
	var wg sync.WaitGroup
	var good atomic.Int32
	for range 16 {
		wg.Go(func() {
			a := s.ask(t, token, finalize, "id", id)
			if a.at("finalizeUpload.media.status") == "READY" {
				good.Add(1)
			} else {
				t.Errorf("one of many at once: %s", a.body)
			}
		})
	}
	wg.Wait()
	if now := w.seqOf(t, map[string]any{"cursor": w.head(t)}); good.Load() != 16 || now != head+1 {
		t.Errorf("%d of 16 saw it READY, with %d entries", good.Load(), now-head)
	}
	a := s.want(t, token, finalize, "id", id)
	if a.at("finalizeUpload.media.sha256") != hexSum(testPhoto) || a.at("finalizeUpload.media.width") == 0.0 || a.at("finalizeUpload.media.takenAt") == nil {
		t.Errorf("finalised again: %s", a.body)
	}
	for _, field := range []string{"url", "download"} {
		status, body := fetch(t, http.MethodGet, a.str("finalizeUpload.media."+field+".url"), nil)
		if status != http.StatusOK || !bytes.Equal(body, testPhoto) {
			t.Errorf("the %s gives %d and %d bytes", field, status, len(body))
		}
	}
	eventually(t, "what was uploaded to be cleared away", func() bool {
		objects, err := s.bucket.List(t.Context(), "incoming/", "", 10)
		return err == nil && len(objects) == 0
	})
}

// TestUploadsByForm is wx.uploadFile's way.
func TestUploadsByForm(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	token := w.people["contributor"].token
	a := s.want(t, token, createUploads, "id", w.get("album"), "type", "image/jpeg", "bytes", len(testPhoto), "sum", nil, "method", "POST")
	ticket := func(path string) string { return a.str("createUploads.tickets.0." + path) }
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	for _, f := range a.at("createUploads.tickets.0.formFields").([]any) {
		must(t, m.WriteField(dig(f, "name").(string), dig(f, "value").(string)))
	}
	file, err := m.CreateFormFile(ticket("fileField"), "whatever.bin")
	must(t, err)
	_, err = file.Write(testPhoto)
	must(t, err)
	must(t, m.Close())
	if status, text := fetch(t, http.MethodPost, ticket("url"), form.Bytes(), "Content-Type", m.FormDataContentType()); status/100 != 2 {
		t.Fatalf("POST: %d %s", status, text)
	}
	if a := s.want(t, token, finalize, "id", ticket("media.id")); a.at("finalizeUpload.media.status") != "READY" {
		t.Errorf("by a form: %s", a.body)
	}
}

// TestFilesThatAreNotWhatTheySay: each is refused for good with its code, shows
// up nowhere, and a sweep takes its bytes.
func TestFilesThatAreNotWhatTheySay(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	before := w.snapshot(t)
	token := w.people["contributor"].token
	png, video := readTestdata("plain.png"), readTestdata("plain.mov")
	text := []byte(strings.Repeat("this is not a photo ", 50))
	for _, c := range []struct {
		name, contentType string
		body              []byte
		sum               any
		code              album.Code
	}{
		{"text as JPEG", "image/jpeg", text, nil, album.CodeMediaUnsupported},
		{"HTML as JPEG", "image/jpeg", []byte("<!doctype html><script>alert(1)</script>"), nil, album.CodeMediaUnsupported},
		{"SVG as PNG", "image/png", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), nil, album.CodeMediaUnsupported},
		{"PNG as JPEG", "image/jpeg", png, nil, album.CodeUploadMismatch},
		{"video as photo", "image/jpeg", video, nil, album.CodeUploadMismatch},
		{"photo as video", "video/mp4", testPhoto, nil, album.CodeUploadMismatch},
		{"cut off", "image/jpeg", testPhoto[:20], nil, album.CodeMediaCorrupt},
		{"PNG cut off", "image/png", png[:20], nil, album.CodeMediaCorrupt},
		{"another sum", "image/jpeg", testPhoto, hexSum(png), album.CodeUploadMismatch},
		{"one byte", "image/jpeg", []byte{0xff}, nil, album.CodeMediaUnsupported},
	} {
		id := putTicket(t, w.ticket(t, c.contentType, len(c.body), c.sum), c.body)
		// Its failure is an entry of the log; nothing else changes, and it stays so.
		if a := s.ask(t, token, finalize, "id", id); a.code() != string(c.code) {
			t.Errorf("%s: %s", c.name, a.body)
		}
		if after := w.snapshot(t); withoutCursor(after) != withoutCursor(before) {
			t.Fatalf("%s was refused, and yet\n%s\nbecame\n%s", c.name, before, after)
		}
		w.refused(t, c.name, w.snapshot(t), s.ask(t, token, finalize, "id", id), c.code)
		a := s.want(t, token, `query($id:ID!){media(id:$id){status failure url{url}}}`, "id", id)
		if a.at("media.status") != "FAILED" || a.at("media.failure") != string(c.code) || a.at("media.url") != nil {
			t.Errorf("%s: afterwards %s", c.name, a.body)
		}
	}
}

// TestTickets: what is put has to be what the ticket says, by who holds it. The
// answers are those of the bucket on the disk; mediatest asks every bucket.
func TestTickets(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64 // what the clock is ahead, in nanoseconds
	s := startServer(t, setup{
		options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }},
		env:     []string{"KEEPSAKE_UPLOAD_LIFE=5m"},
	})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	before := w.snapshot(t)
	id, url := w.upload(t, "image/jpeg", len(testPhoto), nil)
	other, otherURL := w.upload(t, "image/jpeg", len(testPhoto), nil)
	for name, c := range map[string]struct {
		url, contentType string
		body             []byte
		status           int
		code             string
	}{
		"too long":            {url, "image/jpeg", append(bytes.Clone(testPhoto), 0), 413, "UPLOAD_MISMATCH"},
		"too short":           {url, "image/jpeg", testPhoto[1:], 400, "UPLOAD_MISMATCH"},
		"empty":               {url, "image/jpeg", nil, 400, "UPLOAD_MISMATCH"},
		"another type":        {url, "text/html", testPhoto, 415, "MEDIA_UNSUPPORTED"},
		"no type":             {url, "", testPhoto, 415, "MEDIA_UNSUPPORTED"},
		"another key":         {strings.Replace(url, id, other, 1), "image/jpeg", testPhoto, 403, "FORBIDDEN"},
		"another size":        {strings.Replace(url, "b=", "b=1", 1), "image/jpeg", testPhoto, 403, "FORBIDDEN"},
		"a longer life":       {strings.Replace(url, "e=", "e=9", 1), "image/jpeg", testPhoto, 403, "FORBIDDEN"},
		"another's signature": {url[:strings.Index(url, "s=")] + otherURL[strings.Index(otherURL, "s="):], "image/jpeg", testPhoto, 403, "FORBIDDEN"},
		"no signature":        {url[:strings.Index(url, "?")], "image/jpeg", testPhoto, 403, "FORBIDDEN"},
		"one more parameter":  {url + "&x=1", "image/jpeg", testPhoto, 403, "FORBIDDEN"},
	} {
		if status, text := put(t, c.url, c.contentType, c.body); status != c.status || !strings.Contains(text, c.code) {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
	if status, _ := fetch(t, http.MethodGet, url, nil); status != http.StatusForbidden {
		t.Errorf("a ticket reads: %d", status)
	}
	for _, who := range []string{"owner", "editor", "viewer", "stranger"} {
		w.refused(t, "finalised by "+who, before, s.ask(t, w.people[who].token, finalize, "id", id), album.CodeNotFound)
	}
	w.refused(t, "nothing came", before, s.ask(t, w.people["contributor"].token, finalize, "id", id), album.CodeUploadIncomplete)

	ahead.Store(int64(5*time.Minute + time.Second))
	if status, text := put(t, url, "image/jpeg", testPhoto); status != http.StatusForbidden || !strings.Contains(text, "UPLOAD_EXPIRED") {
		t.Errorf("past its time: %d %s", status, text)
	}
	w.refused(t, "past its time", before, s.ask(t, w.people["contributor"].token, finalize, "id", id), album.CodeUploadExpired)
	// An upload that nobody ended is gone with the sweep, an hour after its time.
	ahead.Store(int64(2 * time.Hour))
	must(t, s.service.Sweep(t.Context()))
	if _, err := s.store.Media(t.Context(), album.MediaID(id)); album.CodeOf(err) != album.CodeNotFound {
		t.Errorf("after the sweep: %v", err)
	}
}

// TestAddresses: signed addresses end, and are good for one thing. The forgeries
// are of addresses of the bucket on the disk.
func TestAddresses(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := startServer(t, setup{options: options{now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }}})
	w := s.newWorld(t, worldOptions{only: "$photo$"})
	id, ticket := w.upload(t, "image/jpeg", len(testPhoto), nil)
	put(t, ticket, "image/jpeg", testPhoto)
	a := s.want(t, w.people["contributor"].token, finalize, "id", id)
	url, download := a.str("finalizeUpload.media.url.url"), a.str("finalizeUpload.media.download.url")
	viewer := s.want(t, w.people["viewer"].token, `query($id:ID!){media(id:$id){url(size:ORIGINAL){url}}}`, "id", id)
	if viewer.str("media.url.url") != url {
		t.Errorf("the address is not the same for everyone: %s and %s", viewer.body, url)
	}
	for name, forged := range map[string]string{
		"of another": strings.Replace(url, id, w.get("photo"), 1),
		"longer":     strings.Replace(url, "e=", "e=9", 1),
		"as HTML":    strings.Replace(url, "image%2Fjpeg", "text%2Fhtml", 1),
		"as a file":  strings.Replace(url, "n=", "n=x.exe", 1),
		"unsigned":   url[:strings.Index(url, "?")],
		"upwards":    strings.Replace(url, "/media/m/", "/media/../keepsake.db/", 1),
		"of a key":   s.url + "/media/secret.key",
	} {
		if status, text := fetch(t, http.MethodGet, forged, nil); status < 400 || bytes.Contains(text, testPhoto[:100]) {
			t.Errorf("%s: %d", name, status)
		}
	}
	if status, _ := put(t, url, "image/jpeg", testPhoto); status != http.StatusForbidden {
		t.Errorf("an address to read takes: %d", status)
	}
	ahead.Store(int64(3 * time.Hour))
	for _, url := range []string{url, download} {
		if status, text := fetch(t, http.MethodGet, url, nil); status != http.StatusForbidden || !strings.Contains(string(text), "FORBIDDEN") {
			t.Errorf("past its time: %d %.100s", status, text)
		}
	}
}
