package browsertest

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const (
	// pictures are those that pages are held against, keptScale times smaller than
	// the screen, since they are for people to look at.
	pictures    = "testdata/pictures"
	keptScale   = 2
	keptQuality = 60
)

var update = flag.Bool("update", false, "keep the pictures of pages that look different now")

// comparePictures holds the pictures that a story took, in dir, against those that
// are kept.
func comparePictures(t *testing.T, dir string) {
	t.Helper()
	taken, err := filepath.Glob(filepath.Join(dir, "*.png"))
	if err != nil || len(taken) == 0 {
		t.Fatalf("the story took no pictures: %v", err)
	}
	names := map[string]bool{}
	for _, path := range taken {
		name := strings.TrimSuffix(filepath.Base(path), ".png")
		names[name+".jpg"] = true
		if err := comparePicture(name, path); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	kept, err := os.ReadDir(pictures)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range kept {
		if !names[k.Name()] {
			t.Errorf("no story takes %s: remove it", filepath.Join(pictures, k.Name()))
		}
	}
}

func comparePicture(name, path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	now, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		return err
	}
	keptPath := filepath.Join(pictures, name+".jpg")
	kept, err := readKept(keptPath)
	if err == nil {
		err = different(kept, now)
	}
	if err == nil {
		return nil
	}
	if *update {
		return keep(keptPath, now)
	}
	return errors.Join(err, show(name, path, keptPath))
}

func readKept(path string) (image.Image, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return jpeg.Decode(bytes.NewReader(b))
}

// keep writes a picture for later runs, as small as it may be.
func keep(path string, now image.Image) error {
	size := now.Bounds().Size()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, shrink(now, size.X/keptScale, size.Y/keptScale), &jpeg.Options{Quality: keptQuality}); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o600)
}

// show leaves what a page looks like, and what it should, where both can be looked at
// after the test; it gives that place as an error.
func show(name, now, kept string) error {
	dir, err := os.MkdirTemp("", "keepsake-pictures-")
	if err != nil {
		return err
	}
	err = copyFile(filepath.Join(dir, name+"-now.png"), now)
	if kerr := copyFile(filepath.Join(dir, name+"-kept.jpg"), kept); !errors.Is(kerr, os.ErrNotExist) {
		err = errors.Join(err, kerr)
	}
	return errors.Join(err, fmt.Errorf("both pictures are in %s; if it should look so, run: go test -run AlbumLooks ./internal/browsertest -update", dir))
}
