package browsertest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"keepsake/internal/config"
	"keepsake/internal/launch"
)

const (
	// storyLimit bounds one story, which says then what its pages do; its own waits are
	// shorter. One that does not end by itself is ended after storyTimeout.
	storyLimit, storyTimeout = 160 * time.Second, 3 * time.Minute
	// stopTimeout is how long a server may take to end in order.
	stopTimeout = 15 * time.Second
	// lastWords is how long the output of a script may outlive it.
	lastWords = 5 * time.Second
	scripts   = "../../web/test"
)

// built is the program that all stories play on.
var built = sync.OnceValues(func() (string, error) {
	return launch.BuildForTest(context.Background(), programDir)
})

var programDir string

func TestMain(m *testing.M) {
	var err error
	if programDir, err = os.MkdirTemp("", "keepsake-browser-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := os.RemoveAll(programDir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// play runs a script against a server of its own, and returns the figures that it
// tells. What is in env is for the script, or if it begins with KEEPSAKE_ a setting
// of the server.
func play(t *testing.T, script string, env ...string) map[string]float64 {
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
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), storyTimeout)
	defer cancel()
	h, err := open(ctx, program, t.TempDir(), t.Output(), settings(env)...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := h.stop(); err != nil { // with the race detector a race shows here
			t.Error(err)
		}
	}()
	control := httptest.NewServer(h)
	defer control.Close()
	node := exec.CommandContext(ctx, "node", filepath.Join(scripts, script))
	node.Env = append(append(os.Environ(), "SERVER="+h.url(), "CONTROL="+control.URL, "CHROMIUM="+chromium,
		fmt.Sprintf("STORY_LIMIT=%d", storyLimit.Milliseconds())), env...)
	node.Stderr = t.Output()
	node.WaitDelay = lastWords
	out, err := node.Output()
	figures, bad := verdict(out)
	if err := errors.Join(err, bad); err != nil {
		t.Errorf("%s: %v", script, err)
	}
	return figures
}

func settings(env []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(e string) bool { return !strings.HasPrefix(e, config.Prefix) })
}

// verdict is what a script says of its story, as an error where it did not pass.
func verdict(out []byte) (figures map[string]float64, err error) {
	var said struct {
		Passed  bool               `json:"passed"`
		Failed  string             `json:"failed"`
		Figures map[string]float64 `json:"figures"`
	}
	if err := json.Unmarshal(out, &said); err != nil {
		return nil, fmt.Errorf("the script said %q: %w", out, err)
	}
	if !said.Passed {
		return nil, errors.New(said.Failed)
	}
	return said.Figures, nil
}
