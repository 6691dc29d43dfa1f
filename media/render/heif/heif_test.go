package heif

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"os"
	"path/filepath"
	"testing"
)

// TestOrigin: the decoder is the one that decoder/README.md names.
func TestOrigin(t *testing.T) {
	if !Available() {
		t.Fatal("there is no decoder: run make heif")
	}
	const want = "3634a6447ea3915633667f39e01ff540a60f4e2f837a8391d044d76dfd8a0435"
	if sum := sha256.Sum256(packed); hex.EncodeToString(sum[:]) != want {
		t.Errorf("%x", sum)
	}
}

// TestDecode tries two files only: under the race detector each takes seconds.
// The tests of package render try many.
func TestDecode(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "testdata", "turned.heic"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := Decode(t.Context(), bytes.NewReader(b), int64(len(b)), 256<<20)
	if err != nil || img.Bounds().Size() != image.Pt(64, 96) {
		t.Error(err)
	}
	if _, err := Decode(t.Context(), bytes.NewReader(b), int64(len(b)/2), 256<<20); !errors.Is(err, ErrPicture) {
		t.Errorf("half a file: %v", err)
	}
}

func TestMemory(t *testing.T) {
	for _, test := range []struct{ size, limit int64 }{{-1, 32 << 20}, {33 << 20, 32 << 20}, {1 << 40, 1 << 30}, {10, 0}, {10, 1 << 20}} {
		if _, err := Decode(t.Context(), bytes.NewReader(nil), test.size, test.limit); !errors.Is(err, ErrMemory) {
			t.Errorf("%+v: %v", test, err)
		}
	}
}

func TestLayout(t *testing.T) {
	for _, test := range []struct {
		width, height, kind, chroma int
		size                        int
	}{
		{96, 64, inYCbCr, chroma420, 96*64 + 2*64*32},
		{640, 480, inYCbCr, chroma420, 640*480 + 2*320*240},
		{641, 481, inYCbCr, chroma422, 656*481 + 2*336*481},
		{641, 481, inYCbCr, chroma444, 3 * 656 * 481},
		{10, 10, inGray, 0, 640},
		{10, 10, inRGB, 0, 2560},
		{0, 10, inGray, 0, 0},
		{10, 1 << 20, inGray, 0, 0},
		{10, 10, 99, 0, 0},
		{10, 10, inYCbCr, 99, 0},
	} {
		l, err := layoutOf(test.width, test.height, test.kind, test.chroma)
		if test.size == 0 {
			if err == nil {
				t.Errorf("%+v", test)
			}
			continue
		}
		if err != nil || l.size != test.size {
			t.Errorf("%+v: %d, %v", test, l.size, err)
			continue
		}
		if img := l.image(make([]byte, l.size), false); img.Bounds().Size() != image.Pt(test.width, test.height) {
			t.Errorf("%+v: %v", test, img.Bounds())
		}
	}
}
