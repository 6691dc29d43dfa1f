package render

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// frame is the first frame of an animated WebP.
type frame struct {
	at            image.Point // on the canvas
	width, height int
	off, length   int64 // its chunks in the file
	alpha         bool
}

const (
	maxChunks  = 1 << 12
	frameHead  = 16   // of an ANMF chunk
	alphaFlag  = 0x10 // of a VP8X chunk
	chunkHead  = 8
	firstChunk = 12
)

// firstFrame finds the first frame of an animated WebP that Inspect let
// through, and returns nil for a still one.
func firstFrame(file io.ReaderAt, size int64) (*frame, error) {
	var head [chunkHead + frameHead]byte
	off := int64(firstChunk)
	for range maxChunks {
		if _, err := file.ReadAt(head[:chunkHead], off); err != nil {
			return nil, err
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		switch string(head[:4]) {
		case "VP8 ", "VP8L", "ALPH":
			return nil, nil
		case "ANMF":
			if length < frameHead+chunkHead || length > size-off-chunkHead {
				return nil, io.ErrUnexpectedEOF
			}
			if _, err := file.ReadAt(head[:], off); err != nil {
				return nil, err
			}
			h := head[chunkHead:]
			f := &frame{
				at:    image.Pt(2*three(h), 2*three(h[3:])),
				width: 1 + three(h[6:]), height: 1 + three(h[9:]),
				off: off + chunkHead + frameHead, length: length - frameHead,
			}
			var kind [4]byte
			if _, err := file.ReadAt(kind[:], f.off); err != nil {
				return nil, err
			}
			f.alpha = string(kind[:]) == "ALPH"
			return f, nil
		}
		off += chunkHead + length + length&1
	}
	return nil, errors.New("no picture among its chunks")
}

func three(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// open reads the frame as a file of its own.
func (f *frame) open(file io.ReaderAt) io.Reader {
	var extended []byte
	if f.alpha {
		w, h := f.width-1, f.height-1
		extended = append([]byte("VP8X\x0a\x00\x00\x00"), alphaFlag, 0, 0, 0,
			byte(w), byte(w>>8), byte(w>>16), byte(h), byte(h>>8), byte(h>>16))
	}
	head := binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(4+int64(len(extended))+f.length))
	head = append(append(head, "WEBP"...), extended...)
	return io.MultiReader(bytes.NewReader(head), io.NewSectionReader(file, f.off, f.length))
}

// moved puts a decoded frame at its place.
func moved(img image.Image, at image.Point) (image.Image, error) {
	switch img := img.(type) {
	case *image.NRGBA:
		img.Rect = img.Rect.Add(at)
	case *image.YCbCr: // at is even, as its chroma wants it
		img.Rect = img.Rect.Add(at)
	case *image.NYCbCrA:
		img.Rect = img.Rect.Add(at)
	default:
		return nil, errors.New("pixels of an unknown form")
	}
	return img, nil
}
