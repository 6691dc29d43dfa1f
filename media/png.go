package media

import (
	"bytes"
	"encoding/binary"
	"io"
)

// pngKept lists the chunks of a PNG that its pixels are shown with, and the time
// of its last change. No other chunk goes into a copy without location.
var pngKept = map[string]bool{
	"IHDR": true, "PLTE": true, "IDAT": true, "IEND": true, "tRNS": true,
	"cHRM": true, "gAMA": true, "iCCP": true, "sBIT": true, "sRGB": true, "cICP": true, "mDCV": true, "cLLI": true,
	"bKGD": true, "hIST": true, "pHYs": true, "sPLT": true,
	"acTL": true, "fcTL": true, "fdAT": true, // of animations
}

// pngTexts are keywords of texts that say nothing about a place.
var pngTexts = [][]byte{
	[]byte("Software"), []byte("Title"), []byte("Author"), []byte("Copyright"), []byte("Creation Time"),
	[]byte("date:create"), []byte("date:modify"), []byte("date:timestamp"),
}

// pngHead is the length of the signature that a PNG begins with.
const pngHead = 8

// scanPNG follows the chunks to IEND.
func scanPNG(src *source, p *picture) error {
	data := false
	return pngChunks(src, func(kind string, off, length int64) error {
		var err error
		switch kind {
		case "IDAT":
			data = true
		case "IEND":
			if !data {
				return errStructure
			}
		case "eXIf":
			if p.exif != nil || length > maxEXIF {
				p.located = true
				break
			}
			p.exif = make([]byte, length)
			err = src.readFull(p.exif, off)
		case "iCCP":
			if p.wantColors && p.colors.ICC == nil && length <= maxProfile {
				packed := make([]byte, length)
				err = src.readFull(packed, off)
				p.colors.ICC = inflateICC(packed)
			}
		case "tEXt", "zTXt", "iTXt":
			keyword := make([]byte, min(length, 32))
			err = src.readFull(keyword, off)
			p.located = p.located || !harmlessText(keyword)
		default:
			p.located = p.located || !pngKept[kind] && kind != "tIME"
		}
		return err
	})
}

func harmlessText(chunk []byte) bool {
	keyword, _, _ := bytes.Cut(chunk, []byte{0})
	for _, known := range pngTexts {
		if bytes.Equal(keyword, known) {
			return true
		}
	}
	return false
}

// pngChunks calls visit for each chunk up to IEND with where its data begins.
func pngChunks(src *source, visit func(kind string, off, length int64) error) error {
	var head [8]byte
	off := int64(pngHead)
	for range maxChunks {
		if err := src.readFull(head[:], off); err != nil {
			return err
		}
		length := int64(binary.BigEndian.Uint32(head[:]))
		if off += 8; length > src.size-off-4 { // 4: the checksum
			return io.ErrUnexpectedEOF
		}
		kind := string(head[4:])
		if err := visit(kind, off, length); err != nil || kind == "IEND" {
			return err
		}
		off += length + 4
	}
	return errStructure
}
