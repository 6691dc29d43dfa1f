// Package rendertest builds the child that package render starts, for tests. A
// test's own program could be the child too, but under the race detector it
// takes ten times as long and several times the memory, and for HEIC, whose
// decoder is compiled first, a hundred times as long.
package rendertest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build builds the child into the folder dir, without the race detector, and
// returns the command that starts it. It needs the go command.
func Build(dir string) ([]string, error) {
	path := filepath.Join(dir, "child")
	cmd := exec.Command("go", "build", "-o", path, "keepsake/media/render/rendertest/child")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the child: %w\n%s", err, out)
	}
	return []string{path, "render"}, nil
}
