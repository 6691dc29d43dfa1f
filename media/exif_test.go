package media

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/bep/imagemeta"
)

// TestHostileEXIF: lists that point at one another, each of which asks for
// thousands of tags, end after a bounded number of steps.
func TestHostileEXIF(t *testing.T) {
	const pointers, tags = 2000, 4000
	be := binary.BigEndian
	block := []byte("MM\x00\x2a\x00\x00\x00\x08")
	entry := func(tag, kind uint16, count, value uint32) {
		block = be.AppendUint16(block, tag)
		block = be.AppendUint16(block, kind)
		block = be.AppendUint32(block, count)
		block = be.AppendUint32(block, value)
	}
	block = be.AppendUint16(block, 1)
	entry(0x014a, 4, pointers, 22) // SubIFDs: an array behind this list
	block = be.AppendUint32(block, 0)
	block = block[:22]
	for range pointers {
		block = be.AppendUint32(block, 22+4*pointers) // all the same list
	}
	block = be.AppendUint16(block, tags)
	for range tags {
		entry(0x9999, 4, 0x20000, 0) // too long to be counted as a tag
	}
	r := &stepReader{r: bytes.NewReader(block), left: exifSteps}
	_, err := imagemeta.Decode(imagemeta.Options{R: r, ImageFormat: imagemeta.TIFF, Sources: imagemeta.EXIF, LimitTagSize: 10_000})
	if r.left >= 0 {
		t.Fatalf("the block is not hostile enough: %d steps left, %v", r.left, err)
	}
	begin := time.Now()
	if got := readEXIF(block); got != (exifFacts{}) {
		t.Errorf("%+v", got)
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

func TestEXIFTime(t *testing.T) {
	for _, test := range []struct{ taken, offset, want string }{
		{"2024:05:06 07:08:09", "+08:00", "2024-05-05T23:08:09Z"},
		{"2024:05:06 07:08:09", "-03:30", "2024-05-06T10:38:09Z"},
		{"2024:05:06 07:08:09", "Z", "2024-05-06T07:08:09Z"},
		{"2024:05:06 07:08:09", "", "2024-05-06T07:08:09Z"},
		{"2024:05:06 07:08:09", "China", "2024-05-06T07:08:09Z"},
		{"2024-05-06 07:08:09", "+01:00", "2024-05-06T06:08:09Z"},
		{"1923:05:06 07:08:09", "", "1923-05-06T07:08:09Z"},
		{"0000:00:00 00:00:00", "", ""},
		{"    :  :     :  :  ", "", ""},
		{"2024:13:06 07:08:09", "", ""},
		{"2216:11:15 11:46:51", "", ""},
		{"0001:01:01 00:00:00", "", ""},
		{"yesterday", "", ""},
		{"", "+08:00", ""},
	} {
		got := ""
		if at := exifTime(test.taken, test.offset); !at.IsZero() {
			got = at.Format(time.RFC3339)
		}
		if got != test.want {
			t.Errorf("%q %q: %q, want %q", test.taken, test.offset, got, test.want)
		}
	}
}
