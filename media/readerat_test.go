package media_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"keepsake/album"
	"keepsake/media"
)

// oneObject is a bucket of one object that counts how often it is opened.
type oneObject struct {
	media.Bucket
	body  []byte
	size  int64
	opens int
	asked int64
}

func (o *oneObject) Open(_ context.Context, _ string, offset, length int64) (io.ReadCloser, error) {
	o.opens++
	o.asked += length
	if o.body == nil {
		return io.NopCloser(io.LimitReader(zeros{}, min(length, o.size-offset))), nil
	}
	return io.NopCloser(io.NewSectionReader(bytes.NewReader(o.body), offset, length)), nil
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// TestReaderAtReads: usual files take one read or two, and no file takes more
// than the bound.
func TestReaderAtReads(t *testing.T) {
	for name, most := range map[string]int{"thumbnail.jpg": 1, "motion.jpg": 1, "plain.png": 1, "end.mp4": 1} {
		o := &oneObject{body: load(t, name)}
		size := int64(len(o.body))
		if _, err := media.Inspect(t.Context(), media.ReaderAt(t.Context(), o, "k", size), size); err != nil || o.opens > most {
			t.Errorf("%s: %v, %d reads", name, err, o.opens)
		}
	}
	large := append(load(t, "plain.jpg")[:2000:2000], make([]byte, 5<<20)...)
	o := &oneObject{body: append(large, 0xff, 0xd9)}
	size := int64(len(o.body))
	if _, err := media.Inspect(t.Context(), media.ReaderAt(t.Context(), o, "k", size), size); err != nil || o.opens > 3 {
		t.Errorf("a large JPEG: %v, %d reads", err, o.opens)
	}
	o = &oneObject{size: 1 << 40}
	_, err := io.Copy(io.Discard, io.NewSectionReader(media.ReaderAt(t.Context(), o, "k", o.size), 0, o.size))
	wantCode(t, "a terabyte", err, album.CodeLimitExceeded)
	if o.opens > 1024 || o.asked > 256<<20 {
		t.Errorf("%d reads of %d bytes", o.opens, o.asked)
	}
}
