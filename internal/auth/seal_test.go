package auth

import (
	"bytes"
	"strings"
	"testing"
)

func TestSeal(t *testing.T) {
	key := bytes.Repeat([]byte{1}, 32)
	for _, payload := range []string{"", "x", strings.Repeat("payload ", 500)} {
		text := Seal(key, []byte(payload))
		if got, ok := Unseal(key, text); !ok || string(got) != payload {
			t.Errorf("%q: %q, %t", payload, got, ok)
		}
		if _, ok := Unseal(bytes.Repeat([]byte{2}, 32), text); ok {
			t.Errorf("%q: opened with another key", payload)
		}
		for i := range text {
			for _, other := range []string{text[:i] + "A" + text[i+1:], text[:i] + text[i+1:], text[:i] + "\n" + text[i:]} {
				if _, ok := Unseal(key, other); ok && other != text {
					t.Fatalf("%q: opened as %q", payload, other)
				}
			}
			if i > 100 {
				break
			}
		}
	}
	if _, ok := Unseal(key, Seal(key, make([]byte, maxSealed))); ok {
		t.Error("a text without bound was opened")
	}
}

func FuzzUnseal(f *testing.F) {
	key := bytes.Repeat([]byte{1}, 32)
	f.Add(Seal(key, []byte("payload")))
	f.Fuzz(func(t *testing.T, text string) {
		if payload, ok := Unseal(key, text); ok && Seal(key, payload) != text {
			t.Errorf("%q is %q, which is written %q", text, payload, Seal(key, payload))
		}
	})
}
