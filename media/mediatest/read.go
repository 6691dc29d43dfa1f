package mediatest

import (
	"bytes"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode"

	"keepsake/album"
	"keepsake/media"
)

func (h Harness) url(t *testing.T, r media.ReadRequest) media.SignedURL {
	t.Helper()
	u, err := h.Bucket.SignRead(t.Context(), r)
	if err != nil {
		t.Fatalf("SignRead: %v", err)
	}
	return u
}

func testRead(t *testing.T, h Harness) {
	body := payload(200_000, 1)
	h.write(t, final, body)
	u := h.url(t, media.ReadRequest{Key: final, ContentType: "video/mp4"})
	a := h.do(t, http.MethodGet, u.URL, nil, nil)
	if a.status != http.StatusOK || !bytes.Equal(a.body, body) {
		t.Fatalf("GET: %d, %s", a.status, difference(a.body, body))
	}
	if got := a.header.Get("Content-Type"); got != "video/mp4" {
		t.Errorf("Content-Type %q, want the signed one", got)
	}
	if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Disposition")); kind == "attachment" {
		t.Error("an attachment, though none was asked for")
	}
	if !strings.Contains(a.header.Get("Cache-Control"), "max-age") {
		t.Errorf("Cache-Control %q", a.header.Get("Cache-Control"))
	}
	etag := a.header.Get("ETag")
	if etag == "" {
		t.Fatal("no ETag")
	}
	if a := h.do(t, http.MethodGet, u.URL, http.Header{"If-None-Match": {etag}}, nil); a.status != http.StatusNotModified || len(a.body) > 0 {
		t.Errorf("If-None-Match: %d with %d bytes", a.status, len(a.body))
	}
	// Some backends sign HEAD apart; if it is answered, then rightly.
	if a := h.do(t, http.MethodHead, u.URL, nil, nil); a.ok() && a.header.Get("Content-Length") != fmt.Sprint(len(body)) {
		t.Errorf("HEAD: Content-Length %q", a.header.Get("Content-Length"))
	}
}

func testReadRange(t *testing.T, h Harness) {
	body := payload(100_000, 1)
	h.write(t, final, body)
	u := h.url(t, media.ReadRequest{Key: final, ContentType: jpegType})
	for asked, want := range map[string][]byte{
		"bytes=0-0":         body[:1],
		"bytes=10-19":       body[10:20],
		"bytes=99990-":      body[99_990:],
		"bytes=-5":          body[99_995:],
		"bytes=99999-99999": body[99_999:],
		"bytes=0-999999":    body,
	} {
		a := h.do(t, http.MethodGet, u.URL, http.Header{"Range": {asked}}, nil)
		if a.status != http.StatusPartialContent || !bytes.Equal(a.body, want) {
			t.Errorf("%s: %d, %s", asked, a.status, difference(a.body, want))
		}
	}
	if a := h.do(t, http.MethodGet, u.URL, http.Header{"Range": {"bytes=100000-"}}, nil); a.status != http.StatusRequestedRangeNotSatisfiable {
		t.Errorf("behind the end: %d", a.status)
	}
}

// testReadDownload: whatever a file is called, it is saved under a harmless name.
func testReadDownload(t *testing.T, h Harness) {
	h.write(t, final, payload(10, 1))
	for name, want := range map[string]string{
		"photo.jpg":              "photo.jpg",
		"全家福 2024.jpg":           "全家福 2024.jpg",
		`say "cheese";.jpg`:      "say _cheese_;.jpg",
		"../../etc/passwd":       "_.._etc_passwd",
		`C:\boot.ini`:            "C__boot.ini",
		"a\r\nSet-Cookie: x.jpg": "aSet-Cookie_ x.jpg",
		"100%.jpg":               "100%.jpg",
		"zero\x00null.jpg":       "zeronull.jpg",
		"gpj\u202egpj.exe":       "gpjgpj.exe",
		"😀.jpg":                  "😀.jpg",
		".htaccess":              "htaccess",
		"...":                    "download",
	} {
		a := h.do(t, http.MethodGet, h.url(t, media.ReadRequest{Key: final, ContentType: jpegType, Download: name}).URL, nil, nil)
		if a.status != http.StatusOK {
			t.Errorf("%q: %d %s", name, a.status, a.body)
			continue
		}
		kind, params, err := mime.ParseMediaType(a.header.Get("Content-Disposition"))
		if err != nil || kind != "attachment" || params["filename"] != want {
			t.Errorf("%q: %q is %s %q %v, want %q", name, a.header.Get("Content-Disposition"), kind, params["filename"], err, want)
		}
		if strings.ContainsFunc(a.header.Get("Content-Disposition"), func(r rune) bool { return r > unicode.MaxASCII || unicode.IsControl(r) }) {
			t.Errorf("%q: %q is not ASCII", name, a.header.Get("Content-Disposition"))
		}
	}
}

func testReadStable(t *testing.T, h Harness) {
	r := media.ReadRequest{Key: final, ContentType: jpegType, Download: "相片.jpg"}
	h.Advance(h.Now().Truncate(media.ReadBucket).Add(media.ReadBucket).Sub(h.Now()))
	first := h.url(t, r)
	if first.ExpiresAt.Before(h.Now().Add(media.MinReadLife)) {
		t.Errorf("holds until %s only, now is %s", first.ExpiresAt, h.Now())
	}
	h.Advance(media.ReadBucket - time.Second)
	last := h.url(t, r)
	if last != first {
		t.Errorf("changed inside a bucket:\n%v\n%v", first, last)
	}
	if last.ExpiresAt.Before(h.Now().Add(media.MinReadLife)) {
		t.Errorf("holds until %s only, now is %s", last.ExpiresAt, h.Now())
	}
	h.Advance(time.Second)
	if next := h.url(t, r); next.URL == first.URL || !next.ExpiresAt.After(first.ExpiresAt) {
		t.Errorf("did not change across buckets: %v", next)
	}
	r.Download = ""
	if h.url(t, r).URL == first.URL {
		t.Error("to show and to save have one URL")
	}
}

func testReadExpired(t *testing.T, h Harness) {
	h.write(t, final, payload(10, 1))
	u := h.url(t, media.ReadRequest{Key: final, ContentType: jpegType})
	h.Advance(u.ExpiresAt.Sub(h.Now()) - 2*time.Second)
	if a := h.do(t, http.MethodGet, u.URL, nil, nil); !a.ok() {
		t.Errorf("before its end: %d %s", a.status, a.body)
	}
	h.Advance(2 * time.Second)
	if a := h.do(t, http.MethodGet, u.URL, nil, nil); a.ok() {
		t.Errorf("at its end: %d, want a refusal", a.status)
	}
}

func testReadForged(t *testing.T, h Harness) {
	h.write(t, key, payload(10, 1))
	h.write(t, other, payload(10, 2))
	u := h.url(t, media.ReadRequest{Key: key, ContentType: jpegType, Download: "a.jpg"})
	forged := mutations(t, u.URL)
	forged["another key"] = strings.Replace(u.URL, key, other, 1)
	forged["unsigned"], _, _ = strings.Cut(u.URL, "?")
	for what, url := range forged {
		if a := h.do(t, http.MethodGet, url, nil, nil); a.ok() {
			t.Errorf("%s: %d, want a refusal", what, a.status)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodPost, http.MethodDelete, http.MethodPatch} {
		if a := h.do(t, method, u.URL, http.Header{"Content-Type": {jpegType}}, payload(10, 3)); a.ok() {
			t.Errorf("%s: %d, want a refusal", method, a.status)
		}
	}
	h.has(t, key, payload(10, 1))
}

func testReadMissing(t *testing.T, h Harness) {
	u := h.url(t, media.ReadRequest{Key: final, ContentType: jpegType})
	if a := h.do(t, http.MethodGet, u.URL, nil, nil); a.status != http.StatusNotFound {
		t.Errorf("GET: %d, want 404", a.status)
	}
	wantCode(t, "SignRead", second(h.Bucket.SignRead(t.Context(), media.ReadRequest{Key: "/", ContentType: jpegType})), album.CodeInvalidInput)
}
