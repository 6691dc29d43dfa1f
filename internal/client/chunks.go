package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Chunks is an upload in chunks that has begun. It can be gone on with by whoever
// knows its Location.
type Chunks struct {
	Location string
	Total    int64

	client *Client
}

// OpenChunks begins an upload by a ticket of CHUNKS.
func (c *Client) OpenChunks(ctx context.Context, t Ticket, total int64) (*Chunks, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL, http.NoBody)
	if err != nil {
		return nil, fmt.Errorf("open chunks: %w", err)
	}
	for _, h := range t.Headers {
		r.Header.Set(h.Name, h.Value)
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("open chunks: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if resp.StatusCode != http.StatusCreated || err != nil {
		return nil, fmt.Errorf("open chunks: %w", errors.Join(err, newStatusError(resp, body)))
	}
	return &Chunks{Location: resp.Header.Get("Location"), Total: total, client: c}, nil
}

// Resume is Chunks for an upload that was begun elsewhere.
func (c *Client) Resume(location string, total int64) *Chunks {
	return &Chunks{Location: location, Total: total, client: c}
}

// Offset asks how many bytes have arrived.
func (k *Chunks) Offset(ctx context.Context) (int64, error) {
	return k.put(ctx, http.NoBody, 0, "*")
}

// Send sends the bytes at offset, and returns how many have arrived since the
// beginning.
func (k *Chunks) Send(ctx context.Context, offset int64, chunk []byte) (int64, error) {
	last := offset + int64(len(chunk)) - 1
	return k.put(ctx, bytes.NewReader(chunk), int64(len(chunk)), fmt.Sprintf("%d-%d", offset, last))
}

func (k *Chunks) put(ctx context.Context, body io.Reader, length int64, what string) (int64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, k.Location, body)
	if err != nil {
		return 0, fmt.Errorf("send chunk: %w", err)
	}
	r.ContentLength = length
	r.Header.Set("Content-Range", fmt.Sprintf("bytes %s/%d", what, k.Total))
	resp, err := k.client.http.Do(r)
	if err != nil {
		return 0, fmt.Errorf("send chunk: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	switch {
	case err != nil:
		return 0, fmt.Errorf("send chunk: %w", err)
	case resp.StatusCode == http.StatusOK || resp.StatusCode == http.StatusCreated:
		return k.Total, nil
	case resp.StatusCode != http.StatusPermanentRedirect:
		return 0, fmt.Errorf("send chunk: %w", newStatusError(resp, text))
	}
	arrived := resp.Header.Get("Range")
	if arrived == "" {
		return 0, nil
	}
	end, err := strconv.ParseInt(strings.TrimPrefix(arrived, "bytes=0-"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("send chunk: the range %q: %w", arrived, err)
	}
	return end + 1, nil
}

// SendAll sends what has not arrived yet, size bytes a chunk.
func (k *Chunks) SendAll(ctx context.Context, content []byte, size int64) error {
	offset, err := k.Offset(ctx)
	for err == nil && offset < k.Total {
		offset, err = k.Send(ctx, offset, content[offset:min(offset+size, k.Total)])
	}
	return err
}
