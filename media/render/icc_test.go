package render

import (
	"encoding/binary"
	"image"
	"math"
	"testing"

	"keepsake/media"
)

// testProfile makes an ICC profile of XYZ for the white of D50, and a curve.
func testProfile(space string, colors [3][3]float64, curve []byte) []byte {
	be := binary.BigEndian
	head := make([]byte, iccHead)
	copy(head[8:], "\x04\x00\x00\x00mntr"+space+"XYZ ")
	copy(head[36:], "acsp")
	type tag struct {
		name string
		data []byte
	}
	tags := []tag{{"kTRC", curve}}
	if space == "RGB " {
		tags = nil
		for i, name := range []string{"r", "g", "b"} {
			xyz := append([]byte("XYZ "), 0, 0, 0, 0)
			for _, v := range colors[i] {
				xyz = be.AppendUint32(xyz, uint32(int32(math.Round(v*65536))))
			}
			tags = append(tags, tag{name + "XYZ", xyz}, tag{name + "TRC", curve})
		}
	}
	out := be.AppendUint32(head, uint32(len(tags)))
	off := len(out) + 12*len(tags)
	var data []byte
	for _, t := range tags {
		out = append(out, t.name...)
		out = be.AppendUint32(out, uint32(off+len(data)))
		out = be.AppendUint32(out, uint32(len(t.data)))
		data = append(data, t.data...)
	}
	return append(out, data...)
}

func formula(kind uint16, params ...float64) []byte {
	out := append([]byte("para"), 0, 0, 0, 0, byte(kind>>8), byte(kind), 0, 0)
	for _, p := range params {
		out = binary.BigEndian.AppendUint32(out, uint32(int32(math.Round(p*65536))))
	}
	return out
}

func table(values ...uint16) []byte {
	out := append([]byte("curv"), 0, 0, 0, 0)
	out = binary.BigEndian.AppendUint32(out, uint32(len(values)))
	for _, v := range values {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	return out
}

// srgbCurve is sRGB's as Apple writes it.
var srgbCurve = formula(3, 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)

var adobeRGB = [3][3]float64{{0.60974, 0.31111, 0.01947}, {0.20528, 0.62567, 0.06087}, {0.14919, 0.06322, 0.74457}}

var srgbColors = [3][3]float64{{0.43607, 0.22249, 0.01392}, {0.38515, 0.71687, 0.09708}, {0.14307, 0.06061, 0.71410}}

// inSRGB turns light of other primaries into sRGB's values, by the published
// matrices for the white of D65.
func inSRGB(m [3][3]float64, r, g, b float64) [3]int {
	var out [3]int
	for i := range out {
		light := min(max(m[i][0]*r+m[i][1]*g+m[i][2]*b, 0), 1)
		v := 12.92 * light
		if light > 0.0031308 {
			v = 1.055*math.Pow(light, 1/2.4) - 0.055
		}
		out[i] = int(math.Round(255 * v))
	}
	return out
}

var (
	p3ToSRGB    = [3][3]float64{{1.22494, -0.22494, 0}, {-0.04206, 1.04206, 0}, {-0.01964, -0.07864, 1.09828}}
	adobeToSRGB = [3][3]float64{{1.39836, -0.39836, 0}, {0, 1, 0}, {0, -0.04293, 1.04293}}
	same        = [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}
)

func TestTransform(t *testing.T) {
	tableOf := func(gamma float64) []byte {
		values := make([]uint16, 1024)
		for i := range values {
			values[i] = uint16(math.Round(65535 * math.Pow(float64(i)/1023, gamma)))
		}
		return table(values...)
	}
	gamma := func(g float64) func(float64) float64 { return func(v float64) float64 { return math.Pow(v, g) } }
	for _, test := range []struct {
		name   string
		colors media.Colors
		curve  func(float64) float64
		matrix [3][3]float64
	}{
		{"Display P3", media.Colors{ICC: testProfile("RGB ", displayP3, srgbCurve)}, lightOf, p3ToSRGB},
		{"Display P3 by number", media.Colors{Primaries: 12}, lightOf, p3ToSRGB},
		{"Adobe RGB", media.Colors{ICC: testProfile("RGB ", adobeRGB, table(563))}, gamma(563.0 / 256), adobeToSRGB},
		{"Adobe RGB by a table", media.Colors{ICC: testProfile("RGB ", adobeRGB, tableOf(2.2))}, gamma(2.2), adobeToSRGB},
		{"Adobe RGB by a formula", media.Colors{ICC: testProfile("RGB ", adobeRGB, formula(0, 2.2))}, gamma(2.2), adobeToSRGB},
		{"a gamma of 1.8", media.Colors{ICC: testProfile("RGB ", srgbColors, formula(0, 1.8))}, gamma(1.8), same},
		{"light itself", media.Colors{ICC: testProfile("RGB ", srgbColors, table())}, gamma(1), same},
		{"grey", media.Colors{ICC: testProfile("GRAY", displayP3, formula(0, 1.8))}, gamma(1.8), same},
		{"a formula with an offset", media.Colors{ICC: testProfile("RGB ", srgbColors, formula(4, 1.8, 1, 0, 1, 0, 0, 0))}, gamma(1.8), same},
	} {
		tr := transformOf(test.colors)
		if tr == nil {
			t.Errorf("%s: not understood", test.name)
			continue
		}
		for _, c := range [][3]byte{{255, 255, 255}, {0, 0, 0}, {200, 100, 50}, {255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {10, 20, 30}, {128, 128, 128}} {
			r, g, b := tr.pixel(c[0], c[1], c[2])
			want := inSRGB(test.matrix, test.curve(float64(c[0])/255), test.curve(float64(c[1])/255), test.curve(float64(c[2])/255))
			for i, v := range [3]byte{r, g, b} {
				if d := int(v) - want[i]; d > 2 || d < -2 {
					t.Errorf("%s: %v becomes %d %d %d, want %v", test.name, c, r, g, b, want)
					break
				}
			}
		}
	}
}

// TestNoTransform: nothing to do, and nothing that can be done.
func TestNoTransform(t *testing.T) {
	p3 := testProfile("RGB ", displayP3, srgbCurve)
	for name, icc := range map[string][]byte{
		"none": nil, "empty": {},
		"sRGB":                   testProfile("RGB ", srgbColors, srgbCurve),
		"CMYK":                   testProfile("CMYK", displayP3, srgbCurve),
		"black white":            testProfile("RGB ", [3][3]float64{}, srgbCurve),
		"numbers beyond measure": testProfile("RGB ", displayP3, formula(3, 9, 30000, 30000, 30000, 30000)),
		"an unknown formula":     testProfile("RGB ", displayP3, formula(9, 1)),
		"a formula cut off":      testProfile("RGB ", displayP3, formula(3, 2.4)),
		"a formula by zero":      testProfile("RGB ", displayP3, formula(1, 2.4, 0, 1)),
		"a table cut off":        testProfile("RGB ", displayP3, append([]byte("curv\x00\x00\x00\x00\x00\x01\x00\x00"), 0, 0)),
		"a gamma of zero":        testProfile("RGB ", displayP3, table(0)),
		"a table's profile":      append(append([]byte{}, p3[:20]...), append([]byte("Lab "), p3[24:]...)...),
	} {
		if transformOf(media.Colors{ICC: icc}) != nil {
			t.Errorf("%s is used", name)
		}
	}
	for n := range p3 {
		transformOf(media.Colors{ICC: p3[:n]})
	}
	img := image.NewRGBA(image.Rect(0, 0, 2, 2))
	img.Pix[0] = 7
	transformOf(media.Colors{ICC: p3}).apply(img)
	if img.Pix[3] != 0 {
		t.Error("alpha was changed")
	}
}

func FuzzProfile(f *testing.F) {
	f.Add(testProfile("RGB ", displayP3, srgbCurve))
	f.Add(testProfile("RGB ", adobeRGB, table(563)))
	f.Add(testProfile("GRAY", adobeRGB, table(0, 30000, 65535)))
	f.Fuzz(func(t *testing.T, icc []byte) {
		tr := transformOf(media.Colors{ICC: icc})
		if tr == nil {
			return
		}
		if r, g, b := tr.pixel(255, 255, 255); min(r, g, b) < 200 {
			t.Errorf("white becomes %d %d %d", r, g, b)
		}
		for v := range 256 {
			tr.pixel(byte(v), byte(255-v), byte(v*7))
		}
	})
}

func TestScaleKeepsPlainAreas(t *testing.T) {
	for _, from := range []int{7, 33, 100, 1000} {
		for _, to := range []int{1, 5, 7, 32} {
			for i, x := range tapsOf(from, min(from, to)) {
				sum := int32(0)
				for _, w := range x.weights {
					sum += w
				}
				if sum != 1<<weightBits || x.first < 0 || x.first+len(x.weights) > from {
					t.Fatalf("%d to %d, %d: %+v", from, to, i, x)
				}
			}
		}
	}
}
