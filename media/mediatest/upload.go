package mediatest

import (
	"bytes"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

func testUpload(t *testing.T, h Harness, method media.Method) {
	for i, size := range []int{1, 1000, 3 << 20} {
		k := key + string(rune('A'+i))
		body := payload(size, byte(i))
		if a := h.send(t, h.ticket(t, method, k, size), body); !a.ok() {
			t.Fatalf("%d bytes: %d %s", size, a.status, a.body)
		}
		h.has(t, k, body)
	}
}

func testUploadSize(t *testing.T, h Harness, method media.Method) {
	const size = 70_000
	for _, wrong := range []int{0, 1, size - 1, size + 1, 2 * size} {
		if a := h.send(t, h.ticket(t, method, key, size), payload(wrong, 1)); a.ok() {
			t.Errorf("%d instead of %d bytes: %d, want a refusal", wrong, size, a.status)
		}
		h.hasNot(t, key)
	}
	h.empty(t)
	h.send(t, h.ticket(t, method, key, size), payload(size, 1))
	h.has(t, key, payload(size, 1)) // refusals left nothing in the way
}

func testUploadExpired(t *testing.T, h Harness, method media.Method) {
	ticket := h.ticket(t, method, key, 10)
	h.Advance(ticket.ExpiresAt.Sub(h.Now()))
	if a := h.send(t, ticket, payload(10, 1)); a.ok() {
		t.Errorf("at its end: %d, want a refusal", a.status)
	}
	h.empty(t)

	ticket = h.ticket(t, method, key, 10)
	h.Advance(ticket.ExpiresAt.Sub(h.Now()) - 2*time.Second)
	if a := h.send(t, ticket, payload(10, 1)); !a.ok() {
		t.Errorf("before its end: %d %s", a.status, a.body)
	}
}

// testUploadReplay: the same ticket again never changes the object, and a client
// that lost the answer ends with the object it meant.
func testUploadReplay(t *testing.T, h Harness, method media.Method) {
	first := payload(5000, 1)
	ticket := h.ticket(t, method, key, len(first))
	if a := h.send(t, ticket, first); !a.ok() {
		t.Fatalf("first: %d %s", a.status, a.body)
	}
	h.send(t, ticket, first)
	h.has(t, key, first)
	if a := h.send(t, ticket, payload(5000, 2)); a.ok() {
		t.Errorf("other bytes: %d, want a refusal", a.status)
	}
	h.has(t, key, first)
	if a := h.send(t, h.ticket(t, method, key, 7), payload(7, 3)); a.ok() {
		t.Errorf("a new ticket for a key that is taken: %d, want a refusal", a.status)
	}
	h.has(t, key, first)
}

func testUploadRace(t *testing.T, h Harness, method media.Method) {
	const size = 100_000
	ticket := h.ticket(t, method, key, size)
	won := make([]bool, 16)
	var wg sync.WaitGroup
	for i := range won {
		wg.Go(func() { won[i] = h.send(t, ticket, payload(size, byte(i))).ok() })
	}
	wg.Wait()
	winner := slices.Index(won, true)
	if winner < 0 || slices.Contains(won[winner+1:], true) {
		t.Fatalf("winners: %v, want exactly one", won)
	}
	h.has(t, key, payload(size, byte(winner)))
}

func testForgedPUT(t *testing.T, h Harness) {
	body := payload(100, 1)
	good := h.ticket(t, media.PUT, key, len(body))
	header := headerOf(good)
	refused := func(what, method, url string, header http.Header) {
		t.Helper()
		if a := h.do(t, method, url, header, body); a.ok() {
			t.Errorf("%s: %d, want a refusal", what, a.status)
		}
	}
	for what, forged := range mutations(t, good.URL) {
		refused(what, http.MethodPut, forged, header)
	}
	refused("another key", http.MethodPut, strings.Replace(good.URL, key, other, 1), header)
	refused("as POST", http.MethodPost, good.URL, header)
	refused("as GET", http.MethodGet, good.URL, nil)
	refused("as DELETE", http.MethodDelete, good.URL, header)
	for name := range header {
		wrong := header.Clone()
		wrong.Set(name, "text/html")
		refused("another "+name, http.MethodPut, good.URL, wrong)
		wrong.Del(name)
		refused("no "+name, http.MethodPut, good.URL, wrong)
	}
	h.empty(t)

	// What was signed for reading does not write, be the object there or not.
	read, err := h.Bucket.SignRead(t.Context(), media.ReadRequest{Key: key, ContentType: jpegType})
	if err != nil {
		t.Fatalf("SignRead: %v", err)
	}
	refused("a read URL", http.MethodPut, read.URL, header)
	h.empty(t)
	if a := h.send(t, good, body); !a.ok() {
		t.Fatalf("the good one: %d %s", a.status, a.body)
	}
	refused("a ticket as GET", http.MethodGet, good.URL, nil)
}

func testForgedPOST(t *testing.T, h Harness) {
	body := payload(100, 1)
	good := h.ticket(t, media.POST, key, len(body))
	file := part{name: good.FileField, file: "a.jpg", value: body}
	for i, f := range good.FormFields {
		form := formOf(good)
		form[i].value = append([]byte(f.Value), '0')
		if a := h.sendForm(t, good.URL, append(form, file)); a.ok() {
			t.Errorf("%s longer: %d, want a refusal", f.Name, a.status)
		}
		form[i].value = slices.Clone([]byte(f.Value))
		form[i].value[len(f.Value)-1] ^= 1
		if a := h.sendForm(t, good.URL, append(form, file)); a.ok() {
			t.Errorf("%s changed: %d, want a refusal", f.Name, a.status)
		}
		if a := h.sendForm(t, good.URL, append(slices.Delete(formOf(good), i, i+1), file)); a.ok() {
			t.Errorf("%s missing: %d, want a refusal", f.Name, a.status)
		}
		// Another key's ticket does not vouch for this one.
		form = formOf(h.ticket(t, media.POST, other, len(body)))
		if form[i].value = []byte(f.Value); !slices.EqualFunc(form, formOf(h.ticket(t, media.POST, other, len(body))), samePart) {
			if a := h.sendForm(t, good.URL, append(form, file)); a.ok() {
				t.Errorf("%s of another ticket: %d, want a refusal", f.Name, a.status)
			}
		}
	}
	h.empty(t)
}

func samePart(a, b part) bool { return a.name == b.name && bytes.Equal(a.value, b.value) }

// testForm: the form must be the ticket's, with the file last.
func testForm(t *testing.T, h Harness) {
	body := payload(100, 1)
	ticket := h.ticket(t, media.POST, key, len(body))
	file := part{name: ticket.FileField, file: "a.jpg", value: body}
	extra := part{name: "comment", value: []byte("x")}
	for what, form := range map[string][]part{
		"file first":         append([]part{file}, formOf(ticket)...),
		"file in the middle": slices.Insert(formOf(ticket), 1, file),
		"no file":            formOf(ticket),
		"only a file":        {file},
		"unknown field":      append(formOf(ticket), extra, file),
		"field after":        append(formOf(ticket), file, extra),
		"two files":          append(formOf(ticket), file, file),
		"empty":              {},
	} {
		if a := h.sendForm(t, ticket.URL, form); a.ok() {
			t.Errorf("%s: %d, want a refusal", what, a.status)
		}
		h.hasNot(t, key)
	}
	h.empty(t)
	// wx.uploadFile names and types the file as it likes.
	file.file = `..\"; name=evil.html`
	if a := h.sendForm(t, ticket.URL, append(formOf(ticket), file)); !a.ok() {
		t.Fatalf("a strange file name: %d %s", a.status, a.body)
	}
	h.has(t, key, body)
}

func testUploadRequest(t *testing.T, h Harness) {
	good := media.UploadRequest{Key: key, Method: media.PUT, ContentType: jpegType, Bytes: 1, ExpiresAt: h.Now().Add(time.Hour)}
	for what, change := range map[string]func(*media.UploadRequest){
		"bad key":      func(r *media.UploadRequest) { r.Key = "../x" },
		"no method":    func(r *media.UploadRequest) { r.Method = "" },
		"PATCH":        func(r *media.UploadRequest) { r.Method = "PATCH" },
		"no type":      func(r *media.UploadRequest) { r.ContentType = "" },
		"type of two":  func(r *media.UploadRequest) { r.ContentType = "image/jpeg\r\nX: y" },
		"no bytes":     func(r *media.UploadRequest) { r.Bytes = 0 },
		"fewer than 0": func(r *media.UploadRequest) { r.Bytes = -1 },
	} {
		r := good
		change(&r)
		wantCode(t, what, second(h.Bucket.SignUpload(t.Context(), r)), album.CodeInvalidInput)
	}
}

// mutations changes each parameter of a URL in turn, drops it, doubles it and
// swaps its value for another, and adds an unknown one.
func mutations(t *testing.T, raw string) map[string]string {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatalf("URL %s: %v", raw, err)
	}
	forged := map[string]string{}
	change := func(what string, edit func(url.Values)) {
		query := u.Query()
		edit(query)
		v := *u
		v.RawQuery = query.Encode()
		forged[what] = v.String()
	}
	for name, values := range u.Query() {
		change(name+" dropped", func(q url.Values) { q.Del(name) })
		change(name+" longer", func(q url.Values) { q.Set(name, values[0]+"0") })
		change(name+" empty or set", func(q url.Values) {
			if values[0] == "" {
				q.Set(name, "x")
			} else {
				q.Set(name, "")
			}
		})
		if values[0] != "" {
			change(name+" changed", func(q url.Values) {
				b := []byte(values[0])
				b[len(b)-1] ^= 1
				q.Set(name, string(b))
			})
		}
	}
	return forged
}
