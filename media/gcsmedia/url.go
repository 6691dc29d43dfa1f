package gcsmedia

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"keepsake/album"
	"keepsake/media"
)

// urlKey is all that a read URL depends on.
type urlKey struct {
	media.ReadRequest
	at int64 // the beginning of the time bucket, in seconds
}

// SignRead makes a URL to read an object, or gives the one that it made before
// in this time bucket. What is no photo or video is only ever saved.
func (b *Bucket) SignRead(ctx context.Context, r media.ReadRequest) (media.SignedURL, error) {
	if err := media.CheckKey(r.Key); err != nil {
		return media.SignedURL{}, err
	}
	at := b.now().UTC().Truncate(media.ReadBucket)
	const life = 2 * media.ReadBucket
	known := urlKey{r, at.Unix()}
	if u, ok := b.urls.Get(known); ok {
		return media.SignedURL{URL: u, ExpiresAt: at.Add(life)}, nil
	}
	contentType, disposition := r.ContentType, media.ContentDisposition(r.Download)
	if _, ok := media.KindOf(contentType); !ok {
		contentType, disposition = "application/octet-stream", media.ContentDisposition(media.FileName(r.Download))
	}
	u, err := b.signer.url(ctx, b.place, http.MethodGet, r.Key, at, life, nil, url.Values{
		"response-content-disposition": {disposition},
		"response-content-type":        {contentType},
	})
	if err != nil {
		return media.SignedURL{}, failure(ctx, "sign", err)
	}
	b.urls.Add(known, u)
	return media.SignedURL{URL: u, ExpiresAt: at.Add(life)}, nil
}

// SignUpload makes a ticket. Its time ends on a whole second, and no later than
// seven days ahead, or 12 hours where IAM signs.
//
// GCS takes bytes for a key that has no object alone: who sends the same again
// is answered 412, or 200 by a session that is complete. For a PUT that is documented; for a form, Google's list of
// fields does not name x-goog-if-generation-match. Were it passed over, a ticket
// could replace its own upload until it ends, but never what was published.
//
// CHUNKS are a resumable upload of the XML API. Its session's URL is a credential
// of its own, which GCS makes: it lives for a week, whenever the ticket ends, and
// nothing here can end it. An object that it makes after its key was deleted
// lies under incoming/ and is removed like any upload that nobody finishes.
// Google's documents name no header that bounds a session's bytes for certain:
// the ticket has both that might, and who finishes an upload looks at its size.
func (b *Bucket) SignUpload(ctx context.Context, r media.UploadRequest) (media.Ticket, error) {
	if err := media.CheckKey(r.Key); err != nil {
		return media.Ticket{}, err
	}
	if !isContentType(r.ContentType) {
		return media.Ticket{}, album.Invalid("contentType", "this is not a content type")
	}
	if r.Bytes < 1 {
		return media.Ticket{}, album.Invalid("bytes", "there is nothing to upload")
	}
	at, ends := b.now().UTC().Truncate(time.Second), r.ExpiresAt.UTC().Truncate(time.Second)
	if life := ends.Sub(at); life < time.Second || life > b.signer.maxLife {
		return media.Ticket{}, album.Invalid("expiresAt", "a ticket holds for 1 s to %s", b.signer.maxLife)
	}
	size := strconv.FormatInt(r.Bytes, 10)
	fields := []media.Field{{Name: "content-type", Value: r.ContentType}, {Name: "x-goog-if-generation-match", Value: "0"}}
	ticket := media.Ticket{Method: r.Method, ExpiresAt: ends}
	var err error
	switch r.Method {
	case media.PUT:
		ticket.Headers = append(fields, media.Field{Name: "x-goog-content-length-range", Value: size + "," + size})
		ticket.URL, err = b.signer.url(ctx, b.place, http.MethodPut, r.Key, at, ends.Sub(at), ticket.Headers, nil)
	case media.POST:
		ticket.URL, ticket.FileField = b.place.origin+b.place.path, "file"
		ticket.FormFields, err = b.signer.form(ctx, b.name, r.Key, at, ends, r.Bytes, fields)
	case media.CHUNKS:
		ticket.Headers = append(fields,
			media.Field{Name: "x-goog-content-length-range", Value: size + "," + size},
			media.Field{Name: "x-goog-resumable", Value: "start"},
			media.Field{Name: "x-upload-content-length", Value: size})
		ticket.URL, err = b.signer.url(ctx, b.place, http.MethodPost, r.Key, at, ends.Sub(at), ticket.Headers, nil)
	default:
		return media.Ticket{}, album.Invalid("method", "this is neither PUT, POST nor CHUNKS")
	}
	if err != nil {
		return media.Ticket{}, failure(ctx, "sign", err)
	}
	return ticket, nil
}

// isContentType takes what is signed as it is written: ASCII without control
// characters, and without white space that a canonical header would lose.
func isContentType(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	_, _, err := mime.ParseMediaType(s)
	return err == nil && len(s) <= album.MaxContentTypeLength && strings.Join(strings.Fields(s), " ") == s
}
