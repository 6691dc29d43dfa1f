package main

import (
	"os"
	"syscall"
	"testing"

	"keepsake/media/render"
)

// TestMain lets this program be the process in which pictures are made, as the
// server is: see main. It ends without what the race detector waits for, a second
// each.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == renderCommand {
		syscall.Exit(render.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}
