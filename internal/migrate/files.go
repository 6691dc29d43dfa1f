package migrate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"keepsake/album"
	"keepsake/media"
	"keepsake/store"
)

// Where the program keeps its objects: what was uploaded and is not verified
// yet, by the medium's ID, and what was made of each medium, in a folder of
// its ID.
const (
	uploads  = "incoming/"
	finished = "m/"
)

// fileBatch is how many objects are compared at a time, in order; within it they
// are worked on by the workers in any order.
const fileBatch = 256

// files goes through all objects that the records know of.
func (m Migration) files(ctx context.Context, copyFiles bool, report *Report) error {
	total, err := m.From.Count(ctx, store.KindMedia)
	if err != nil {
		return err
	}
	verb := "compare"
	if copyFiles {
		verb = "copy"
	}
	for _, part := range []struct{ prefix, what string }{{uploads, "uploads"}, {finished, "files"}} {
		w := &fileWork{
			Migration: m, copy: copyFiles, tally: newLine(part.what),
			owners: &owners{media: recordsOf(m.From, store.KindMedia, m.pageSize()), prefix: part.prefix},
			step:   verb + " " + part.what, total: total,
		}
		if err := w.run(ctx, part.prefix); err != nil {
			return fmt.Errorf("%s: %w", w.step, err)
		}
		report.Lines = append(report.Lines, w.tally.line())
		report.Notes = append(report.Notes, w.owners.notes()...)
	}
	return nil
}

// fileWork is the work on all objects with one prefix.
type fileWork struct {
	Migration
	copy   bool
	tally  *tally
	owners *owners
	step   string
	total  int64

	batch []*file
	done  atomic.Int64
	bytes atomic.Int64
}

// file is one object on both sides.
type file struct {
	from, to *media.Object // nil where it is missing
	owner    *store.MediaRecord

	sum   string // of the source, in hex
	fault string // what is different, in the end
	rot   bool   // the source is not what was uploaded
}

func (f *file) key() string {
	if f.from != nil {
		return f.from.Key
	}
	return f.to.Key
}

func (w *fileWork) run(ctx context.Context, prefix string) error {
	w.progress(0)
	err := merge(ctx, objectsOf(w.FromFiles, prefix, fileBatch), objectsOf(w.ToFiles, prefix, fileBatch),
		func(from, to *media.Object) error {
			f := &file{from: from, to: to}
			var err error
			if f.owner, err = w.owners.of(ctx, f.key()); err != nil {
				return err
			}
			if prefix == uploads && (from == nil || !isPending(f.owner, from.Key)) {
				return nil // left behind by an upload that ended: nobody misses it
			}
			if w.batch = append(w.batch, f); len(w.batch) == fileBatch {
				return w.flush(ctx)
			}
			return nil
		})
	if err == nil {
		err = w.flush(ctx)
	}
	if err == nil {
		err = w.owners.finish(ctx)
	}
	w.total = w.done.Load()
	w.progress(0)
	return err
}

// flush works on the objects of a batch and adds them up in order.
func (w *fileWork) flush(ctx context.Context) error {
	work, inner := errgroup.WithContext(ctx)
	work.SetLimit(cmp.Or(w.Workers, defaultWorkers))
	for _, f := range w.batch {
		work.Go(func() error {
			if err := w.one(inner, f); err != nil {
				return fmt.Errorf("%s: %w", f.key(), err)
			}
			w.done.Add(1)
			w.progress(0)
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	for _, f := range w.batch {
		if f.fault != "" {
			w.tally.differs(f.key(), f.fault)
		}
		if f.rot {
			w.owners.damaged.note(f.key())
		}
		if f.from == nil {
			continue
		}
		w.tally.Bytes += f.from.Bytes
		encoded := binary.AppendVarint(append([]byte(f.from.Key), 0), f.from.Bytes)
		encoded = append(encoded, f.sum...)
		w.tally.from.add(encoded)
		w.tally.to.add(encoded) // or there is a fault
	}
	w.batch = w.batch[:0]
	return nil
}

// one compares an object, and copies it where it is missing or broken.
func (w *fileWork) one(ctx context.Context, f *file) error {
	switch {
	case f.from == nil:
		f.fault = "is not in the source"
		return nil
	case f.to == nil:
		f.fault = "is missing in the target"
	case f.from.Bytes != f.to.Bytes:
		f.fault = fmt.Sprintf("has %d bytes in the target, %d in the source", f.to.Bytes, f.from.Bytes)
	default:
		if err := w.compareBytes(ctx, f); err != nil {
			return err
		}
	}
	if f.fault == "" || !w.copy {
		return nil
	}
	return w.copyFile(ctx, f)
}

// compareBytes reads the target; the source only where what was uploaded is
// not known, or is not what the target has.
func (w *fileWork) compareBytes(ctx context.Context, f *file) error {
	there, err := sum(ctx, w.ToFiles, f.to.Key)
	if err != nil {
		return err
	}
	want := uploaded(f)
	if f.sum = there; there == want {
		return nil
	}
	if f.sum, err = sum(ctx, w.FromFiles, f.from.Key); err != nil {
		return err
	}
	f.rot = want != "" && f.sum != want
	if f.sum != there {
		f.fault = "has other bytes in the target"
	}
	return nil
}

func sum(ctx context.Context, b media.Bucket, key string) (string, error) {
	sums, err := media.Sum(ctx, b, key)
	return sums.SHA256, err
}

// copyFile writes an object into the target, in place of another one, and reads
// it back.
func (w *fileWork) copyFile(ctx context.Context, f *file) error {
	if f.to != nil {
		if err := w.ToFiles.Delete(ctx, f.to.Key); err != nil {
			return err
		}
	}
	r, err := w.FromFiles.Open(ctx, f.from.Key, 0, -1)
	if err != nil {
		return err
	}
	h := sha256.New()
	err = w.ToFiles.Write(ctx, f.from.Key, contentType(f), io.TeeReader(r, io.MultiWriter(h, counter(w.progress))))
	if errClose := r.Close(); err == nil {
		err = errClose
	}
	if err != nil {
		return err
	}
	f.sum = hex.EncodeToString(h.Sum(nil))
	f.rot = uploaded(f) != "" && f.sum != uploaded(f)
	there, err := sum(ctx, w.ToFiles, f.from.Key)
	if f.fault = ""; there != f.sum {
		f.fault = "has other bytes in the target than were written"
	}
	return err
}

func (w *fileWork) progress(n int64) {
	w.tell(Progress{Step: w.step, Done: w.done.Load(), Total: w.total, Bytes: w.bytes.Add(n)})
}

// counter is a writer that says how much is written to it.
type counter func(n int64)

func (c counter) Write(p []byte) (int, error) {
	c(int64(len(p)))
	return len(p), nil
}

// uploaded is the checksum of what a person uploaded, empty where it is not known.
func uploaded(f *file) string {
	if f.owner != nil && f.owner.Key == f.from.Key {
		return f.owner.SHA256
	}
	return ""
}

// contentType is for buckets that keep one; clients are told another way.
func contentType(f *file) string {
	switch {
	case f.owner != nil && f.owner.Key == f.from.Key:
		return f.owner.ContentType
	case f.owner != nil && f.owner.Upload.Key == f.from.Key:
		return f.owner.Upload.ContentType
	case f.owner != nil:
		for _, made := range f.owner.Files {
			if made.Key == f.from.Key {
				return made.ContentType
			}
		}
	}
	return "application/octet-stream"
}

func isPending(m *store.MediaRecord, key string) bool {
	return m != nil && m.Status == album.Pending && !m.Doomed && m.Upload.Key == key
}
