package media

import (
	"encoding/binary"
	"math"
	"strings"
)

// maxEntries bounds the entries of all lists of an EXIF block that are read.
// Real ones have some hundred.
const maxEntries = 4096

// The kinds of values in an EXIF block that are read.
const (
	kindText           = 2
	kindShort          = 3
	kindLong           = 4
	kindRational       = 5
	kindSignedRational = 10
)

// tiff reads the lists (IFDs) of an EXIF block, which is a TIFF file.
type tiff struct {
	block  []byte
	order  binary.ByteOrder
	left   int  // entries that may still be read
	broken bool // a list was cut off or there were too many entries
}

// openTIFF reads the head of block and returns where its first list begins.
func openTIFF(block []byte) (t *tiff, first uint32, ok bool) {
	if len(block) < 8 {
		return nil, 0, false
	}
	t = &tiff{block: block, left: maxEntries}
	switch string(block[:4]) {
	case "II*\x00":
		t.order = binary.LittleEndian
	case "MM\x00*":
		t.order = binary.BigEndian
	default:
		return nil, 0, false
	}
	return t, t.order.Uint32(block[4:]), true
}

// entry is one value of a list; its zero value holds nothing.
type entry struct {
	kind uint16
	data []byte // all of the value
	t    *tiff
}

// list reads the entries of the list at off. Of a tag that stands there twice
// the first counts; a value outside of the block is empty.
func (t *tiff) list(off uint32) map[uint16]entry {
	entries := map[uint16]entry{}
	if uint64(off)+2 > uint64(len(t.block)) {
		t.broken = true
		return entries
	}
	count, rest := int(t.order.Uint16(t.block[off:])), t.block[off+2:]
	for range count {
		if t.left--; t.left < 0 || len(rest) < 12 {
			t.broken = true
			break
		}
		tag := t.order.Uint16(rest)
		if _, ok := entries[tag]; !ok {
			entries[tag] = entry{kind: t.order.Uint16(rest[2:]), data: t.value(rest), t: t}
		}
		rest = rest[12:]
	}
	return entries
}

// value returns the bytes of an entry's value: in the entry if they fit.
func (t *tiff) value(e []byte) []byte {
	var size uint64
	switch t.order.Uint16(e[2:]) {
	case 1, kindText, 6, 7:
		size = 1
	case kindShort, 8:
		size = 2
	case kindLong, 9, 11:
		size = 4
	case kindRational, kindSignedRational, 12:
		size = 8
	}
	size *= uint64(t.order.Uint32(e[4:]))
	if size <= 4 {
		return e[8 : 8+size]
	}
	off := uint64(t.order.Uint32(e[8:]))
	if off+size > uint64(len(t.block)) {
		return nil
	}
	return t.block[off : off+size]
}

// number is the value as a number, and 0 if it is none.
func (e entry) number() uint32 {
	switch {
	case e.kind == kindShort && len(e.data) >= 2:
		return uint32(e.t.order.Uint16(e.data))
	case e.kind == kindLong && len(e.data) >= 4:
		return e.t.order.Uint32(e.data)
	}
	return 0
}

// text is the value up to its first zero byte, and "" if it is no text.
func (e entry) text() string {
	if e.kind != kindText || len(e.data) > maxText {
		return ""
	}
	s, _, _ := strings.Cut(string(e.data), "\x00")
	return s
}

// maxText bounds the texts that are read.
const maxText = 256

// degrees is a value of degrees, minutes and seconds; where negative is the
// direction, below zero.
func (e entry) degrees(direction, positive, negative string) (float64, bool) {
	if e.kind != kindRational && e.kind != kindSignedRational || len(e.data) < 8 {
		return 0, false
	}
	sum, unit := 0.0, 1.0
	for part := e.data; len(part) >= 8 && unit <= 3600; part = part[8:] {
		above, below := float64(e.t.order.Uint32(part)), float64(e.t.order.Uint32(part[4:]))
		if e.kind == kindSignedRational {
			above, below = float64(int32(e.t.order.Uint32(part))), float64(int32(e.t.order.Uint32(part[4:])))
		}
		if below == 0 && (above != 0 || unit == 1) || above*below < 0 {
			return 0, false
		}
		if below != 0 {
			sum += above / below / unit
		}
		unit *= 60
	}
	switch strings.ToUpper(strings.TrimSpace(direction)) {
	case positive:
	case negative:
		sum = -sum
	default:
		return 0, false
	}
	return sum, !math.IsInf(sum, 0)
}
