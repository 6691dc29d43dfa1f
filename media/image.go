package media

import (
	"bufio"
	"encoding/binary"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"
)

// inspectImage measures a picture and checks that it is there to its end. Each
// scan returns the picture's EXIF block, if it has one of a sane size.
func inspectImage(src *source, facts *Facts) error {
	var config image.Config
	var exif []byte
	var err error
	switch facts.ContentType {
	case "image/jpeg":
		if config, err = jpeg.DecodeConfig(src.from(0)); err == nil {
			exif, err = scanJPEG(src)
		}
	case "image/png":
		if config, err = png.DecodeConfig(src.from(0)); err == nil {
			exif, err = scanPNG(src)
		}
	case "image/gif":
		if config, err = gif.DecodeConfig(src.from(0)); err == nil {
			err = scanGIF(src)
		}
	case "image/webp":
		config, exif, err = scanWebP(src)
	}
	if err != nil {
		if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
			return unsupported("this variant of JPEG is not accepted")
		}
		if _, ok := errors.AsType[png.UnsupportedError](err); ok {
			return unsupported("this variant of PNG is not accepted")
		}
		return corrupt("picture", err)
	}
	if err := checkSize(config.Width, config.Height); err != nil {
		return err
	}
	facts.Width, facts.Height = config.Width, config.Height
	e := readEXIF(exif)
	if e.turned {
		facts.Width, facts.Height = facts.Height, facts.Width
	}
	facts.TakenAt = e.takenAt
	return nil
}

const (
	// maxEXIF bounds an EXIF block; in a JPEG it cannot be longer than 64 KB.
	maxEXIF = 256 << 10
	// maxChunks bounds the chunks of a PNG or WebP file.
	maxChunks = 1 << 17
)

var errStructure = errors.New("its parts do not fit together")

// scanPNG follows the chunks to IEND.
func scanPNG(src *source) (exif []byte, err error) {
	var head [8]byte
	data := false
	off := int64(8)
	for range maxChunks {
		if err := src.readFull(head[:], off); err != nil {
			return nil, err
		}
		length := int64(binary.BigEndian.Uint32(head[:]))
		if off += 8; length > src.size-off-4 { // 4: the checksum
			return nil, io.ErrUnexpectedEOF
		}
		switch string(head[4:]) {
		case "IDAT":
			data = true
		case "IEND":
			if !data {
				return nil, errStructure
			}
			return exif, nil
		case "eXIf":
			if exif == nil && length <= maxEXIF {
				exif = make([]byte, length)
				if err := src.readFull(exif, off); err != nil {
					return nil, err
				}
			}
		}
		off += length + 4
	}
	return nil, errStructure
}

// scanWebP follows the chunks to the end that the header gives. It measures
// extended files itself, because webp.DecodeConfig knows no animations and
// decodes the alpha channel before any limit was checked.
func scanWebP(src *source) (config image.Config, exif []byte, err error) {
	var head [18]byte
	if err := src.readFull(head[:12], 0); err != nil {
		return config, nil, err
	}
	end := 8 + int64(binary.LittleEndian.Uint32(head[4:]))
	if end > src.size {
		return config, nil, io.ErrUnexpectedEOF
	}
	data, extended := false, false
	off := int64(12)
	for range maxChunks {
		if off+8 > end {
			break
		}
		if err := src.readFull(head[:8], off); err != nil {
			return config, nil, err
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if off+8+length > end {
			return config, nil, errStructure
		}
		switch string(head[:4]) {
		case "VP8X":
			if err := src.readFull(head[8:18], off+8); err != nil {
				return config, nil, err
			}
			extended = true
			config.Width = 1 + int(head[12]) | int(head[13])<<8 | int(head[14])<<16
			config.Height = 1 + int(head[15]) | int(head[16])<<8 | int(head[17])<<16
		case "VP8 ", "VP8L", "ANMF":
			data = true
		case "EXIF":
			if exif == nil && length <= maxEXIF {
				exif = make([]byte, length)
				if err := src.readFull(exif, off+8); err != nil {
					return config, nil, err
				}
			}
		}
		off += 8 + length + length&1
	}
	if !data {
		return config, nil, errStructure
	}
	if !extended {
		config, err = webp.DecodeConfig(src.from(0))
	}
	return config, exif, err
}

// scanGIF follows the blocks to the trailer.
func scanGIF(src *source) error {
	r := bufio.NewReaderSize(src.from(0), 64<<10)
	screen, err := r.Peek(13)
	if err != nil {
		return err
	}
	if _, err := r.Discard(13 + colorTable(screen[10])); err != nil {
		return err
	}
	data := false
	for {
		block, err := r.ReadByte()
		if err != nil {
			return err
		}
		switch block {
		case 0x21: // an extension: its label, then sub-blocks
			_, err = r.Discard(1)
		case 0x2c: // an image: descriptor, colours, code size, then sub-blocks
			data = true
			var descriptor []byte
			if descriptor, err = r.Peek(9); err == nil {
				_, err = r.Discard(9 + colorTable(descriptor[8]) + 1)
			}
		case 0x3b:
			if !data {
				return errStructure
			}
			return nil
		default:
			return errStructure
		}
		for n := byte(1); n > 0 && err == nil; {
			if n, err = r.ReadByte(); err == nil {
				_, err = r.Discard(int(n))
			}
		}
		if err != nil {
			return err
		}
	}
}

// colorTable is the length of the colour table that a GIF's flags announce.
func colorTable(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}
