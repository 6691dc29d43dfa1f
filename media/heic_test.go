package media_test

import (
	"bytes"
	"testing"

	"keepsake/album"
	"keepsake/media"
)

// heif makes a HEIC file of the boxes in meta, with an mdat of 100 bytes at 1000.
func heif(meta ...[]byte) []byte {
	out := file(b("ftyp", []byte("heic"), u32(0), []byte("mif1heic")), b("meta", append([][]byte{u32(0)}, meta...)...))
	return append(append(out, b("free", make([]byte, 992-8-len(out)))...), b("mdat", make([]byte, 100))...)
}

func infe(id byte, kind string) []byte {
	return b("infe", u32(2<<24), []byte{0, id, 0, 0}, []byte(kind), []byte{0})
}

func iinf(items ...[]byte) []byte {
	return b("iinf", u32(0), []byte{0, byte(len(items))}, bytes.Join(items, nil))
}

// iloc makes a table of one extent an item.
func iloc(items ...[3]uint32) []byte {
	body := []byte{0x44, 0x00, 0, byte(len(items))}
	for _, i := range items {
		body = append(body, 0, byte(i[0]), 0, 0, 0, 1)
		body = append(body, u32(i[1], i[2])...)
	}
	return b("iloc", u32(0), body)
}

func TestHEIC(t *testing.T) {
	pitm := b("pitm", u32(0), []byte{0, 1})
	size := b("ispe", u32(0, 400, 300))
	small := b("ispe", u32(0, 64, 48))
	turn := b("irot", []byte{1})
	half := b("irot", []byte{2})
	iprp := func(owners []byte, props ...[]byte) []byte {
		return b("iprp", b("ipco", props...), b("ipma", u32(0), owners))
	}
	one := append(u32(1), 0, 1, 1, 1) // item 1 owns property 1
	place := iloc([3]uint32{1, 1000, 100})
	hvc1 := iinf(infe(1, "hvc1"))
	for _, test := range []struct {
		name          string
		file          []byte
		code          album.Code
		width, height int
		located       bool
	}{
		{"plain", heif(pitm, hvc1, place, iprp(one, size)), "", 400, 300, false},
		{"turned", heif(pitm, hvc1, place, iprp(append(u32(1), 0, 1, 2, 0x81, 0x82), size, turn)), "", 300, 400, false},
		{"on its head", heif(pitm, hvc1, place, iprp(append(u32(1), 0, 1, 2, 0x81, 0x82), size, half)), "", 400, 300, false},
		{"another's turn", heif(pitm, hvc1, place, iprp(one, size, turn)), "", 400, 300, false},
		{"a thumbnail first", heif(pitm, hvc1, place, iprp(append(u32(1), 0, 1, 1, 2), small, size)), "", 400, 300, false},
		{"XMP", heif(pitm, iinf(infe(1, "hvc1"), infe(2, "mime")), place, iprp(one, size)), "", 400, 300, true},
		{"EXIF that cannot be read", heif(pitm, iinf(infe(1, "hvc1"), infe(2, "Exif")), iloc([3]uint32{1, 1000, 100}, [3]uint32{2, 1000, 2}), iprp(one, size)), "", 400, 300, true},
		{"EXIF beyond its item", heif(pitm, iinf(infe(1, "hvc1"), infe(2, "Exif")), iloc([3]uint32{1, 1000, 100}, [3]uint32{2, 4, 100}), iprp(one, size)), "", 400, 300, true},
		{"tiles without HEVC", heif(pitm, iinf(infe(1, "grid")), place, iprp(one, size)), album.CodeMediaUnsupported, 0, 0, false},
		{"JPEG inside", heif(pitm, iinf(infe(1, "jpeg")), place, iprp(one, size)), album.CodeMediaUnsupported, 0, 0, false},
		{"AV1 beside", heif(pitm, iinf(infe(1, "hvc1"), infe(2, "av01")), place, iprp(one, size)), album.CodeMediaUnsupported, 0, 0, false},
		{"nothing to show", heif(hvc1, place, iprp(one, size)), album.CodeMediaUnsupported, 0, 0, false},
		{"no meta", heif()[:24], album.CodeMediaUnsupported, 0, 0, false},
		{"no size", heif(pitm, hvc1, place, iprp(one, turn)), album.CodeMediaCorrupt, 0, 0, false},
		{"no place in the file", heif(pitm, hvc1, iprp(one, size)), album.CodeMediaCorrupt, 0, 0, false},
		{"beyond the end", heif(pitm, hvc1, iloc([3]uint32{1, 1000, 200}), iprp(one, size)), album.CodeMediaCorrupt, 0, 0, false},
		{"far beyond the end", heif(pitm, hvc1, iloc([3]uint32{1, 0xffffffff, 0xffffffff}), iprp(one, size)), album.CodeMediaCorrupt, 0, 0, false},
		{"a huge thumbnail", heif(pitm, hvc1, place, iprp(one, size, b("ispe", u32(0, 60_000, 60_000)))), album.CodeLimitExceeded, 0, 0, false},
		{"items without end", heif(pitm, hvc1, b("iloc", u32(2<<24), []byte{0x44, 0, 0xff, 0xff, 0xff, 0xff}), iprp(one, size)), album.CodeMediaCorrupt, 0, 0, false},
		{"parts of no length", heif(pitm, hvc1, b("iloc", u32(0), []byte{0, 0, 0, 1, 0, 1, 0, 0, 0xff, 0xff}), iprp(one, size)), album.CodeMediaCorrupt, 0, 0, false},
		{"owners without end", heif(pitm, hvc1, place, iprp(u32(0xffffffff), size)), album.CodeMediaCorrupt, 0, 0, false},
		{"a table too long", file(b("ftyp", []byte("heic"), u32(0), []byte("mif1heic")), b("meta", u32(0), pitm, hvc1, b("iloc", make([]byte, 300<<10)))), album.CodeMediaCorrupt, 0, 0, false},
		{"too many boxes", file(b("ftyp", []byte("heic"), u32(0), []byte("mif1heic")), b("meta", u32(0), bytes.Repeat(b("free"), 100_000))), album.CodeMediaCorrupt, 0, 0, false},
	} {
		facts, err := inspect(t, test.file)
		if album.CodeOf(err) != test.code || facts.Width != test.width || facts.Height != test.height || facts.Located != test.located {
			t.Errorf("%s: %+v, %v", test.name, facts, err)
		}
	}
}

func FuzzHEIC(f *testing.F) {
	for _, name := range []string{"plain.heic", "turned.heic", "exif.heic", "place.heic", "plain.avif"} {
		f.Add(load(f, name)[16:])
	}
	head := load(f, "plain.heic")[:16]
	f.Fuzz(func(t *testing.T, rest []byte) {
		picture := file(head, rest)
		r := &countingReader{r: bytes.NewReader(picture)}
		facts, err := media.Inspect(t.Context(), r, int64(len(picture)))
		if r.bytes > 4096+2000*(16+112)+8*int64(len(picture)) {
			t.Errorf("read %d bytes of %d", r.bytes, len(picture))
		}
		switch album.CodeOf(err) {
		case "":
			if facts.Width < 1 || facts.Height < 1 || facts.Width*facts.Height > media.MaxPixels {
				t.Errorf("%+v", facts)
			}
		case album.CodeMediaCorrupt, album.CodeMediaUnsupported, album.CodeLimitExceeded:
		default:
			t.Errorf("%v", err)
		}
	})
}
