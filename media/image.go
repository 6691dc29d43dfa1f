package media

import (
	"bufio"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"

	"keepsake/album"
)

// picture is what is found by a scan of a picture's file.
type picture struct {
	width, height int    // as shown of HEIC, as stored of the others
	exif          []byte // the first EXIF block of a sane size, or nil
	located       bool   // something else may say where it was taken
	wantColors    bool
	colors        Colors
}

// inspectImage measures a picture and checks that it is there to its end.
func inspectImage(src *source, facts *Facts) error {
	var p picture
	if err := p.scan(src, facts.ContentType); err != nil {
		return err
	}
	e := readEXIF(p.exif)
	if facts.ContentType == "image/heic" {
		e.orientation = 1 // the container turns it, whatever EXIF says
	}
	facts.Width, facts.Height, facts.Orientation = p.width, p.height, e.orientation
	if e.turned() {
		facts.Width, facts.Height = facts.Height, facts.Width
	}
	facts.TakenAt, facts.Camera, facts.Place = e.takenAt, e.camera, e.place
	facts.Located = e.located || p.located
	return nil
}

// scan reads what is needed of the file. Its errors are those of Inspect.
func (p *picture) scan(src *source, contentType string) error {
	var config image.Config
	var err error
	switch contentType {
	case "image/jpeg":
		if config, err = jpeg.DecodeConfig(src.from(0)); err == nil {
			err = scanJPEG(src, p)
		}
	case "image/png":
		if config, err = png.DecodeConfig(src.from(0)); err == nil {
			err = scanPNG(src, p)
		}
	case "image/gif":
		if config, err = gif.DecodeConfig(src.from(0)); err == nil {
			err = scanGIF(src, p)
		}
	case "image/webp":
		config, err = scanWebP(src, p)
	case "image/heic":
		err = scanHEIC(src, p)
		config.Width, config.Height = p.width, p.height
	default:
		return unsupported("this is no picture")
	}
	if err != nil {
		if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
			return unsupported("this variant of JPEG is not accepted")
		}
		if _, ok := errors.AsType[png.UnsupportedError](err); ok {
			return unsupported("this variant of PNG is not accepted")
		}
		if errors.Is(err, errHEIC) {
			return unsupported("this variant of HEIF is not accepted, only HEIC")
		}
		if _, ok := errors.AsType[*album.Error](err); ok {
			return err
		}
		return corrupt("picture", err)
	}
	p.width, p.height = config.Width, config.Height
	return checkSize(p.width, p.height)
}

// maxChunks bounds the chunks of a PNG or WebP file.
const maxChunks = 1 << 17

var errStructure = errors.New("its parts do not fit together")

// xmpInGIF is how the extension begins that holds XMP.
const xmpInGIF = "\xff\x0bXMP Data"

// scanGIF follows the blocks to the trailer.
func scanGIF(src *source, p *picture) error {
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
			label, _ := r.Peek(len(xmpInGIF))
			p.located = p.located || string(label) == xmpInGIF
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
