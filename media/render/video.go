package render

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// The size of a film: what is called 720p, lying or standing.
const (
	movieShort = 720
	movieLong  = 1280
)

// Poster renders a picture of the video at path, a file on the disk: the frame
// one second in, or after a tenth of a shorter one, upright, in the variants of
// Picture. Width and Height are the video's as shown. Errors are Picture's, and
// MEDIA_UNSUPPORTED without ffmpeg.
func (r *Renderer) Poster(ctx context.Context, path string) (Picture, error) {
	path, facts, err := r.video(ctx, path)
	if err != nil {
		return Picture{}, err
	}
	at := min(time.Second, facts.Duration/10)
	frame, err := r.frame(ctx, path, at)
	if err == nil && len(frame) == 0 && at > 0 { // shorter than it says
		frame, err = r.frame(ctx, path, 0)
	}
	if err != nil {
		return Picture{}, err
	}
	if len(frame) == 0 {
		return Picture{}, album.Errorf(album.CodeMediaCorrupt, "this video has no picture in it")
	}
	p, err := r.picture(ctx, job{what: pictureJob, args: []string{frameType, "-"}, stdin: frame})
	p.Width, p.Height = facts.Width, facts.Height
	return p, err
}

// frameType is what ffmpeg hands a frame on as.
const frameType = "image/png"

// frame returns the frame at that time, as large as the largest variant.
func (r *Renderer) frame(ctx context.Context, path string, at time.Duration) ([]byte, error) {
	side := sizes[len(sizes)-1].side
	args := append([]string{"-ss", strconv.FormatFloat(at.Seconds(), 'f', 3, 64)}, input(path)...)
	args = append(args, "-map", "0:V:0", "-frames:v", "1",
		"-vf", filter(fmt.Sprintf("min(1,%d/max(iw*sar,ih))", side), 1),
		"-c:v", "png", "-pix_fmt", "rgb24", "-map_metadata", "-1", "-f", "image2pipe", "pipe:1")
	return r.run(ctx, r.ffmpeg(args, limits{Memory: r.o.MovieMemory, CPU: r.o.Time, File: 1}, nil))
}

// leastMovie is how large a film may be at least, in bytes.
const leastMovie = 64 << 20

// Movie makes a film of the video at path that every browser plays, and writes
// it to the file out: MP4 with its header first, H.264 and AAC, upright, of even
// sides that fit into 1280 x 720 or 720 x 1280, never larger than the original,
// without metadata. It returns the size. progress, which may be nil, is told how
// much is done, in percent, growing. Errors are Poster's; after one, out may
// exist in part.
func (r *Renderer) Movie(ctx context.Context, path, out string, progress func(percent int)) (width, height int, err error) {
	path, facts, err := r.video(ctx, path)
	if err != nil {
		return 0, 0, err
	}
	if out, err = filepath.Abs(out); err != nil {
		return 0, 0, err
	}
	factor := fmt.Sprintf("min(1,min(%d/min(iw*sar,ih),%d/max(iw*sar,ih)))", movieShort, movieLong)
	args := append(input(path),
		"-map", "0:V:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1",
		"-vf", filter(factor, 2),
		"-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-profile:v", "high", "-pix_fmt", "yuv420p", "-threads", "2",
		"-fps_mode", "vfr", "-fpsmax", "60", "-maxrate", "4M", "-bufsize", "8M",
		"-c:a", "aac", "-b:a", "128k", "-ac", "2",
		"-max_muxing_queue_size", "1024", "-movflags", "+faststart", "-progress", "pipe:1", "-f", "mp4", "-y", "file:"+out)
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	// What becomes larger than the original is better played as that.
	most := min(r.o.MovieBytes, max(leastMovie, 2*info.Size()))
	l := limits{Memory: r.o.MovieMemory, CPU: r.o.MovieTime, File: most}
	if _, err := r.run(ctx, r.ffmpeg(args, l, follow(facts.Duration, progress))); err != nil {
		return 0, 0, err
	}
	made, err := inspectFile(ctx, out)
	if err != nil {
		if final(album.CodeOf(err)) {
			return 0, 0, album.Errorf(album.CodeMediaCorrupt, "no film can be made of this video").Wrap(err)
		}
		return 0, 0, err
	}
	return made.Width, made.Height, nil
}

// video checks that there is a video at path that ffmpeg may be shown. Without
// this, ffmpeg would be asked to make sense of anything.
func (r *Renderer) video(ctx context.Context, path string) (string, media.Facts, error) {
	if !r.Videos() {
		return "", media.Facts{}, album.Errorf(album.CodeMediaUnsupported, "videos are not rendered here")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", media.Facts{}, err
	}
	facts, err := inspectFile(ctx, path)
	if err == nil && facts.Kind != album.Video {
		err = album.Errorf(album.CodeMediaUnsupported, "this is no video")
	}
	return path, facts, err
}

func inspectFile(ctx context.Context, path string) (media.Facts, error) {
	f, err := os.Open(path)
	if err != nil {
		return media.Facts{}, err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	info, err := f.Stat()
	if err != nil {
		return media.Facts{}, err
	}
	return media.Inspect(ctx, f, info.Size())
}

// input names a video for ffmpeg. It is read as MP4 or MOV whatever it looks
// like, and can make ffmpeg open nothing but files, which this format does not.
func input(path string) []string {
	return []string{"-protocol_whitelist", "file", "-f", "mov", "-threads", "2", "-i", "file:" + path}
}

// filter scales by a factor to square pixels, of sides that are multiples of
// even. A picture has been turned upright before. A trace is added, so that what
// should be a whole number is not cut below it.
func filter(factor string, even int) string {
	side := func(of string) string {
		return fmt.Sprintf("max(%d,%d*floor(%s*%s/%d+0.001))", even, even, of, factor, even)
	}
	return fmt.Sprintf("scale=w='%s':h='%s',setsar=1", side("iw*sar"), side("ih"))
}

func (r *Renderer) ffmpeg(args []string, l limits, lines func(string)) job {
	base := []string{r.o.FFmpeg, "-nostdin", "-hide_banner", "-loglevel", "error", "-xerror", "-filter_threads", "1"}
	return job{what: ffmpegJob, args: append(base, args...), limits: l, most: maxFrame, lines: lines}
}

// follow reads ffmpeg's reports and tells progress how far of the whole it is.
func follow(whole time.Duration, progress func(percent int)) func(line string) {
	last := 0
	return func(line string) {
		value, ok := strings.CutPrefix(line, "out_time_us=")
		if !ok || progress == nil || whole <= 0 {
			return
		}
		us, err := strconv.ParseFloat(value, 64)
		if err != nil {
			return
		}
		percent := int(math.Min(99, us*float64(time.Microsecond)/float64(whole)*100))
		if percent > last {
			last = percent
			progress(percent)
		}
	}
}
