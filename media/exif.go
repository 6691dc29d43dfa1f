package media

import (
	"bytes"
	"time"

	"keepsake/album"
)

// exifHeader stands before the EXIF block in a JPEG, and before some in WebP.
var exifHeader = []byte("Exif\x00\x00")

// maxEXIF bounds an EXIF block; in a JPEG it cannot be longer than 64 KB.
const maxEXIF = 256 << 10

// The EXIF tags that are read, by the list in which they stand.
const (
	tagMake        = 0x010f
	tagModel       = 0x0110
	tagOrientation = 0x0112
	tagXMP         = 0x02bc
	tagIPTC        = 0x83bb
	tagExifList    = 0x8769
	tagGPSList     = 0x8825

	tagTaken  = 0x9003 // DateTimeOriginal, in the EXIF list
	tagOffset = 0x9011 // OffsetTimeOriginal

	tagLatitudeRef  = 1 // in the GPS list
	tagLatitude     = 2
	tagLongitudeRef = 3
	tagLongitude    = 4
)

// exifFacts is what is used of an EXIF block.
type exifFacts struct {
	orientation int // 1 to 8
	takenAt     time.Time
	camera      string
	place       *album.Place
	located     bool // it may say where the picture was taken
}

// turned reports whether width and height change places.
func (e exifFacts) turned() bool { return e.orientation >= 5 }

// readEXIF reads an EXIF block as far as it can be read: what is wrong with it
// is no fault of the picture. A block that cannot be read to its end may hold a
// place; no block holds none.
func readEXIF(block []byte) exifFacts {
	facts := exifFacts{orientation: 1}
	block = bytes.TrimPrefix(block, exifHeader)
	if len(block) == 0 {
		return facts
	}
	t, first, ok := openTIFF(block)
	if !ok {
		facts.located = true
		return facts
	}
	main := t.list(first)
	if o := main[tagOrientation].number(); o >= 1 && o <= 8 {
		facts.orientation = int(o)
	}
	facts.camera = camera(main[tagMake].text(), main[tagModel].text())
	if at, ok := main[tagExifList]; ok {
		list := t.list(at.number())
		facts.takenAt = exifTime(list[tagTaken].text(), list[tagOffset].text())
	}
	if at, ok := main[tagGPSList]; ok {
		facts.located = true
		list := t.list(at.number())
		latitude, ok1 := list[tagLatitude].degrees(list[tagLatitudeRef].text(), "N", "S")
		longitude, ok2 := list[tagLongitude].degrees(list[tagLongitudeRef].text(), "E", "W")
		if ok1 && ok2 {
			facts.place = place(latitude, longitude)
		}
	}
	_, xmp := main[tagXMP]
	_, iptc := main[tagIPTC]
	facts.located = facts.located || xmp || iptc || t.broken
	return facts
}

// orientationEXIF makes an EXIF block that says nothing but the orientation.
func orientationEXIF(orientation int) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8, // big-endian; the list begins at 8
		0, 1, // one entry:
		tagOrientation >> 8, tagOrientation & 0xff, 0, kindShort, 0, 0, 0, 1, 0, byte(orientation), 0, 0,
		0, 0, 0, 0, // no further list
	}
}

// exifTime puts a time and its offset from UTC together; without a usable
// offset the time is taken as UTC. Times before photography and after 2099 are
// nonsense, and zero.
func exifTime(taken, offset string) time.Time {
	for _, layout := range []string{"2006:01:02 15:04:05", "2006-01-02 15:04:05"} {
		t, err := time.Parse(layout+"Z07:00", taken+offset)
		if err != nil {
			t, err = time.Parse(layout, taken)
		}
		if err == nil && t.Year() >= 1826 && t.Year() < 2100 {
			return t.UTC()
		}
	}
	return time.Time{}
}
