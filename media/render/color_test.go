package render

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestProfilesOfFiles: a profile is found where each format has it.
func TestProfilesOfFiles(t *testing.T) {
	p3 := testProfile("RGB ", displayP3, srgbCurve)
	img := image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []byte{200, 100, 50, 255})
	}
	want := inSRGB(p3ToSRGB, lightOf(200.0/255), lightOf(100.0/255), lightOf(50.0/255))

	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 100}); err != nil {
		t.Fatal(err)
	}
	half := len(p3) / 2
	segment := func(n byte, part []byte) []byte {
		body := append([]byte("ICC_PROFILE\x00"), append([]byte{n, 2}, part...)...)
		return append([]byte{0xff, 0xe2, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	jpg := bytes.Join([][]byte{b.Bytes()[:2], segment(1, p3[:half]), segment(2, p3[half:]), b.Bytes()[2:]}, nil)

	b.Reset()
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	packed.WriteString("P3\x00\x00")
	z := zlib.NewWriter(&packed)
	_, _ = z.Write(p3)
	_ = z.Close()
	chunk := binary.BigEndian.AppendUint32(nil, uint32(packed.Len()))
	chunk = append(append(chunk, "iCCP"...), packed.Bytes()...)
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))
	pngFile := bytes.Join([][]byte{b.Bytes()[:33], chunk, b.Bytes()[33:]}, nil)

	for contentType, file := range map[string][]byte{"image/jpeg": jpg, "image/png": pngFile} {
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, file, 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := renderFile(contentType, path, 1<<30, nil, io.Discard)
		if err != nil {
			t.Errorf("%s: %v", contentType, err)
			continue
		}
		got, err := jpeg.Decode(bytes.NewReader(p.Variants[0].JPEG))
		if err != nil {
			t.Fatal(err)
		}
		r, g, bl, _ := got.At(32, 32).RGBA()
		for i, v := range []uint32{r, g, bl} {
			if d := int(v>>8) - want[i]; d > 4 || d < -4 {
				t.Errorf("%s: %d %d %d, want %v", contentType, r>>8, g>>8, bl>>8, want)
				break
			}
		}
	}
}

// TestCoding: the numbers of YCbCr, as they are meant.
func TestCoding(t *testing.T) {
	for _, test := range []struct {
		name      string
		c         coding
		y, cb, cr byte
		want      color.RGBA
	}{
		{"white", codingOf(matrix601, false), 255, 128, 128, color.RGBA{255, 255, 255, 255}},
		{"limited white", codingOf(matrix601, true), 235, 128, 128, color.RGBA{255, 255, 255, 255}},
		{"limited black", codingOf(matrix601, true), 16, 128, 128, color.RGBA{0, 0, 0, 255}},
		{"below black", codingOf(matrix601, true), 0, 128, 128, color.RGBA{0, 0, 0, 255}},
		{"red of 601", codingOf(matrix601, false), 76, 85, 255, color.RGBA{254, 0, 0, 255}},
		{"red of 709", codingOf(matrix709, false), 54, 99, 255, color.RGBA{254, 0, 0, 255}},
		{"red of 601, limited", codingOf(matrix601, true), 81, 90, 240, color.RGBA{254, 0, 0, 255}},
		{"blue of 2020", codingOf(matrix2020, false), 15, 255, 117, color.RGBA{0, 0, 254, 255}},
		{"unknown", codingOf(77, false), 76, 85, 255, color.RGBA{254, 0, 0, 255}},
	} {
		var got [4]byte
		test.c.row(got[:], []byte{test.y}, []byte{test.cb}, []byte{test.cr})
		for i, want := range []byte{test.want.R, test.want.G, test.want.B, 255} {
			if d := int(got[i]) - int(want); d > 2 || d < -2 {
				t.Errorf("%s: %v, want %v", test.name, got, test.want)
				break
			}
		}
	}
}

func TestDominant(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 4, 4))
	for i := range 16 {
		c := color.RGBA{200, 10, 10, 255}
		if i < 6 {
			c = color.RGBA{byte(40 * i), byte(255 - 40*i), 128, 255}
		}
		img.SetRGBA(i%4, i/4, c)
	}
	if got := dominant(img); got != "#c80a0a" {
		t.Error(got)
	}
}
