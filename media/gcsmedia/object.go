package gcsmedia

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"math"
	"net/http"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"

	"keepsake/album"
	"keepsake/media"
)

const (
	// cacheControl is for the one browser that was given the URL: an object never
	// changes.
	cacheControl = "private, max-age=31536000, immutable"
	// chunk is how much of a write is held to send it again. One that is smaller
	// goes in one request.
	chunk = 2 << 20
	// writeMark is the metadata that tells a write of ours from another's.
	writeMark = "keepsake-write"
)

var absent = storage.Conditions{DoesNotExist: true}

// Stat describes an object.
func (b *Bucket) Stat(ctx context.Context, key string) (media.Object, error) {
	if err := media.CheckKey(key); err != nil {
		return media.Object{}, err
	}
	ctx, w := b.watch(ctx)
	defer w.end()
	attrs, err := b.bucket.Object(key).Attrs(ctx)
	if err != nil {
		return media.Object{}, failure(ctx, "stat", err)
	}
	return object(attrs), nil
}

func object(attrs *storage.ObjectAttrs) media.Object {
	return media.Object{Key: attrs.Name, Bytes: attrs.Size, ModifiedAt: attrs.Updated.UTC()}
}

// Open reads a range of an object. An object that was uploaded with a
// Content-Encoding is MEDIA_UNSUPPORTED: GCS would unpack it, without bound, and
// its size would not be that of what is read.
func (b *Bucket) Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	if offset < 0 {
		return nil, album.Invalid("offset", "an offset is not negative")
	}
	if length == 0 { // the client would ask for everything
		_, err := b.Stat(ctx, key)
		return io.NopCloser(bytes.NewReader(nil)), err
	}
	if err := media.CheckKey(key); err != nil {
		return nil, err
	}
	if length > math.MaxInt64-offset {
		length = -1
	}
	ctx, w := b.watch(ctx)
	r, err := b.bucket.Object(key).NewRangeReader(ctx, offset, length)
	if err == nil && (r.Attrs.Decompressed || r.Attrs.ContentEncoding != "") {
		err = errors.Join(album.Errorf(album.CodeMediaUnsupported, "send the file as it is, without a Content-Encoding"), r.Close())
	}
	if err != nil {
		err = failure(ctx, "open", err)
		w.end()
		if statusOf(err) == http.StatusRequestedRangeNotSatisfiable { // from the end on
			return io.NopCloser(bytes.NewReader(nil)), nil
		}
		return nil, err
	}
	w.rest()
	return &reader{ctx: ctx, r: r, watch: w}, nil
}

// reader reads an object, for no longer than the bucket's timeout at a time.
type reader struct {
	ctx   context.Context
	r     *storage.Reader
	watch *watch
}

func (r *reader) Read(p []byte) (int, error) {
	r.watch.moved()
	defer r.watch.rest()
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = failure(r.ctx, "read", err)
	}
	return n, err
}

func (r *reader) Close() error {
	r.watch.end()
	if err := r.r.Close(); err != nil {
		return failure(r.ctx, "close", err)
	}
	return nil
}

// Write makes an object from r.
func (b *Bucket) Write(ctx context.Context, key, contentType string, r io.Reader) error {
	if err := media.CheckKey(key); err != nil {
		return err
	}
	ctx, w := b.watch(ctx)
	defer w.end()
	mark := rand.Text()
	to := b.bucket.Object(key).If(absent).NewWriter(ctx)
	to.ChunkSize, to.ContentType, to.CacheControl = chunk, contentType, cacheControl
	to.Metadata = map[string]string{writeMark: mark}
	if _, err := io.Copy(to, movingReader{r, w}); err != nil {
		w.cancel(err) // nothing is made unless the writer is closed
		return failure(ctx, "write", errors.Join(err, ignoreCancelled(to.Close())))
	}
	err := to.Close()
	if statusOf(err) == http.StatusPreconditionFailed {
		// The answer to an attempt that did write may have been lost.
		if attrs, lost := b.bucket.Object(key).Attrs(ctx); lost == nil && attrs.Metadata[writeMark] == mark {
			return nil
		}
	}
	if err != nil {
		return failure(ctx, "write", err)
	}
	return nil
}

// movingReader says at each read that something moved; what was read before has
// then been taken.
type movingReader struct {
	r     io.Reader
	watch *watch
}

func (m movingReader) Read(p []byte) (int, error) {
	m.watch.moved()
	return m.r.Read(p)
}

// ignoreCancelled drops what closing a writer says that was given up.
func ignoreCancelled(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// Publish copies an object inside the bucket, which moves no bytes while both
// are of one storage class. Its condition is that there is no object yet: who
// meets it is done. A copy of several calls is of the generation that the first
// one saw.
func (b *Bucket) Publish(ctx context.Context, from, to, contentType string) error {
	if err := errors.Join(media.CheckKey(from), media.CheckKey(to)); err != nil {
		return err
	}
	ctx, w := b.watch(ctx)
	defer w.end()
	target := b.bucket.Object(to)
	copier := target.If(absent).CopierFrom(b.bucket.Object(from))
	copier.ContentType, copier.CacheControl = contentType, cacheControl
	copier.ProgressFunc = func(uint64, uint64) { w.moved() }
	_, err := copier.Run(ctx)
	switch statusOf(err) {
	case http.StatusPreconditionFailed:
		return nil
	case http.StatusNotFound: // who published first may have deleted the source
		w.moved()
		_, err = target.Attrs(ctx)
	}
	if err != nil {
		return failure(ctx, "publish", err)
	}
	return nil
}

// Delete takes an object away. It cannot end an upload in chunks: see SignUpload.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if err := media.CheckKey(key); err != nil {
		return err
	}
	ctx, w := b.watch(ctx)
	defer w.end()
	// Deleting twice is deleting once.
	err := b.bucket.Object(key).Retryer(storage.WithPolicy(storage.RetryAlways)).Delete(ctx)
	if err != nil && statusOf(err) != http.StatusNotFound {
		return failure(ctx, "delete", err)
	}
	return nil
}

// List lists objects. What is no key of ours is passed over.
func (b *Bucket) List(ctx context.Context, prefix, after string, limit int) ([]media.Object, error) {
	if limit <= 0 {
		return nil, nil
	}
	ctx, w := b.watch(ctx)
	defer w.end()
	query := &storage.Query{Prefix: prefix, StartOffset: after, Projection: storage.ProjectionNoACL}
	if err := query.SetAttrSelection([]string{"Name", "Size", "Updated"}); err != nil {
		return nil, failure(ctx, "list", err)
	}
	objects := b.bucket.Objects(ctx, query)
	objects.PageInfo().MaxSize = min(limit+1, 1000) // after itself may be among them
	var found []media.Object
	for len(found) < limit {
		attrs, err := objects.Next()
		if errors.Is(err, iterator.Done) {
			break
		}
		if err != nil {
			return nil, failure(ctx, "list", err)
		}
		w.moved()
		if attrs.Name != after && media.CheckKey(attrs.Name) == nil {
			found = append(found, object(attrs))
		}
	}
	return found, nil
}

// Unfinished lists nothing: GCS does not show resumable uploads, and ends them by
// itself after a week.
func (b *Bucket) Unfinished(context.Context, string, int) ([]media.Object, error) { return nil, nil }

// probeKey names an object that never exists.
const probeKey = "keepsake-probe"

// Ping asks GCS for a write that it must refuse: of an object that has the
// generation 1, which none has. What the refusal is tells whether a write could
// be done; nothing is written, and nothing is paid.
func (b *Bucket) Ping(ctx context.Context) error {
	ctx, w := b.watch(ctx)
	defer w.end()
	err := b.tryWrite(ctx)
	if err != nil {
		return failure(ctx, "ping", err)
	}
	return nil
}

func (b *Bucket) tryWrite(ctx context.Context) error {
	to := b.bucket.Object(probeKey).If(storage.Conditions{GenerationMatch: 1}).
		Retryer(storage.WithPolicy(storage.RetryNever)).NewWriter(ctx)
	to.ChunkSize = 256 << 10
	if err := to.Close(); statusOf(err) != http.StatusPreconditionFailed {
		return err
	}
	return nil
}
