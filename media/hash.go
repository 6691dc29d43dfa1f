package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
)

// SHA256 reads an object and returns its SHA-256 in lower-case hex. Its errors
// are those of Bucket.Open, and UNAVAILABLE if reading breaks off.
func SHA256(ctx context.Context, b Bucket, key string) (string, error) {
	r, err := b.Open(ctx, key, 0, -1)
	if err != nil {
		return "", fmt.Errorf("hash %s: %w", key, err)
	}
	defer r.Close() //nolint:errcheck // nothing was written
	h := sha256.New()
	if _, err := io.Copy(h, contextReader{ctx, r}); err != nil {
		return "", fmt.Errorf("hash %s: %w", key, unavailable(err))
	}
	return hex.EncodeToString(h.Sum(nil)), nil
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
