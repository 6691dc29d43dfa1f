package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"keepsake/internal/launch"
)

const (
	// storyTimeout bounds one story; its own waits are shorter.
	storyTimeout = 3 * time.Minute
	// stopTimeout is how long a server may take to end in order.
	stopTimeout = 15 * time.Second
	// lastWords is how long the output of a script may outlive it.
	lastWords = 5 * time.Second
	scripts   = "../../web/test"
)

// TestExplorer: GraphiQL runs what it should, under its policy.
func TestExplorer(t *testing.T) { play(t, "explorer.mjs") }

// play runs a script against a server of its own.
func play(t *testing.T, script string, env ...string) {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Fatalf("%v: on Debian or Ubuntu, run: sudo apt-get install nodejs npm", err)
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: on Debian or Ubuntu, run: sudo apt-get install chromium", err)
	}
	for _, needed := range []string{"node_modules/.keepsake", "dist/app/album.html"} {
		if _, err := os.Stat(filepath.Join(scripts, "..", needed)); err != nil {
			t.Fatalf("%v: run: make web", err)
		}
	}
	program, err := launch.BuildForTest(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), storyTimeout)
	defer cancel()
	server, err := launch.Start(context.WithoutCancel(ctx), program, t.TempDir(), t.Output(), "KEEPSAKE_LOG_LEVEL=warn")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		if err := server.Stop(ctx); err != nil { // with the race detector a race shows here
			t.Error(err)
		}
	}()
	node := exec.CommandContext(ctx, "node", filepath.Join(scripts, script))
	node.Env = append(append(os.Environ(), "SERVER="+server.URL, "CHROMIUM="+chromium), env...)
	node.Stderr = t.Output()
	node.WaitDelay = lastWords
	out, err := node.Output()
	if err := errors.Join(err, verdict(out)); err != nil {
		t.Errorf("%s: %v", script, err)
	}
}

// verdict is what a script says of its story, as an error where it did not pass.
func verdict(out []byte) error {
	var said struct {
		Passed bool   `json:"passed"`
		Failed string `json:"failed"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return fmt.Errorf("the script said %q: %w", out, err)
	}
	if !said.Passed {
		return errors.New(said.Failed)
	}
	return nil
}
