package launch_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"keepsake/internal/launch"
)

// script makes a program of the shell that stands for a server.
func script(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

const wait = `while :; do sleep 0.01; done`

func TestStartAndStop(t *testing.T) {
	t.Setenv("KEEPSAKE_LOG_LEVEL", "from outside")
	t.Setenv("MONGODB_URI", "from outside")
	var logs bytes.Buffer
	program := script(t, `
		echo "$KEEPSAKE_DATA $KEEPSAKE_LISTEN $KEEPSAKE_DRAIN $KEEPSAKE_LOG_LEVEL$MONGODB_URI." >&2
		trap 'echo bye >&2; exit 0' TERM
		printf 'ready at '; echo 'http://127.0.0.1:1234/graphql, it is'
		echo http://127.0.0.1:5678
		`+wait)
	s, err := launch.Start(t.Context(), program, "here", &logs, "KEEPSAKE_DRAIN=1s")
	if err != nil {
		t.Fatal(err)
	}
	if s.URL != "http://127.0.0.1:1234" {
		t.Errorf("URL %s", s.URL)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	<-s.Done()
	if got := logs.String(); got != "here 127.0.0.1:0 1s .\nbye\n" {
		t.Errorf("logs %q", got)
	}
	if err := s.Kill(); err != nil {
		t.Errorf("killing what has ended: %v", err)
	}
}

func TestStopSaysHowItEnded(t *testing.T) {
	s, err := launch.Start(t.Context(), script(t, `trap 'exit 3' TERM; echo http://h:1;`+wait), "", &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context()); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("error %v", err)
	}
}

func TestStopKillsInTheEnd(t *testing.T) {
	s, err := launch.Start(t.Context(), script(t, `trap '' TERM; echo http://h:1;`+wait), "", &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := s.Stop(ctx); err == nil {
		t.Error("no error")
	}
	<-s.Done()
}

func TestStartFails(t *testing.T) {
	for name, program := range map[string]string{
		"ends at once": script(t, `exit 1`),
		"not there":    filepath.Join(t.TempDir(), "none"),
	} {
		if _, err := launch.Start(t.Context(), program, "", &bytes.Buffer{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestBuildFails(t *testing.T) {
	if _, err := launch.Build(t.Context(), t.TempDir(), "-no-such-flag"); err == nil || !strings.Contains(err.Error(), "no-such-flag") {
		t.Errorf("error %v", err)
	}
}
