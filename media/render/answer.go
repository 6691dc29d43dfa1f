package render

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"

	"keepsake/album"
)

// A child answers on its standard output: a line of JSON, then the JPEG files
// that it names, one after the other.
const (
	maxHead   = 4 << 10
	maxAnswer = 32 << 20 // of all
)

// answer is the line.
type answer struct {
	Code     album.Code   `json:"code,omitempty"` // what is wrong with the picture
	Message  string       `json:"message,omitempty"`
	Cause    string       `json:"cause,omitempty"` // for the log
	Width    int          `json:"width,omitempty"`
	Height   int          `json:"height,omitempty"`
	Blurhash string       `json:"blurhash,omitempty"`
	Color    string       `json:"color,omitempty"`
	Files    []answerFile `json:"files,omitempty"`
}

type answerFile struct {
	Role   album.FileRole `json:"role"`
	Width  int            `json:"width"`
	Height int            `json:"height"`
	Bytes  int            `json:"bytes"`
}

// writeAnswer writes what became of a picture.
func writeAnswer(w io.Writer, p Picture, err error) error {
	a := answer{Width: p.Width, Height: p.Height, Blurhash: p.Blurhash, Color: p.Color}
	if err != nil {
		e, ok := errors.AsType[*album.Error](err)
		if !ok || !final(e.Code) {
			return err
		}
		a = answer{Code: e.Code, Message: e.Message}
		if e.Err != nil {
			a.Cause = cut(e.Err.Error(), maxHead/4)
		}
		p = Picture{}
	}
	for _, v := range p.Variants {
		a.Files = append(a.Files, answerFile{v.Role, v.Width, v.Height, len(v.JPEG)})
	}
	head, err := json.Marshal(a)
	if err != nil {
		return err
	}
	if _, err := w.Write(append(head, '\n')); err != nil {
		return err
	}
	for _, v := range p.Variants {
		if _, err := w.Write(v.JPEG); err != nil {
			return err
		}
	}
	return nil
}

var (
	errAnswer = errors.New("the child's answer makes no sense")
	colors    = regexp.MustCompile(`^#[0-9a-f]{6}$`)
)

// readAnswer reads what a child wrote. It believes nothing: a decoder that a
// picture took over may write anything.
func readAnswer(out []byte) (Picture, error) {
	line, rest, ok := bytes.Cut(out, []byte{'\n'})
	var a answer
	if !ok || len(line) > maxHead || json.Unmarshal(line, &a) != nil {
		return Picture{}, errAnswer
	}
	if a.Code != "" {
		if !final(a.Code) {
			return Picture{}, errAnswer
		}
		return Picture{}, album.Errorf(a.Code, "%s", cut(a.Message, 200)).Wrap(errors.New(a.Cause))
	}
	p := Picture{Width: a.Width, Height: a.Height, Blurhash: a.Blurhash, Color: a.Color}
	if checkSize(p.Width, p.Height) != nil || len(p.Blurhash) > 40 || !colors.MatchString(p.Color) || len(a.Files) == 0 || len(a.Files) > len(sizes) {
		return Picture{}, errAnswer
	}
	for i, f := range a.Files {
		side := sizes[i].side
		if f.Role != sizes[i].role || f.Width < 1 || f.Height < 1 || f.Width > side || f.Height > side || f.Bytes < 4 || f.Bytes > len(rest) {
			return Picture{}, errAnswer
		}
		v := Variant{Role: f.Role, Width: f.Width, Height: f.Height, JPEG: rest[:f.Bytes:f.Bytes]}
		if v.JPEG[0] != 0xff || v.JPEG[1] != 0xd8 {
			return Picture{}, errAnswer
		}
		p.Variants = append(p.Variants, v)
		rest = rest[f.Bytes:]
	}
	if len(rest) > 0 {
		return Picture{}, errAnswer
	}
	return p, nil
}

// cut shortens s to at most so many bytes, and escapes what is not printable.
func cut(s string, most int) string {
	s = s[:min(len(s), most)]
	quoted := fmt.Sprintf("%q", s)
	return quoted[1 : len(quoted)-1]
}
