package media

import (
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/bep/imagemeta"
)

// exifHeader stands before the EXIF block in a JPEG, and before some in WebP.
var exifHeader = []byte("Exif\x00\x00")

// exifSteps bounds the reads and seeks of the parser in one EXIF block. Real
// ones take some hundred; a hostile one can make its lists point at one another.
// A bound on steps needs no goroutine that a time limit would leave behind.
const exifSteps = 20_000

var errSteps = errors.New("too many steps")

// exifFacts is what is used of an EXIF block.
type exifFacts struct {
	turned  bool // by a quarter or three, so that width and height change places
	takenAt time.Time
}

// readEXIF reads an EXIF block as far as it can be read: what is wrong with it
// is no fault of the picture.
func readEXIF(block []byte) (facts exifFacts) {
	block = bytes.TrimPrefix(block, exifHeader)
	if len(block) == 0 {
		return exifFacts{}
	}
	tags := map[string]any{}
	decodeEXIF(block, func(tag imagemeta.TagInfo) error {
		if _, ok := tags[tag.Tag]; !ok {
			tags[tag.Tag] = tag.Value
		}
		return nil
	})
	orientation, _ := tags["Orientation"].(uint16)
	taken, _ := tags["DateTimeOriginal"].(string)
	offset, _ := tags["OffsetTimeOriginal"].(string)
	return exifFacts{
		turned:  orientation >= 5 && orientation <= 8,
		takenAt: exifTime(taken, offset),
	}
}

func decodeEXIF(block []byte, handle imagemeta.HandleTagFunc) {
	defer func() {
		// The parser recovers by itself; this is for what it might have missed.
		_ = recover()
	}()
	_, _ = imagemeta.Decode(imagemeta.Options{
		R:           &stepReader{r: bytes.NewReader(block), left: exifSteps},
		ImageFormat: imagemeta.TIFF, // an EXIF block is a TIFF file
		Sources:     imagemeta.EXIF,
		ShouldHandleTag: func(tag imagemeta.TagInfo) bool {
			switch tag.Tag {
			case "Orientation":
				return tag.Namespace == "IFD0"
			case "DateTimeOriginal", "OffsetTimeOriginal":
				return tag.Namespace == "IFD0/ExifIFDP"
			}
			return false
		},
		HandleTag:    handle,
		LimitTagSize: 256,
	})
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

// stepReader fails after so many reads and seeks.
type stepReader struct {
	r    io.ReadSeeker
	left int
}

func (s *stepReader) Read(p []byte) (int, error) {
	if s.left--; s.left < 0 {
		return 0, errSteps
	}
	return s.r.Read(p)
}

func (s *stepReader) Seek(offset int64, whence int) (int64, error) {
	if s.left--; s.left < 0 {
		return 0, errSteps
	}
	return s.r.Seek(offset, whence)
}
