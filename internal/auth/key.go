package auth

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
)

// KeySize is the size of the service's key and of each of its sub-keys, in bytes.
const KeySize = 32

// Key is the service's one secret, from which all others are derived. All nodes
// of an installation share it. It prints as a placeholder.
type Key struct{ secret [KeySize]byte }

// Label names a purpose of a sub-key. A label in use is never changed: that
// would end everything that was signed under it.
type Label string

// The purposes.
const (
	LabelAccess  Label = "keepsake access token 1"
	LabelMedia   Label = "keepsake media url 1"
	LabelShare   Label = "keepsake share token 1"
	LabelArchive Label = "keepsake archive url 1"
	LabelOnce    Label = "keepsake idempotency 1"
)

// Derive returns the sub-key for a purpose, KeySize bytes, by HKDF with
// SHA-256. Sub-keys say nothing about each other or about the key.
func (k Key) Derive(label Label) []byte {
	sub, err := hkdf.Key(sha256.New, k.secret[:], nil, string(label), KeySize)
	if err != nil {
		panic(fmt.Sprintf("auth: derive %q: %v", label, err)) // only lengths over 255 hashes fail
	}
	return sub
}

// Format implements fmt.Formatter, so that no verb prints the secret.
func (Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, "(key)") }

// LogValue implements slog.LogValuer.
func (Key) LogValue() slog.Value { return slog.StringValue("(key)") }

// KeyFromHex reads a key from 64 hexadecimal digits.
func KeyFromHex(s string) (Key, error) {
	var k Key
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != KeySize {
		return Key{}, fmt.Errorf("the key must be %d hexadecimal digits", 2*KeySize) // the digits stay out of the error
	}
	copy(k.secret[:], b)
	return k, nil
}

// LoadKey reads the key in the file at path, making it first where there is
// none, with its directory. Of several processes that start at once all get
// the same key. A file that others may read, or that is not KeySize bytes, is
// refused with an error that says how to mend it.
func LoadKey(path string) (Key, error) {
	k, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := makeKey(path); err != nil {
		return Key{}, fmt.Errorf("make key file %s: %w", path, err)
	}
	return readKey(path)
}

func readKey(path string) (k Key, err error) {
	f, err := os.Open(path)
	if err != nil {
		return Key{}, fmt.Errorf("read key file: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return Key{}, fmt.Errorf("read key file: %w", err)
	}
	// Windows keeps no such bits; there the directory's access list protects the file.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return Key{}, fmt.Errorf("key file %s can be read by others (mode %04o): run chmod 600 %[1]s",
			path, info.Mode().Perm())
	}
	b, err := io.ReadAll(io.LimitReader(f, KeySize+1))
	if err != nil {
		return Key{}, fmt.Errorf("read key file %s: %w", path, err)
	}
	if len(b) != KeySize {
		return Key{}, fmt.Errorf("key file %s is not %d bytes: restore it from a backup, "+
			"or remove it to get a new key, which signs everybody out and closes all share links", path, KeySize)
	}
	copy(k.secret[:], b)
	return k, nil
}

// makeKey writes a new key beside path and links it there, which fails where
// another process was first: then that one's key is as good.
func makeKey(path string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".key-*") // CreateTemp gives mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	b := make([]byte, KeySize)
	_, _ = rand.Read(b) // never fails
	_, err = f.Write(b)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in dir survive a power loss.
func syncDir(dir string) (err error) {
	if runtime.GOOS == "windows" {
		return nil // directories cannot be synced there
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
