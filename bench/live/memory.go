package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

const (
	// pollEvery is how often memory is looked at until it has settled.
	pollEvery = 250 * time.Millisecond
	// settledWithin is how far it may move, as a part of itself, and still count as still.
	settledWithin = 0.01
	// settleTimes is after how many times quiet it counts as settled anyhow.
	settleTimes = 6
)

// settledMemory is the resident memory of a process, in bytes, once it has not
// moved for the time quiet: what connecting left is collected and given back
// only by and by.
func settledMemory(ctx context.Context, pid int, quiet time.Duration) (int64, error) {
	begun := time.Now()
	still, since := int64(0), begun
	for {
		now, err := residentMemory(pid)
		if err != nil {
			return 0, err
		}
		moved := float64(now-still) / float64(now)
		if moved > settledWithin || moved < -settledWithin {
			still, since = now, time.Now()
		}
		if time.Since(since) >= quiet || time.Since(begun) >= settleTimes*quiet {
			return now, nil
		}
		if err := pause(ctx, pollEvery); err != nil {
			return 0, err
		}
	}
}

// residentMemory is VmRSS of /proc/PID/status, in bytes.
func residentMemory(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	return parseStatus(text)
}

func parseStatus(text []byte) (int64, error) {
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.ParseInt(string(bytes.TrimSuffix(bytes.TrimSpace(value), []byte(" kB"))), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("parse status: %w", err)
			}
			return kib << 10, nil
		}
	}
	return 0, errors.New("parse status: no VmRSS")
}

// childOf finds our child that runs a program, of which package launch does not
// tell the number.
func childOf(program string) (pid int, err error) {
	want, err := filepath.EvalSymlinks(program)
	if err != nil {
		return 0, err
	}
	if want, err = filepath.Abs(want); err != nil {
		return 0, err
	}
	links, err := filepath.Glob("/proc/[0-9]*/exe")
	if err != nil {
		return 0, err
	}
	for _, link := range links {
		// Others' processes may not be looked at, and end meanwhile.
		if runs, err := os.Readlink(link); err != nil || runs != want {
			continue
		}
		text, err := os.ReadFile(filepath.Join(filepath.Dir(link), "stat"))
		if err != nil {
			continue
		}
		fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		if len(fields) > 1 && string(fields[1]) == strconv.Itoa(os.Getpid()) {
			return strconv.Atoi(filepath.Base(filepath.Dir(link)))
		}
	}
	return 0, fmt.Errorf("no child of ours runs %s", program)
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
