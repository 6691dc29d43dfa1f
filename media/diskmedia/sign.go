package diskmedia

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// The names of parameters and form fields. Each kind of URL and form has
// exactly its own, once each.
const (
	paramExpires   = "e"
	paramType      = "t"
	paramName      = "n"
	paramBytes     = "b"
	paramSession   = "u"
	paramSignature = "s"

	fieldKey       = "key"
	fieldType      = "content-type"
	fieldBytes     = "bytes"
	fieldExpires   = "expires"
	fieldSignature = "signature"
	fieldFile      = "file"
)

// purpose is the first thing that a signature covers, so that one made for a
// read is never good for a write.
type purpose string

const (
	forRead purpose = "keepsake media 1 read"
	forPut  purpose = "keepsake media 1 put"
	forPost purpose = "keepsake media 1 post"
	// An upload in chunks begins with one URL and goes on with another.
	forBegin purpose = "keepsake media 1 begin"
	forChunk purpose = "keepsake media 1 chunk"
)

// signer makes one signature after another, with a state of HMAC that has taken
// in the key and with buffers. A page has forty signatures.
type signer struct {
	mac  hash.Hash
	text []byte
	url  []byte
}

func (b *Bucket) signer() *signer {
	if s, ok := b.signers.Get().(*signer); ok {
		return s
	}
	return &signer{mac: hmac.New(sha256.New, b.key)}
}

// append adds a signature to a text. It covers the purpose and each part with its
// length, so that no two lists of parts look alike.
func (s *signer) append(to []byte, p purpose, parts ...string) []byte {
	s.text = append(s.text[:0], p...)
	for _, part := range parts {
		s.text = binary.AppendUvarint(s.text, uint64(len(part)))
		s.text = append(s.text, part...)
	}
	s.mac.Reset()
	s.mac.Write(s.text)
	s.text = s.mac.Sum(s.text[:0])
	return base64.RawURLEncoding.AppendEncode(to, s.text)
}

// sign returns the signature of the parts.
func (b *Bucket) sign(p purpose, parts ...string) string {
	s := b.signer()
	defer b.signers.Put(s)
	s.url = s.append(s.url[:0], p, parts...)
	return string(s.url)
}

// signed reports whether signature is the one of the parts, in constant time.
// The texts are compared, so there is one way to write each.
func (b *Bucket) signed(signature string, p purpose, parts ...string) bool {
	return hmac.Equal([]byte(signature), []byte(b.sign(p, parts...)))
}

// SignRead makes a URL to read an object.
func (b *Bucket) SignRead(_ context.Context, r media.ReadRequest) (media.SignedURL, error) {
	if err := media.CheckKey(r.Key); err != nil {
		return media.SignedURL{}, err
	}
	name := ""
	if r.Download != "" {
		name = media.FileName(r.Download)
	}
	ends := b.now().Truncate(media.ReadBucket).Add(2 * media.ReadBucket).UTC()
	expires := strconv.FormatInt(ends.Unix(), 10)
	s := b.signer()
	defer b.signers.Put(s)
	u := append(append(append(s.url[:0], b.base...), '/'), r.Key...)
	u = append(append(u, "?"+paramExpires+"="...), expires...)
	u = appendEscaped(append(u, "&"+paramType+"="...), r.ContentType)
	u = appendEscaped(append(u, "&"+paramName+"="...), name)
	u = s.append(append(u, "&"+paramSignature+"="...), forRead, r.Key, expires, r.ContentType, name)
	s.url = u
	return media.SignedURL{URL: string(u), ExpiresAt: ends}, nil
}

// appendEscaped adds what url.QueryEscape makes of a text.
func appendEscaped(to []byte, text string) []byte {
	const hex = "0123456789ABCDEF"
	for _, c := range []byte(text) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			to = append(to, c)
		case c == ' ':
			to = append(to, '+')
		default:
			to = append(to, '%', hex[c>>4], hex[c&15])
		}
	}
	return to
}

// SignUpload makes a ticket. Its time ends on a whole second.
func (b *Bucket) SignUpload(_ context.Context, r media.UploadRequest) (media.Ticket, error) {
	if err := media.CheckKey(r.Key); err != nil {
		return media.Ticket{}, err
	}
	if _, _, err := mime.ParseMediaType(r.ContentType); err != nil || len(r.ContentType) > album.MaxContentTypeLength {
		return media.Ticket{}, album.Invalid("contentType", "this is not a content type")
	}
	if r.Bytes < 1 {
		return media.Ticket{}, album.Invalid("bytes", "there is nothing to upload")
	}
	ends := r.ExpiresAt.Truncate(time.Second).UTC()
	expires, size := strconv.FormatInt(ends.Unix(), 10), strconv.FormatInt(r.Bytes, 10)
	switch r.Method {
	case media.PUT, media.CHUNKS:
		what := forPut
		if r.Method == media.CHUNKS {
			what = forBegin
		}
		query := url.Values{
			paramExpires:   {expires},
			paramType:      {r.ContentType},
			paramBytes:     {size},
			paramSignature: {b.sign(what, r.Key, expires, r.ContentType, size)},
		}
		return media.Ticket{
			Method:    r.Method,
			URL:       b.base + "/" + r.Key + "?" + query.Encode(),
			Headers:   []media.Field{{Name: "Content-Type", Value: r.ContentType}},
			ExpiresAt: ends,
		}, nil
	case media.POST:
		return media.Ticket{
			Method: media.POST,
			URL:    b.base + "/",
			FormFields: []media.Field{
				{Name: fieldKey, Value: r.Key},
				{Name: fieldType, Value: r.ContentType},
				{Name: fieldBytes, Value: size},
				{Name: fieldExpires, Value: expires},
				{Name: fieldSignature, Value: b.sign(forPost, r.Key, expires, r.ContentType, size)},
			},
			FileField: fieldFile,
			ExpiresAt: ends,
		}, nil
	}
	return media.Ticket{}, album.Invalid("method", "this is neither PUT, POST nor CHUNKS")
}

// upload is what a ticket allows.
type upload struct {
	key         string
	contentType string
	bytes       int64
}

// ticket checks a ticket's signature, then its time.
func (b *Bucket) ticket(p purpose, key, expires, contentType, size, signature string) (upload, error) {
	if !b.signed(signature, p, key, expires, contentType, size) {
		return upload{}, errForged
	}
	ends, err := strconv.ParseInt(expires, 10, 64)
	if err != nil {
		return upload{}, errForged
	}
	n, err := strconv.ParseInt(size, 10, 64)
	if err != nil {
		return upload{}, errForged
	}
	if b.now().Unix() >= ends {
		return upload{}, album.Errorf(album.CodeUploadExpired, "this ticket has expired, ask for a new one")
	}
	return upload{key: key, contentType: contentType, bytes: n}, nil
}

// ticketIn checks the ticket in a URL, whose query has just these names, and
// returns the query too.
func (b *Bucket) ticketIn(u *url.URL, p purpose, names ...string) (upload, url.Values, error) {
	query, err := params(u, names...)
	if err != nil {
		return upload{}, nil, err
	}
	t, err := b.ticket(p, strings.TrimPrefix(u.Path, "/"), query.Get(paramExpires),
		query.Get(paramType), query.Get(paramBytes), query.Get(paramSignature))
	return t, query, err
}

// params reads a query that has each of the names exactly once and nothing else.
func params(u *url.URL, names ...string) (url.Values, error) {
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil || len(query) != len(names) {
		return nil, errForged
	}
	for _, name := range names {
		if len(query[name]) != 1 {
			return nil, errForged
		}
	}
	return query, nil
}
