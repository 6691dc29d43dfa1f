package heif

import "image"

// layout is how the decoder lays out the pixels of a picture.
type layout struct {
	width, height  int
	kind           int
	ratio          image.YCbCrSubsampleRatio
	stride, chroma int // bytes of a row
	lines          int // rows of chroma
	size           int
}

// maxSide keeps what follows from overflowing.
const maxSide = 1 << 16

// layoutOf says where the decoder puts what. It has room for at least 64 pixels
// in a row, and pads rows to 16 bytes.
func layoutOf(width, height, kind, chroma int) (layout, error) {
	l := layout{width: width, height: height, kind: kind}
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return l, ErrPicture
	}
	switch kind {
	case inYCbCr:
		across := width
		l.lines = height
		switch chroma {
		case chroma420:
			l.ratio = image.YCbCrSubsampleRatio420
			across, l.lines = (width+1)/2, (height+1)/2
		case chroma422:
			l.ratio = image.YCbCrSubsampleRatio422
			across = (width + 1) / 2
		case chroma444:
			l.ratio = image.YCbCrSubsampleRatio444
		default:
			return l, ErrPicture
		}
		l.stride, l.chroma = pad(max(64, width)), pad(max(64, across))
	case inGray:
		l.stride = pad(max(64, width))
	case inRGB:
		l.stride = pad(4 * max(64, width+width&1))
	default:
		return l, ErrPicture
	}
	l.size = l.stride*height + 2*l.chroma*l.lines
	return l, nil
}

func pad(n int) int { return (n + 15) &^ 15 }

// image makes an image of decoded bytes.
func (l layout) image(pixels []byte, premultiplied bool) image.Image {
	rect := image.Rect(0, 0, l.width, l.height)
	switch {
	case l.kind == inGray:
		return &image.Gray{Pix: pixels, Stride: l.stride, Rect: rect}
	case l.kind == inRGB && premultiplied:
		return &image.RGBA{Pix: pixels, Stride: l.stride, Rect: rect}
	case l.kind == inRGB:
		return &image.NRGBA{Pix: pixels, Stride: l.stride, Rect: rect}
	}
	cb := l.stride * l.height
	cr := cb + l.chroma*l.lines
	return &image.YCbCr{
		Y: pixels[:cb], Cb: pixels[cb:cr], Cr: pixels[cr:],
		YStride: l.stride, CStride: l.chroma, SubsampleRatio: l.ratio, Rect: rect,
	}
}
