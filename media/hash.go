package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"io"
)

// Sums are the checksums of an object and its length.
type Sums struct {
	SHA256 string // lower-case hex
	CRC32C string // Castagnoli, big-endian, lower-case hex, as declared by uploads
	CRC32  uint32 // IEEE, for archives
	Bytes  int64
}

// Sum reads an object once and returns its checksums. Its errors are those of
// Bucket.Open, and UNAVAILABLE if reading breaks off.
func Sum(ctx context.Context, b Bucket, key string) (Sums, error) {
	r, err := b.Open(ctx, key, 0, -1)
	if err != nil {
		return Sums{}, fmt.Errorf("hash %s: %w", key, err)
	}
	defer r.Close() //nolint:errcheck // nothing was written
	sha, castagnoli, ieee := sha256.New(), crc32.New(crc32.MakeTable(crc32.Castagnoli)), crc32.NewIEEE()
	n, err := io.Copy(io.MultiWriter(sha, castagnoli, ieee), contextReader{ctx, r})
	if err != nil {
		return Sums{}, fmt.Errorf("hash %s: %w", key, unavailable(err))
	}
	return Sums{
		SHA256: hex.EncodeToString(sha.Sum(nil)),
		CRC32C: hex.EncodeToString(castagnoli.Sum(nil)),
		CRC32:  ieee.Sum32(),
		Bytes:  n,
	}, nil
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
