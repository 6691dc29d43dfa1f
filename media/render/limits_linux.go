package render

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// prepare makes the child leader of a group, which is killed as a whole when
// its context ends, and lets the system kill it when its parent is gone.
func prepare(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// signalOf names the signal that ended a process, or returns "".
func signalOf(state *os.ProcessState) string {
	if s, ok := state.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return unix.SignalName(s.Signal())
	}
	return ""
}

// apply sets the limits for this process and what it becomes. Memory counts
// from what the process has now if more is true, else from nothing.
//
// The limits are hard and soft ones at once: a process that is over its CPU time
// is killed, because Go ignores the signal that would come before.
func (l limits) apply(more bool) error {
	memory := uint64(l.Memory)
	if more {
		now, err := dataSize()
		if err != nil {
			return err
		}
		memory += now
	}
	for _, limit := range []struct {
		what  int
		value uint64
	}{
		{unix.RLIMIT_CORE, 0},
		{unix.RLIMIT_NOFILE, maxFiles},
		{unix.RLIMIT_FSIZE, uint64(l.File)},
		{unix.RLIMIT_CPU, uint64(l.CPU.Seconds())},
		{unix.RLIMIT_DATA, memory},
	} {
		if err := unix.Setrlimit(limit.what, &unix.Rlimit{Cur: limit.value, Max: limit.value}); err != nil {
			return fmt.Errorf("set limit %d: %w", limit.what, err)
		}
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("no new privileges: %w", err)
	}
	// A priority is a thread's own; the group's reaches them all.
	if err := unix.Setpriority(unix.PRIO_PGRP, 0, niceLevel); err != nil {
		return fmt.Errorf("set priority: %w", err)
	}
	return nil
}

// dataSize is what RLIMIT_DATA counts, of this process now, in bytes.
func dataSize() (uint64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	_, rest, ok := bytes.Cut(status, []byte("VmData:"))
	if !ok {
		return 0, fmt.Errorf("/proc/self/status has no VmData")
	}
	fields := bytes.Fields(rest)
	if len(fields) == 0 {
		return 0, fmt.Errorf("/proc/self/status has an empty VmData")
	}
	kb, err := strconv.ParseUint(string(fields[0]), 10, 64)
	return kb << 10, err
}

// become replaces this process by a program.
func become(path string, args, env []string) error { return unix.Exec(path, args, env) }
