package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// file is what somebody uploads.
type file struct {
	name, contentType string
	path              string
	content           []byte
	takenAt           string // what the server must find in it, as RFC 3339; empty for not known
}

const (
	// mostPhotos is how many photographs are uploaded: the owner's, and one of
	// the guest's.
	mostPhotos = 8 + 1
	// videoSeconds is how long the video lasts.
	videoSeconds = 4
)

// sampleModule is a library of the server for reading EXIF. Its test data are
// photographs of real cameras, and they are on every machine that built the server.
const sampleModule = "github.com/bep/imagemeta"

// samples are photographs in sampleModule, with the time when they were taken.
// Cameras without an offset from UTC are taken by their word.
var samples = [mostPhotos]struct{ path, takenAt string }{
	{"bep/sunrise.jpg", "2017-10-27T08:38:52Z"},                             // Pentax K-3 II
	{"hugo-issue-12669.jpg", "2021-01-17T11:34:47Z"},                        // Samsung Galaxy S8
	{"outofbounds-issue-34.jpg", "2012-07-23T14:47:28Z"},                    // Nikon Coolpix P7000
	{"metadata-extractor/nikonMakernoteType1.jpg", "2001-04-06T11:51:40Z"},  // Nikon Coolpix 950
	{"metadata-extractor/nikonMakernoteType2b.jpg", "2002-08-29T17:31:40Z"}, // Nikon Coolpix 995
	{"metadata-extractor/simple.jpg", "2002-11-16T15:27:01Z"},               // Canon PowerShot S330
	{"hugo-issue-8996.jpg", "2021-01-20T15:51:50Z"},                         // Fujifilm X-E2
	{"mushroom.jpg", "2024-09-29T09:37:52Z"},                                // Panasonic G91, an hour east of UTC
	{"metadata-extractor/withIptcExifGps.jpg", "2002-07-13T15:58:28Z"},      // Fujifilm FinePix S1 Pro
}

// pictureTypes are the content types of pictures by the ending of their names.
var pictureTypes = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
}

func findFiles(ctx context.Context, s *story) error {
	from := s.photoDir
	var photos []file
	var err error
	if from != "" {
		photos, err = filesIn(from)
	} else {
		from = "the test data of " + sampleModule
		photos, err = sampleFiles(ctx)
	}
	if err != nil {
		return err
	}
	last := len(photos) - 1
	s.photos, s.extra = photos[:last], photos[last]
	s.tell.line("%d photographs for Mei and one for Jun, from %s", last, from)
	if s.video, err = makeVideo(ctx, s.dir); err != nil {
		return err
	}
	s.tell.line("ffmpeg made a video of %d s, %s", videoSeconds, size(int64(len(s.video.content))))
	return nil
}

func sampleFiles(ctx context.Context) ([]file, error) {
	out, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", sampleModule).Output()
	if err != nil {
		return nil, fmt.Errorf("go mod download %s: %w: %s", sampleModule, err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return nil, fmt.Errorf("go mod download %s: %w", sampleModule, err)
	}
	files := make([]file, len(samples))
	for i, sample := range samples {
		path := filepath.Join(module.Dir, "testdata", "images", filepath.FromSlash(sample.path))
		if files[i], err = readFile(path, "image/jpeg"); err != nil {
			return nil, err
		}
		files[i].takenAt = sample.takenAt
	}
	return files, nil
}

// filesIn takes the first pictures of a directory, by their names.
func filesIn(dir string) ([]file, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []file
	for _, e := range entries {
		contentType := pictureTypes[strings.ToLower(filepath.Ext(e.Name()))]
		if contentType == "" || len(files) == mostPhotos {
			continue
		}
		f, err := readFile(filepath.Join(dir, e.Name()), contentType)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	if len(files) < 2 {
		return nil, fmt.Errorf("%s holds %d pictures; two are needed, for Mei and for Jun", dir, len(files))
	}
	return files, nil
}

func readFile(path, contentType string) (file, error) {
	content, err := os.ReadFile(path)
	return file{name: filepath.Base(path), contentType: contentType, path: path, content: content}, err
}

// makeVideo has ffmpeg make a moving test picture with a tone.
func makeVideo(ctx context.Context, dir string) (file, error) {
	path := filepath.Join(dir, "moving.mp4")
	args := fmt.Sprintf("-v error -f lavfi -i testsrc2=size=640x360:rate=25:duration=%[1]d"+
		" -f lavfi -i sine=frequency=440:duration=%[1]d"+
		" -c:v libx264 -pix_fmt yuv420p -c:a aac -movflags +faststart", videoSeconds)
	out, err := exec.CommandContext(ctx, "ffmpeg", append(strings.Fields(args), path)...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return file{}, errors.New("ffmpeg is not installed: run make demo-deps")
	}
	if err != nil {
		return file{}, fmt.Errorf("ffmpeg: %w: %s", err, bytes.TrimSpace(out))
	}
	return readFile(path, "video/mp4")
}

// check holds a medium against the file that it was.
func (f file) check(m medium) error {
	err := errors.Join(
		same(f.name+": status", m.Status, "READY"),
		same(f.name+": file name", m.FileName, f.name),
		same(f.name+": content type", m.ContentType, f.contentType),
		same(f.name+": bytes", m.Bytes, int64(len(f.content))),
		same(f.name+": SHA-256", m.SHA256, f.sha256()),
	)
	if m.Width == 0 || m.Height == 0 {
		err = errors.Join(err, fmt.Errorf("%s has no width and height", f.name))
	}
	if f.takenAt != "" {
		taken := "not known"
		if m.TakenAt != nil {
			taken = m.TakenAt.UTC().Format(time.RFC3339)
		}
		err = errors.Join(err, same(f.name+": takenAt", taken, f.takenAt))
	}
	return err
}

// byName finds the file of that name.
func byName(files []file, name string) (file, error) {
	i := slices.IndexFunc(files, func(f file) bool { return f.name == name })
	if i < 0 {
		return file{}, fmt.Errorf("nobody uploaded %q", name)
	}
	return files[i], nil
}
