package auth

import (
	"bytes"
	"regexp"
	"testing"

	"keepsake/album"
)

func TestNewSecret(t *testing.T) {
	token, hash := NewSecret()
	if !regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`).MatchString(token) {
		t.Errorf("token %q", token)
	}
	if len(hash) != 32 || !bytes.Equal(hash, HashSecret(token)) {
		t.Error("the hash is not the token's")
	}
	other, otherHash := NewSecret()
	if other == token || bytes.Equal(otherHash, hash) {
		t.Error("two secrets are the same")
	}
}

func TestShareToken(t *testing.T) {
	const (
		one = album.ShareID("shr_01JNAAAAAAAAAAAAAAAAAAAAAA")
		two = album.ShareID("shr_01JNAAAAAAAAAAAAAAAAAAAAAB")
	)
	key, otherKey := bytes.Repeat([]byte{1}, KeySize), bytes.Repeat([]byte{2}, KeySize)
	token := ShareToken(key, one)
	if token != ShareToken(key, one) {
		t.Error("the same share has another token the second time")
	}
	if token == ShareToken(key, two) || token == ShareToken(otherKey, one) {
		t.Error("another share or key has the same token")
	}
	// What WeChat allows in the scene of a QR code.
	if !regexp.MustCompile("^[0-9A-Za-z!#$&'()*+,/:;=?@._~-]{22}$").MatchString(token) {
		t.Errorf("token %q does not fit into a scene", token)
	}
	// Pinned: a change would close every share link.
	if want := "FGSmZvFUslctYJY_YrRguQ"; token != want {
		t.Errorf("token %s, want %s", token, want)
	}
}
