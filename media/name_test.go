package media_test

import (
	"mime"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"keepsake/media"
)

func TestFileName(t *testing.T) {
	for name, want := range map[string]string{
		"photo.jpg":                         "photo.jpg",
		"全家福.jpg":                           "全家福.jpg",
		"../a/b\\c.jpg":                     "_a_b_c.jpg",
		"/":                                 "_",
		"":                                  "download",
		" . . ":                             "download",
		".hidden":                           "hidden",
		"a.jpg. . ":                         "a.jpg",
		"a\tb\nc\x00d\x7f":                  "abcd",
		"a\u00a0b\u2003c":                   "a b c",
		"invalid\xff\xfe.jpg":               "invalid.jpg",
		"\u202egpj.exe":                     "gpj.exe",
		"a\u200bb\ufeffc":                   "abc",
		strings.Repeat("a", 300) + ".jpg":   strings.Repeat("a", 251) + ".jpg",
		strings.Repeat("相", 100) + ".jpg":   strings.Repeat("相", 83) + ".jpg",
		strings.Repeat("a", 300):            strings.Repeat("a", 255),
		"a." + strings.Repeat("b", 300):     "a." + strings.Repeat("b", 253),
		strings.Repeat("a", 250) + ".jpg ":  strings.Repeat("a", 250) + ".jpg",
		strings.Repeat("a", 251) + ".jpegs": strings.Repeat("a", 249) + ".jpegs",
	} {
		if got := media.FileName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func FuzzContentDisposition(f *testing.F) {
	f.Add("全家福 \"2024\".jpg")
	f.Add("a\r\nb%41.jpg")
	f.Fuzz(func(t *testing.T, name string) {
		safe := media.FileName(name)
		if safe == "" || len(safe) > 255 || !utf8.ValidString(safe) || strings.ContainsAny(safe, `/\"`) || strings.ContainsFunc(safe, unicode.IsControl) {
			t.Errorf("%q: %q", name, safe)
		}
		if again := media.FileName(safe); again != safe {
			t.Errorf("%q: %q, then %q", name, safe, again)
		}
		if name == "" {
			return
		}
		header := media.ContentDisposition(name)
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" || params["filename"] != safe || len(params) != 1 {
			t.Errorf("%q: %q is %q, %v, %v", name, header, kind, params, err)
		}
	})
}
