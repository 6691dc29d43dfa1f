package crashtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keepsake/internal/client"
	"keepsake/internal/launch"
)

// crashPoints are the steps on the way of an upload, at each of which the server
// is killed. Up to heard nobody but the client knows that the bytes are there, so
// it finalises once more; from there on it is not heard of again.
var crashPoints = []struct {
	name  string
	heard bool
	video bool
}{
	{"ticketed", false, false},
	{"verified", false, false},
	{"copied", false, false},
	{"accepted", true, false},
	{"fetched", true, false},
	{"kept SMALL", true, false},
	{"kept MEDIUM", true, false},
	{"made", true, false},
	{"published", true, false},
	{"made", true, true},
	{"kept MOVIE", true, true},
	{"improved", true, true},
}

// TestKilledAtEachStep: whatever step of an upload or of the work on it a server
// is killed at, the next one ends it: no medium is stuck, lost or there twice.
func TestKilledAtEachStep(t *testing.T) {
	program, err := launch.BuildForTest(t.Context(), t.TempDir(), "-tags", "faults")
	if err != nil {
		t.Fatal(err)
	}
	movie := makeMovie(t)
	for _, point := range crashPoints {
		t.Run(fmt.Sprintf("%s video %t", point.name, point.video), func(t *testing.T) {
			t.Parallel()
			c := crashed{t: t, program: program, data: t.TempDir(), contentType: "image/jpeg"}
			c.picture()
			if point.video {
				c.content, c.contentType = movie, "video/mp4"
			}
			c.crash(point.name)
			c.start()
			if !point.heard {
				c.uploadAgain(point.name == "ticketed")
			}
			if err := c.whole(point.video); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestKilledWithoutResuming shows that the test above sees what is lost.
func TestKilledWithoutResuming(t *testing.T) {
	t.Parallel()
	program, err := launch.BuildForTest(t.Context(), t.TempDir(), "-tags", "faults")
	if err != nil {
		t.Fatal(err)
	}
	c := crashed{t: t, program: program, data: t.TempDir(), contentType: "image/jpeg", patience: 45 * time.Second}
	c.picture()
	c.crash("fetched")
	c.start("FAULTS_OFF=resume")
	if err := c.whole(false); err == nil {
		t.Error("work that nobody takes up again came to its end")
	}
}

// crashed is a server that is killed, and the one upload that it was killed at.
type crashed struct {
	t             *testing.T
	program, data string
	content       []byte
	contentType   string
	patience      time.Duration
	server        *launch.Server
	person        *person
	albumID, id   string
	ticket        client.Ticket
}

// picture gives it a picture that is large enough for two.
func (c *crashed) picture() {
	c.t.Helper()
	var err error
	if c.content, err = noisy(300, 200); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crashed) start(env ...string) {
	c.t.Helper()
	var logs bytes.Buffer
	server, err := launch.Start(c.t.Context(), c.program, c.data, &logs, env...)
	if err != nil {
		c.t.Fatal(err, logs.String())
	}
	c.server = server
	c.t.Cleanup(func() { _ = server.Kill() })
}

func (c *crashed) api() *client.Client { return c.person.as(c.server.URL) }

// crash runs a server until it is killed at a point of the upload.
func (c *crashed) crash(point string) {
	c.t.Helper()
	c.start("CRASH_AT=" + point)
	ctx := c.t.Context()
	var err error
	if c.person, err = signUp(ctx, c.server.URL, 0); err != nil {
		c.t.Fatal(err)
	}
	made, err := client.Ask[struct {
		CreateAlbum struct{ Album struct{ ID string } }
	}](ctx, c.api(), `mutation { createAlbum(input: {title: "crash"}) { album { id } } }`, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	c.albumID = made.CreateAlbum.Album.ID
	// From here on the server may go at any time.
	if err := c.takeTicket(ctx); err == nil {
		if err = c.api().Send(ctx, c.ticket, "x", c.content); err == nil {
			_ = finalizeUpload(ctx, c.api(), c.id)
		}
	}
	select {
	case <-c.server.Done():
	case <-time.After(readyTime):
		c.t.Fatalf("the server never came to %q", point)
	}
}

func (c *crashed) takeTicket(ctx context.Context) error {
	data, err := client.Ask[struct {
		CreateUploads struct{ Tickets []client.Ticket }
	}](ctx, c.api(), `mutation($a: ID!, $t: String!, $n: Long!) { createUploads(input: {albumId: $a, files: [
		{fileName: "x", contentType: $t, bytes: $n}]}) { tickets { `+client.TicketFields+` } } }`,
		client.Vars{"a": c.albumID, "t": c.contentType, "n": len(c.content)})
	if err == nil {
		c.ticket = data.CreateUploads.Tickets[0]
		c.id = c.ticket.Media.ID
	}
	return err
}

// uploadAgain is what a client does that had no answer.
func (c *crashed) uploadAgain(ticket bool) {
	c.t.Helper()
	ctx := c.t.Context()
	if ticket {
		if err := c.takeTicket(ctx); err != nil {
			c.t.Fatal(err)
		}
		if err := c.api().Send(ctx, c.ticket, "x", c.content); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := finalizeUpload(ctx, c.api(), c.id); err != nil {
		c.t.Fatal(err)
	}
}

// whole waits until the medium is there with all that is made of it, and is an
// error if it is not, or is there twice, or something is left behind.
func (c *crashed) whole(video bool) error {
	patience := readyTime
	if c.patience > 0 {
		patience = c.patience
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	var err error
	for tick := time.NewTicker(200 * time.Millisecond); ; {
		if now := c.look(ctx, video); ctx.Err() == nil {
			err = now
		}
		if err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return err
		}
	}
}

func (c *crashed) look(ctx context.Context, video bool) error {
	data, err := client.Ask[struct {
		Me    struct{ Storage struct{ Used int64 } }
		Album struct {
			MediaCount int
			Media      struct {
				Edges []struct {
					Node struct {
						ID, Status string
						Progress   int
						Variants   []struct{ URL string }
						Playback   *struct{ URL, ContentType string }
						Download   struct{ URL string }
					}
				}
			}
		}
	}](ctx, c.api(), `query($a: ID!) { me { storage { used } } album(id: $a) { mediaCount media { edges { node {
		id status progress variants { url } playback { url contentType } download { url } } } } } }`, client.Vars{"a": c.albumID})
	if err != nil {
		return err
	}
	media := data.Album.Media.Edges
	if len(media) != 1 || data.Album.MediaCount != 1 || media[0].Node.ID != c.id {
		return fmt.Errorf("the album shows %+v, counts %d, and should show %s", media, data.Album.MediaCount, c.id)
	}
	m := media[0].Node
	switch {
	case m.Status != "READY" || m.Progress != 100:
		return fmt.Errorf("it is %s at %d %%", m.Status, m.Progress)
	case len(m.Variants) != 2:
		return fmt.Errorf("it has %d pictures", len(m.Variants))
	case video && (m.Playback == nil || !strings.Contains(m.Playback.URL, "movie")):
		return fmt.Errorf("it is played at %+v", m.Playback)
	}
	file, err := c.api().Get(ctx, m.Download.URL, int64(len(c.content)))
	if err != nil || !bytes.Equal(file.Content, c.content) {
		return fmt.Errorf("its original is not what was sent: %w", err)
	}
	for _, v := range m.Variants {
		if _, err := c.api().Get(ctx, v.URL, 1<<20); err != nil {
			return err
		}
	}
	// Of a ticket that the client never heard of, the room comes back with its end.
	if used := data.Me.Storage.Used; used != int64(len(c.content)) && used != 2*int64(len(c.content)) {
		return fmt.Errorf("%d bytes count against the quota, for a file of %d", used, len(c.content))
	}
	return c.nothingLeft()
}

// nothingLeft looks for uploads that were published, and for files that are still
// worked on.
func (c *crashed) nothingLeft() error {
	var left []string
	err := filepath.WalkDir(filepath.Join(c.data, "media"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(path, "incoming") {
			left = append(left, path)
		}
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			err = nil
		}
		return err
	})
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("left behind: %s", left)
	}
	return err
}

// makeMovie makes a video of half a second.
func makeMovie(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "movie.mp4")
	out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=320x240:d=0.5",
		"-pix_fmt", "yuv420p", path).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\ninstall ffmpeg with: make demo-deps", err, out)
	}
	content, err := os.ReadFile(path) //nolint:gosec // made above
	if err != nil {
		t.Fatal(err)
	}
	return content
}
