package media

import (
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"keepsake/album"
)

// exifBlock makes an EXIF block of its lists: the main one and those that hang
// from it.
type exifBlock struct{ lists map[uint16][]exifEntry }

type exifEntry struct {
	tag, kind uint16
	count     uint32
	data      []byte
}

func text(tag uint16, s string) exifEntry {
	return exifEntry{tag, kindText, uint32(len(s) + 1), append([]byte(s), 0)}
}

func short(tag, v uint16) exifEntry {
	return exifEntry{tag, kindShort, 1, binary.BigEndian.AppendUint16(nil, v)}
}

func rationals(tag, kind uint16, v ...uint32) exifEntry {
	var data []byte
	for _, n := range v {
		data = binary.BigEndian.AppendUint32(data, n)
	}
	return exifEntry{tag, kind, uint32(len(v) / 2), data}
}

func (b exifBlock) bytes() []byte {
	be := binary.BigEndian
	out := []byte("MM\x00*\x00\x00\x00\x08")
	var write func(list []exifEntry)
	write = func(list []exifEntry) {
		at := len(out)
		out = append(be.AppendUint16(out, uint16(len(list))), make([]byte, 12*len(list)+4)...)
		for i, e := range list {
			head := at + 2 + 12*i
			if inner, ok := b.lists[e.tag]; ok && e.data == nil {
				be.PutUint32(out[head+8:], uint32(len(out)))
				e.kind, e.count = kindLong, 1
				write(inner)
			} else if len(e.data) > 4 {
				be.PutUint32(out[head+8:], uint32(len(out)))
				out = append(out, e.data...)
			} else {
				copy(out[head+8:], e.data)
			}
			be.PutUint16(out[head:], e.tag)
			be.PutUint16(out[head+2:], e.kind)
			be.PutUint32(out[head+4:], e.count)
		}
	}
	write(b.lists[0])
	return out
}

func TestEXIFPlace(t *testing.T) {
	const r, s = kindRational, kindSignedRational
	for _, test := range []struct {
		name string
		list []exifEntry
		want *album.Place
	}{
		{"Shanghai", []exifEntry{
			text(1, "N"), rationals(2, r, 31, 1, 12, 1, 0, 1), text(3, "E"), rationals(4, r, 121, 1, 30, 1, 0, 1),
		}, &album.Place{Latitude: 31.2, Longitude: 121.5}},
		{"Rio", []exifEntry{
			text(1, "S"), rationals(2, r, 22, 1, 9000, 100, 0, 0), text(3, "W"), rationals(4, r, 43, 1, 0, 1, 1800, 1),
		}, &album.Place{Latitude: -23.5, Longitude: -43.5}},
		{"degrees alone", []exifEntry{
			text(1, "N"), rationals(2, s, 315, 10), text(3, "E"), rationals(4, s, 5, 10),
		}, &album.Place{Latitude: 31.5, Longitude: 0.5}},
		{"nowhere", []exifEntry{text(1, "N"), rationals(2, r, 0, 1, 0, 1, 0, 1), text(3, "E"), rationals(4, r, 0, 1, 0, 1, 0, 1)}, nil},
		{"nothing by nothing", []exifEntry{text(1, "N"), rationals(2, r, 0, 0, 0, 0, 0, 0), text(3, "E"), rationals(4, r, 0, 0, 0, 0, 0, 0)}, nil},
		{"beyond the pole", []exifEntry{text(1, "N"), rationals(2, r, 91, 1, 0, 1, 0, 1), text(3, "E"), rationals(4, r, 1, 1, 0, 1, 0, 1)}, nil},
		{"below zero", []exifEntry{text(1, "N"), rationals(2, s, 1<<32-1, 1, 0, 1, 0, 1), text(3, "E"), rationals(4, r, 1, 1, 0, 1, 0, 1)}, nil},
		{"infinite", []exifEntry{text(1, "N"), rationals(2, r, 9, 0, 0, 1, 0, 1), text(3, "E"), rationals(4, r, 1, 1, 0, 1, 0, 1)}, nil},
		{"no direction", []exifEntry{rationals(2, r, 9, 1, 0, 1, 0, 1), rationals(4, r, 1, 1, 0, 1, 0, 1)}, nil},
		{"half of it", []exifEntry{text(1, "N"), rationals(2, r, 9, 1, 0, 1, 0, 1)}, nil},
		{"text", []exifEntry{text(1, "N"), text(2, "31.2"), text(3, "E"), text(4, "121.5")}, nil},
	} {
		got := readEXIF(exifBlock{map[uint16][]exifEntry{0: {{tag: tagGPSList}}, tagGPSList: test.list}}.bytes())
		if !reflect.DeepEqual(got.place, test.want) || !got.located {
			t.Errorf("%s: %+v, %v", test.name, got.place, got.located)
		}
	}
}

func TestEXIFCamera(t *testing.T) {
	for _, test := range []struct{ maker, model, want string }{
		{"Apple", "iPhone 15 Pro", "Apple iPhone 15 Pro"},
		{"Canon", "Canon EOS R5", "Canon EOS R5"},
		{"NIKON CORPORATION", "NIKON D70", "NIKON D70"},
		{"HUAWEI", "", "HUAWEI"},
		{"", "EOS", "EOS"},
		{"  SONY \x00junk", "ILCE-7M4   ", "SONY ILCE-7M4"},
		{"a\x1b[31m\u202eb", "c\nd\xff", "a[31mb c d"},
		{"", strings.Repeat("相", 99), ""}, // 297 bytes: longer than any camera's
		{strings.Repeat("相", 40), strings.Repeat("x", 80), strings.Repeat("相", 40) + " " + strings.Repeat("x", 59)},
		{"", "", ""},
	} {
		got := readEXIF(exifBlock{map[uint16][]exifEntry{0: {text(tagMake, test.maker), text(tagModel, test.model)}}}.bytes())
		if got.camera != test.want || got.located {
			t.Errorf("%q %q: %q, %t", test.maker, test.model, got.camera, got.located)
		}
	}
}

// TestEXIFUnsure: what is not understood may hold a place.
func TestEXIFUnsure(t *testing.T) {
	whole := exifBlock{map[uint16][]exifEntry{0: {short(tagOrientation, 6), text(tagMake, "Keepsake")}}}.bytes()
	for what, test := range map[string]struct {
		block       []byte
		located     bool
		orientation int
	}{
		"nothing":            {nil, false, 1},
		"the header alone":   {exifHeader, false, 1},
		"whole":              {whole, false, 6},
		"with its header":    {append([]byte("Exif\x00\x00"), whole...), false, 6},
		"cut off":            {whole[:20], true, 1},
		"noise":              {[]byte(strings.Repeat("noise", 20)), true, 1},
		"a list behind":      {[]byte("MM\x00*\xff\xff\xff\xff"), true, 1},
		"orientation 0":      {exifBlock{map[uint16][]exifEntry{0: {short(tagOrientation, 0)}}}.bytes(), false, 1},
		"orientation 9":      {exifBlock{map[uint16][]exifEntry{0: {short(tagOrientation, 9)}}}.bytes(), false, 1},
		"XMP":                {exifBlock{map[uint16][]exifEntry{0: {text(tagXMP, "<x/>")}}}.bytes(), true, 1},
		"the copy's own":     {orientationEXIF(7), false, 7},
		"little-endian":      {[]byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00"), false, 3},
		"a loop in its list": {append([]byte("MM\x00*\x00\x00\x00\x08\x00\x01\x87\x69\x00\x04\x00\x00\x00\x01\x00\x00\x00\x08"), 0, 0, 0, 0), false, 1},
	} {
		if got := readEXIF(test.block); got.located != test.located || got.orientation != test.orientation {
			t.Errorf("%s: %+v", what, got)
		}
	}
}

// TestEXIFEntries: lists of more entries than are read, all of one tag.
func TestEXIFEntries(t *testing.T) {
	long := slices.Repeat([]exifEntry{short(0x9999, 1)}, maxEntries)
	block := exifBlock{map[uint16][]exifEntry{0: {{tag: tagExifList}, {tag: tagGPSList}}, tagExifList: long, tagGPSList: long}}.bytes()
	tiff, first, _ := openTIFF(block)
	main := tiff.list(first)
	tiff.list(main[tagExifList].number())
	if tiff.left >= 0 || !tiff.broken {
		t.Errorf("%d entries left", tiff.left)
	}
	if got := readEXIF(block); !got.located || got.place != nil {
		t.Errorf("%+v", got)
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

func TestPointOnEarth(t *testing.T) {
	for s, want := range map[string]*album.Place{
		"+31.2000+121.5000/":         {Latitude: 31.2, Longitude: 121.5},
		"+31.2000+121.5000+010.000/": {Latitude: 31.2, Longitude: 121.5},
		"-23.5-043.5":                {Latitude: -23.5, Longitude: -43.5},
		"+31.2+121.5CRSWGS_84/":      {Latitude: 31.2, Longitude: 121.5},
		"+00.0000+000.0000/":         nil,
		"+3112.00+12130.00/":         nil, // degrees and minutes
		"31.2,121.5":                 nil,
		"+31.2":                      nil,
		"+31.2+":                     nil,
		"+":                          nil,
		"++":                         nil,
		"":                           nil,
		"+1e1+1e1/":                  nil,
		"+nan+inf/":                  nil,
	} {
		if got := pointOnEarth(s); !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

func FuzzEXIF(f *testing.F) {
	f.Add(orientationEXIF(6))
	f.Add(exifBlock{map[uint16][]exifEntry{
		0:           {short(tagOrientation, 6), text(tagMake, "Keepsake"), {tag: tagExifList}, {tag: tagGPSList}},
		tagExifList: {text(tagTaken, "2024:05:06 07:08:09"), text(tagOffset, "+08:00")},
		tagGPSList:  {text(1, "N"), rationals(2, kindRational, 31, 1, 12, 1, 0, 1), text(3, "E"), rationals(4, kindRational, 121, 1, 30, 1, 0, 1)},
	}}.bytes())
	f.Fuzz(func(t *testing.T, block []byte) {
		got := readEXIF(block)
		if got.orientation < 1 || got.orientation > 8 || len([]rune(got.camera)) > maxCamera || readable(got.camera) != got.camera ||
			got.place != nil && (!got.located || place(got.place.Latitude, got.place.Longitude) == nil) {
			t.Errorf("%+v", got)
		}
		if tiff, first, ok := openTIFF(block); ok {
			for first != 0 && tiff.left > 0 { // no list takes more than the bound, whatever it points at
				first = tiff.list(first)[tagExifList].number()
				tiff.left -= 64
			}
		}
	})
}
