package sqlitestore

import (
	"encoding/json"
	"strconv"
	"strings"

	"keepsake/album"
)

// file is album.File in the column files.
type file struct {
	Role   album.FileRole `json:"role"`
	Key    string         `json:"key"`
	Type   string         `json:"type"`
	Bytes  int64          `json:"bytes"`
	Width  int            `json:"width"`
	Height int            `json:"height"`
	CRC32  uint32         `json:"crc32"`
}

func filesValue(files []album.File) (any, error) {
	if len(files) == 0 {
		return nil, nil
	}
	in := make([]file, len(files))
	for i, f := range files {
		in[i] = file{f.Role, f.Key, f.ContentType, f.Bytes, f.Width, f.Height, f.CRC32}
	}
	b, err := json.Marshal(in)
	return string(b), err
}

func scanFiles(r *row) []album.File {
	text := r.text()
	if text == "" {
		return nil
	}
	if files, ok := quickFiles(text); ok {
		return files
	}
	return slowFiles(text)
}

// slowFiles reads the column as any JSON.
func slowFiles(text string) []album.File {
	var files []file
	// Only filesValue writes the column.
	_ = json.Unmarshal([]byte(text), &files) //nolint:errcheck // see above
	out := make([]album.File, len(files))
	for i, f := range files {
		out[i] = album.File{
			Role: f.Role, Key: f.Key, ContentType: f.Type, Bytes: f.Bytes, Width: f.Width, Height: f.Height, CRC32: f.CRC32,
		}
	}
	return out
}

// quickFiles reads the column in the very form that filesValue writes it, a
// fifteenth of the time of slowFiles: each page reads some sixty files and shows
// few of them. It is not ok where the text has any other form, or more than plain
// ASCII in a string.
func quickFiles(text string) (files []album.File, ok bool) {
	files = make([]album.File, 0, strings.Count(text, `{"role":`))
	p := reading{rest: text, ok: true}
	for next := `[{"role":"`; p.ok && len(files) < cap(files); next = `,{"role":"` {
		f := album.File{
			Role: album.FileRole(p.text(next)), Key: p.text(`,"key":"`), ContentType: p.text(`,"type":"`),
			Bytes: p.num(`,"bytes":`, 63), Width: int(p.num(`,"width":`, 31)), Height: int(p.num(`,"height":`, 31)),
			CRC32: uint32(p.num(`,"crc32":`, 32)),
		}
		p.skip("}")
		files = append(files, f)
	}
	return files, p.ok && p.rest == "]"
}

// reading is what is left of a text, and whether all was as expected until there.
type reading struct {
	rest string
	ok   bool
}

func (p *reading) skip(what string) {
	rest, found := strings.CutPrefix(p.rest, what)
	p.rest, p.ok = rest, p.ok && found
}

// text reads the plain characters between before and the next quotation mark.
func (p *reading) text(before string) string {
	p.skip(before)
	s, rest, found := strings.Cut(p.rest, `"`)
	p.rest, p.ok = rest, p.ok && found
	for i := range len(s) {
		p.ok = p.ok && s[i] >= ' ' && s[i] <= '~' && s[i] != '\\'
	}
	return s
}

// num reads the digits after before, of a number of so many bits.
func (p *reading) num(before string, bits int) int64 {
	p.skip(before)
	end := 0
	for end < len(p.rest) && p.rest[end] >= '0' && p.rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseUint(p.rest[:end], 10, bits)
	p.ok = p.ok && err == nil && (end == 1 || p.rest[0] != '0')
	p.rest = p.rest[end:]
	return int64(n)
}
