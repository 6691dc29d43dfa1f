package deploy

import (
	"os/exec"
	"path"
	"strings"
	"testing"
)

// The build sees every file that the server is made of, and no secret.
func TestDockerignore(t *testing.T) {
	var patterns []string
	for line := range strings.Lines(read(t, ".dockerignore")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			patterns = append(patterns, line)
		}
	}
	const files = `{{if and .Module .Module.Main}}{{$d := .ImportPath}}{{range .GoFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}` +
		`{{range .EmbedFiles}}{{$d}}/{{.}}{{"\n"}}{{end}}{{end}}`
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", files, ".")
	cmd.Dir = ".."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	needed := strings.Fields(string(out))
	if len(needed) < 50 {
		t.Fatalf("the server is made of %d files?", len(needed))
	}
	for _, file := range append(needed, "keepsake/go.mod", "keepsake/go.sum") {
		if p := ignoredBy(patterns, strings.TrimPrefix(file, "keepsake/")); p != "" {
			t.Errorf("%s is needed, and left out by %q", file, p)
		}
	}
	for _, file := range []string{".env", ".git/config", "data/secret.key", "bench/data/secret.key", "service/access_test.go", "media/testdata/a.jpg"} {
		if ignoredBy(patterns, file) == "" {
			t.Errorf("%s would be in the image's build", file)
		}
	}
}

// ignoredBy returns the pattern that leaves a file or a folder above it out, of
// the forms that we use: path, and **/name.
func ignoredBy(patterns []string, file string) string {
	for at := file; at != "."; at = path.Dir(at) {
		for _, p := range patterns {
			against := at
			name, anywhere := strings.CutPrefix(p, "**/")
			if anywhere {
				against = path.Base(at)
			}
			if ok, err := path.Match(name, against); err == nil && ok {
				return p
			}
		}
	}
	return ""
}
