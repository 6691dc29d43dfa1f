package diskmedia

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

func TestPathOf(t *testing.T) {
	for key, want := range map[string]string{
		"a":   "objects/a",
		"a/b": "objects/a+/b",
		"incoming/med_01K57WZQ0ABCDEFGHJKMNPQRST":       "objects/incoming+/med_01K5~/7W~/ZQ0ABCDEFGHJKMNPQRST",
		"m/med_01K57WZQ0ABCDEFGHJKMNPQRST/original.jpg": "objects/m+/med_01K5~/7W~/ZQ0ABCDEFGHJKMNPQRST+/original.jpg",
		"med_0123":      "objects/med_0123",
		"med_0123/x":    "objects/med_0123~/+/x",
		"med_012345":    "objects/med_0123~/45",
		"med_012345/x":  "objects/med_0123~/45~/+/x",
		"med_0123456/x": "objects/med_0123~/45~/6+/x",
		"med_0123.":     "objects/med_0123~/.=",
		"med_012345..":  "objects/med_0123~/45~/..=",
		"long_enough_without_being_an_identifier": "objects/long_enough_without_being_an_identifier",
	} {
		if got := pathOf(key); got != want {
			t.Errorf("%s: %s, want %s", key, got, want)
		}
	}
}

// FuzzPathOf: paths are plain, and no two keys share one.
func FuzzPathOf(f *testing.F) {
	f.Add("a", "a/b")
	f.Add("med_0123/x", "med_0123.")
	f.Fuzz(func(t *testing.T, a, b string) {
		if media.CheckKey(a) != nil || media.CheckKey(b) != nil {
			return
		}
		p := pathOf(a)
		if !fs.ValidPath(p) || !filepath.IsLocal(p) {
			t.Errorf("%q: %q", a, p)
		}
		if (a == b) != (p == pathOf(b)) {
			t.Errorf("%q and %q: %q", a, b, p)
		}
		for name := range strings.SplitSeq(p, "/") {
			if len(name) > 255 {
				t.Errorf("%q: %q is too long for a file's name", a, name)
			}
		}
	})
}

// FuzzForm: any form is read or refused, in bounded memory, and what is read is
// the ticket's fields.
func FuzzForm(f *testing.F) {
	f.Add([]byte("--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na\r\n--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx\r\n--B--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		fields, file, err := readFields(multipart.NewReader(bytes.NewReader(body), "B"))
		if err != nil {
			if explain(err) == nil {
				t.Error("an error that is none")
			}
			return
		}
		if file == nil || len(fields) != 5 {
			t.Errorf("%v, %v", fields, file)
		}
		for name, value := range fields {
			if value == "" || len(value) > maxField {
				t.Errorf("%s: %q", name, value)
			}
		}
	})
}

func TestFailure(t *testing.T) {
	for err, want := range map[error]album.Code{
		&os.PathError{Op: "write", Path: "/secret", Err: syscall.ENOSPC}: album.CodeStorageFull,
		&os.PathError{Op: "write", Path: "/secret", Err: syscall.EDQUOT}: album.CodeStorageFull,
		&os.PathError{Op: "open", Path: "/secret", Err: syscall.ENOENT}:  album.CodeNotFound,
		&os.PathError{Op: "open", Path: "/secret", Err: syscall.EIO}:     album.CodeUnavailable,
		&os.PathError{Op: "open", Path: "/secret", Err: syscall.EMFILE}:  album.CodeUnavailable,
		album.ErrConflict: album.CodeConflict,
	} {
		got := failure("test", err)
		if album.CodeOf(got) != want || !errors.Is(got, err) {
			t.Errorf("%v: %v, want %s", err, got, want)
		}
		if e, _ := errors.AsType[*album.Error](got); strings.Contains(e.Message, "secret") {
			t.Errorf("%v tells clients a path", got)
		}
	}
}

// TestPatience: who waits for a turn that does not end is told to come again.
func TestPatience(t *testing.T) {
	ts := newTurns()
	ts.silence, ts.patience = time.Millisecond, 20*time.Millisecond
	first, old := ts.try("a", nil)
	if old != nil {
		t.Fatal("a turn of nobody is taken")
	}
	if _, err := ts.take(t.Context(), "a", nil, true); album.CodeOf(err) != album.CodeUnavailable {
		t.Errorf("%v, want UNAVAILABLE", err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ts.take(gone, "a", nil, false); album.CodeOf(err) != album.CodeUnavailable {
		t.Errorf("%v, want UNAVAILABLE", err)
	}
	other, err := ts.take(t.Context(), "b", nil, false)
	if err != nil {
		t.Fatal(err)
	}
	ts.give("b", other)
	ts.give("a", first)
	again, err := ts.take(t.Context(), "a", nil, false)
	if err != nil {
		t.Fatal(err)
	}
	ts.give("a", again)
	if len(ts.running) > 0 {
		t.Errorf("left: %v", ts.running)
	}
}

// TestFullDisk: a chunk that finds no room is STORAGE_FULL. The file is a device
// that never has any.
func TestFullDisk(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // a device
	b := &Bucket{idle: time.Second, minRate: 1}
	body := b.pace(httptest.NewRecorder(), strings.NewReader(strings.Repeat("x", 2*media.ChunkUnit)))
	body.expect(2 * media.ChunkUnit)
	p := &temp{bucket: b, file: f, name: "full"}
	c := chunkRange{size: 2 * media.ChunkUnit, total: 3 * media.ChunkUnit}
	if have, err := p.add(c, 0, body, &turn{}); album.CodeOf(err) != album.CodeStorageFull {
		t.Errorf("%d, %v, want STORAGE_FULL", have, err)
	}
}

// TestSignatures: no purpose or split of the parts stands for another.
func TestSignatures(t *testing.T) {
	b := &Bucket{key: make([]byte, KeySize), now: time.Now}
	seen := map[string]bool{}
	for _, p := range []purpose{forRead, forPut, forPost, forBegin, forChunk} {
		for _, parts := range [][]string{{"a", "b", "", "c"}, {"a", "", "b", "c"}, {"ab", "", "", "c"}, {"a", "b", "c", ""}, {"a", "bc"}, {"a\x01b", "c"}} {
			s := b.sign(p, parts...)
			if seen[s] {
				t.Errorf("%s %q is signed as another", p, parts)
			}
			seen[s] = true
			if !b.signed(s, p, parts...) || b.signed(s+"A", p, parts...) || b.signed(s[:len(s)-1], p, parts...) || b.signed("", p, parts...) {
				t.Errorf("%s %q", p, parts)
			}
		}
	}
}
