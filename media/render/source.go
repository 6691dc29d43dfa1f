package render

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"keepsake/album"
	"keepsake/media"
	"keepsake/media/render/heif"
)

// source is a picture's file with what was found out about it.
type source struct {
	file   io.ReaderAt
	size   int64
	memory int64
	facts  media.Facts
	colors media.Colors
}

// sizes are the sides of the squares that variants fit into.
var sizes = [...]struct {
	role album.FileRole
	side int
}{{album.Small, 256}, {album.Medium, 720}, {album.Large, 1440}}

// quality is that of the variants' JPEG, of 100.
const quality = 80

// render makes all variants. Each size is made of the next larger one; colours
// and orientation are put right on the largest, which has the fewest pixels.
func (s source) render() (Picture, error) {
	picture, width, height, err := s.largest()
	if err != nil {
		return Picture{}, err
	}
	p := Picture{Width: width, Height: height}
	if s.facts.Orientation >= 5 {
		p.Width, p.Height = height, width
	}
	if t := transformOf(s.colors); t != nil {
		t.apply(picture)
	}
	picture = orient(picture, s.facts.Orientation)

	last := lastSize(width, height)
	p.Variants = make([]Variant, last+1)
	for i := last; i >= 0; i-- {
		picture = fit(picture, p.Width, p.Height, sizes[i].side)
		var out bytes.Buffer
		if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
			return Picture{}, err
		}
		p.Variants[i] = Variant{Role: sizes[i].role, Width: picture.Rect.Dx(), Height: picture.Rect.Dy(), JPEG: out.Bytes()}
	}
	tiny := fit(picture, p.Width, p.Height, tinySide)
	p.Color = dominant(tiny)
	p.Blurhash, err = blurhashOf(tiny)
	return p, err
}

// lastSize is the index of the largest variant of a picture of that size.
func lastSize(width, height int) int {
	last := len(sizes) - 1
	for last > 0 && max(width, height) <= sizes[last-1].side {
		last--
	}
	return last
}

// largest decodes the picture and makes its largest variant, not yet upright.
// It returns the size of the original too.
func (s source) largest() (img *image.RGBA, width, height int, err error) {
	if err := s.checkNeed(); err != nil {
		return nil, 0, 0, err
	}
	decoded, err := s.decode()
	if err != nil {
		return nil, 0, 0, err
	}
	bounds := s.canvas(decoded)
	width, height = bounds.Dx(), bounds.Dy()
	if err := checkSize(width, height); err != nil {
		return nil, 0, 0, err
	}
	side := sizes[lastSize(width, height)].side
	return fit(reduce(decoded, bounds, s.coding(), side), width, height, side), width, height, nil
}

// decode decodes the picture, the first of an animation.
func (s source) decode() (image.Image, error) {
	r := bufio.NewReaderSize(io.NewSectionReader(s.file, 0, s.size), 64<<10)
	var img image.Image
	var err error
	switch s.facts.ContentType {
	case "image/jpeg":
		img, err = jpeg.Decode(r)
	case "image/png":
		img, err = png.Decode(r)
	case "image/gif":
		img, err = gif.Decode(r) // reads no further than the first picture
	case "image/webp":
		img, err = s.decodeWebP()
	case "image/heic":
		img, err = heif.Decode(context.Background(), r, s.size, s.memory)
		if err != nil && !errors.Is(err, heif.ErrPicture) {
			return nil, err
		}
	}
	if _, ok := errors.AsType[jpeg.UnsupportedError](err); ok {
		return nil, album.Errorf(album.CodeMediaUnsupported, "this variant of JPEG is not accepted").Wrap(err)
	}
	if _, ok := errors.AsType[png.UnsupportedError](err); ok {
		return nil, album.Errorf(album.CodeMediaUnsupported, "this variant of PNG is not accepted").Wrap(err)
	}
	if _, ok := errors.AsType[*album.Error](err); ok {
		return nil, err
	}
	if err != nil {
		return nil, corrupt(err)
	}
	return img, nil
}

// canvas is where the picture is shown: a frame of an animation may cover a part
// of its canvas only, or reach beyond it.
func (s source) canvas(img image.Image) image.Rectangle {
	width, height := s.facts.Width, s.facts.Height
	if s.facts.Orientation >= 5 {
		width, height = height, width
	}
	if c := s.facts.ContentType; c == "image/gif" || c == "image/webp" {
		return image.Rect(0, 0, width, height)
	}
	return img.Bounds()
}

// coding is how the picture's YCbCr is meant.
func (s source) coding() coding {
	switch s.facts.ContentType {
	case "image/webp":
		return codingOf(matrix601, true)
	case "image/heic":
		return codingOf(s.colors.Matrix, s.colors.Limited)
	}
	return codingOf(matrix601, false)
}

// decodeWebP decodes a still picture or the first frame of an animation, which
// is a picture of its own without a file's head.
func (s source) decodeWebP() (image.Image, error) {
	f, err := firstFrame(s.file, s.size)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return webp.Decode(bufio.NewReader(io.NewSectionReader(s.file, 0, s.size)))
	}
	if err := checkSize(f.width, f.height); err != nil {
		return nil, err
	}
	img, err := webp.Decode(f.open(s.file))
	if err != nil {
		return nil, err
	}
	return moved(img, f.at)
}
