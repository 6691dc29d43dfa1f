package cluster_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"keepsake/internal/client"
	"keepsake/internal/cluster"
	"keepsake/internal/launch"
)

// wordTime is how long word of a change may take to another node. It is less
// than a hub takes to find out by itself, so that this shows that Redis works.
const wordTime = 2 * time.Second

// TestCluster plays the demo with each of its people at another node, and sees
// that word goes from each node to each at once.
func TestCluster(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	dir := t.TempDir()
	program, err := launch.Build(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	c := cluster.Start(ctx, t, program, 3)
	t.Run("the demo", func(t *testing.T) { playDemo(ctx, t, dir, c) })
	t.Run("word goes around", func(t *testing.T) { wordGoesAround(ctx, t, c) })
	for _, n := range c.Nodes {
		if err := n.Drain(ctx); err != nil {
			t.Error(err)
		}
		// What they share is all that there is.
		if _, err := os.Stat(n.Data); !os.IsNotExist(err) {
			t.Errorf("a node has data of its own: %v", err)
		}
	}
}

func playDemo(ctx context.Context, t *testing.T, dir string, c *cluster.Cluster) {
	program := filepath.Join(dir, "demo")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "keepsake/demo").CombinedOutput(); err != nil {
		t.Fatalf("build the demo: %v\n%s", err, out)
	}
	var args []string
	for _, n := range c.Nodes {
		args = append(args, "-url", n.URL)
	}
	cmd := exec.CommandContext(ctx, program, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("the demo: %v", err)
	}
	t.Logf("%s", out.Bytes())
}

// wordGoesAround watches an album at each node while somebody comments at each.
func wordGoesAround(ctx context.Context, t *testing.T, c *cluster.Cluster) {
	mei := signUp(ctx, t, c.Nodes[0].URL)
	made := must(client.Ask[struct {
		CreateAlbum struct{ Album struct{ ID, Cursor string } }
	}](ctx, mei, `mutation { createAlbum(input: {title: "Around"}) { album { id cursor } } }`, nil))(t)
	album := made.CreateAlbum.Album
	var watching []*client.Subscription
	for _, n := range c.Nodes {
		socket := must(mei.At(n.URL).Dial(ctx))(t)
		defer socket.Close() //nolint:errcheck // the test is over
		watching = append(watching, must(socket.Subscribe(
			`subscription($a: ID!, $after: Cursor) { albumEvents(albumId: $a, after: $after) { kind album { title } } }`,
			client.Vars{"a": album.ID, "after": album.Cursor}))(t))
	}
	for round := range 2 * len(c.Nodes) {
		title := fmt.Sprint("Around ", round)
		began := time.Now()
		err := mei.At(c.Nodes[round%len(c.Nodes)].URL).Do(ctx,
			`mutation($a: ID!, $t: String!) { updateAlbum(input: {albumId: $a, title: $t}) { album { id } } }`,
			client.Vars{"a": album.ID, "t": title}, &struct{}{})
		if err != nil {
			t.Fatal(err)
		}
		for i, w := range watching {
			var seen struct {
				AlbumEvents struct{ Album struct{ Title string } }
			}
			if err := w.Next(ctx, &seen); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took > wordTime || seen.AlbumEvents.Album.Title != title {
				t.Errorf("round %d: node %d saw %q after %v", round, i, seen.AlbumEvents.Album.Title, took)
			}
		}
	}
}

func signUp(ctx context.Context, t *testing.T, url string) *client.Client {
	nobody := client.New(url, nil)
	in := must(client.Ask[struct {
		SignUp struct{ Session struct{ AccessToken string } }
	}](ctx, nobody, `mutation { signUp(input: {name: "around", password: "correct horse"}) { session { accessToken } } }`, nil))(t)
	return nobody.As(in.SignUp.Session.AccessToken)
}

// must ends the test on an error.
func must[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
