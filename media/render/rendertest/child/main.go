// Command child is a child of package render and nothing else, for tests.
package main

import (
	"os"

	"keepsake/media/render"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] != "render" {
		os.Exit(2)
	}
	os.Exit(render.Child(os.Args[2:], os.Stdin, os.Stdout, os.Stderr))
}
