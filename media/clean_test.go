package media_test

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"runtime"
	"testing"

	_ "golang.org/x/image/webp"

	"keepsake/album"
	"keepsake/media"
)

func clean(t testing.TB, contentType string, file []byte) ([]byte, error) {
	t.Helper()
	var out bytes.Buffer
	err := media.WithoutLocation(contentType, bytes.NewReader(file), int64(len(file)), &out)
	return out.Bytes(), err
}

func samePixels(t *testing.T, name string, a, b []byte) {
	t.Helper()
	one, _, err := image.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	two, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if one.Bounds() != two.Bounds() {
		t.Fatalf("%s: %v, was %v", name, two.Bounds(), one.Bounds())
	}
	for y := range one.Bounds().Dy() {
		for x := range one.Bounds().Dx() {
			if one.At(x, y) != two.At(x, y) {
				t.Fatalf("%s: another pixel at %d, %d", name, x, y)
			}
		}
	}
}

func TestWithoutLocation(t *testing.T) {
	for name, animated := range map[string]bool{
		"plain.jpg": false, "orientation-1.jpg": false, "orientation-6.jpg": false, "orientation-7.jpg": false, "no-offset.jpg": false,
		"motion.jpg": false, "thumbnail.jpg": false, "place.jpg": false,
		"plain.png": false, "exif.png": false, "place.png": false, "animated.png": false,
		"plain.webp": false, "lossless.webp": false, "exif.webp": false, "place.webp": false, "animated.webp": true,
	} {
		file := load(t, name)
		before, err := inspect(t, file)
		if err != nil {
			t.Fatal(err)
		}
		out, err := clean(t, before.ContentType, file)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		after, err := inspect(t, out)
		if err != nil || after.Located || after.Place != nil || after.Camera != "" || !after.TakenAt.IsZero() {
			t.Errorf("%s: %+v, %v", name, after, err)
		}
		if after.Width != before.Width || after.Height != before.Height || after.Orientation != before.Orientation {
			t.Errorf("%s: %+v, was %+v", name, after, before)
		}
		for _, word := range []string{"GPS", "Shanghai", "xmp", "Keepsake", "2024:05:06", "ftyp", "Lavc"} {
			if bytes.Contains(out, []byte(word)) {
				t.Errorf("%s: %q is still in it", name, word)
			}
		}
		if !animated { // x/image decodes no animations
			samePixels(t, name, file, out)
		} else if !bytes.Equal(out, file) {
			t.Errorf("%s: changed", name)
		}
		again, err := clean(t, before.ContentType, out)
		if err != nil || !bytes.Equal(again, out) {
			t.Errorf("%s: the copy's copy differs, %v", name, err)
		}
	}
}

// TestWithoutLocationKeeps: what a picture is shown with stays.
func TestWithoutLocationKeeps(t *testing.T) {
	segment := func(marker byte, body string) []byte {
		return append([]byte{0xff, marker, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
	}
	jpeg := load(t, "place.jpg")
	icc1, icc2 := segment(0xe2, "ICC_PROFILE\x00\x01\x02one"), segment(0xe2, "ICC_PROFILE\x00\x02\x02two")
	adobe := segment(0xee, "Adobe\x00\x64\x00\x00\x00\x00\x01")
	mpf, iptc, comment := segment(0xe2, "MPF\x00MM"), segment(0xed, "Photoshop 3.0\x00Shanghai"), segment(0xfe, "at home")
	second := segment(0xe1, "Exif\x00\x00MM\x00*\x00\x00\x00\x08")
	file := bytes.Join([][]byte{jpeg[:2], icc1, icc2, adobe, mpf, iptc, comment, jpeg[2:20], second, jpeg[20:]}, nil)
	out, err := clean(t, "image/jpeg", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, kept := range [][]byte{icc1, icc2, adobe, []byte("JFIF")} {
		if !bytes.Contains(out, kept) {
			t.Errorf("%q is gone", kept)
		}
	}
	for _, gone := range [][]byte{mpf, iptc, comment, second} {
		if bytes.Contains(out, gone) {
			t.Errorf("%q is still in it", gone)
		}
	}
	colors, err := media.ColorsOf(t.Context(), "image/jpeg", bytes.NewReader(out), int64(len(out)))
	if err != nil || string(colors.ICC) != "onetwo" {
		t.Errorf("%q, %v", colors.ICC, err)
	}
	// A chunk of an odd length has a zero behind it.
	webp := load(t, "place.webp")
	webp = bytes.Join([][]byte{webp[:30], []byte("ICCP\x03\x00\x00\x00icc\x00"), []byte("XXXX\x01\x00\x00\x00x\x00"), webp[30:]}, nil)
	webp[4] += 22
	if out, err = clean(t, "image/webp", webp); err != nil || !bytes.Contains(out, []byte("ICCP\x03\x00\x00\x00icc\x00")) || bytes.Contains(out, []byte("XXXX")) {
		t.Errorf("WebP: %v", err)
	}
	if colors, err = media.ColorsOf(t.Context(), "image/webp", bytes.NewReader(out), int64(len(out))); err != nil || string(colors.ICC) != "icc" {
		t.Errorf("%q, %v", colors.ICC, err)
	}
}

func TestWithoutLocationErrors(t *testing.T) {
	for _, contentType := range []string{"image/gif", "image/heic", "video/mp4", "", "text/html"} {
		_, err := clean(t, contentType, load(t, "plain.jpg"))
		wantCode(t, contentType, err, album.CodeMediaUnsupported)
	}
	for contentType, name := range map[string]string{"image/jpeg": "place.jpg", "image/png": "place.png", "image/webp": "place.webp"} {
		file := load(t, name)
		for n := range len(file) - 3 {
			if _, err := clean(t, contentType, file[:n]); album.CodeOf(err) != album.CodeMediaCorrupt {
				t.Errorf("%s cut to %d of %d: %v", name, n, len(file), err)
			}
		}
		full := errors.New("disk full")
		if err := media.WithoutLocation(contentType, bytes.NewReader(file), int64(len(file)), failingWriter{full}); !errors.Is(err, full) || album.CodeOf(err) != album.CodeInternal {
			t.Errorf("%s to a full disk: %v", name, err)
		}
		away := failingReader{bytes.NewReader(file), 100, errors.New("broken pipe")}
		if err := media.WithoutLocation(contentType, away, int64(len(file)), io.Discard); !errors.Is(err, album.ErrUnavailable) {
			t.Errorf("%s from a bucket that is away: %v", name, err)
		}
	}
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

// TestWithoutLocationMemory: 200 MB take no more room than 200 KB.
func TestWithoutLocationMemory(t *testing.T) {
	const size = 200 << 20
	jpeg := load(t, "plain.jpg")
	s := &sparse{parts: map[int64][]byte{0: jpeg[:len(jpeg)-2], size - 2: {0xff, 0xd9}}}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := media.WithoutLocation("image/jpeg", s, size, io.Discard); err != nil {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 1<<20 {
		t.Errorf("%d bytes for %d", took, size)
	}
}

func FuzzWithoutLocation(f *testing.F) {
	for _, name := range []string{"place.jpg", "motion.jpg", "plain.jpg", "place.png", "animated.png", "place.webp", "animated.webp", "lossless.webp"} {
		f.Add(load(f, name))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		before, err := inspect(t, file)
		if err != nil || before.Kind != album.Photo {
			return
		}
		r := &countingReader{r: bytes.NewReader(file)}
		var out bytes.Buffer
		err = media.WithoutLocation(before.ContentType, r, int64(len(file)), &out)
		if r.bytes > 4*int64(len(file))+1<<20 || out.Len() > len(file)+64 {
			t.Errorf("read %d bytes of %d, wrote %d", r.bytes, len(file), out.Len())
		}
		switch album.CodeOf(err) {
		case "":
		case album.CodeMediaCorrupt, album.CodeMediaUnsupported:
			return
		default:
			t.Fatal(err)
		}
		after, err := inspect(t, out.Bytes())
		if err != nil || after.Located || after.Width != before.Width || after.Height != before.Height || after.Orientation != before.Orientation {
			t.Errorf("%+v, %v, was %+v", after, err, before)
		}
	})
}
