package media

import (
	"encoding/binary"
	"image"
	"io"

	"golang.org/x/image/webp"
)

// webpKept lists the chunks of a WebP file that its pixels are shown with.
var webpKept = map[string]bool{
	"VP8X": true, "VP8 ": true, "VP8L": true, "ALPH": true, "ANIM": true, "ANMF": true, "ICCP": true,
}

// scanWebP follows the chunks to the end that the header gives. It measures
// extended files itself, because webp.DecodeConfig knows no animations and
// decodes the alpha channel before any limit was checked.
func scanWebP(src *source, p *picture) (config image.Config, err error) {
	data, extended := false, false
	err = webpChunks(src, func(kind string, off, length int64) error {
		switch kind {
		case "VP8X":
			var head [10]byte
			if length < int64(len(head)) {
				return errStructure
			}
			if err := src.readFull(head[:], off); err != nil {
				return err
			}
			extended = true
			config.Width = 1 + (int(head[4]) | int(head[5])<<8 | int(head[6])<<16)
			config.Height = 1 + (int(head[7]) | int(head[8])<<8 | int(head[9])<<16)
		case "VP8 ", "VP8L", "ANMF":
			data = true
		case "EXIF":
			if p.exif != nil || length > maxEXIF {
				p.located = true
				return nil
			}
			p.exif = make([]byte, length)
			return src.readFull(p.exif, off)
		case "ICCP":
			if p.wantColors && p.colors.ICC == nil && length <= maxProfile {
				p.colors.ICC = make([]byte, length)
				return src.readFull(p.colors.ICC, off)
			}
		default:
			p.located = p.located || !webpKept[kind]
		}
		return nil
	})
	if err != nil {
		return config, err
	}
	if !data {
		return config, errStructure
	}
	if !extended {
		return webp.DecodeConfig(src.from(0))
	}
	return config, nil
}

// webpChunks calls visit for each chunk with where its data begins.
func webpChunks(src *source, visit func(kind string, off, length int64) error) error {
	var head [12]byte
	if err := src.readFull(head[:], 0); err != nil {
		return err
	}
	end := 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	if end > src.size {
		return io.ErrUnexpectedEOF
	}
	off := int64(12)
	for range maxChunks {
		if off+8 > end {
			break
		}
		if err := src.readFull(head[:8], off); err != nil {
			return err
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if off+8+length > end {
			return errStructure
		}
		if err := visit(string(head[:4]), off+8, length); err != nil {
			return err
		}
		off += 8 + length + length&1
	}
	return nil
}
