package media

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"keepsake/album"
)

// The limits of a picture or a video frame. Megapixels are counted generously,
// because phones that are sold as 50 MP make 8192 x 6144.
const (
	MaxSide   = 16_384
	MaxPixels = 50 << 20
)

// sniffLength is how much of a file its type is told from.
const sniffLength = 4096

// Facts is what a file says of itself.
type Facts struct {
	Kind        album.MediaKind
	ContentType string
	Extension   string        // of file names, with its dot
	Width       int           // pixels as shown, after EXIF orientation or a video's rotation
	Height      int           //
	Duration    time.Duration // of a video; 0 where the file does not say
	// TakenAt is in UTC, or zero where the file does not say or says nonsense.
	// EXIF without an offset is wall-clock time of an unknown place; it is taken
	// as if it were UTC.
	TakenAt time.Time
	// Camera is make and model in one line of at most 100 characters, or empty.
	Camera string
	Place  *album.Place // where it was taken, unnamed; nil where the file does not say or says nonsense
	// Orientation is what remains to be done to show a photo upright, 1 to 8 as
	// EXIF counts; 1 is nothing. It is 1 for HEIC and videos, which are turned by
	// their containers, and Width and Height have it applied already.
	Orientation int
	// Located says that the file may tell where it was taken. It is false only if
	// nothing is in it that could, as far as its end is known: of a JPEG that ends
	// as a picture does and names no second one, what lies between is not searched.
	Located bool
}

// Inspect says what a file of size bytes is, by its bytes alone. It reads
// headers, and the whole of a file only where its end cannot be told otherwise;
// it never decodes pixels, and its memory does not grow with the file.
//
// MEDIA_UNSUPPORTED: not one of the accepted types, or a variant of one that
// cannot be shown. MEDIA_CORRUPT: garbled or cut off; bytes after the end are
// tolerated, because phones append their own. LIMIT_EXCEEDED: more than MaxSide
// on a side or more than MaxPixels. What r's own errors are, Inspect returns;
// those without a code as UNAVAILABLE.
func Inspect(ctx context.Context, r io.ReaderAt, size int64) (Facts, error) {
	src := &source{ctx: ctx, r: r, size: size}
	facts, err := inspect(src)
	if src.err != nil { // what was made of half a file means nothing
		return Facts{}, unavailable(src.err)
	}
	if err != nil {
		return Facts{}, err
	}
	return facts, nil
}

func inspect(src *source) (Facts, error) {
	if src.size <= 0 {
		return Facts{}, corrupt("file", io.ErrUnexpectedEOF)
	}
	head := make([]byte, min(sniffLength, src.size))
	if err := src.readFull(head, 0); err != nil {
		return Facts{}, corrupt("file", err)
	}
	contentType := canonical(mimetype.Detect(head).String())
	kind, ok := KindOf(contentType)
	if !ok {
		return Facts{}, unsupported("files of this type are not accepted")
	}
	facts := Facts{Kind: kind, ContentType: contentType, Extension: Extension(contentType), Orientation: 1}
	var err error
	if kind == album.Video {
		err = inspectVideo(src, &facts)
	} else {
		err = inspectImage(src, &facts)
	}
	return facts, err
}

// checkSize refuses what would take too much memory to decode.
func checkSize(width, height int) error {
	switch {
	case width <= 0 || height <= 0:
		return album.Errorf(album.CodeMediaCorrupt, "this has no width or no height")
	case width > MaxSide || height > MaxSide || width*height > MaxPixels:
		return album.Errorf(album.CodeLimitExceeded,
			"%d x %d is too large: at most %d pixels on a side and %d in all", width, height, MaxSide, MaxPixels)
	}
	return nil
}

func corrupt(what string, cause error) error {
	return album.Errorf(album.CodeMediaCorrupt, "this %s is damaged or not complete", what).Wrap(cause)
}

func unsupported(message string) error {
	return album.Errorf(album.CodeMediaUnsupported, "%s", message)
}

// source is the file under inspection. It remembers that reading failed, so that
// a bucket that is away is not taken for a damaged file.
type source struct {
	ctx  context.Context
	r    io.ReaderAt
	size int64
	err  error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	n, err := s.r.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

// readFull fills p from off on; the end of the file is io.ErrUnexpectedEOF.
func (s *source) readFull(p []byte, off int64) error {
	if off < 0 || off > s.size-int64(len(p)) {
		return io.ErrUnexpectedEOF
	}
	if n, err := s.ReadAt(p, off); n < len(p) {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	return nil
}

// from reads the file in order from off on.
func (s *source) from(off int64) *io.SectionReader {
	return io.NewSectionReader(s, off, s.size-off)
}
