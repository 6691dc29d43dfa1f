package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestScratch: a process removes what those that are gone left, and nothing of
// those that run.
func TestScratch(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	left := filepath.Join(dir, "node-gone")
	must(t, os.MkdirAll(filepath.Join(left, "job-1"), 0o700))
	first, heldFirst, err := prepareScratch(dir)
	must(t, err)
	second, heldSecond, err := prepareScratch(dir)
	must(t, err)
	if _, err := os.Stat(left); !os.IsNotExist(err) {
		t.Errorf("what was left: %v", err)
	}
	for _, own := range []string{first, second} {
		if _, err := os.Stat(own); err != nil || !filepath.IsAbs(own) {
			t.Errorf("%q: %v", own, err)
		}
	}
	must(t, heldFirst.Close())
	if _, err := os.Stat(first); !os.IsNotExist(err) {
		t.Errorf("after its end: %v", err)
	}
	if _, err := os.Stat(second); err != nil {
		t.Errorf("another's: %v", err)
	}
	must(t, heldSecond.Close())
}
