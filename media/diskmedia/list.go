package diskmedia

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"keepsake/media"
)

// List walks the folders in the order of the keys, into those alone that can
// hold what is asked for. Its memory is bounded by the largest folder.
func (b *Bucket) List(ctx context.Context, prefix, after string, limit int) ([]media.Object, error) {
	l := lister{bucket: b, ctx: ctx, prefix: prefix, after: after, limit: limit}
	if err := l.walk(objectDir, ""); err != nil {
		return nil, failure("list", err)
	}
	return l.found, nil
}

type lister struct {
	bucket        *Bucket
	ctx           context.Context
	prefix, after string
	limit         int
	found         []media.Object
}

// walk visits the folder dir, below which all keys begin with text.
func (l *lister) walk(dir, text string) error {
	if err := l.ctx.Err(); err != nil || len(l.found) >= l.limit {
		return err
	}
	entries, err := l.entries(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		key, path := text+e.text, dir+"/"+e.name
		switch {
		case len(l.found) >= l.limit:
			return nil
		case e.folder && l.mayHold(key):
			err = l.walk(path, key)
		case !e.folder && key > l.after && strings.HasPrefix(key, l.prefix):
			err = l.add(path, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// mayHold reports whether keys that begin with text can be asked for.
func (l *lister) mayHold(text string) bool {
	if !strings.HasPrefix(text, l.prefix) && !strings.HasPrefix(l.prefix, text) {
		return false
	}
	return text > l.after || strings.HasPrefix(l.after, text)
}

// add appends the object of a key, unless it was deleted meanwhile or is not
// where a bucket would have put it.
func (l *lister) add(path, key string) error {
	if media.CheckKey(key) != nil || pathOf(key) != path {
		return nil
	}
	info, err := l.bucket.root.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		l.found = append(l.found, media.Object{Key: key, Bytes: info.Size(), ModifiedAt: info.ModTime().UTC()})
	}
	return err
}

// entries reads a folder, sorted; a missing one is empty.
func (l *lister) entries(dir string) ([]entry, error) {
	f, err := l.bucket.root.Open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	found, err := f.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	entries := make([]entry, 0, len(found))
	for _, d := range found {
		if !d.IsDir() && !d.Type().IsRegular() {
			continue
		}
		if e, ok := parseEntry(d.Name(), d.IsDir()); ok {
			entries = append(entries, e)
		}
	}
	slices.SortFunc(entries, compareEntries)
	return entries, nil
}
