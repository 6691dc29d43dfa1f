package service

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// zeros is a bucket in which every object is zeros, as many as are asked for.
type zeros struct{ media.Bucket }

func (zeros) Open(context.Context, string, int64, int64) (io.ReadCloser, error) {
	return io.NopCloser(endless{}), nil
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) { *c += counter(len(p)); return len(p), nil }

func archivedFiles(n int, size int64, name string) []archivedFile {
	files := make([]archivedFile, n)
	for i := range files {
		files[i] = archivedFile{
			File: &album.File{Key: strconv.Itoa(i), Bytes: size, CRC32: uint32(i % 3)}, name: name, at: time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC),
			place: album.Position{Key: int64(-i), ID: strconv.Itoa(i)},
		}
	}
	return files
}

// TestArchiveSize: the size that is planned is the one that is written, to the
// byte, on both sides of what 32 and 16 bits hold.
func TestArchiveSize(t *testing.T) {
	for name, files := range map[string][]archivedFile{
		"empty":        nil,
		"one":          archivedFiles(1, 1, "a.jpg"),
		"same names":   archivedFiles(3, 10, "相.jpg"),
		"large":        archivedFiles(2, 1<<32, "a.mp4"),
		"nearly large": archivedFiles(2, 1<<32-2, "a.mp4"),
		"far behind":   archivedFiles(5, 1<<30, "a.mp4"),
		"many":         archivedFiles(1<<16+1, 1, "a.jpg"),
	} {
		plan := planArchive(files, 1<<62)
		a := ArchiveFile{Bytes: plan.bytes, bucket: zeros{}, files: plan.files}
		var n counter
		if err := a.Write(t.Context(), &n); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if len(files) > 0 && int64(n) != plan.bytes {
			t.Errorf("%s: %d bytes were written, %d planned", name, n, plan.bytes)
		}
	}
}

// TestArchiveParts: parts hold all files, in order, each once, and none is too
// large unless a single file is.
func TestArchiveParts(t *testing.T) {
	const most = 10_000
	files := archivedFiles(40, 3000, "a.jpg")
	files[7].File = nil // one that may not be downloaded
	files[20].File = &album.File{Key: "20", Bytes: 50_000}
	var keys []string
	parts := 0
	for rest := files; len(rest) > 0; parts++ {
		plan := planArchive(rest, most)
		if plan.bytes > most && len(plan.files) != 1 {
			t.Errorf("a part of %d files has %d bytes", len(plan.files), plan.bytes)
		}
		for _, f := range plan.files {
			keys = append(keys, f.Key)
		}
		if last := rest[plan.media-1].place; plan.last != last {
			t.Errorf("it ends at %v, not %v", plan.last, last)
		}
		rest = rest[plan.media:]
	}
	if len(keys) != 39 || parts < 14 {
		t.Errorf("%d files in %d parts", len(keys), parts)
	}
	for i, key := range keys {
		if want := i + min(1, i/7); key != strconv.Itoa(want) {
			t.Fatalf("file %d is %s", i, key)
		}
	}
}

// TestArchiveNames: whatever files are called, names in an archive are safe, and
// no two are one on a system that does not tell cases apart.
func TestArchiveNames(t *testing.T) {
	names := []string{"a.jpg", "A.JPG", "a (2).jpg", "../../etc/passwd", "/etc/passwd", "..", "", "con\x00.jpg", "a.jpg", strings.Repeat("x", 300)}
	files := archivedFiles(len(names), 1, "")
	for i := range files {
		files[i].name = names[i]
	}
	var b bytes.Buffer
	plan := planArchive(files, 1<<62)
	if err := (&ArchiveFile{bucket: zeros{}, files: plan.files}).Write(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range z.File {
		if low := strings.ToLower(f.Name); seen[low] || strings.ContainsAny(f.Name, "/\\\x00") || f.Name == "" || strings.HasPrefix(f.Name, ".") {
			t.Errorf("%q", f.Name)
		} else {
			seen[low] = true
		}
		if !f.Modified.Equal(time.Date(2024, 5, 6, 7, 8, 8, 0, time.UTC)) {
			t.Errorf("%q is of %v", f.Name, f.Modified)
		}
	}
	if len(seen) != len(names) {
		t.Errorf("%d names of %d", len(seen), len(names))
	}
}
