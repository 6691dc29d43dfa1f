// Package media is the contract of the bucket that holds the bytes of photos
// and videos, and what reads those bytes: sniffing their type, measuring them.
//
// Backends of the bucket (diskmedia, gcsmedia) live below it and prove
// themselves with the suite in mediatest. Which medium a person may upload or
// see is decided in package service.
package media

import (
	"context"
	"io"
	"time"
)

// Bucket keeps immutable objects under keys that the server makes: ASCII
// letters, digits, '-', '_', '.' and '/', without empty, "." or ".." segments
// and of at most 200 bytes. Clients write and read only through signed URLs.
//
// Errors are *album.Error: NOT_FOUND for a missing object, CONFLICT for one that
// is there already, INVALID_INPUT for a key that is none, STORAGE_FULL and
// UNAVAILABLE as everywhere.
type Bucket interface {
	// SignUpload makes the ticket for one object that does not exist yet. It
	// takes exactly r.Bytes bytes declared as r.ContentType until r.ExpiresAt,
	// and nothing else.
	SignUpload(ctx context.Context, r UploadRequest) (Ticket, error)
	// SignRead makes a URL to read an object, without checking that it exists.
	// The URL is the same for everyone who asks with the same r inside one time
	// bucket, on every node. It holds for at least MinReadLife more.
	SignRead(ctx context.Context, r ReadRequest) (SignedURL, error)
	// Stat describes an object.
	Stat(ctx context.Context, key string) (Object, error)
	// Open reads an object from offset on, at most length bytes, or to its end
	// if length is negative. From its end on there is nothing to read, which is
	// no error; a negative offset is INVALID_INPUT. The caller closes it.
	Open(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error)
	// Write makes an object from r, whole or not at all; it is durable when
	// Write returns. CONFLICT if the key is taken. The type is for backends that
	// keep one.
	Write(ctx context.Context, key, contentType string, r io.Reader) error
	// Publish copies an object to a new key, whole or not at all, durably, and
	// with another content type. If to is there already it changes nothing and
	// is no error, so that it can be tried again.
	Publish(ctx context.Context, from, to, contentType string) error
	// Delete takes an object away; one that is missing is no error.
	Delete(ctx context.Context, key string) error
	// List returns at most limit objects whose key begins with prefix, by the
	// bytes of the key, after the key after. prefix and after need not be keys.
	List(ctx context.Context, prefix, after string, limit int) ([]Object, error)
	// Unfinished lists uploads in chunks that have begun and not ended, as List
	// does; Delete of their keys ends them. A backend that cannot see them has none.
	Unfinished(ctx context.Context, after string, limit int) ([]Object, error)
	// Ping reports whether the bucket can be reached and written.
	Ping(ctx context.Context) error
}

// Object is what a bucket knows of an object. Its type is not kept here: clients
// are told the one that their URL was signed with.
type Object struct {
	Key        string
	Bytes      int64
	ModifiedAt time.Time
}

// Method is how a client sends its bytes.
type Method string

// The methods: PUT with the bytes as the body for browsers, POST of a
// multipart/form-data form for wx.uploadFile, which knows nothing else, and
// CHUNKS for files that may not come through in one request.
const (
	PUT    Method = "PUT"
	POST   Method = "POST"
	CHUNKS Method = "CHUNKS"
)

// ChunkUnit is what the size of every chunk but the last is a multiple of: that
// of Google Cloud Storage's resumable uploads, whose protocol CHUNKS is.
const ChunkUnit = 256 << 10

// UploadRequest asks for a ticket.
type UploadRequest struct {
	Key         string
	Method      Method
	ContentType string
	Bytes       int64
	ExpiresAt   time.Time
}

// Field is one header or form field that the client sends as it is.
type Field struct {
	Name  string
	Value string
}

// Ticket tells a client how to send its bytes: the headers of a PUT, or the
// fields of a POST with the file last, under the name FileField. Any 2xx answer
// is success; its body means nothing.
//
// CHUNKS is Google Cloud Storage's resumable upload. It begins with an empty POST
// to URL with Headers. The answer is 201, and its Location is the session: a
// credential of its own, where the bytes go without the ticket's headers.
//
//	PUT with Content-Range: bytes FIRST-LAST/TOTAL     sends a chunk
//	PUT with Content-Range: bytes */TOTAL, no body     asks how far things are
//
// Either is answered by 308, which is no redirect, with "Range: bytes=0-LAST" of
// what has arrived, without that header while nothing has, or by 200 or 201 once
// all has. The client goes on behind LAST, whatever it sent: what is there
// already is passed over, and of a chunk that breaks off or is no multiple of
// ChunkUnit the whole units are kept. A chunk that leaves a hole, goes behind
// TOTAL or names another TOTAL changes nothing. One of less than a unit, before
// the last, is refused and may end the session. After an error a client asks;
// where that is refused with 4xx, it begins anew with the ticket.
//
// Who lost the answer may send the same bytes again: whatever comes back, the
// object is there and can be finalised.
// Once an object was taken away, its ticket works again until it expires.
type Ticket struct {
	Method     Method
	URL        string
	Headers    []Field
	FormFields []Field
	FileField  string // empty but for POST
	ExpiresAt  time.Time
}

// ReadRequest asks for a URL to read an object.
type ReadRequest struct {
	Key         string
	ContentType string // what the answer will say
	Download    string // the file's name, for an answer that is saved; empty to show it
}

// SignedURL is a URL and when it ends.
type SignedURL struct {
	URL       string
	ExpiresAt time.Time
}

// Signed read URLs change once in a ReadBucket and hold until the end of the
// next one, so a fresh one holds for ReadBucket at least.
const (
	ReadBucket  = time.Hour
	MinReadLife = ReadBucket
)
