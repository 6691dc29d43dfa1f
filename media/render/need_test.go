package render

import (
	"testing"

	"keepsake/media"
)

func TestFrameNeed(t *testing.T) {
	for _, test := range []struct {
		name        string
		frame       string
		progressive bool
		want        int64
	}{
		{"4:2:0", "\x08\x00\x01\x00\x01\x03\x01\x22\x00\x02\x11\x00\x03\x11\x00", false, 15},
		{"4:4:4", "\x08\x00\x01\x00\x01\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00", false, 30},
		{"4:4:4 in scans", "\x08\x00\x01\x00\x01\x03\x01\x11\x00\x02\x11\x00\x03\x11\x00", true, 150},
		{"grey", "\x08\x00\x01\x00\x01\x01\x01\x11\x00", false, 10},
		{"CMYK", "\x08\x00\x01\x00\x01\x04\x01\x11\x00\x02\x11\x00\x03\x11\x00\x04\x11\x00", false, 80},
		{"cut off", "\x08\x00\x01\x00\x01\x03\x01\x11\x00", false, 0},
		{"no sampling", "\x08\x00\x01\x00\x01\x01\x01\x00\x00", false, 0},
		{"nothing", "", false, 0},
	} {
		got, err := frameNeed([]byte(test.frame), test.progressive)
		if got != test.want || (err == nil) != (test.want > 0) {
			t.Errorf("%s: %d, %v", test.name, got, err)
		}
	}
}

// TestLargestFits: every picture that Inspect lets through may be decoded.
func TestLargestFits(t *testing.T) {
	if most := int64(15 * media.MaxPixels); most > DefaultMemory {
		t.Errorf("a JPEG of several scans takes %d bytes", most)
	}
}
