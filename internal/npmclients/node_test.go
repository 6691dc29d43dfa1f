package npmclients

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

const (
	// installTimeout is how long the clients may take to come from the registry.
	installTimeout = 5 * time.Minute
	// marker is there, and newer than the lock, when the clients are installed.
	marker = "node_modules/.keepsake"
	lock   = "package-lock.json"
	// lastWords is how long the output of a script may outlive it.
	lastWords = 5 * time.Second
)

// install brings the clients of the lock into node_modules, unless they are there.
func install(ctx context.Context, logs io.Writer) error {
	for _, program := range []string{"node", "npm"} {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("%w: on Debian or Ubuntu, run: sudo apt-get install nodejs npm", err)
		}
	}
	locked, err := os.Stat(lock)
	if err != nil {
		return err
	}
	installed, err := os.Stat(marker)
	if err == nil && !locked.ModTime().After(installed.ModTime()) {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	npm := exec.CommandContext(ctx, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Stdout, npm.Stderr = logs, logs
	if err := npm.Run(); err != nil {
		return fmt.Errorf("npm ci: %w", err)
	}
	return os.WriteFile(filepath.FromSlash(marker), nil, 0o600)
}

// said is one line that a script prints.
type said struct {
	Do     string `json:"do"`     // the trouble that it asks for
	Passed bool   `json:"passed"` // its last line, or
	Failed string `json:"failed"` // why it is not
}

// play runs a script with those variables and makes the trouble it asks for. It
// returns why the script did not pass.
func play(ctx context.Context, script string, logs io.Writer, trouble func(what string) error, env ...string) error {
	node := exec.CommandContext(ctx, "node", script)
	node.Env = append(os.Environ(), env...)
	node.Stderr = logs
	node.WaitDelay = lastWords
	out, err := node.StdoutPipe()
	if err != nil {
		return err
	}
	if err := node.Start(); err != nil {
		return err
	}
	passed, err := listen(out, trouble)
	if err != nil {
		_ = node.Process.Kill() // it may have ended
	}
	switch ended := node.Wait(); {
	case err != nil:
		return err
	case ended != nil:
		return errors.Join(fmt.Errorf("%s: %w", script, ended), ctx.Err())
	case !passed:
		return fmt.Errorf("%s ended without a word", script)
	}
	return nil
}

// listen reads what a script says until it ends.
func listen(out io.Reader, trouble func(what string) error) (passed bool, err error) {
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var s said
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return false, fmt.Errorf("a line of the script: %w: %s", err, lines.Text())
		}
		if s.Failed != "" {
			return false, errors.New(s.Failed)
		}
		if s.Do != "" {
			if err := trouble(s.Do); err != nil {
				return false, fmt.Errorf("%s: %w", s.Do, err)
			}
		}
		passed = passed || s.Passed
	}
	return passed, lines.Err()
}
