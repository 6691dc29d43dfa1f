package render_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media/render"
)

func patched(b []byte, at int, with ...byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], with)
	return b
}

// TestBombs: small files that claim much are refused, by what they claim or by
// the memory that the child gets, and this process does not grow.
func TestBombs(t *testing.T) {
	o := options(t)
	o.Memory = 128 << 20
	r := render.New(o)
	// Half a megabyte that decode to 8 bytes a pixel.
	huge, err := os.ReadFile(ffmpeg(t, "huge.png", "-f", "lavfi", "-i", "color=size=8192x6144", "-frames:v", "1", "-pix_fmt", "rgba64be"))
	if err != nil || len(huge) > 2<<20 {
		t.Fatalf("%d bytes, %v", len(huge), err)
	}
	claim := []byte{0, 0, 0x3e, 0x80, 0, 0, 0x61, 0xa8, 16, 6, 0, 0, 0} // 16000 x 25000
	claim = binary.BigEndian.AppendUint32(claim, crc32.ChecksumIEEE(append([]byte("IHDR"), claim...)))
	jpg, heic := load(t, "plain.jpg"), load(t, "plain.heic")
	sof, ispe := bytes.Index(jpg, []byte{0xff, 0xc0}), bytes.Index(heic, []byte("ispe"))
	var wide bytes.Buffer
	if err := gif.Encode(&wide, image.NewPaletted(image.Rect(0, 0, 60_000, 20), color.Palette{color.White}), nil); err != nil {
		t.Fatal(err)
	}
	webp := load(t, "animated.webp")
	vp8x := bytes.Index(webp, []byte("VP8X"))
	for name, test := range map[string]struct {
		contentType string
		file        []byte
	}{
		"a JPEG of a gigabyte": {"image/jpeg", patched(jpg, sof+5, 0xff, 0xff, 0xff, 0xff)},
		"a PNG of 400 MB":      {"image/png", huge},
		"a PNG of 3 GB":        {"image/png", patched(load(t, "plain.png"), 16, claim...)},
		"a wide GIF":           {"image/gif", wide.Bytes()},
		"a WebP of a gigabyte": {"image/webp", patched(webp, vp8x+12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)},
		"a HEIC of a gigabyte": {"image/heic", patched(heic, ispe+8, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff)},
	} {
		path := write(t, "bomb", test.file)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := r.Picture(t.Context(), path, test.contentType)
		runtime.ReadMemStats(&after)
		wantFinal(t, name, err, album.CodeLimitExceeded)
		if took := after.TotalAlloc - before.TotalAlloc; took > 4<<20 {
			t.Errorf("%s: this process took %d bytes", name, took)
		}
		if e, ok := errors.AsType[*album.Error](err); ok && (strings.Contains(e.Message, "goroutine") || len(e.Message) > 200) {
			t.Errorf("%s: %q", name, e.Message)
		}
	}
	// A JPEG of what Inspect lets through, with nothing in it.
	_, err = r.Picture(t.Context(), write(t, "a.jpg", patched(jpg, sof+5, 0x18, 0, 0x20, 0)), "image/jpeg")
	wantFinal(t, "a JPEG of 50 MP", err, album.CodeLimitExceeded, album.CodeMediaCorrupt)
	// With the default of memory, a picture of the largest size is rendered.
	if p, err := render.New(options(t)).Picture(t.Context(), write(t, "a.png", huge), "image/png"); err != nil || p.Width != 8192 {
		t.Errorf("50 MP: %d, %v", p.Width, err)
	}
}

// TestPhone renders a photo of 24 megapixels as a phone made it: tiles, a wide
// range of colours, a depth map, a thumbnail. Its decoder gets no more memory
// than it may take.
func TestPhone(t *testing.T) {
	dir, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/bep/imagemeta").Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(strings.TrimSpace(string(dir)), "testdata", "images", "iphone.heic")
	p, err := render.New(options(t)).Picture(t.Context(), path, "image/heic")
	if err != nil || p.Width != 5712 || p.Height != 4284 || len(p.Variants) != 3 {
		t.Fatalf("%d x %d, %d variants, %v", p.Width, p.Height, len(p.Variants), err)
	}
	img := decode(t, p.Variants[2])
	// As LittleCMS turns what another build of libheif decodes into sRGB.
	near(t, "the wall", img, 650, 100, [3]int{161, 141, 115}, 8)
	near(t, "the floor", img, 1000, 830, [3]int{125, 81, 49}, 16)
	o := options(t)
	o.Memory = 100 << 20
	_, err = render.New(o).Picture(t.Context(), path, "image/heic")
	wantFinal(t, "HEIC", err, album.CodeLimitExceeded)
}

// shell is a Renderer whose child is a script.
func shell(script string, change func(*render.Options)) *render.Renderer {
	o := render.Options{Command: []string{"/bin/sh", "-c", script, "sh"}, Time: time.Minute}
	if change != nil {
		change(&o)
	}
	return render.New(o)
}

// TestChildren: what goes wrong with a child and not with its picture is no
// final error.
func TestChildren(t *testing.T) {
	variant := `{"width":9,"height":9,"blurhash":"L","color":"#000000","files":[{"role":"SMALL","width":9,"height":9,"bytes":4}]}`
	for name, script := range map[string]string{
		"killed":            "kill -9 $$",
		"ended":             "exit 1",
		"its own fault":     "exit 3",
		"a panic":           "echo 'panic: oh no' >&2; exit 2",
		"silence":           "exit 0",
		"garbage":           "head -c 100000 /dev/urandom",
		"text":              "echo hello",
		"no end":            "while :; do echo " + strings.Repeat("x", 4000) + "; done",
		"a long head":       "printf '{\"message\":\"'; head -c 10000 /dev/zero | tr '\\0' x; printf '\"}\\n'",
		"another's code":    `echo '{"code":"QUOTA_EXCEEDED","message":"x"}'`,
		"no such code":      `echo '{"code":"x"}'`,
		"no pictures":       `echo '{"width":9,"height":9,"color":"#000000"}'`,
		"a bad colour":      `echo '{"width":9,"height":9,"color":"red","files":[{"role":"SMALL","width":9,"height":9,"bytes":4}]}'; printf '\377\330\377\331'`,
		"a bad role":        `echo '` + strings.Replace(variant, "SMALL", "LARGE", 1) + `'; printf '\377\330\377\331'`,
		"a large picture":   `echo '` + strings.Replace(variant, `"width":9,"height":9,"bytes"`, `"width":257,"height":9,"bytes"`, 1) + `'; printf '\377\330\377\331'`,
		"a huge original":   `echo '` + strings.Replace(variant, `"width":9`, `"width":99999`, 1) + `'; printf '\377\330\377\331'`,
		"a negative length": `echo '` + strings.Replace(variant, `"bytes":4`, `"bytes":-4`, 1) + `'; printf '\377\330\377\331'`,
		"less than said":    `echo '` + variant + `'; printf '\377\330\377'`,
		"more than said":    `echo '` + variant + `'; printf '\377\330\377\331x'`,
		"no JPEG":           `echo '` + variant + `'; printf 'abcd'`,
		"a log without end": "i=0; while [ $i -lt 3000 ]; do echo " + strings.Repeat("y", 4000) + " >&2; i=$((i+1)); done; exit 3",
	} {
		_, err := shell(script, nil).Picture(t.Context(), "x", "image/png")
		if err == nil || album.CodeOf(err) != album.CodeInternal || len(err.Error()) > 64<<10 {
			t.Errorf("%s: %.200v", name, err)
		}
	}
	p, err := shell(`echo '`+variant+`'; printf '\377\330\377\331'`, nil).Picture(t.Context(), "x", "image/png")
	if err != nil || len(p.Variants) != 1 || len(p.Variants[0].JPEG) != 4 {
		t.Errorf("what is right: %+v, %v", p, err)
	}
	_, err = shell(`echo '{"code":"MEDIA_CORRUPT","message":"broken\u0007","cause":"x"}'`, nil).Picture(t.Context(), "x", "image/png")
	wantFinal(t, "corrupt", err, album.CodeMediaCorrupt)
	for _, o := range []render.Options{{}, {Command: []string{"/does/not/exist"}}} {
		// What never begins is no picture's fault.
		if _, err := render.New(o).Picture(t.Context(), "x", "image/png"); album.CodeOf(err) != album.CodeInternal && album.CodeOf(err) != album.CodeUnavailable {
			t.Errorf("%v: %v", o.Command, err)
		}
	}
}

// TestNobodyElse: the child gets no settings and no open files of the server.
func TestNobodyElse(t *testing.T) {
	t.Setenv("KEEPSAKE_SECRET", "hush")
	open, err := os.Open(sample("plain.png"))
	if err != nil {
		t.Fatal(err)
	}
	defer open.Close() //nolint:errcheck // nothing was written
	out := filepath.Join(t.TempDir(), "out")
	_, _ = shell("env >"+out+"; ls -l /proc/self/fd >>"+out, nil).Picture(t.Context(), "x", "image/png")
	b, err := os.ReadFile(out)
	if err != nil || !strings.Contains(string(b), "GOMAXPROCS=1") {
		t.Fatalf("%s, %v", b, err)
	}
	for _, word := range []string{"KEEPSAKE", "HOME", "plain.png"} {
		if strings.Contains(string(b), word) {
			t.Errorf("%q: %s", word, b)
		}
	}
}

// TestCPULimit: a child that never ends is killed when its CPU time is over.
func TestCPULimit(t *testing.T) {
	o := options(t)
	o.Command, o.Time = []string{self(t), "spin"}, 2*time.Second
	_, err := render.New(o).Picture(t.Context(), "x", "image/png")
	wantFinal(t, "a child without end", err, album.CodeLimitExceeded)
}

// gone waits until the process whose id stands in the file is no more.
func gone(t *testing.T, file string, then func()) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	pid := 0
	for pid == 0 && time.Now().Before(deadline) {
		b, _ := os.ReadFile(file)
		if strings.HasSuffix(string(b), "\n") {
			pid, _ = strconv.Atoi(strings.TrimSpace(string(b)))
		}
		runtime.Gosched()
	}
	if pid == 0 {
		t.Fatal("the child did not start")
	}
	then()
	for syscall.Kill(pid, 0) == nil && !zombie(pid) {
		if time.Now().After(deadline) {
			t.Fatalf("process %d is still there", pid)
		}
		runtime.Gosched()
	}
}

// zombie reports whether a process has ended and nobody has asked how.
func zombie(pid int) bool {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	_, state, ok := strings.Cut(string(b), ") ")
	return err != nil || ok && strings.HasPrefix(state, "Z")
}

// TestCancel: when the context ends, so does the child with what it started.
func TestCancel(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := shell("sleep 1000 & echo $! >"+file+"; wait", nil).Picture(ctx, "x", "image/png")
		done <- err
	}()
	gone(t, file, func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	// It ends too if nobody asks, some time after its CPU time would be over.
	_, err := shell("sleep 1000", func(o *render.Options) { o.Time = 10 * time.Millisecond }).Picture(t.Context(), "x", "image/png")
	if !errors.Is(err, context.DeadlineExceeded) || album.CodeOf(err) != album.CodeInternal {
		t.Error(err)
	}
}

// TestParentDies: a child does not outlive its parent.
func TestParentDies(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pid")
	parent := exec.CommandContext(t.Context(), self(t), "parent", "/bin/sh", "-c", "echo $$ >"+file+"; exec sleep 1000", "sh")
	parent.Stderr = io.Discard
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	gone(t, file, func() {
		_ = parent.Process.Kill()
		_ = parent.Wait()
	})
}

// TestMovieLimits: ffmpeg stands under the same limits.
func TestMovieLimits(t *testing.T) {
	in := ffmpeg(t, "in.mp4", "-f", "lavfi", "-i", "testsrc2=size=1280x720:rate=30", "-t", "2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
	o := options(t)
	o.MovieBytes = 10_000
	_, _, err := render.New(o).Movie(t.Context(), in, filepath.Join(t.TempDir(), "out.mp4"), nil)
	wantFinal(t, "a film too large", err, album.CodeLimitExceeded)
	o = options(t)
	o.MovieMemory = 30 << 20
	_, _, err = render.New(o).Movie(t.Context(), in, filepath.Join(t.TempDir(), "out.mp4"), nil)
	wantFinal(t, "too much memory", err, album.CodeLimitExceeded)
	// What is no fault of the video is tried again.
	o = options(t)
	if _, _, err = render.New(o).Movie(t.Context(), in, "/does/not/exist/out.mp4", nil); err == nil || album.CodeOf(err) != album.CodeInternal {
		t.Errorf("no folder: %v", err)
	}
	o.FFmpeg = "/does/not/exist"
	if _, err = render.New(o).Poster(t.Context(), in); err == nil || album.CodeOf(err) != album.CodeInternal {
		t.Errorf("no ffmpeg: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err = render.New(options(t)).Movie(ctx, in, filepath.Join(t.TempDir(), "out.mp4"), func(int) { cancel() })
	cancel()
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
