package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
)

// TicketFields selects what a Ticket holds from a ticket of createUploads.
const TicketFields = "media{id status} method url headers{name value} formFields{name value} fileField"

// Ticket says how to send one file.
type Ticket struct {
	Media struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	} `json:"media"`
	Method     string  `json:"method"`
	URL        string  `json:"url"`
	Headers    []Field `json:"headers"`
	FormFields []Field `json:"formFields"`
	FileField  string  `json:"fileField"`
}

// Field is a header or a form field.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// chunkSize is how much Send sends at a time by a ticket of CHUNKS.
const chunkSize = 1 << 20

// Send sends a file's bytes as its ticket says: by PUT, by the form that
// wx.uploadFile makes, or in chunks. A refusal is a StatusError.
func (c *Client) Send(ctx context.Context, t Ticket, name string, content []byte) error {
	if t.Method == "CHUNKS" {
		chunks, err := c.OpenChunks(ctx, t, int64(len(content)))
		if err == nil {
			err = chunks.SendAll(ctx, content, chunkSize)
		}
		if err != nil {
			return fmt.Errorf("send %s: %w", name, err)
		}
		return nil
	}
	body, contentType := content, ""
	if t.Method == http.MethodPost {
		var err error
		if body, contentType, err = form(t, name, content); err != nil {
			return fmt.Errorf("send %s: %w", name, err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, t.Method, t.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send %s: %w", name, err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for _, h := range t.Headers {
		r.Header.Set(h.Name, h.Value)
	}
	// What a bucket says besides its status is nobody's business.
	if _, err := c.fetch(r, maxAnswer); err != nil {
		return fmt.Errorf("send %s: %w", name, err)
	}
	return nil
}

func form(t Ticket, name string, content []byte) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range t.FormFields {
		err = errors.Join(err, w.WriteField(f.Name, f.Value))
	}
	file, bad := w.CreateFormFile(t.FileField, name)
	if err := errors.Join(err, bad); err != nil {
		return nil, "", err
	}
	_, err = file.Write(content)
	err = errors.Join(err, w.Close())
	return b.Bytes(), w.FormDataContentType(), err
}

// File is what a signed URL gives.
type File struct {
	ContentType string
	Disposition string // Content-Disposition
	Content     []byte
}

// Get reads a signed URL, of which no more than most bytes are taken: a longer
// file is an error. Anything but success is a StatusError. No token is sent.
func (c *Client) Get(ctx context.Context, url string, most int64) (*File, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	f, err := c.fetch(r, most)
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	return f, nil
}

// fetch makes a request and reads at most most bytes of its answer.
func (c *Client) fetch(r *http.Request, most int64) (*File, error) {
	resp, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	content, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	switch {
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return nil, newStatusError(resp, content)
	case err != nil:
		return nil, err
	case int64(len(content)) > most:
		return nil, fmt.Errorf("more than %d bytes came", most)
	}
	return &File{
		ContentType: resp.Header.Get("Content-Type"),
		Disposition: resp.Header.Get("Content-Disposition"), Content: content,
	}, nil
}
