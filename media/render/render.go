// Package render makes what is shown of photos and videos: pictures in three
// sizes, a poster, a film to play, a blurhash, a colour. It decodes in child
// processes with limits on memory, CPU time and the size of files, so that no
// file takes the server down. It knows nothing of buckets and stores; what the
// types, limits and facts of files are, package media says.
package render

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"keepsake/album"
	"keepsake/media/render/heif"
)

// Options are the settings of a Renderer; the zero values are defaults.
type Options struct {
	Command []string // starts Child, for example {"/usr/bin/keepsake", "render"}
	FFmpeg  string   // the path of ffmpeg; without it there are no videos

	Memory      int64         // bytes that decoding a picture may take, DefaultMemory
	Time        time.Duration // CPU time for a picture or a poster, DefaultTime
	MovieMemory int64         // bytes that ffmpeg may take, DefaultMovieMemory
	MovieTime   time.Duration // CPU time for a film, DefaultMovieTime
	MovieBytes  int64         // size of a film, DefaultMovieBytes

	// Observe is told of each child that has ended: its job, one of a few, when it
	// began, and how it ended. Nil is nobody.
	Observe func(ctx context.Context, job string, began time.Time, err error)
}

// The defaults of Options. A picture of 50 megapixels takes some 600 MB as a
// progressive JPEG, which is the most of all that are accepted.
const (
	DefaultMemory      = 768 << 20
	DefaultTime        = time.Minute
	DefaultMovieMemory = 1536 << 20
	DefaultMovieTime   = time.Hour
	DefaultMovieBytes  = 4 << 30
)

// Picture is what is shown of a photo, or of a video before it plays.
type Picture struct {
	Width, Height int    // of the original as shown
	Blurhash      string // of 4 x 3 components
	Color         string // the dominant colour, "#rrggbb"
	Variants      []Variant
}

// Variant is a picture as JPEG, in sRGB, upright and without metadata.
type Variant struct {
	Role          album.FileRole
	Width, Height int
	JPEG          []byte
}

// Renderer starts children. It may be used concurrently: how many run at a time
// is for its callers to bound.
type Renderer struct{ o Options }

// HEIC reports whether pictures of that type can be read: see package heif.
func (r *Renderer) HEIC() bool { return heif.Available() }

// New returns a Renderer.
func New(o Options) *Renderer {
	if o.Memory <= 0 {
		o.Memory = DefaultMemory
	}
	if o.Time <= 0 {
		o.Time = DefaultTime
	}
	if o.MovieMemory <= 0 {
		o.MovieMemory = DefaultMovieMemory
	}
	if o.MovieTime <= 0 {
		o.MovieTime = DefaultMovieTime
	}
	if o.MovieBytes <= 0 {
		o.MovieBytes = DefaultMovieBytes
	}
	return &Renderer{o: o}
}

// Videos reports whether there is an ffmpeg, so that Poster and Movie work.
func (r *Renderer) Videos() bool { return r.o.FFmpeg != "" }

// Picture renders the photo at path, a file of that content type on the disk:
// SMALL, MEDIUM and LARGE, smallest first, as many as differ. None is larger
// than its original.
//
// MEDIA_CORRUPT, MEDIA_UNSUPPORTED and LIMIT_EXCEEDED are final, and their
// messages are for people. After any other error it may be tried again.
func (r *Renderer) Picture(ctx context.Context, path, contentType string) (Picture, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return Picture{}, err
	}
	return r.picture(ctx, job{what: pictureJob, args: []string{contentType, path}})
}

// picture runs a child that renders a picture, and reads its answer.
func (r *Renderer) picture(ctx context.Context, j job) (Picture, error) {
	j.limits = limits{Memory: r.o.Memory, CPU: r.o.Time, File: 1}
	j.most = maxAnswer
	out, err := r.run(ctx, j)
	if err != nil {
		return Picture{}, err
	}
	p, err := readAnswer(out)
	if err != nil {
		if e, ok := errors.AsType[*album.Error](err); ok && final(e.Code) {
			return Picture{}, err
		}
		return Picture{}, j.failed(err)
	}
	return p, nil
}

// final reports whether trying again would end the same way.
func final(code album.Code) bool {
	return code == album.CodeMediaCorrupt || code == album.CodeMediaUnsupported || code == album.CodeLimitExceeded
}
