package media

import (
	"encoding/binary"
	"io"
)

// describe takes size, turn and colours from the primary item's properties.
// Every picture in the file is held against the limits, for all may be decoded.
func (h *heic) describe(p *picture) error {
	mine := map[int]bool{}
	for _, i := range h.owned[h.primary] {
		mine[i] = true
	}
	turned := false
	for i, b := range h.props {
		own := mine[i+1]
		switch b.kind {
		case "ispe":
			f, _, err := h.fields(b, 12, 12)
			if err != nil {
				return err
			}
			width, height := int(binary.BigEndian.Uint32(f[4:])), int(binary.BigEndian.Uint32(f[8:]))
			if err := checkSize(width, height); err != nil {
				return err
			}
			if own {
				p.width, p.height = width, height
			}
		case "irot":
			if own {
				f, _, err := h.fields(b, 1, 1)
				if err != nil {
					return err
				}
				turned = f[0]&1 == 1
			}
		case "colr":
			if own && p.wantColors {
				if err := h.colors(b, &p.colors); err != nil {
					return err
				}
			}
		}
	}
	if p.width == 0 {
		return errStructure
	}
	if turned {
		p.width, p.height = p.height, p.width
	}
	return nil
}

// colors reads a colour property: an ICC profile, or numbers of ITU-T H.273.
func (h *heic) colors(b box, c *Colors) error {
	if b.end-b.start > maxProfile {
		return nil
	}
	f := make([]byte, b.end-b.start)
	if err := h.src.readFull(f, b.start); err != nil {
		return err
	}
	if len(f) < 4 {
		return errBox
	}
	switch string(f[:4]) {
	case "prof", "rICC":
		c.ICC = f[4:]
	case "nclx":
		if len(f) < 11 {
			return errBox
		}
		c.Primaries = int(binary.BigEndian.Uint16(f[4:]))
		c.Matrix = int(binary.BigEndian.Uint16(f[8:]))
		c.Limited = f[10]&0x80 == 0
	}
	return nil
}

// fields takes numbers one after the other from a box that was read. After its
// end they are 0 and err says so.
type fields struct {
	b   []byte
	err error
}

func (r *fields) take(n int) []byte {
	if n > len(r.b) {
		r.b, r.err = nil, io.ErrUnexpectedEOF
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

// number takes a number of so many bytes, 0 to 15; those above 8 are no number.
func (r *fields) number(size int) (v uint64) {
	if size > 8 {
		r.b, r.err = nil, errBox
		return 0
	}
	for _, c := range r.take(size) {
		v = v<<8 | uint64(c)
	}
	return v
}

// version takes version and flags, and returns the version.
func (r *fields) version() byte { return byte(r.number(4) >> 24) }

// id takes the number of an item, or how many there are, of 16 or 32 bits.
func (r *fields) id(long bool) uint32 {
	if long {
		return uint32(r.number(4))
	}
	return uint32(r.number(2))
}
