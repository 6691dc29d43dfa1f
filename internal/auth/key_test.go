package auth

import (
	"bytes"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func TestLoadKeyMakesOneAndKeepsIt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "data")
	path := filepath.Join(dir, "secret.key")
	first, err := LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := LoadKey(path)
	if err != nil {
		t.Fatal(err)
	}
	if first != second {
		t.Error("the second start has another key")
	}
	if first == (Key{}) {
		t.Error("the key is all zeros")
	}
	for name, want := range map[string]os.FileMode{path: 0o600, dir: 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %04o, want %04o", name, got, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("%d files in the directory, want the key alone", len(entries))
	}
}

func TestLoadKeyAgreesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret.key")
	keys := make([]Key, 16)
	errs := make([]error, len(keys))
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() { keys[i], errs[i] = LoadKey(path) })
	}
	wg.Wait()
	for i := range keys {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		if keys[i] != keys[0] {
			t.Fatal("two that started at once have different keys")
		}
	}
}

func TestLoadKeyRefuses(t *testing.T) {
	good := bytes.Repeat([]byte{7}, KeySize)
	for name, c := range map[string]struct {
		content []byte
		mode    os.FileMode
		want    string
	}{
		"readable by the group": {good, 0o640, "chmod 600"},
		"readable by all":       {good, 0o604, "chmod 600"},
		"empty":                 {nil, 0o600, "is not 32 bytes"},
		"short":                 {good[1:], 0o600, "is not 32 bytes"},
		"long":                  {append(good, 7), 0o600, "is not 32 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "secret.key")
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := LoadKey(path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v does not say %q", err, c.want)
			}
			kept, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(kept, c.content) {
				t.Error("the refused file was changed")
			}
		})
	}
}

func TestLoadKeyWhereNoDirectoryCanBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadKey(filepath.Join(file, "secret.key")); err == nil {
		t.Error("no error")
	}
}

func TestKeyFromHex(t *testing.T) {
	digits := strings.Repeat("0123456789abcdef", 4)
	if _, err := KeyFromHex(digits); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", digits[2:], digits + "00", digits[1:] + "g"} {
		if _, err := KeyFromHex(bad); err == nil {
			t.Errorf("%q is taken", bad)
		} else if bad != "" && strings.Contains(err.Error(), bad) {
			t.Error("the error shows the secret")
		}
	}
}

func TestDeriveSeparatesPurposesAndKeys(t *testing.T) {
	one, err := KeyFromHex(strings.Repeat("01", KeySize))
	if err != nil {
		t.Fatal(err)
	}
	two, err := KeyFromHex(strings.Repeat("02", KeySize))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, k := range []Key{one, two} {
		for _, l := range []Label{LabelAccess, LabelMedia, LabelShare} {
			sub := k.Derive(l)
			if len(sub) != KeySize {
				t.Errorf("%s: %d bytes", l, len(sub))
			}
			if !bytes.Equal(sub, k.Derive(l)) {
				t.Errorf("%s: differs the second time", l)
			}
			seen[string(sub)] = true
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d different sub-keys, want 6", len(seen))
	}
	// Pinned: a change would sign everybody out and close every share link.
	if got, want := fmt.Sprintf("%x", one.Derive(LabelShare)[:8]), "3b8bc169de8b3325"; got != want {
		t.Errorf("share sub-key begins with %s, want %s", got, want)
	}
}

func TestKeyDoesNotPrint(t *testing.T) {
	k, err := KeyFromHex(strings.Repeat("ab", KeySize))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("start", "key", k)
	for _, s := range []string{fmt.Sprint(k), fmt.Sprintf("%x", k), fmt.Sprintf("%#v", &k), log.String()} {
		if strings.Contains(s, "abab") || strings.Contains(s, "171") {
			t.Errorf("printed as %s", s)
		}
	}
}
