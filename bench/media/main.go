// Command media measures what is done with the bytes of photos and videos, each
// part against programs that do the same, and says whether the targets hold:
//
//	go run ./bench/media -variants
//
// docs/PERFORMANCE.md explains the figures. Flags behind the part's name are the
// part's own.
package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"keepsake/media/render"
)

// parts are what can be measured, one of them a run.
var parts = map[string]func(args []string) error{
	"-addresses": runAddresses,
	"-archive":   runArchive,
	"-uploads":   runUploads,
	"-variants":  runVariants,
}

// childCommand makes this program a child of package render.
const childCommand = "render"

func main() {
	if len(os.Args) > 1 && os.Args[1] == childCommand {
		os.Exit(render.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
	}
	if err := command(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "media:", err)
		os.Exit(1)
	}
}

func command(args []string) error {
	if len(args) > 0 {
		if run, ok := parts["-"+strings.TrimLeft(args[0], "-")]; ok {
			return run(args[1:])
		}
	}
	return errors.New("say what to measure: " + strings.Join(slices.Sorted(maps.Keys(parts)), ", "))
}
