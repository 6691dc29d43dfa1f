package media

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
)

// maxProfile bounds an ICC profile. Those of cameras and phones have some
// hundred bytes; those of printers, which are not used here, have megabytes.
const maxProfile = 1 << 20

// Colors says how the numbers of a picture's pixels are meant.
type Colors struct {
	ICC []byte // a profile, or nil
	// Of HEIC alone, as ITU-T H.273 counts; 0 where the file does not say.
	Primaries int
	Matrix    int
	Limited   bool // black is 16 and white 235
}

// ColorsOf reads how the pixels of a picture of that content type are meant. A
// profile that is broken or too large counts as none. Errors are Inspect's.
func ColorsOf(ctx context.Context, contentType string, r io.ReaderAt, size int64) (Colors, error) {
	src := &source{ctx: ctx, r: r, size: size}
	p := picture{wantColors: true}
	err := p.scan(src, contentType)
	if src.err != nil {
		return Colors{}, unavailable(src.err)
	}
	return p.colors, err
}

// iccHeader stands before each part of a profile in a JPEG, with the part's
// number and how many there are.
var iccHeader = []byte("ICC_PROFILE\x00")

// addICC takes a part of a profile from a JPEG. Parts stand in order.
func (p *picture) addICC(segment []byte) {
	if p.wantColors && len(segment) > len(iccHeader)+2 && len(p.colors.ICC)+len(segment) <= maxProfile {
		p.colors.ICC = append(p.colors.ICC, segment[len(iccHeader)+2:]...)
	}
}

// inflateICC unpacks a profile from a PNG: a name, a zero, a method, zlib.
func inflateICC(chunk []byte) []byte {
	_, packed, ok := bytes.Cut(chunk, []byte{0})
	if !ok || len(packed) < 1 {
		return nil
	}
	z, err := zlib.NewReader(bytes.NewReader(packed[1:]))
	if err != nil {
		return nil
	}
	profile, err := io.ReadAll(io.LimitReader(z, maxProfile+1))
	if err != nil || len(profile) > maxProfile {
		return nil
	}
	return profile
}
