package album_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"keepsake/album"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in    string
		least, most int
		want        string
		ok          bool
	}{
		{"empty", "", 0, 5, "", true},
		{"empty where it may not be", "", 1, 5, "", false},
		{"space alone", " \t\n ", 1, 5, "", false},
		{"trimmed", "  ab \n", 1, 5, "ab", true},
		{"at the limit", "abcde", 1, 5, "abcde", true},
		{"one over", "abcdef", 1, 5, "", false},
		{"at the limit once trimmed", " abcde ", 1, 5, "abcde", true},
		{"characters, not bytes", "照片照片照", 1, 5, "照片照片照", true},
		{"one under", "ab", 3, 5, "", false},
		{"at the least", "abc", 3, 5, "abc", true},
		{"tab and newline", "a\tb\nc", 1, 5, "a\tb\nc", true},
		{"NUL", "a\x00b", 1, 5, "", false},
		{"escape", "a\x1bb", 1, 5, "", false},
		{"carriage return", "a\rb", 1, 5, "", false},
		{"delete", "a\x7fb", 1, 5, "", false},
		{"C1", "a\u0085b", 1, 5, "", false},
		{"not UTF-8", "a\xffb", 1, 5, "", false},
		{"half a character", "a\xe7\x85", 1, 5, "", false},
		{"a surrogate", "a\xed\xa0\x80", 1, 5, "", false},
		{"joined emoji", "👨‍👩‍👧", 1, 5, "👨‍👩‍👧", true},
	} {
		got, err := album.Text("field", c.in, c.least, c.most)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s: got %q, %v", c.name, got, err)
		}
		if e, ok := errors.AsType[*album.Error](err); err != nil && (!ok || e.Code != album.CodeInvalidInput || e.Field != "field") {
			t.Errorf("%s: the error is %v", c.name, err)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(" a photo ", 1, 10)
	f.Add("a\x00\xff", 0, 1)
	f.Fuzz(func(t *testing.T, s string, least, most int) {
		got, err := album.Text("field", s, least, most)
		if err != nil {
			return
		}
		n := utf8.RuneCountInString(got)
		if !utf8.ValidString(got) || n < least || n > most || strings.TrimSpace(got) != got {
			t.Errorf("%q became %q", s, got)
		}
		if again, err := album.Text("field", got, least, most); err != nil || again != got {
			t.Errorf("%q is not taken again: %v", got, err)
		}
	})
}

func TestPageLimit(t *testing.T) {
	t.Parallel()
	for first, ok := range map[int]bool{-1: false, 0: false, 1: true, album.MaxPageSize: true, album.MaxPageSize + 1: false} {
		if got, err := album.PageLimit(first); (err == nil) != ok || (ok && got != first) {
			t.Errorf("first: %d gave %d, %v", first, got, err)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk I/O error")
	err := fmt.Errorf("save: %w", album.ErrUnavailable.Wrap(cause))
	if !errors.Is(err, album.ErrUnavailable) || !errors.Is(err, cause) || errors.Is(err, album.ErrNotFound) {
		t.Errorf("%v is not what it is", err)
	}
	for want, err := range map[album.Code]error{
		"": nil, album.CodeUnavailable: err, album.CodeInternal: cause, album.CodeInvalidInput: album.Invalid("x", "no"),
	} {
		if got := album.CodeOf(err); got != want {
			t.Errorf("the code of %v is %s", err, got)
		}
	}
	if album.ErrUnavailable.Err != nil {
		t.Error("Wrap changed the error it was called on")
	}
}
