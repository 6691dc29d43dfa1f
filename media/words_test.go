package media_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"keepsake/album"
)

// word is a text as QuickTime has it in udta.
func word(kind, text string) []byte {
	return b(kind, binary.BigEndian.AppendUint16(nil, uint16(len(text))), []byte{0x15, 0xc7}, []byte(text))
}

func TestVideoWords(t *testing.T) {
	camm := b("trak", tkhd(0, 0, upright), b("mdia", b("hdlr", u32(0, 0), []byte("camm"), make([]byte, 13))))
	for name, test := range map[string]struct {
		udta    []byte
		camera  string
		place   album.Place
		located bool
	}{
		"nothing":            {nil, "", album.Place{}, false},
		"an empty list":      {b("udta"), "", album.Place{}, false},
		"the encoder":        {b("udta", word("\xa9too", "Lavf")), "", album.Place{}, false},
		"Android":            {b("udta", word("\xa9xyz", "+31.2000+121.5000/")), "", album.Place{Latitude: 31.2, Longitude: 121.5}, true},
		"nowhere":            {b("udta", word("\xa9xyz", "+00.0000+000.0000/")), "", album.Place{}, true},
		"cut off":            {b("udta", b("\xa9xyz", []byte("\xff\xff\x00"))), "", album.Place{}, true},
		"longer than it is":  {b("udta", b("\xa9xyz", []byte("\xff\xff\x00\x00+31.2+121.5/"))), "", album.Place{Latitude: 31.2, Longitude: 121.5}, true},
		"a camera":           {b("udta", word("\xa9mak", "Canon"), word("\xa9mod", "Canon EOS R5")), "Canon EOS R5", album.Place{}, false},
		"a word not known":   {b("udta", word("\xa9loc", "home")), "", album.Place{}, true},
		"a box not known":    {b("udta", b("XMP_", []byte("<x/>"))), "", album.Place{}, true},
		"broken":             {b("udta", u32(100), []byte("name")), "", album.Place{}, true},
		"a place by place":   {camm, "", album.Place{}, true},
		"XMP beside":         {b("uuid", make([]byte, 16)), "", album.Place{}, true},
		"short meta":         {b("meta", []byte{0}), "", album.Place{}, true},
		"a million boxes":    {b("udta", bytes.Repeat(b("name"), 1_000_000)), "", album.Place{}, true},
		"keys without end":   {b("meta", b("hdlr"), b("keys", u32(0, 1<<31), u32(0xffffffff), []byte("mdta")), b("ilst")), "", album.Place{}, false},
		"a key of no number": {b("meta", b("hdlr"), b("ilst", b("\xff\xff\xff\xff", b("data", u32(1, 0), []byte("x"))))), "", album.Place{}, true},
		"a long loci":        {b("udta", b("loci", make([]byte, 6), []byte(strings.Repeat("x", 1000)))), "", album.Place{}, true},
	} {
		facts, err := inspect(t, file(ftyp, b("moov", mvhd(1, 1), b("trak", tkhd(64, 48, upright), video), test.udta), mdat))
		var place album.Place
		if facts.Place != nil {
			place = *facts.Place
		}
		if err != nil || facts.Camera != test.camera || place != test.place || facts.Located != test.located {
			t.Errorf("%s: %+v, %v", name, facts, err)
		}
	}
}
