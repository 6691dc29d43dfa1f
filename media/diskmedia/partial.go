package diskmedia

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// partialLife is how long a partial file stays after its last write, at the next
// start. What belongs to no medium, who uses the bucket sweeps (see Unfinished).
const partialLife = 48 * time.Hour

// partialOf returns where the bytes of an upload in chunks lie until all are
// there. Keys hold no '+', so no two share a name.
func partialOf(key string) string { return partialDir + "/" + strings.ReplaceAll(key, "/", "+") }

// openPartial opens the partial file of a key, which it makes if it is not
// there, at its end, and returns how much it holds. What is more than whole
// units is cut off, unless it is the whole upload. The caller has the key's turn.
func (b *Bucket) openPartial(key string, total int64) (t *temp, have int64, err error) {
	name := partialOf(key)
	if info, err := b.root.Lstat(name); err == nil && !alone(info) {
		if err := b.root.Remove(name); err != nil {
			return nil, 0, err
		}
	}
	f, err := b.root.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, err
	}
	t = &temp{bucket: b, file: f, name: name}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	if have, err = f.Seek(0, io.SeekEnd); err != nil || have == total {
		return t, have, err
	}
	if have > total {
		return nil, 0, album.Errorf(album.CodeConflict, "an upload of another size is under way for this key")
	}
	have, err = t.cut(have)
	return t, have, err
}

// alone reports whether a file is one of ours and nothing but a partial file. A
// program that was killed after it made the object leaves a second name of it
// here, through which nothing may be written.
func alone(info os.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return info.Mode().IsRegular() && ok && stat.Nlink == 1
}

// cut keeps the whole units of the first n bytes, durably, and goes on behind
// them. A file is never longer than what was written in order; how much of a
// chunk that nobody was answered survives a power cut is up to the file system.
func (t *temp) cut(n int64) (kept int64, err error) {
	kept = wholeUnits(n)
	if err := t.file.Truncate(kept); err != nil {
		return 0, err
	}
	if _, err := t.file.Seek(kept, io.SeekStart); err != nil {
		return 0, err
	}
	return kept, t.file.Sync()
}

// removePartial removes the partial file of a key, if there is one.
func (b *Bucket) removePartial(key string) error {
	if err := b.root.Remove(partialOf(key)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// Unfinished lists the partial files.
func (b *Bucket) Unfinished(_ context.Context, after string, limit int) ([]media.Object, error) {
	dir, err := b.root.Open(partialDir)
	if err != nil {
		return nil, failure("list", err)
	}
	defer dir.Close() //nolint:errcheck // only read
	names, err := dir.Readdirnames(-1)
	if err != nil {
		return nil, failure("list", err)
	}
	for i, name := range names {
		names[i] = strings.ReplaceAll(name, "+", "/")
	}
	slices.Sort(names)
	var found []media.Object
	for _, key := range names {
		if key <= after || len(found) >= limit || media.CheckKey(key) != nil {
			continue
		}
		if info, err := b.root.Lstat(partialOf(key)); err == nil && info.Mode().IsRegular() { // else it ended meanwhile
			found = append(found, media.Object{Key: key, Bytes: info.Size(), ModifiedAt: info.ModTime().UTC()})
		}
	}
	return found, nil
}

// sweepPartials removes the partial files that nobody has written to for
// partialLife, and what is none. Times of files are of the machine's clock.
func (b *Bucket) sweepPartials() error {
	dir, err := b.root.Open(partialDir)
	if err != nil {
		return err
	}
	defer dir.Close() //nolint:errcheck // only read
	for {
		found, err := dir.ReadDir(1000)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, entry := range found {
			info, err := entry.Info()
			if errors.Is(err, os.ErrNotExist) {
				continue
			}
			if err == nil && (!alone(info) || time.Since(info.ModTime()) > partialLife) {
				err = b.root.RemoveAll(partialDir + "/" + entry.Name())
			}
			if err != nil {
				return err
			}
		}
	}
}
