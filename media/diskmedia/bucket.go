// Package diskmedia is the bucket on the local disk: the embedded default. It
// keeps objects as files and, as an http.Handler, takes and serves them through
// signed URLs.
//
// Objects are immutable. A file is written under a temporary name, synced,
// linked to its place (which never overwrites) and its folders are synced; so
// an object is whole or absent, whatever is killed in between. Uploads in chunks
// gather in a file of their own until they are whole (partial.go). One process owns
// a folder at a time. The file system must know hard links.
//
// A signed URL is its own credential: who has it may use it until it expires,
// from any web page. It is therefore never logged here.
package diskmedia

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// KeySize is how many bytes Options.Key has.
const KeySize = 32

// Options are what a bucket needs and may be told.
type Options struct {
	// BaseURL is the absolute URL under which clients reach the handler, for
	// example "http://127.0.0.1:8080/media". Every node must have the same.
	BaseURL string
	// Key signs URLs and tickets with HMAC-SHA256. Every node must have the same.
	Key []byte
	// Now is the clock that URLs and tickets expire by; nil is time.Now.
	Now func() time.Time
	// Admit reports, by an error, that a request is one too many; nil lets all in.
	Admit func(r *http.Request) error
	// Logger is told of faults that clients only learn the code of; nil is none.
	Logger *slog.Logger
	// MaxUploads is how many uploads and chunks run at a time, with 256 KiB of
	// memory each; one more is answered 503 with Retry-After. 0 is 64.
	MaxUploads int
	// IdleTimeout is how long an upload may stand still; 0 is 30 s.
	IdleTimeout time.Duration
	// MinRate is how many bytes a second a transfer must make on the whole,
	// after a minute of grace; 0 is 8 KiB.
	MinRate int64
}

// Bucket is a folder of objects.
type Bucket struct {
	root    *os.Root
	base    string
	key     []byte
	admit   func(*http.Request) error
	now     func() time.Time
	log     *slog.Logger
	uploads chan struct{} // one for each upload that runs
	signers sync.Pool     // of *signer
	buffers sync.Pool     // of copySize; there are no more than uploads
	turns   *turns
	idle    time.Duration
	minRate int64
}

var _ media.Bucket = (*Bucket)(nil)

// Open opens the bucket in dir, which it makes if it is not there, and removes
// what uploads that were killed left behind. Uploads in chunks go on where they
// were, unless nothing came for 48 hours.
func Open(dir string, o Options) (*Bucket, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") ||
		base.RawQuery != "" || base.Fragment != "" || base.User != nil {
		return nil, fmt.Errorf("diskmedia: base URL %q is not an absolute http URL without a query", o.BaseURL)
	}
	if len(o.Key) != KeySize {
		return nil, fmt.Errorf("diskmedia: the signing key must have %d bytes, not %d", KeySize, len(o.Key))
	}
	b := &Bucket{
		base:    strings.TrimRight(o.BaseURL, "/"),
		key:     append([]byte(nil), o.Key...),
		admit:   o.Admit,
		now:     o.Now,
		log:     o.Logger,
		idle:    o.IdleTimeout,
		minRate: o.MinRate,
		turns:   newTurns(),
	}
	if b.admit == nil {
		b.admit = func(*http.Request) error { return nil }
	}
	if b.now == nil {
		b.now = time.Now
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.idle <= 0 {
		b.idle = 30 * time.Second
	}
	if b.minRate <= 0 {
		b.minRate = 8 << 10
	}
	if o.MaxUploads <= 0 {
		o.MaxUploads = 64
	}
	b.uploads = make(chan struct{}, o.MaxUploads)

	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("diskmedia: %w", err)
	}
	if b.root, err = os.OpenRoot(dir); err != nil {
		return nil, fmt.Errorf("diskmedia: %w", err)
	}
	if err := b.prepare(); err != nil {
		return nil, fmt.Errorf("diskmedia: prepare %s: %w", dir, errors.Join(err, b.root.Close()))
	}
	return b, nil
}

// prepare makes the folders, empties the one of temporary files, removes old
// partial files, and tries whether the file system has what a bucket stands on.
func (b *Bucket) prepare() error {
	if err := b.root.RemoveAll(tempDir); err != nil {
		return err
	}
	for _, dir := range []string{tempDir, partialDir, objectDir} {
		if err := b.root.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	if err := b.syncDir("."); err != nil {
		return err
	}
	if err := b.sweepPartials(); err != nil {
		return err
	}
	t, err := b.newTemp()
	if err != nil {
		return err
	}
	defer t.discard()
	link := t.name + ".link"
	if err := b.root.Link(t.name, link); err != nil {
		return fmt.Errorf("hard links: %w", err)
	}
	return b.root.Remove(link)
}

// Close lets go of the folder. Requests must have ended.
func (b *Bucket) Close() error { return b.root.Close() }

// Stat describes an object.
func (b *Bucket) Stat(_ context.Context, key string) (media.Object, error) {
	if err := media.CheckKey(key); err != nil {
		return media.Object{}, err
	}
	info, err := b.root.Lstat(pathOf(key))
	if err != nil {
		return media.Object{}, failure("stat", err)
	}
	if !info.Mode().IsRegular() {
		return media.Object{}, album.ErrNotFound
	}
	return media.Object{Key: key, Bytes: info.Size(), ModifiedAt: info.ModTime().UTC()}, nil
}

// Open reads a range of an object.
func (b *Bucket) Open(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if offset < 0 {
		return nil, album.Invalid("offset", "an offset is not negative")
	}
	f, info, err := b.open(key)
	if err != nil {
		return nil, err
	}
	if offset >= info.Size() {
		length = 0
	} else if rest := info.Size() - offset; length < 0 || length > rest {
		length = rest
	}
	return &rangeReader{SectionReader: io.NewSectionReader(f, offset, length), Closer: f}, nil
}

type rangeReader struct {
	*io.SectionReader
	io.Closer
}

// open opens an object's file.
func (b *Bucket) open(key string) (*os.File, os.FileInfo, error) {
	if err := media.CheckKey(key); err != nil {
		return nil, nil, err
	}
	path := pathOf(key)
	info, err := b.root.Lstat(path) // a link, a pipe or a device is never opened
	if err == nil && !info.Mode().IsRegular() {
		return nil, nil, album.ErrNotFound
	}
	if err != nil {
		return nil, nil, failure("open", err)
	}
	f, err := b.root.Open(path)
	if err != nil {
		return nil, nil, failure("open", err)
	}
	return f, info, nil
}

// Write makes an object from r. The content type is not kept.
func (b *Bucket) Write(ctx context.Context, key, _ string, r io.Reader) error {
	if err := media.CheckKey(key); err != nil {
		return err
	}
	t, err := b.newTemp()
	if err != nil {
		return failure("write", err)
	}
	defer t.discard()
	if _, err := io.Copy(t.file, contextReader{ctx, r}); err != nil {
		return failure("write", err)
	}
	_, err = t.commit(key)
	return err
}

// Publish gives an object a second name: its bytes never change, so a link is as
// good as a copy.
func (b *Bucket) Publish(_ context.Context, from, to, _ string) error {
	if err := errors.Join(media.CheckKey(from), media.CheckKey(to)); err != nil {
		return err
	}
	target := pathOf(to)
	if _, err := b.root.Lstat(target); err == nil {
		return b.settle(target)
	}
	source := pathOf(from)
	info, err := b.root.Lstat(source)
	if err == nil && !info.Mode().IsRegular() {
		return album.ErrNotFound
	}
	if err == nil {
		err = b.link(source, target)
	}
	if err != nil && !errors.Is(err, os.ErrExist) {
		// Who published first may have deleted the source already.
		if _, again := b.root.Lstat(target); again != nil {
			return failure("publish", err)
		}
	}
	return b.settle(target)
}

// Delete takes an object away, and the folders that it leaves empty. It stops an
// upload in chunks that is under way for the key and removes what has arrived.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := media.CheckKey(key); err != nil {
		return err
	}
	t, err := b.turns.take(ctx, key, nil, true)
	if err != nil {
		return err
	}
	defer b.turns.give(key, t)
	if err := b.removePartial(key); err != nil {
		return failure("delete", err)
	}
	if err := b.unlink(pathOf(key)); err != nil {
		return failure("delete", err)
	}
	return nil
}

// Ping writes and removes a file.
func (b *Bucket) Ping(context.Context) error {
	t, err := b.newTemp()
	if err != nil {
		return failure("ping", err)
	}
	defer t.discard()
	if _, err := t.file.WriteString("ping"); err != nil {
		return failure("ping", err)
	}
	return nil
}

// contextReader stops when its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
