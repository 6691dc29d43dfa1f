package render_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"keepsake/album"
	"keepsake/media/render"
)

// TestBroken: files of every type, cut off at many places and with bytes that
// were changed, give a picture or a final error, never another and never a hang.
func TestBroken(t *testing.T) {
	for _, name := range []string{
		"place.jpg", "exif.png", "animated.gif", "place.webp", "lossless.webp", "animated.webp", "place.heic", "turned.heic",
		"front.mp4", "plain.mov",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := render.New(options(t))
			file := load(t, name)
			random := rand.New(rand.NewPCG(5, uint64(len(file))))
			try := func(what string, broken []byte, mayPass bool) {
				t.Helper()
				path := write(t, name, broken)
				var err error
				if contentType := typeOf(name); contentType != "" {
					_, err = r.Picture(t.Context(), path, contentType)
				} else if _, err = r.Poster(t.Context(), path); err == nil {
					_, _, err = r.Movie(t.Context(), path, filepath.Join(t.TempDir(), "out.mp4"), nil)
				}
				e, ok := errors.AsType[*album.Error](err)
				switch {
				case err == nil && mayPass:
				case !ok || e.Code != album.CodeMediaCorrupt && e.Code != album.CodeMediaUnsupported && e.Code != album.CodeLimitExceeded:
					t.Errorf("%s: %v", what, err)
				case e.Message == "" || len(e.Message) > 200:
					t.Errorf("%s: %q", what, e.Message)
				}
			}
			for i := range 8 {
				n := len(file) * i / 8
				try(fmt.Sprintf("cut to %d of %d", n, len(file)), file[:n], false)
			}
			try("without its last byte", file[:len(file)-1], false)
			for i := range 12 {
				broken := append([]byte(nil), file...)
				for range 1 << (i % 4) {
					broken[random.IntN(len(broken))] ^= byte(1 + random.IntN(255))
				}
				try(fmt.Sprintf("changed, %d", i), broken, true)
			}
		})
	}
}
