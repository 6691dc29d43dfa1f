package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestUploads: curl's files arrive at each of the receivers, and a file that is
// missing is noticed. How long it takes is nobody's business here.
func TestUploads(t *testing.T) {
	u := uploads{dir: t.TempDir(), files: 9, bytes: 2_000_000}
	u.source = filepath.Join(u.dir, "photo.jpg")
	if err := os.WriteFile(u.source, bytes.Repeat([]byte("x"), int(u.bytes)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, r := range []receiver{{"Keepsake", keepsakeReceiver(u.files, u.bytes)}, {"plain", plainReceiver(false)}, {"synced", plainReceiver(true)}} {
		for _, clients := range []int{1, 4} {
			if took, err := u.measure(r, clients); err != nil || took <= 0 {
				t.Errorf("%s, %d clients: %s, %v", r.name, clients, took, err)
			}
		}
	}
	few := keepsakeReceiver(u.files-1, u.bytes) // two go to one key
	if _, err := u.measure(receiver{"few", few}, 1); err == nil {
		t.Error("a file is missing, and nobody noticed")
	}
	for _, args := range [][]string{{"-files", "3"}, {"-bytes", "0"}, {"-rounds", "0"}, {"more"}, {"-none"}} {
		if err := runUploads(args); err == nil {
			t.Errorf("%q is taken", args)
		}
	}
}
