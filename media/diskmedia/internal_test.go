package diskmedia

import (
	"bytes"
	"errors"
	"io/fs"
	"mime/multipart"
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

// TestSignatures: no purpose or split of the parts stands for another.
func TestSignatures(t *testing.T) {
	b := &Bucket{key: make([]byte, KeySize), now: time.Now}
	seen := map[string]bool{}
	for _, p := range []purpose{forRead, forPut, forPost} {
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
