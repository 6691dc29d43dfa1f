package diskmedia

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"syscall"

	"keepsake/album"
)

// linkTries is how often a link is tried again because its folder was removed,
// empty, between being made and being used.
const linkTries = 16

// temp is a file on its way to become an object.
type temp struct {
	bucket *Bucket
	file   *os.File
	name   string
}

func (b *Bucket) newTemp() (*temp, error) {
	name := tempDir + "/" + rand.Text()
	f, err := b.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &temp{bucket: b, file: f, name: name}, nil
}

// discard removes the temporary name; an object made from it stays.
func (t *temp) discard() {
	err := errors.Join(t.file.Close(), t.bucket.root.Remove(t.name))
	if err != nil && !errors.Is(err, os.ErrClosed) {
		t.bucket.log.Warn("a temporary file was not removed", "error", err)
	}
}

// commit makes the file the object key, durably. If there is one already it is
// CONFLICT, with same telling whether it has the same bytes.
func (t *temp) commit(key string) (same bool, err error) {
	b, target := t.bucket, pathOf(key)
	_, err = b.root.Lstat(target)
	if errors.Is(err, os.ErrNotExist) {
		if err := t.file.Sync(); err != nil {
			return false, failure("commit", err)
		}
		err = b.link(t.name, target)
		if err == nil {
			return false, b.settle(target)
		}
	} else if err == nil {
		err = os.ErrExist
	}
	if !errors.Is(err, os.ErrExist) {
		return false, failure("commit", err)
	}
	// Another has just linked it, maybe not synced its folders yet.
	if err := b.settle(target); err != nil {
		return false, err
	}
	if same, err = t.equals(target); err != nil {
		return false, failure("commit", err)
	}
	return same, errTaken
}

// errTaken is for a key that has an object of other bytes.
var errTaken = album.Errorf(album.CodeConflict, "there is an object with this key already")

// equals compares the file with the one at target.
func (t *temp) equals(target string) (bool, error) {
	f, err := t.bucket.root.Open(target)
	if err != nil {
		return false, err
	}
	defer f.Close() //nolint:errcheck // only read
	if _, err := t.file.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	return sameBytes(t.file, f)
}

// sameBytes reads both until they differ or end.
func sameBytes(x, y io.Reader) (bool, error) {
	p, q := make([]byte, 64<<10), make([]byte, 64<<10)
	for {
		n, errX := io.ReadFull(x, p)
		m, errY := io.ReadFull(y, q)
		if err := errors.Join(unlessEnded(errX), unlessEnded(errY)); err != nil {
			return false, err
		}
		if !bytes.Equal(p[:n], q[:m]) {
			return false, nil
		}
		if errX != nil || errY != nil {
			return errX != nil && errY != nil, nil
		}
	}
}

// unlessEnded drops the errors that a reader ends with.
func unlessEnded(err error) error {
	if _, ok := errors.AsType[*clientFault](err); !ok && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return nil
	}
	return err
}

// link gives the file at from the name to as well, with the folders that it
// needs. os.ErrExist if the name is taken.
func (b *Bucket) link(from, to string) (err error) {
	for range linkTries {
		if err = b.root.MkdirAll(path.Dir(to), 0o700); err == nil {
			err = b.root.Link(from, to)
		}
		if !errors.Is(err, os.ErrNotExist) {
			return err
		}
		if _, gone := b.root.Lstat(from); gone != nil {
			return err
		}
	}
	return err
}

// settle makes the name of an object durable, with the folders above it. A
// folder that nothing changed in costs next to nothing to sync.
func (b *Bucket) settle(name string) error {
	for dir := path.Dir(name); ; dir = path.Dir(dir) {
		if err := b.syncDir(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
			return failure("sync", err)
		}
		if dir == objectDir {
			return nil
		}
	}
}

func (b *Bucket) syncDir(dir string) error {
	f, err := b.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// unlink removes a file, and the folders above it that this leaves empty.
func (b *Bucket) unlink(name string) error {
	if err := b.root.Remove(name); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil
		}
		return err
	}
	dir := path.Dir(name)
	for dir != objectDir && b.root.Remove(dir) == nil {
		dir = path.Dir(dir)
	}
	if err := b.syncDir(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// failure translates an error of the file system, by its number. Paths stay in
// the cause, which clients never see.
func failure(op string, err error) error {
	err = fmt.Errorf("%s: %w", op, err)
	if _, ok := errors.AsType[*album.Error](err); ok {
		return err
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return album.ErrNotFound.Wrap(err)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return album.ErrStorageFull.Wrap(err)
	}
	return album.ErrUnavailable.Wrap(err)
}
