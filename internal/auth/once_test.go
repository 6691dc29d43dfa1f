package auth_test

import (
	"bytes"
	"testing"

	"keepsake/internal/auth"
)

func TestOnceSeals(t *testing.T) {
	o, other := auth.NewOnce(bytes.Repeat([]byte{1}, auth.KeySize)), auth.NewOnce(bytes.Repeat([]byte{2}, auth.KeySize))
	answer := []byte(`{"token":"secret"}`)
	sealed := o.Seal("id", answer)
	if bytes.Contains(sealed, []byte("secret")) || bytes.Equal(sealed, o.Seal("id", answer)) {
		t.Errorf("sealed as %q", sealed)
	}
	if got, err := o.Open("id", sealed); err != nil || !bytes.Equal(got, answer) {
		t.Errorf("opened as %q: %v", got, err)
	}
	broken := bytes.Clone(sealed)
	broken[len(broken)-1] ^= 1
	for what, open := range map[string]func() ([]byte, error){
		"another ID":  func() ([]byte, error) { return o.Open("other", sealed) },
		"another key": func() ([]byte, error) { return other.Open("id", sealed) },
		"broken":      func() ([]byte, error) { return o.Open("id", broken) },
		"cut":         func() ([]byte, error) { return o.Open("id", sealed[:10]) },
	} {
		if got, err := open(); err == nil {
			t.Errorf("%s: opened as %q", what, got)
		}
	}
}

func TestOnceHash(t *testing.T) {
	o, other := auth.NewOnce(bytes.Repeat([]byte{1}, auth.KeySize)), auth.NewOnce(bytes.Repeat([]byte{2}, auth.KeySize))
	seen := map[string]string{}
	for what, sum := range map[string][]byte{
		"one":             o.Hash("purpose", []byte("ab"), []byte("c")),
		"parted":          o.Hash("purpose", []byte("a"), []byte("bc")),
		"joined":          o.Hash("purpose", []byte("abc")),
		"another purpose": o.Hash("purposea", []byte("b"), []byte("c")),
		"another key":     other.Hash("purpose", []byte("ab"), []byte("c")),
	} {
		if was, ok := seen[string(sum)]; ok {
			t.Errorf("%s and %s have the same hash", what, was)
		}
		seen[string(sum)] = what
	}
}
