package media

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// WithoutLocation writes a copy of a JPEG, PNG or WebP file of size bytes to w
// that does not say where it was taken, pixel for pixel the same. What it is
// shown with stays: the orientation, colour profile, JFIF and Adobe's segment.
// All else goes: EXIF, XMP, texts, and whatever stands behind the picture's
// end, such as the video of a motion photo. Memory does not grow with the file.
//
// MEDIA_UNSUPPORTED: another type. MEDIA_CORRUPT: cut off or garbled; by then
// something may have been written. Errors of w are returned as they are, those
// of r without a code as UNAVAILABLE.
func WithoutLocation(contentType string, r io.ReaderAt, size int64, w io.Writer) error {
	src := &source{ctx: context.Background(), r: r, size: size}
	out := &sink{w: bufio.NewWriterSize(w, 64<<10)}
	var err error
	switch contentType {
	case "image/jpeg":
		err = cleanJPEG(src, out)
	case "image/png":
		err = cleanPNG(src, out)
	case "image/webp":
		err = cleanWebP(src, out)
	default:
		return unsupported("files of this type cannot be copied without their location")
	}
	if err == nil {
		out.flush()
	}
	switch {
	case src.err != nil:
		return unavailable(src.err)
	case out.err != nil:
		return out.err
	case err != nil:
		return corrupt("picture", err)
	}
	return nil
}

// sink is where a copy goes. It remembers that writing failed, so that this is
// not taken for a damaged file.
type sink struct {
	w   *bufio.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.w.Write(p)
	s.err = err
	return n, err
}

func (s *sink) flush() {
	if s.err == nil {
		s.err = s.w.Flush()
	}
}

// copyRange copies length bytes from off on.
func copyRange(w io.Writer, src *source, off, length int64) error {
	n, err := io.CopyBuffer(w, struct{ io.Reader }{io.NewSectionReader(src, off, length)}, make([]byte, 32<<10))
	if err == nil && n < length {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func cleanJPEG(src *source, w *sink) error {
	r := bufio.NewReaderSize(src.from(0), 64<<10)
	exif, scan := false, false
	for {
		marker, err := copyToMarker(w, r, scan)
		if err != nil {
			return err
		}
		if standsAlone(marker) {
			if _, err := w.Write([]byte{0xff, marker}); err != nil {
				return err
			}
			continue
		}
		if marker == markerEOI {
			if !scan {
				return errStructure
			}
			_, err := w.Write([]byte{0xff, markerEOI})
			return err
		}
		scan = scan || marker == markerSOS
		length, err := segmentLength(r)
		if err != nil {
			return err
		}
		segment := make([]byte, length)
		if _, err := io.ReadFull(r, segment); err != nil {
			return err
		}
		switch {
		case marker == markerAPP1 && !exif && bytes.HasPrefix(segment, exifHeader):
			exif = true
			o := readEXIF(segment).orientation
			if o == 1 {
				continue
			}
			segment = append(bytes.Clone(exifHeader), orientationEXIF(o)...)
		case marker == markerAPP2 && bytes.HasPrefix(segment, iccHeader), marker == markerAPP0, marker == markerAPP14:
		case marker >= markerAPP0 && marker <= markerAPP15, marker == markerCOM:
			continue
		}
		head := []byte{0xff, marker, 0, 0}
		binary.BigEndian.PutUint16(head[2:], uint16(len(segment)+2))
		if _, err := w.Write(append(head, segment...)); err != nil {
			return err
		}
	}
}

// copyToMarker goes to the next marker and returns its code. Inside a scan it
// copies what stands before; elsewhere that is padding.
func copyToMarker(w io.Writer, r *bufio.Reader, scan bool) (byte, error) {
	for {
		part, err := r.ReadSlice(0xff)
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		full := err != nil // of bytes other than 0xff
		if !full {
			part = part[:len(part)-1]
		}
		if scan {
			if _, err := w.Write(part); err != nil {
				return 0, err
			}
		}
		if full {
			continue
		}
		code := byte(0xff)
		for code == 0xff {
			if code, err = r.ReadByte(); err != nil {
				return 0, err
			}
		}
		if code != 0 {
			return code, nil
		}
		if scan {
			if _, err := w.Write([]byte{0xff, 0}); err != nil {
				return 0, err
			}
		}
	}
}

func cleanPNG(src *source, w *sink) error {
	if err := copyRange(w, src, 0, pngHead); err != nil {
		return err
	}
	exif, data := false, false
	return pngChunks(src, func(kind string, off, length int64) error {
		switch {
		case kind == "eXIf" && !exif && length <= maxEXIF:
			exif = true
			block := make([]byte, length)
			if err := src.readFull(block, off); err != nil {
				return err
			}
			if o := readEXIF(block).orientation; o != 1 {
				_, err := w.Write(pngChunk(kind, orientationEXIF(o)))
				return err
			}
		case pngKept[kind]:
			data = data || kind == "IDAT"
			if kind == "IEND" && !data {
				return errStructure
			}
			return copyRange(w, src, off-8, 8+length+4)
		}
		return nil
	})
}

func pngChunk(kind string, data []byte) []byte {
	chunk := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	chunk = append(append(chunk, kind...), data...)
	return binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
}

// The flags of a WebP's VP8X chunk that say what else is in the file.
const (
	webpHasXMP  = 0x04
	webpHasEXIF = 0x08
)

// cleanWebP walks twice, because the file's length stands at its beginning.
func cleanWebP(src *source, w *sink) error {
	size := int64(4) // "WEBP"
	exif, data := []byte(nil), false
	orientation := 1
	err := webpChunks(src, func(kind string, off, length int64) error {
		switch {
		case kind == "EXIF" && exif == nil && length <= maxEXIF:
			exif = make([]byte, length)
			if err := src.readFull(exif, off); err != nil {
				return err
			}
			orientation = readEXIF(exif).orientation
		case webpKept[kind]:
			data = data || kind == "VP8 " || kind == "VP8L" || kind == "ANMF"
			size += 8 + length + length&1
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !data {
		return errStructure
	}
	var block []byte
	if orientation != 1 {
		block = orientationEXIF(orientation)
		size += 8 + int64(len(block))
	}
	if _, err := w.Write(webpHead("RIFF", size)); err != nil {
		return err
	}
	if _, err := w.Write([]byte("WEBP")); err != nil {
		return err
	}
	err = webpChunks(src, func(kind string, off, length int64) error {
		if !webpKept[kind] {
			return nil
		}
		if _, err := w.Write(webpHead(kind, length)); err != nil {
			return err
		}
		if kind == "VP8X" && length > 0 {
			var flags [1]byte
			if err := src.readFull(flags[:], off); err != nil {
				return err
			}
			flags[0] &^= webpHasXMP | webpHasEXIF
			if block != nil {
				flags[0] |= webpHasEXIF
			}
			if _, err := w.Write(flags[:]); err != nil {
				return err
			}
			return copyPadded(w, src, off+1, length-1, length&1 == 1)
		}
		return copyPadded(w, src, off, length, length&1 == 1)
	})
	if err != nil || block == nil {
		return err
	}
	_, err = w.Write(append(webpHead("EXIF", int64(len(block))), block...))
	return err
}

// copyPadded copies a chunk's data, and a zero behind it if its length was odd.
func copyPadded(w io.Writer, src *source, off, length int64, odd bool) error {
	if err := copyRange(w, src, off, length); err != nil || !odd {
		return err
	}
	_, err := w.Write([]byte{0})
	return err
}

func webpHead(kind string, length int64) []byte {
	return binary.LittleEndian.AppendUint32([]byte(kind), uint32(length))
}
