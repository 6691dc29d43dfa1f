package render

import (
	"image"
	"math"
)

// fit scales a picture of an original of width x height to what fits into a
// square of side, or returns it if it does already. It never makes it larger.
func fit(img *image.RGBA, width, height, side int) *image.RGBA {
	if longer := max(width, height); longer > side {
		width, height = max(1, scaled(width, side, longer)), max(1, scaled(height, side, longer))
	}
	if img.Rect.Dx() == width && img.Rect.Dy() == height {
		return img
	}
	return scale(img, width, height)
}

// scaled is n*side/longer, rounded.
func scaled(n, side, longer int) int { return (2*n*side + longer) / (2 * longer) }

// Fixed numbers: weights have weightBits behind the point, and sums between the
// two passes sumBits.
const (
	weightBits = 14
	sumBits    = 6
)

// taps are the pixels, and their weights, that one pixel of the result is made of.
type taps struct {
	first   int
	weights []int32
}

// tapsOf returns the taps along one side. The filter is Catmull and Rom's, made
// as wide as pixels of the result are.
func tapsOf(from, to int) []taps {
	ratio := float64(from) / float64(to)
	wide := max(ratio, 1)
	out := make([]taps, to)
	for i := range out {
		center := (float64(i)+0.5)*ratio - 0.5
		first, last := max(0, int(math.Ceil(center-2*wide))), min(from-1, int(math.Floor(center+2*wide)))
		weights, sum := make([]float64, last-first+1), 0.0
		for j := range weights {
			weights[j] = catmullRom(math.Abs(float64(first+j)-center) / wide)
			sum += weights[j]
		}
		t := taps{first: first, weights: make([]int32, len(weights))}
		rest, most := int32(1<<weightBits), 0
		for j, w := range weights {
			t.weights[j] = int32(math.Round(w / sum * (1 << weightBits)))
			rest -= t.weights[j]
			if t.weights[j] > t.weights[most] {
				most = j
			}
		}
		t.weights[most] += rest // so that a plain area stays as it is
		out[i] = t
	}
	return out
}

func catmullRom(x float64) float64 {
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// scale scales an opaque picture. It keeps as many rows between the passes as
// one row of the result is made of.
func scale(img *image.RGBA, width, height int) *image.RGBA {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	across, down := tapsOf(img.Rect.Dx(), width), tapsOf(img.Rect.Dy(), height)
	most := 0
	for _, t := range down {
		most = max(most, len(t.weights))
	}
	ring := make([][]int32, most)
	for i := range ring {
		ring[i] = make([]int32, 3*width)
	}
	sums := make([]int32, 3*width)
	done := 0 // rows that went through the first pass
	for y, t := range down {
		for ; done < t.first+len(t.weights); done++ {
			if done >= t.first {
				scaleRow(ring[done%most], img.Pix[done*img.Stride:], across)
			}
		}
		clear(sums)
		for j, w := range t.weights {
			row := ring[(t.first+j)%most][:len(sums)]
			for i, v := range row {
				sums[i] += v * w
			}
		}
		dst := out.Pix[y*out.Stride:][:4*width]
		for x := range width {
			s, d := sums[3*x:3*x+3:3*x+3], dst[4*x:4*x+4:4*x+4]
			d[0], d[1], d[2], d[3] = round(s[0]), round(s[1]), round(s[2]), 255
		}
	}
	return out
}

// scaleRow is the first pass, of one row of RGBA into RGB.
func scaleRow(dst []int32, src []byte, across []taps) {
	for x, t := range across {
		var r, g, b int32
		p := src[4*t.first:]
		for j, w := range t.weights {
			q := p[4*j : 4*j+3 : 4*j+3]
			r += int32(q[0]) * w
			g += int32(q[1]) * w
			b += int32(q[2]) * w
		}
		const shift, half = weightBits - sumBits, 1 << (weightBits - sumBits - 1)
		d := dst[3*x : 3*x+3 : 3*x+3]
		d[0], d[1], d[2] = (r+half)>>shift, (g+half)>>shift, (b+half)>>shift
	}
}

// round makes a byte of a sum of the second pass.
func round(v int32) byte {
	v = (v + 1<<(weightBits+sumBits-1)) >> (weightBits + sumBits)
	return byte(min(max(v, 0), 255))
}

// orient turns a picture upright, by EXIF's numbers.
func orient(img *image.RGBA, orientation int) *image.RGBA {
	if orientation <= 1 || orientation > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if orientation >= 5 {
		out = image.NewRGBA(image.Rect(0, 0, h, w))
	}
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sx, sy := x, y
			if orientation >= 5 {
				sx, sy = y, x
			}
			switch orientation {
			case 2, 7, 8, 3:
				sx = w - 1 - sx
			}
			switch orientation {
			case 3, 4, 6, 7:
				sy = h - 1 - sy
			}
			copy(out.Pix[out.PixOffset(x, y):][:4], img.Pix[img.PixOffset(sx, sy):][:4])
		}
	}
	return out
}
