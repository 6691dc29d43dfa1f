package media

import (
	"encoding/binary"
	"errors"
	"io"
)

// The bounds of the walk through an MP4, MOV or HEIC file. Boxes are counted over the
// whole file; of each box only the header and at most maxField bytes are read.
const (
	maxBoxes = 2000
	maxField = 112 // the longest mvhd and tkhd
)

var (
	errBox   = errors.New("a box does not fit where it stands")
	errBoxes = errors.New("too many boxes")
)

// box is one box (atom) of the file, without its header.
type box struct {
	kind       string
	start, end int64
}

// boxes walks through the boxes of a file, so many in all.
type boxes struct {
	src  *source
	seen int
}

// next reads the header of the box at off, which must end at or before end.
func (w *boxes) next(off, end int64) (box, error) {
	if w.seen++; w.seen > maxBoxes {
		return box{}, errBoxes
	}
	var h [16]byte
	if off+8 > end {
		return box{}, io.ErrUnexpectedEOF
	}
	if err := w.src.readFull(h[:8], off); err != nil {
		return box{}, err
	}
	b := box{kind: string(h[4:8]), start: off + 8}
	size := uint64(binary.BigEndian.Uint32(h[:]))
	switch size {
	case 0: // to the end of what it stands in
		b.end = end
		return b, nil
	case 1:
		if b.start = off + 16; b.start > end {
			return box{}, io.ErrUnexpectedEOF
		}
		if err := w.src.readFull(h[8:], off+8); err != nil {
			return box{}, err
		}
		size = binary.BigEndian.Uint64(h[8:])
	}
	if size < uint64(b.start-off) || size > uint64(end-off) {
		return box{}, errBox
	}
	b.end = off + int64(size)
	return b, nil
}

// children calls visit for each box in b. Depth is bounded by the visits, which
// go down along one known path.
func (w *boxes) children(b box, visit func(box) error) error {
	for off := b.start; off+8 <= b.end; {
		child, err := w.next(off, b.end)
		if err != nil {
			return err
		}
		if err := visit(child); err != nil {
			return err
		}
		off = child.end
	}
	return nil
}

// fields reads the beginning of a full box: at least short bytes, or at least
// long bytes if its version has 64-bit times.
func (w *boxes) fields(b box, short, long int) (f []byte, is64 bool, err error) {
	f = make([]byte, min(maxField, b.end-b.start))
	if err := w.src.readFull(f, b.start); err != nil {
		return nil, false, err
	}
	need := short
	if len(f) > 0 && f[0] == 1 {
		need, is64 = long, true
	}
	if len(f) < need {
		return nil, false, errBox
	}
	return f, is64, nil
}
