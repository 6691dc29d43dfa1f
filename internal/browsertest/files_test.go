package browsertest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// sampleModule is a library of the server for reading EXIF. Its test data are
// photographs of real cameras, and they are on every machine that built the server.
const sampleModule = "github.com/bep/imagemeta"

// samples are photographs in sampleModule.
var samples = []string{
	"bep/sunrise.jpg", "hugo-issue-12669.jpg", "outofbounds-issue-34.jpg", "hugo-issue-8996.jpg", "mushroom.jpg",
	"metadata-extractor/nikonMakernoteType1.jpg", "metadata-extractor/nikonMakernoteType2b.jpg",
	"metadata-extractor/simple.jpg", "metadata-extractor/withIptcExifGps.jpg",
}

// shapes are the sizes of small pictures, of which large albums are made.
var shapes = []image.Point{{480, 320}, {320, 480}, {400, 400}, {640, 240}, {360, 270}, {270, 360}}

// videoArgs have ffmpeg make a moving test picture with a tone, of 4 s.
const videoArgs = "-v error -f lavfi -i testsrc2=size=640x360:rate=25:duration=4" +
	" -f lavfi -i sine=frequency=440:duration=4 -c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart"

// files makes what people upload, once for all stories: photographs and moving.mp4.
func files(t *testing.T) string {
	t.Helper()
	dir, err := filesDir()
	if err != nil {
		t.Fatal(err)
	}
	return "FILES=" + dir
}

var filesDir = sync.OnceValues(func() (string, error) {
	dir := filepath.Join(programDir, "files")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return "", err
	}
	ctx := context.Background()
	out, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", sampleModule).Output()
	if err != nil {
		return "", fmt.Errorf("go mod download %s: %w: %s", sampleModule, err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return "", fmt.Errorf("go mod download %s: %w", sampleModule, err)
	}
	for i, sample := range samples {
		from := filepath.Join(module.Dir, "testdata", "images", filepath.FromSlash(sample))
		if err := copyFile(filepath.Join(dir, fmt.Sprintf("%d-%s", i, filepath.Base(from))), from); err != nil {
			return "", err
		}
	}
	for i, shape := range shapes {
		if err := paint(filepath.Join(dir, fmt.Sprintf("shape-%d.jpeg", i)), shape.X, shape.Y, uint8(40*i)); err != nil {
			return "", err
		}
	}
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		return "", fmt.Errorf("%w: run: make demo-deps", err)
	}
	args := append(strings.Fields(videoArgs), filepath.Join(dir, "moving.mp4"))
	if out, err := exec.CommandContext(ctx, "ffmpeg", args...).CombinedOutput(); err != nil {
		return "", fmt.Errorf("ffmpeg: %w: %s", err, out)
	}
	return dir, nil
})

// paint writes a small picture as a JPEG, a run of colours with some grain.
func paint(to string, width, height int, hue uint8) error {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			grain := uint8((x*7919 ^ y*104729) % 24)
			m.SetRGBA(x, y, color.RGBA{R: uint8(x*200/width) + grain, G: uint8(y*200/height) + grain, B: hue + grain, A: 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		return err
	}
	return os.WriteFile(to, b.Bytes(), 0o600)
}

func copyFile(to, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, content, 0o600)
}
