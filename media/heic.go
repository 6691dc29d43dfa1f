package media

import (
	"encoding/binary"
	"errors"
	"io"
)

// errHEIC is a HEIF file whose picture is none that HEVC coded: AVIF and others.
var errHEIC = errors.New("its pictures are not coded in HEVC")

const (
	// maxTable bounds the tables of a HEIC file that are read whole.
	maxTable = 256 << 10
	// maxExtents bounds the parts of all items, which may take no room in a table.
	maxExtents = 8192
)

// heic is what the walk through a HEIC file gathers. The file has items
// (pictures, their tiles, EXIF) and properties that belong to items.
type heic struct {
	boxes
	primary   uint32            // the item to show
	kinds     map[uint32]string // of items
	places    map[uint32][]extent
	idat      box
	props     []box // counted from 1 in owned
	owned     map[uint32][]int
	unsure    bool // something was seen that may say where it was taken
	metaFound bool
}

// extent is a part of an item, in the file or in its idat box.
type extent struct {
	method      byte
	off, length uint64
}

// scanHEIC reads the boxes that describe the picture to be shown, and checks
// that all of its items are there to their end. It decodes nothing.
func scanHEIC(src *source, p *picture) error {
	h := heic{
		boxes: boxes{src: src},
		kinds: map[uint32]string{}, places: map[uint32][]extent{}, owned: map[uint32][]int{},
	}
	if err := h.file(); err != nil {
		return err
	}
	switch h.kinds[h.primary] {
	case "hvc1", "grid", "iden", "iovl":
	default:
		return errHEIC
	}
	hevc := false
	for id, kind := range h.kinds {
		switch kind {
		case "hvc1":
			hevc = true
		case "grid", "iden", "iovl":
		case "Exif":
			if p.exif == nil {
				p.exif = h.exif(id)
				h.unsure = h.unsure || p.exif == nil
			}
		case "av01", "jpeg", "j2k1", "unci", "vvc1", "avc1":
			return errHEIC
		default: // XMP and what is yet to come
			h.unsure = true
		}
	}
	if !hevc {
		return errHEIC
	}
	p.located = h.unsure
	if err := h.whole(); err != nil {
		return err
	}
	return h.describe(p)
}

// file finds the meta box. What cannot be understood behind it does not count.
func (h *heic) file() error {
	for off := int64(0); off < h.src.size; {
		b, err := h.next(off, h.src.size)
		if err != nil {
			h.unsure = true
			if h.metaFound {
				return nil
			}
			return err
		}
		switch b.kind {
		case "ftyp", "mdat", "free", "skip":
		case "meta":
			if h.metaFound {
				break
			}
			h.metaFound = true
			b.start += 4 // version and flags
			if err := h.children(b, h.inMeta); err != nil {
				return err
			}
		default:
			h.unsure = true
		}
		off = b.end
	}
	if !h.metaFound {
		return errHEIC // a film of pictures
	}
	return nil
}

func (h *heic) inMeta(b box) error {
	switch b.kind {
	case "idat":
		h.idat = b
	case "pitm":
		f, err := h.table(b)
		if err != nil {
			return err
		}
		r := fields{b: f}
		version := r.version()
		h.primary = r.id(version >= 1)
		return r.err
	case "iinf":
		f, _, err := h.fields(b, 6, 8)
		if err != nil {
			return err
		}
		b.start += 6
		if f[0] > 0 { // the number of items takes more room
			b.start += 2
		}
		return h.children(b, h.item)
	case "iloc":
		return h.locations(b)
	case "iprp":
		return h.children(b, func(b box) error {
			switch b.kind {
			case "ipco":
				return h.children(b, func(b box) error {
					h.props = append(h.props, b)
					return nil
				})
			case "ipma":
				return h.owners(b)
			}
			return nil
		})
	}
	return nil
}

// item reads the kind of one item.
func (h *heic) item(b box) error {
	if b.kind != "infe" {
		return nil
	}
	f, _, err := h.fields(b, 4, 4)
	if err != nil {
		return err
	}
	r := fields{b: f}
	version := r.version()
	if version < 2 {
		return nil // a form that holds no pictures
	}
	id := r.id(version >= 3)
	r.number(2)
	kind := r.take(4)
	h.kinds[id] = string(kind)
	return r.err
}

// locations reads where the items lie.
func (h *heic) locations(b box) error {
	f, err := h.table(b)
	if err != nil {
		return err
	}
	r := fields{b: f}
	version := r.version()
	sizes := r.number(2)
	size := func(shift int) int { return int(sizes >> shift & 15) }
	index := 0
	if version >= 1 {
		index = size(0)
	}
	count, extents := r.id(version >= 2), 0
	for range count {
		id := r.id(version >= 2)
		method := byte(0)
		if version >= 1 {
			method = byte(r.number(2) & 15)
		}
		r.number(2) // which file: this one
		base := r.number(size(4))
		for range r.number(2) {
			r.number(index)
			e := extent{method: method, off: base + r.number(size(12)), length: r.number(size(8))}
			if extents++; extents > maxExtents {
				return errBoxes
			}
			if r.err != nil {
				return r.err
			}
			h.places[id] = append(h.places[id], e)
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// owners reads which properties the primary item has.
func (h *heic) owners(b box) error {
	f, err := h.table(b)
	if err != nil {
		return err
	}
	r := fields{b: f}
	version := r.version()
	long := len(f) > 3 && f[3]&1 == 1
	for range r.number(4) {
		id := r.id(version >= 1)
		for range r.number(1) {
			if long {
				h.owned[id] = append(h.owned[id], int(r.number(2)&0x7fff))
			} else {
				h.owned[id] = append(h.owned[id], int(r.number(1)&0x7f))
			}
		}
		if r.err != nil {
			return r.err
		}
	}
	return nil
}

// whole checks that every part of every item lies within the file.
func (h *heic) whole() error {
	for id := range h.kinds {
		for _, e := range h.places[id] {
			end := uint64(h.src.size)
			if e.method == 1 {
				end = uint64(h.idat.end - h.idat.start)
			}
			if e.method <= 1 && (e.off > end || e.length > end-e.off) {
				return io.ErrUnexpectedEOF
			}
		}
	}
	if len(h.places[h.primary]) == 0 {
		return errStructure
	}
	return nil
}

// exif returns the EXIF block of an item, or nil.
func (h *heic) exif(id uint32) []byte {
	if len(h.places[id]) != 1 {
		return nil
	}
	e := h.places[id][0]
	if e.method == 1 {
		e.off += uint64(h.idat.start)
	}
	if e.method > 1 || e.length < 4 || e.length > maxEXIF || e.off > uint64(h.src.size) {
		return nil
	}
	block := make([]byte, e.length)
	if h.src.readFull(block, int64(e.off)) != nil {
		return nil
	}
	// Before the block stands how far behind this number it begins.
	skip := uint64(binary.BigEndian.Uint32(block))
	if skip > uint64(len(block)-4) {
		return nil
	}
	return block[4+skip:]
}

// table reads a box whole.
func (h *heic) table(b box) ([]byte, error) {
	if b.end-b.start > maxTable {
		return nil, errBox
	}
	f := make([]byte, b.end-b.start)
	return f, h.src.readFull(f, b.start)
}
