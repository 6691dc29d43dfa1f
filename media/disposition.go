package media

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxFileName is how many bytes a file's name has on the usual file systems.
const maxFileName = 255

// FileName makes a name that is safe to save under, on any system, from one that
// a person chose: no paths, no control or invisible characters, not hidden, at
// most 255 bytes with its ending kept. It is never empty.
func FileName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r):
			return -1 // Cf holds the marks that turn "gpj.exe" around
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.TrimRight(strings.TrimLeft(name, " ."), " .")
	if name == "" {
		return "download"
	}
	if len(name) <= maxFileName {
		return name
	}
	base, ending := name, ""
	if i := strings.LastIndexByte(name, '.'); i > 0 && len(name)-i <= 16 {
		base, ending = name[:i], name[i:]
	}
	base = base[:maxFileName-len(ending)]
	for !utf8.ValidString(base) {
		base = base[:len(base)-1]
	}
	return base + ending
}

// ContentDisposition returns the header (RFC 6266) that makes a browser save the
// answer under FileName(name), or show it if name is empty.
func ContentDisposition(name string) string {
	if name == "" {
		return "inline"
	}
	name = FileName(name)
	plain := strings.Map(func(r rune) rune {
		if r > '~' || r == '%' {
			return '_' // '%': some browsers decode it
		}
		return r
	}, name)
	header := `attachment; filename="` + plain + `"`
	if plain == name {
		return header
	}
	return header + "; filename*=UTF-8''" + extValue(name)
}

// extValue encodes as RFC 5987 has it.
func extValue(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c < utf8.RuneSelf && (unicode.IsLetter(rune(c)) || unicode.IsDigit(rune(c)) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
