package render_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"keepsake/album"
	"keepsake/media/render"
	"keepsake/media/render/rendertest"
)

// child starts the real child, which TestMain builds.
var child []string

// TestMain builds the child. It also lets this program be some others, which are
// started like a child.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case "spin":
			os.Exit(render.Spin(os.Args[2:]))
		case "parent":
			_, err := render.New(render.Options{Command: os.Args[2:]}).Picture(context.Background(), "x", "image/png")
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "render")
	if err == nil {
		defer os.RemoveAll(dir) //nolint:errcheck // in the temporary folder
		child, err = rendertest.Build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func options(t testing.TB) render.Options {
	t.Helper()
	return render.Options{Command: child, FFmpeg: program(t, "ffmpeg", "ffmpeg")}
}

func self(t testing.TB) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

// program finds a program of a Debian package.
func program(t testing.TB, name, pkg string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("the test needs %s: apt-get install %s", name, pkg)
	}
	return path
}

// ffmpeg runs ffmpeg to make a file of that name, and returns its path.
func ffmpeg(t testing.TB, name string, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	args = append(append([]string{"-nostdin", "-hide_banner", "-loglevel", "error", "-y"}, args...), path)
	if out, err := exec.CommandContext(t.Context(), program(t, "ffmpeg", "ffmpeg"), args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %v: %v\n%s", args, err, out)
	}
	return path
}

func write(t testing.TB, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func sample(name string) string { return filepath.Join("..", "testdata", name) }

func load(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(sample(name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// typeOf is the content type of a sample, by its ending.
func typeOf(name string) string {
	return map[string]string{
		".jpg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".heic": "image/heic",
	}[filepath.Ext(name)]
}

func decode(t testing.TB, v render.Variant) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(v.JPEG))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size != image.Pt(v.Width, v.Height) {
		t.Fatalf("%v, said to be %d x %d", size, v.Width, v.Height)
	}
	return img
}

// difference is the mean difference of two pictures of one size, of 255.
func difference(t testing.TB, a, b image.Image) float64 {
	t.Helper()
	if a.Bounds().Size() != b.Bounds().Size() {
		t.Fatalf("%v and %v", a.Bounds(), b.Bounds())
	}
	sum := 0
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			r1, g1, b1, _ := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, b2, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			for _, d := range []int{int(r1>>8) - int(r2>>8), int(g1>>8) - int(g2>>8), int(b1>>8) - int(b2>>8)} {
				sum += max(d, -d)
			}
		}
	}
	return float64(sum) / float64(3*a.Bounds().Dx()*a.Bounds().Dy())
}

// near fails unless the pixel has that colour, within a tolerance of each part.
func near(t testing.TB, what string, img image.Image, x, y int, want [3]int, tolerance int) {
	t.Helper()
	r, g, b, _ := img.At(x, y).RGBA()
	for i, v := range []uint32{r, g, b} {
		if d := int(v>>8) - want[i]; d > tolerance || d < -tolerance {
			t.Errorf("%s: %d %d %d at %d, %d, want %v", what, r>>8, g>>8, b>>8, x, y, want)
			return
		}
	}
}

func wantFinal(t testing.TB, what string, err error, codes ...album.Code) {
	t.Helper()
	for _, code := range codes {
		if errors.Is(err, &album.Error{Code: code}) {
			return
		}
	}
	t.Errorf("%s: %v, want %v", what, err, codes)
}
