package render

import (
	"image"
	"math"

	"keepsake/media"
)

// transform turns the pixels of a profile into sRGB.
type transform struct {
	light  [3][256]float64 // of each value of red, green and blue
	matrix [3][3]float64   // of light into the light of sRGB
	back   [lightSteps + 1]byte
}

// lightSteps is how finely light is told apart on its way back: the darkest
// values of sRGB are 1/3295 apart.
const lightSteps = 1 << 14

// toSRGB turns XYZ, for the white of D50, into the light of sRGB.
var toSRGB = [3][3]float64{
	{3.1338561, -1.6168667, -0.4906146},
	{-0.9787684, 1.9161415, 0.0334540},
	{0.0719453, -0.2289914, 1.4052427},
}

// displayP3 are the primaries of Display P3, which HEIC also names by number.
var displayP3 = [3][3]float64{
	{0.515121, 0.241196, -0.001053},
	{0.291977, 0.692245, 0.041885},
	{0.157104, 0.066574, 0.784073},
}

const primariesP3 = 12

// transformOf returns nil where there is nothing to do: no profile, one that is
// not understood, or one that is sRGB but for a trace.
func transformOf(c media.Colors) *transform {
	var p *profile
	switch {
	case c.ICC != nil:
		var err error
		if p, err = parseProfile(c.ICC); err != nil {
			return nil
		}
	case c.Primaries == primariesP3:
		p = &profile{colors: displayP3, curves: [3]func(float64) float64{lightOf, lightOf, lightOf}}
	default:
		return nil
	}
	t := newTransform(p)
	if !t.sane() || t.idle() {
		return nil
	}
	return t
}

func newTransform(p *profile) *transform {
	var t transform
	for i := range t.light {
		for v := range t.light[i] {
			t.light[i][v] = p.curves[i](float64(v) / 255)
		}
	}
	for i := range 3 {
		for j := range 3 {
			if p.gray {
				t.matrix[i][i] = 1
				continue
			}
			for k := range 3 {
				t.matrix[i][j] += toSRGB[i][k] * p.colors[j][k]
			}
		}
	}
	for i := range t.back {
		t.back[i] = byte(math.Round(255 * valueOf(float64(i)/lightSteps)))
	}
	return &t
}

// lightOf and valueOf are sRGB's curve and its inverse.
func lightOf(v float64) float64 {
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

func valueOf(light float64) float64 {
	if light <= 0.0031308 {
		return 12.92 * light
	}
	return 1.055*math.Pow(light, 1/2.4) - 0.055
}

func (t *transform) pixel(r, g, b byte) (byte, byte, byte) {
	x, y, z := t.light[0][r], t.light[1][g], t.light[2][b]
	var out [3]byte
	for i, m := range t.matrix {
		light := m[0]*x + m[1]*y + m[2]*z
		out[i] = t.back[int(min(max(light, 0), 1)*lightSteps+0.5)]
	}
	return out[0], out[1], out[2]
}

// sane reports whether white stays nearly white and every number is one: a
// profile that is broken is worse than none.
func (t *transform) sane() bool {
	for _, curve := range t.light {
		for _, v := range curve {
			if !(v > -1 && v < 2) {
				return false
			}
		}
	}
	r, g, b := t.pixel(255, 255, 255)
	return min(r, g, b) >= 200
}

// idle reports whether no colour changes by more than two steps.
func (t *transform) idle() bool {
	for r := 0; r < 256; r += 51 {
		for g := 0; g < 256; g += 51 {
			for b := 0; b < 256; b += 51 {
				x, y, z := t.pixel(byte(r), byte(g), byte(b))
				if max(math.Abs(float64(int(x)-r)), math.Abs(float64(int(y)-g)), math.Abs(float64(int(z)-b))) > 2 {
					return false
				}
			}
		}
	}
	return true
}

func (t *transform) apply(img *image.RGBA) {
	for i := 0; i+3 < len(img.Pix); i += 4 {
		p := img.Pix[i : i+3 : i+3]
		p[0], p[1], p[2] = t.pixel(p[0], p[1], p[2])
	}
}
