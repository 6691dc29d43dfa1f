package media_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func inspect(t testing.TB, b []byte) (media.Facts, error) {
	t.Helper()
	return media.Inspect(t.Context(), bytes.NewReader(b), int64(len(b)))
}

func wantCode(t *testing.T, what string, err error, code album.Code) {
	t.Helper()
	if !errors.Is(err, &album.Error{Code: code}) {
		t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func TestInspect(t *testing.T) {
	noon := func(hour int) time.Time { return time.Date(2024, 5, 6, hour, 8, 9, 0, time.UTC) }
	west := time.Date(2024, 5, 6, 10, 38, 9, 0, time.UTC)
	day := time.Date(2024, 5, 5, 23, 8, 9, 0, time.UTC) // 07:08:09 at +08:00
	shanghai := &album.Place{Latitude: 31.2, Longitude: 121.5}
	more := map[string]struct {
		orientation int
		camera      string
		place       *album.Place
		located     bool
	}{
		"orientation-2.jpg": {orientation: 2},
		"orientation-3.jpg": {orientation: 3},
		"orientation-4.jpg": {orientation: 4},
		"orientation-5.jpg": {orientation: 5},
		"orientation-6.jpg": {orientation: 6},
		"orientation-7.jpg": {orientation: 7},
		"orientation-8.jpg": {orientation: 8},
		"thumbnail.jpg":     {orientation: 6},
		"exif.png":          {orientation: 8},
		"exif.webp":         {orientation: 6},
		"motion.jpg":        {located: true}, // there may be a place in its video
		"fragmented.mp4":    {located: true}, // not read to its end
		"no-offset.jpg":     {1, "Keepsake Test", shanghai, true},
		"place.jpg":         {6, "", shanghai, true},
		"place.png":         {8, "", shanghai, true},
		"place.webp":        {8, "", shanghai, true},
		"place.heic":        {1, "Keepsake Test", shanghai, true},
		"place.mp4":         {1, "", &album.Place{Latitude: 31.199996948242188, Longitude: 121.5}, true}, // in 16 bits
		"place.mov":         {1, "Apple iPhone 15", shanghai, true},
	}
	for _, test := range []struct {
		file, contentType string
		width, height     int
		duration          time.Duration
		takenAt           time.Time
	}{
		{"plain.jpg", "image/jpeg", 96, 64, 0, time.Time{}},
		{"orientation-1.jpg", "image/jpeg", 96, 64, 0, day},
		{"orientation-2.jpg", "image/jpeg", 96, 64, 0, day},
		{"orientation-3.jpg", "image/jpeg", 96, 64, 0, day},
		{"orientation-4.jpg", "image/jpeg", 96, 64, 0, day},
		{"orientation-5.jpg", "image/jpeg", 64, 96, 0, day},
		{"orientation-6.jpg", "image/jpeg", 64, 96, 0, day},
		{"orientation-7.jpg", "image/jpeg", 64, 96, 0, day},
		{"orientation-8.jpg", "image/jpeg", 64, 96, 0, day},
		{"thumbnail.jpg", "image/jpeg", 64, 96, 0, day},
		{"no-offset.jpg", "image/jpeg", 96, 64, 0, noon(7)},
		{"no-time.jpg", "image/jpeg", 96, 64, 0, time.Time{}},
		{"motion.jpg", "image/jpeg", 96, 64, 0, day},
		{"plain.png", "image/png", 80, 60, 0, time.Time{}},
		{"exif.png", "image/png", 60, 80, 0, west},
		{"animated.png", "image/png", 80, 60, 0, time.Time{}},
		{"plain.gif", "image/gif", 80, 60, 0, time.Time{}},
		{"animated.gif", "image/gif", 80, 60, 0, time.Time{}},
		{"plain.webp", "image/webp", 80, 60, 0, time.Time{}},
		{"lossless.webp", "image/webp", 80, 60, 0, time.Time{}},
		{"animated.webp", "image/webp", 80, 60, 0, time.Time{}},
		{"exif.webp", "image/webp", 60, 80, 0, noon(7)},
		{"plain.heic", "image/heic", 96, 64, 0, time.Time{}},
		{"turned.heic", "image/heic", 64, 96, 0, time.Time{}},
		{"exif.heic", "image/heic", 96, 64, 0, day},
		{"place.heic", "image/heic", 96, 64, 0, noon(7)},
		{"place.jpg", "image/jpeg", 64, 96, 0, time.Time{}},
		{"place.png", "image/png", 60, 80, 0, time.Time{}},
		{"place.webp", "image/webp", 60, 80, 0, time.Time{}},
		{"place.mp4", "video/mp4", 160, 120, time.Second, time.Time{}},
		{"place.mov", "video/quicktime", 160, 120, time.Second, time.Time{}},
		{"front.mp4", "video/mp4", 160, 120, time.Second, noon(7)},
		{"end.mp4", "video/mp4", 160, 120, time.Second, noon(7)},
		{"rotated-90.mp4", "video/mp4", 120, 160, time.Second, noon(7)},
		{"rotated-180.mp4", "video/mp4", 160, 120, time.Second, noon(7)},
		{"rotated-270.mp4", "video/mp4", 120, 160, time.Second, noon(7)},
		{"plain.mov", "video/quicktime", 160, 120, time.Second, noon(7)},
		{"apple.mp4", "video/mp4", 160, 120, time.Second, time.Time{}},
		{"fragmented.mp4", "video/mp4", 160, 120, 0, time.Time{}},
		{"audio-first.mp4", "video/mp4", 160, 120, time.Second, time.Time{}},
	} {
		kind, _ := media.KindOf(test.contentType)
		want := media.Facts{
			Kind: kind, ContentType: test.contentType, Extension: media.Extension(test.contentType),
			Width: test.width, Height: test.height, Duration: test.duration, TakenAt: test.takenAt,
			Orientation: 1,
		}
		if m, ok := more[test.file]; ok {
			want.Orientation, want.Camera, want.Place, want.Located = max(1, m.orientation), m.camera, m.place, m.located
		}
		got, err := inspect(t, load(t, test.file))
		if d := got.Duration - want.Duration; d > -50*time.Millisecond && d < 50*time.Millisecond {
			got.Duration = want.Duration // sound is cut at whole frames
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want\n%+v", test.file, got, err, want)
		}
	}
}

func TestInspectUnsupported(t *testing.T) {
	html := "<!DOCTYPE html><script>alert(1)</script>"
	for what, file := range map[string][]byte{
		"HTML":          []byte(html),
		"SVG":           []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"XML":           []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`),
		"text":          []byte("hello"),
		"PDF":           []byte("%PDF-1.4\n"),
		"ZIP":           []byte("PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
		"ELF":           []byte("\x7fELF\x02\x01\x01"),
		"BMP":           append([]byte("BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00"), make([]byte, 60)...),
		"TIFF":          []byte("II*\x00\x08\x00\x00\x00"),
		"AVIF":          load(t, "plain.avif"),
		"AVIF as HEIF":  bytes.Replace(load(t, "plain.avif"), []byte("ftypavif"), []byte("ftypmif1"), 1),
		"AVIF as HEIC":  bytes.Replace(load(t, "plain.avif"), []byte("ftypavif"), []byte("ftypheic"), 1),
		"WebM":          []byte("\x1aE\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm"),
		"one byte":      {0xff},
		"sound":         load(t, "audio-only.mp4"),
		"old QuickTime": append([]byte("\x00\x00\x00\x08wide"), load(t, "plain.mov")...),
	} {
		_, err := inspect(t, file)
		wantCode(t, what, err, album.CodeMediaUnsupported)
	}
	_, err := inspect(t, nil)
	wantCode(t, "nothing", err, album.CodeMediaCorrupt)
}

// TestInspectTruncated cuts each file after every length: nothing that is cut
// off is taken for whole, up to what a format has behind its end.
func TestInspectTruncated(t *testing.T) {
	for _, test := range []struct {
		file  string
		whole int // how many of its bytes are needed; 0 is all
	}{
		{"thumbnail.jpg", 0},
		{"motion.jpg", len(load(t, "orientation-1.jpg"))},
		{"exif.png", 0},
		{"animated.png", 0},
		{"animated.gif", 0},
		{"plain.webp", 0},
		{"exif.webp", 0},
		{"animated.webp", 0},
		{"plain.heic", 0},
		{"place.heic", 0},
		{"front.mp4", 0},
		{"end.mp4", 0},
		{"plain.mov", 0},
	} {
		file := load(t, test.file)
		whole := test.whole
		if whole == 0 {
			whole = len(file)
		}
		for n := 0; n < len(file); n++ {
			if n > 1000 && n < whole-50 {
				n += 6 // inside the pixels one place is like another
			}
			_, err := inspect(t, file[:n])
			switch code := album.CodeOf(err); {
			case n >= whole && err != nil:
				t.Errorf("%s cut to %d, which is enough: %v", test.file, n, err)
			case n < whole && code != album.CodeMediaCorrupt && code != album.CodeMediaUnsupported:
				t.Errorf("%s cut to %d of %d: %v", test.file, n, len(file), err)
			case n > 64 && n < whole && code != album.CodeMediaCorrupt:
				t.Errorf("%s cut to %d of %d: %v, want %s", test.file, n, len(file), err, album.CodeMediaCorrupt)
			}
		}
	}
}

// TestInspectTrailer: phones write their own data behind the end.
func TestInspectTrailer(t *testing.T) {
	for _, name := range []string{"orientation-6.jpg", "plain.png", "plain.gif", "plain.webp", "plain.heic", "end.mp4", "front.mp4", "plain.mov"} {
		file := load(t, name)
		want, err := inspect(t, file)
		if err != nil {
			t.Fatal(err)
		}
		for what, trailer := range map[string][]byte{
			"zeros":   make([]byte, 100),
			"Samsung": []byte("\x00\x00\x01\x0a\x0e\x00\x00\x00Image_UTC_Data1400000000000SEFHe\x00\x00\x00\x01\x00\x00\x00\x00\x00\x01\x0a$\x00\x00\x00#\x00\x00\x00$\x00\x00\x00SEFT"),
			"picture": load(t, "plain.jpg"),
			"text":    []byte("<script>"),
			"half":    {0xff, 0xd8, 0xff},
		} {
			got, err := inspect(t, append(bytes.Clone(file), trailer...))
			got.Located = want.Located // what stands behind may say so
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s and %s: %+v, %v, want %+v", name, what, got, err, want)
			}
		}
	}
}

// TestInspectGarbled: what stands in a header that makes no sense.
func TestInspectGarbled(t *testing.T) {
	jpeg, png, gif := load(t, "plain.jpg"), load(t, "plain.png"), load(t, "plain.gif")
	patch := func(file []byte, at int, with ...byte) []byte {
		file = bytes.Clone(file)
		copy(file[at:], with)
		return file
	}
	for what, file := range map[string][]byte{
		"JPEG of a head and an end":  {0xff, 0xd8, 0xff, 0xd9},
		"JPEG without a scan":        append(bytes.Clone(jpeg[:bytes.Index(jpeg, []byte{0xff, 0xda})]), 0xff, 0xd9),
		"JPEG full of noise":         append([]byte{0xff, 0xd8, 0xff}, bytes.Repeat([]byte("noise"), 1000)...),
		"PNG whose head is changed":  patch(png, 17, 9),
		"PNG without data":           append(bytes.Clone(png[:bytes.Index(png, []byte("IDAT"))-4]), png[len(png)-12:]...),
		"PNG of an endless chunk":    patch(png, 33, 0xff, 0xff, 0xff, 0xff),
		"GIF without a picture":      append(bytes.Clone(gif[:6]), 1, 0, 1, 0, 0, 0, 0, 0x3b),
		"GIF of an unknown block":    append(bytes.Clone(gif[:6]), 1, 0, 1, 0, 0, 0, 0, 0x77),
		"WebP without a picture":     []byte("RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00"),
		"WebP longer than it is":     patch(load(t, "plain.webp"), 4, 0xff, 0xff, 0xff, 0x7f),
		"WebP chunk longer than all": patch(load(t, "plain.webp"), 16, 0xff, 0xff, 0xff, 0xff),
	} {
		_, err := inspect(t, file)
		wantCode(t, what, err, album.CodeMediaCorrupt)
	}
	// EXIF that cannot be read does not count.
	exif := load(t, "orientation-6.jpg")
	at := bytes.Index(exif, []byte("Exif\x00\x00"))
	if facts, err := inspect(t, patch(exif, at+6, bytes.Repeat([]byte{0xff}, 40)...)); err != nil || facts.Width != 96 || !facts.TakenAt.IsZero() {
		t.Errorf("broken EXIF: %+v, %v", facts, err)
	}
}

// TestInspectBombs: a small file that claims a huge picture is refused unread.
func TestInspectBombs(t *testing.T) {
	jpeg := bytes.Clone(load(t, "plain.jpg"))
	size := bytes.Index(jpeg, []byte{0xff, 0xc0}) + 5
	png := bytes.Clone(load(t, "plain.png"))
	heic := bytes.Clone(load(t, "plain.heic"))
	ispe := bytes.Index(heic, []byte("ispe")) + 8
	webp := []byte("RIFF\x26\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x10\x00\x00\x00\xff\xff\xff\xff\xff\xff" + "ANMF\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	for _, test := range []struct {
		width, height uint16
		code          album.Code
	}{
		{8192, 6144, ""}, // what is sold as 50 MP
		{16_384, 3_000, ""},
		{16_385, 10, album.CodeLimitExceeded},
		{10, 16_385, album.CodeLimitExceeded},
		{10_000, 10_000, album.CodeLimitExceeded},
		{65_535, 65_535, album.CodeLimitExceeded},
		{0, 10, album.CodeMediaCorrupt},
	} {
		binary.BigEndian.PutUint16(jpeg[size:], test.height)
		binary.BigEndian.PutUint16(jpeg[size+2:], test.width)
		_, err := inspect(t, jpeg)
		if album.CodeOf(err) != test.code {
			t.Errorf("JPEG %d x %d: %v, want %s", test.width, test.height, err, test.code)
		}
		binary.BigEndian.PutUint32(heic[ispe:], uint32(test.width))
		binary.BigEndian.PutUint32(heic[ispe+4:], uint32(test.height))
		if _, err = inspect(t, heic); album.CodeOf(err) != test.code {
			t.Errorf("HEIC %d x %d: %v, want %s", test.width, test.height, err, test.code)
		}
		binary.BigEndian.PutUint32(png[16:], uint32(test.width))
		binary.BigEndian.PutUint32(png[20:], uint32(test.height))
		binary.BigEndian.PutUint32(png[29:], crc32.ChecksumIEEE(png[12:29]))
		if _, err = inspect(t, png); album.CodeOf(err) != test.code {
			t.Errorf("PNG %d x %d: %v, want %s", test.width, test.height, err, test.code)
		}
	}
	_, err := inspect(t, webp)
	wantCode(t, "WebP", err, album.CodeLimitExceeded)
	// A size whose low byte is full is not cut.
	copy(webp[24:], "\xff\x01\x00\xff\x02\x00")
	if facts, err := inspect(t, webp); err != nil || facts.Width != 512 || facts.Height != 768 {
		t.Errorf("WebP of 512 x 768: %+v, %v", facts, err)
	}
}

// failingReader fails behind some bytes, as a bucket that goes away.
type failingReader struct {
	r   io.ReaderAt
	end int64
	err error
}

func (f failingReader) ReadAt(p []byte, off int64) (int, error) {
	if off+int64(len(p)) > f.end {
		return 0, f.err
	}
	return f.r.ReadAt(p, off)
}

// TestInspectFails: a bucket that fails is not a file that is damaged.
func TestInspectFails(t *testing.T) {
	for _, name := range []string{"motion.jpg", "plain.png", "plain.gif", "plain.webp", "place.heic", "end.mp4"} {
		file := load(t, name)
		for _, cause := range []error{errors.New("broken pipe"), album.ErrUnavailable, io.ErrUnexpectedEOF} {
			_, err := media.Inspect(t.Context(), failingReader{bytes.NewReader(file), int64(len(file)) / 2, cause}, int64(len(file)))
			if !errors.Is(err, album.ErrUnavailable) || !errors.Is(err, cause) {
				t.Errorf("%s, %v: %v", name, cause, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := media.Inspect(ctx, bytes.NewReader(file), int64(len(file)))
		if !errors.Is(err, album.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("%s, canceled: %v", name, err)
		}
		// A file that is shorter than it was said to be.
		_, err = media.Inspect(t.Context(), bytes.NewReader(file[:len(file)/2]), int64(len(file)))
		wantCode(t, name+" shorter than its size", err, album.CodeMediaCorrupt)
	}
}

func TestTypes(t *testing.T) {
	for contentType, want := range map[string]string{
		"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp", "image/heic": ".heic", "video/mp4": ".mp4", "video/quicktime": ".mov",
		"image/svg+xml": "", "text/html": "", "": "", "image/jpeg; x=y": "", "IMAGE/JPEG": "",
	} {
		kind, ok := media.KindOf(contentType)
		if media.Extension(contentType) != want || ok != (want != "") || ok && strings.HasPrefix(contentType, "video/") != (kind == album.Video) {
			t.Errorf("%q: %q, %s, %t", contentType, media.Extension(contentType), kind, ok)
		}
	}
}

func FuzzInspect(f *testing.F) {
	names, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		f.Add(load(f, filepath.Base(name)))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		r := &countingReader{r: bytes.NewReader(file)}
		facts, err := media.Inspect(t.Context(), r, int64(len(file)))
		if r.bytes > 8*int64(len(file))+1<<20 {
			t.Errorf("read %d bytes of %d", r.bytes, len(file))
		}
		if err != nil {
			switch album.CodeOf(err) {
			case album.CodeMediaCorrupt, album.CodeMediaUnsupported, album.CodeLimitExceeded:
			default:
				t.Errorf("%v", err)
			}
			return
		}
		if facts.Width < 1 || facts.Width > media.MaxSide || facts.Height < 1 || facts.Height > media.MaxSide ||
			facts.Width*facts.Height > media.MaxPixels || facts.Extension == "" || facts.Duration < 0 ||
			facts.Orientation < 1 || facts.Orientation > 8 || facts.Place != nil && !facts.Located ||
			!facts.TakenAt.IsZero() && (facts.TakenAt.Year() < 1825 || facts.TakenAt.Year() > 2100) {
			t.Errorf("%+v", facts)
		}
	})
}

type countingReader struct {
	r     io.ReaderAt
	bytes int64
}

func (c *countingReader) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.bytes += int64(n)
	return n, err
}
