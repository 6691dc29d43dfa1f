package render_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"keepsake/album"
	"keepsake/media"
	"keepsake/media/render"
)

// firstFrame lets ffmpeg decode the first frame of a video.
func firstFrame(t testing.TB, path string) image.Image {
	t.Helper()
	b, err := os.ReadFile(ffmpeg(t, "frame.png", "-i", path, "-frames:v", "1"))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// TestVideos: posters and films are upright, as large as the video is shown, and
// do not say where it was taken.
func TestVideos(t *testing.T) {
	r := render.New(options(t))
	plain := firstFrame(t, sample("front.mp4"))
	for name, turns := range map[string]int{
		"front.mp4": 0, "end.mp4": 0, "plain.mov": 0, "fragmented.mp4": 0, "apple.mp4": 0, "audio-first.mp4": 0,
		"place.mp4": 0, "place.mov": 0, "rotated-90.mp4": 1, "rotated-180.mp4": 2, "rotated-270.mp4": 3,
	} {
		want := plain
		for range turns {
			want = quarter(want)
		}
		size := want.Bounds().Size()
		p, err := r.Poster(t.Context(), sample(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Width != size.X || p.Height != size.Y || len(p.Variants) != 1 || len(p.Blurhash) != 28 {
			t.Errorf("%s: %d x %d, %d variants", name, p.Width, p.Height, len(p.Variants))
		} else if d := difference(t, decode(t, p.Variants[0]), want); d > 10 {
			t.Errorf("the poster of %s differs by %.1f", name, d)
		}
		out := filepath.Join(t.TempDir(), "out.mp4")
		var percents []int
		width, height, err := r.Movie(t.Context(), sample(name), out, func(p int) { percents = append(percents, p) })
		if err != nil || width != size.X || height != size.Y {
			t.Errorf("the film of %s: %d x %d, %v", name, width, height, err)
			continue
		}
		for i, p := range percents {
			if p < 1 || p > 99 || i > 0 && p <= percents[i-1] {
				t.Errorf("%s: progress %v", name, percents)
				break
			}
		}
		if d := difference(t, firstFrame(t, out), want); d > 10 {
			t.Errorf("the film of %s differs by %.1f", name, d)
		}
		film, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		facts, err := media.Inspect(t.Context(), bytes.NewReader(film), int64(len(film)))
		if err != nil || facts.Place != nil || facts.Located || facts.Camera != "" || !facts.TakenAt.IsZero() {
			t.Errorf("the film of %s: %+v, %v", name, facts, err)
		}
		if moov, mdat := bytes.Index(film, []byte("moov")), bytes.Index(film, []byte("mdat")); moov < 0 || moov > mdat {
			t.Errorf("the film of %s has its header behind", name)
		}
	}
}

// TestMovieForm: what browsers play, in sizes that they can show.
func TestMovieForm(t *testing.T) {
	r := render.New(options(t))
	for _, test := range []struct {
		size          string
		width, height int
	}{
		{"1920x1080", 1280, 720},
		{"1080x1920", 720, 1280},
		{"1280x720", 1280, 720},
		{"161x121", 160, 120},
		{"2000x500", 1280, 320},
		{"1000x1000", 720, 720},
	} {
		in := ffmpeg(t, "in.mov", "-f", "lavfi", "-i", "testsrc2=size="+test.size+":rate=10", "-f", "lavfi", "-i", "sine",
			"-t", "0.5", "-c:v", "mpeg4", "-q:v", "5", "-c:a", "pcm_s16le", "-metadata", "location=+31.2000+121.5000/")
		out := filepath.Join(t.TempDir(), "out.mp4")
		width, height, err := r.Movie(t.Context(), in, out, nil)
		if err != nil || width != test.width || height != test.height {
			t.Errorf("%s: %d x %d, %v", test.size, width, height, err)
			continue
		}
		b, err := exec.CommandContext(t.Context(), program(t, "ffprobe", "ffmpeg"), "-v", "error", "-of", "json", "-show_streams", "-show_format", out).Output()
		if err != nil {
			t.Fatal(err)
		}
		var probe struct {
			Streams []struct {
				CodecName         string `json:"codec_name"`
				PixFmt            string `json:"pix_fmt"`
				SampleAspectRatio string `json:"sample_aspect_ratio"`
			}
			Format struct{ Tags map[string]string }
		}
		if err := json.Unmarshal(b, &probe); err != nil || len(probe.Streams) != 2 {
			t.Fatalf("%v\n%s", err, b)
		}
		if v, a := probe.Streams[0], probe.Streams[1]; v.CodecName != "h264" || v.PixFmt != "yuv420p" || v.SampleAspectRatio != "1:1" || a.CodecName != "aac" {
			t.Errorf("%s: %+v", test.size, probe.Streams)
		}
		if strings.Contains(string(b), "31.2") {
			t.Errorf("%s: the place is in it", test.size)
		}
	}
}

// TestPosterNotBlack: the poster is of the scene behind a dark beginning.
func TestPosterNotBlack(t *testing.T) {
	in := ffmpeg(t, "in.mp4", "-f", "lavfi", "-i", "color=c=white:size=320x240:rate=10:d=3", "-vf", "fade=t=in:d=0.8", "-c:v", "libx264", "-pix_fmt", "yuv420p")
	p, err := render.New(options(t)).Poster(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	img := decode(t, p.Variants[0])
	if r, _, _, _ := img.At(128, 96).RGBA(); r>>8 < 60 {
		t.Errorf("it is dark: %d", r>>8)
	}
	if len(p.Variants) != 2 || p.Variants[1].Width != 320 {
		t.Errorf("%d variants", len(p.Variants))
	}
}

// TestNoVideo: nothing but videos is shown to ffmpeg, and it opens nothing else.
func TestNoVideo(t *testing.T) {
	secret, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer secret.Close() //nolint:errcheck // nothing was written
	opened := make(chan struct{}, 1)
	go func() {
		if c, err := secret.Accept(); err == nil {
			_ = c.Close()
			opened <- struct{}{}
		}
	}()
	url := "http://" + secret.Addr().String() + "/a.ts"
	picture := sample("plain.png")
	r := render.New(options(t))
	for name, text := range map[string]string{
		"playlist.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n" + url + "\n#EXT-X-ENDLIST\n",
		"concat.txt":    "ffconcat version 1.0\nfile " + url + "\nfile " + picture + "\n",
		"a.svg":         `<svg xmlns="http://www.w3.org/2000/svg"><image href="` + url + `"/></svg>`,
		"a.html":        `<!DOCTYPE html><video src="` + url + `">`,
		"a.sdp":         "v=0\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
	} {
		path := write(t, name, []byte(text))
		_, err := r.Poster(t.Context(), path)
		wantFinal(t, name, err, album.CodeMediaUnsupported)
		_, _, err = r.Movie(t.Context(), path, filepath.Join(t.TempDir(), "out.mp4"), nil)
		wantFinal(t, name, err, album.CodeMediaUnsupported)
		frame, err := r.Frame(t.Context(), path) // as if it had passed for a video
		wantFinal(t, name, err, album.CodeMediaCorrupt)
		if len(frame) > 0 {
			t.Errorf("%s: a frame", name)
		}
	}
	for _, name := range []string{"plain.jpg", "plain.gif", "audio-only.mp4", "plain.heic"} {
		_, err := r.Poster(t.Context(), sample(name))
		wantFinal(t, name, err, album.CodeMediaUnsupported)
	}
	select {
	case <-opened:
		t.Error("the network was used")
	default:
	}
	o := options(t)
	o.FFmpeg = ""
	if none := render.New(o); none.Videos() {
		t.Error("videos without ffmpeg")
	} else if _, err := none.Poster(t.Context(), sample("front.mp4")); album.CodeOf(err) != album.CodeMediaUnsupported {
		t.Error(err)
	}
}
