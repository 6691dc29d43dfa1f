package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"keepsake/internal/client"
	"keepsake/internal/launch"
)

const (
	archiveFile = 32 << 20 // bytes of each file
	// mostGrowth is how much memory sending an archive may take, whatever its size.
	mostGrowth = 32 << 20
)

// runArchive measures how much memory a server takes that sends a ZIP file, and
// how fast it is. It fails above mostGrowth.
func runArchive(args []string) error {
	flags := flag.NewFlagSet("archive", flag.ContinueOnError)
	total := flags.Int64("bytes", 1<<30, "the size of the archive")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 || *total < archiveFile {
		return errors.Join(err, errors.New("flags: -bytes"))
	}
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "keepsake-archive-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // temporary
	program, err := launch.Build(ctx, dir)
	if err != nil {
		return err
	}
	server, err := launch.Start(ctx, program, filepath.Join(dir, "data"), os.Stderr, "KEEPSAKE_LOG_LEVEL=warn")
	if err != nil {
		return err
	}
	defer server.Kill() //nolint:errcheck // it is over
	api, album, err := fillAlbum(ctx, server.URL, int(*total/archiveFile))
	if err != nil {
		return err
	}
	pid, err := exec.CommandContext(ctx, "pgrep", "-f", program+"$").Output()
	if err != nil {
		return fmt.Errorf("find the server: %w", err)
	}
	return measureArchive(ctx, api, album, strings.TrimSpace(string(pid)))
}

// fillAlbum makes an album of that many photos. A photo is a small picture with
// zeros behind it, as phones put films behind theirs.
func fillAlbum(ctx context.Context, base string, photos int) (*client.Client, string, error) {
	data, err := client.Ask[struct {
		SignUp struct{ Session struct{ AccessToken string } }
	}](ctx, client.New(base, nil), `mutation { signUp(input: {name: "archive", password: "correct horse"}) { session { accessToken } } }`, nil)
	if err != nil {
		return nil, "", err
	}
	api := client.New(base, nil).As(data.SignUp.Session.AccessToken)
	made, err := client.Ask[struct {
		CreateAlbum struct{ Album struct{ ID string } }
	}](ctx, api, `mutation { createAlbum(input: {title: "archive"}) { album { id } } }`, nil)
	if err != nil {
		return nil, "", err
	}
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 64, 64)), nil); err != nil {
		return nil, "", err
	}
	body := make([]byte, archiveFile)
	copy(body, picture.Bytes())
	for i := range photos {
		copy(body[len(body)-20:], strconv.Itoa(i)) // no two are the same
		if err := upload(ctx, api, made.CreateAlbum.Album.ID, body); err != nil {
			return nil, "", err
		}
	}
	return api, made.CreateAlbum.Album.ID, nil
}

func upload(ctx context.Context, api *client.Client, album string, body []byte) error {
	data, err := client.Ask[struct {
		CreateUploads struct{ Tickets []client.Ticket }
	}](ctx, api, `mutation($a: ID!, $n: Long!) { createUploads(input: {albumId: $a, files: [
		{fileName: "photo.jpg", contentType: "image/jpeg", bytes: $n}]}) { tickets { `+client.TicketFields+` } } }`,
		client.Vars{"a": album, "n": len(body)})
	if err != nil {
		return err
	}
	ticket := data.CreateUploads.Tickets[0]
	if err := api.Send(ctx, ticket, "photo.jpg", body); err != nil {
		return err
	}
	for {
		done, err := client.Ask[struct {
			FinalizeUpload struct{ Media struct{ Status string } }
		}](ctx, api, `mutation($m: ID!) { finalizeUpload(input: {mediaId: $m}) { media { status } } }`, client.Vars{"m": ticket.Media.ID})
		if err != nil || done.FinalizeUpload.Media.Status == "READY" {
			return err
		}
	}
}

func measureArchive(ctx context.Context, api *client.Client, album, pid string) error {
	data, err := client.Ask[struct {
		Album struct {
			Archive struct {
				Parts []struct {
					URL   string
					Bytes int64
				}
			}
		}
	}](ctx, api, `query($a: ID!) { album(id: $a) { archive(partBytes: 1000000000000) { parts { url bytes } } } }`, client.Vars{"a": album})
	if err != nil {
		return err
	}
	part := data.Album.Archive.Parts[0]
	before, err := resetPeak(pid)
	if err != nil {
		return err
	}
	begin := time.Now()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, part.URL, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	n, err := io.Copy(io.Discard, resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil || n != part.Bytes {
		return fmt.Errorf("%d of %d bytes came: %w", n, part.Bytes, err)
	}
	took := time.Since(begin)
	after, err := statusOf(pid, "VmHWM")
	if err != nil {
		return err
	}
	fmt.Printf("ZIP of %d MB: %.0f MB/s; resident memory %d MB before, at most %d MB while it was sent\n",
		n/1_000_000, float64(n)/1e6/took.Seconds(), before>>20, after>>20)
	if after-before > mostGrowth {
		return fmt.Errorf("it took %d MB", (after-before)>>20)
	}
	return nil
}

// resetPeak makes a process's peak of memory its present memory, and returns that.
func resetPeak(pid string) (int64, error) {
	if err := os.WriteFile("/proc/"+pid+"/clear_refs", []byte("5"), 0o600); err != nil {
		return 0, err
	}
	return statusOf(pid, "VmRSS")
}

// statusOf reads a figure of a process, in bytes.
func statusOf(pid, name string) (int64, error) {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n << 10, err
		}
	}
	return 0, fmt.Errorf("%s says nothing of %s", pid, name)
}
