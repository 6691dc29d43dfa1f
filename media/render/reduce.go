package render

import (
	"image"
	"image/color"
	"image/draw"
)

// reduce makes an opaque picture of img as it stands on the canvas, on white. It
// takes the mean of squares of pixels, the largest of 1, 2, 4 … that leave at
// least side on the longer side: this is cheap, and what remains to be scaled
// is less than half.
func reduce(img image.Image, canvas image.Rectangle, c coding, side int) *image.RGBA {
	k := 1
	for max(canvas.Dx(), canvas.Dy())/(2*k) >= side {
		k *= 2
	}
	out := image.NewRGBA(image.Rect(0, 0, (canvas.Dx()+k-1)/k, (canvas.Dy()+k-1)/k))
	if planes, ok := img.(*image.YCbCr); ok && planes.Rect == canvas && canvas.Min == (image.Point{}) {
		reducePlanes(out, planes, c, k)
		return out
	}
	reduceRows(out, img, canvas, c, k)
	return out
}

// reducePlanes works on the planes as they were decoded: of colours that were
// stored for each second pixel there is less to do.
func reducePlanes(out *image.RGBA, img *image.YCbCr, c coding, k int) {
	width, height := img.Rect.Dx(), img.Rect.Dy()
	sx, sy := subsampling(img.SubsampleRatio)
	n := out.Rect.Dx()
	luma, cb, cr := make([]byte, n), make([]byte, n), make([]byte, n)
	sums := make([]uint32, n)
	for row := range out.Rect.Dy() {
		mean(luma, sums, img.Y, img.YStride, width, height, k, k, row)
		for _, p := range []struct{ dst, plane []byte }{{cb, img.Cb}, {cr, img.Cr}} {
			chroma(p.dst, sums, p.plane, img.CStride, (width+sx-1)/sx, (height+sy-1)/sy, k, sx, sy, row)
		}
		c.row(out.Pix[row*out.Stride:], luma, cb, cr)
	}
}

// chroma is mean for a plane that has a value for each sx x sy pixels.
func chroma(dst []byte, sums []uint32, plane []byte, stride, width, height, k, sx, sy, row int) {
	ky := max(1, k/sy)
	if k < sy {
		row = row * k / sy
	}
	if k >= sx {
		mean(dst, sums, plane, stride, width, height, k/sx, ky, row)
		return
	}
	line := plane[min(row*ky, height-1)*stride:]
	for x := range dst {
		dst[x] = line[min(x*k/sx, width-1)]
	}
}

// mean sets dst to a row of means of kx x ky values each, fewer at the edges.
func mean(dst []byte, sums []uint32, plane []byte, stride, width, height, kx, ky, row int) {
	y0 := row * ky
	y1 := min(y0+ky, height)
	if kx == 1 && ky == 1 {
		copy(dst, plane[y0*stride:y0*stride+width])
		return
	}
	whole := width / kx
	if kx == 2 && y1-y0 == 2 {
		a, b := plane[y0*stride:][:2*whole], plane[(y0+1)*stride:][:2*whole]
		for x := range dst[:whole] {
			i := 2 * x
			dst[x] = byte((uint32(a[i]) + uint32(a[i+1]) + uint32(b[i]) + uint32(b[i+1]) + 2) >> 2)
		}
		if whole < len(dst) {
			dst[whole] = byte((uint32(plane[y0*stride+width-1]) + uint32(plane[(y0+1)*stride+width-1]) + 1) >> 1)
		}
		return
	}
	clear(sums)
	for y := y0; y < y1; y++ {
		line := plane[y*stride:][:width]
		for x := range whole {
			sum := uint32(0)
			for _, v := range line[x*kx : x*kx+kx] {
				sum += uint32(v)
			}
			sums[x] += sum
		}
		for _, v := range line[whole*kx:] {
			sums[whole] += uint32(v)
		}
	}
	full, edge := uint32(kx*(y1-y0)), uint32((width-whole*kx)*(y1-y0))
	for x := range dst[:whole] {
		dst[x] = byte((sums[x] + full/2) / full)
	}
	if whole < len(dst) {
		dst[whole] = byte((sums[whole] + edge/2) / edge)
	}
}

func subsampling(r image.YCbCrSubsampleRatio) (sx, sy int) {
	switch r {
	case image.YCbCrSubsampleRatio422:
		return 2, 1
	case image.YCbCrSubsampleRatio420:
		return 2, 2
	case image.YCbCrSubsampleRatio440:
		return 1, 2
	case image.YCbCrSubsampleRatio411:
		return 4, 1
	case image.YCbCrSubsampleRatio410:
		return 4, 2
	}
	return 1, 1
}

// reduceRows works on any image, a row of the canvas at a time.
func reduceRows(out *image.RGBA, img image.Image, canvas image.Rectangle, c coding, k int) {
	line := image.NewRGBA(image.Rect(0, 0, canvas.Dx(), 1))
	paint := painter(img, c)
	sums := make([]uint32, 4*out.Rect.Dx())
	for row := range out.Rect.Dy() {
		clear(sums)
		y0, y1 := row*k, min(row*k+k, canvas.Dy())
		for y := y0; y < y1; y++ {
			for i := range line.Pix {
				line.Pix[i] = 255
			}
			paint(line, canvas.Min.Y+y, canvas.Min.X)
			for x := range canvas.Dx() {
				s, p := sums[x/k*4:][:3], line.Pix[4*x:][:3]
				s[0] += uint32(p[0])
				s[1] += uint32(p[1])
				s[2] += uint32(p[2])
			}
		}
		dst := out.Pix[row*out.Stride:]
		for x := range out.Rect.Dx() {
			n := uint32((y1 - y0) * min(k, canvas.Dx()-x*k))
			for i := range 3 {
				dst[4*x+i] = byte((sums[4*x+i] + n/2) / n)
			}
			dst[4*x+3] = 255
		}
	}
}

// painter returns what paints the part of img that lies in row y, from column x
// on, over a line of pixels.
func painter(img image.Image, c coding) func(line *image.RGBA, y, x int) {
	switch img := img.(type) {
	case *image.Paletted:
		return paintPalette(img)
	case *image.YCbCr:
		return paintYCbCr(img, nil, 0, c)
	case *image.NYCbCrA:
		return paintYCbCr(&img.YCbCr, img.A, img.AStride, c)
	}
	return func(line *image.RGBA, y, x int) {
		draw.Draw(line, line.Rect, img, image.Pt(x, y), draw.Over)
	}
}

// paintPalette looks colours up that were put on white once; package draw would
// do so for every pixel.
func paintPalette(img *image.Paletted) func(line *image.RGBA, y, x int) {
	var colors [256][3]byte
	for i := range colors {
		over := color.RGBA{}
		if i < len(img.Palette) {
			over = color.RGBAModel.Convert(img.Palette[i]).(color.RGBA) //nolint:errcheck,forcetypeassert // the model's own type
		}
		white := 255 - over.A
		colors[i] = [3]byte{over.R + white, over.G + white, over.B + white}
	}
	return func(line *image.RGBA, y, x int) {
		if y < img.Rect.Min.Y || y >= img.Rect.Max.Y {
			return
		}
		from, to := max(x, img.Rect.Min.X), min(x+line.Rect.Dx(), img.Rect.Max.X)
		for i := from; i < to; i++ {
			copy(line.Pix[4*(i-x):], colors[img.Pix[img.PixOffset(i, y)]][:])
		}
	}
}

// paintYCbCr paints by the picture's own coding, through its alpha if it has one.
func paintYCbCr(img *image.YCbCr, alpha []byte, stride int, c coding) func(line *image.RGBA, y, x int) {
	n := img.Rect.Dx()
	pixels, cb, cr := make([]byte, 4*n), make([]byte, n), make([]byte, n)
	return func(line *image.RGBA, y, x int) {
		if y < img.Rect.Min.Y || y >= img.Rect.Max.Y {
			return
		}
		for i := range n {
			at := img.COffset(img.Rect.Min.X+i, y)
			cb[i], cr[i] = img.Cb[at], img.Cr[at]
		}
		c.row(pixels, img.Y[img.YOffset(img.Rect.Min.X, y):][:n], cb, cr)
		from, to := max(x, img.Rect.Min.X), min(x+line.Rect.Dx(), img.Rect.Max.X)
		for i := from; i < to; i++ {
			p, d := pixels[4*(i-img.Rect.Min.X):][:3], line.Pix[4*(i-x):][:3]
			a := uint32(255)
			if alpha != nil {
				a = uint32(alpha[(y-img.Rect.Min.Y)*stride+i-img.Rect.Min.X])
			}
			for j := range d {
				d[j] = byte((uint32(p[j])*a + 255*(255-a) + 127) / 255)
			}
		}
	}
}
