//go:build !linux

package render

import (
	"io"
	"os"
	"os/exec"
	"runtime/debug"
)

// Elsewhere than on Linux there are the limits of package runtime, which are
// soft, and the time that Renderer waits.

func prepare(*exec.Cmd) {}

func signalOf(state *os.ProcessState) string {
	if state.Exited() {
		return ""
	}
	return "SIGKILL"
}

func (l limits) apply(bool) error {
	debug.SetMemoryLimit(l.Memory)
	return nil
}

// become runs a program and ends with it.
func become(path string, args, env []string) error {
	cmd := exec.Command(path, args[1:]...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, io.Reader(nil), os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return err
	}
	os.Exit(0)
	return nil
}
