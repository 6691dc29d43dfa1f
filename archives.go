package main

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/media"
	"keepsake/service"
)

const (
	// archiveIdle is how long the client of an archive may take for a piece of it,
	// and archiveRate how many bytes a second it takes on the whole, after a minute.
	archiveIdle  = 30 * time.Second
	archiveGrace = time.Minute
	archiveRate  = 32 << 10
)

// archives serves ZIP files, at most KEEPSAKE_MAX_ARCHIVES at once. The address
// says for whom it is; whether they may have it is looked at now.
func (a *app) archives() http.Handler {
	room := make(chan struct{}, a.cfg.MaxArchives)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "private, no-store")
		file, err := a.service.OpenArchive(auth.WithClient(r.Context(), a.clientAddr(r)), r.PathValue("ticket"))
		if err != nil {
			a.refuseArchive(w, r, err)
			return
		}
		h.Set("Content-Type", "application/zip")
		h.Set("Content-Disposition", media.ContentDisposition(file.Name))
		h.Set("Content-Length", strconv.FormatInt(file.Bytes, 10))
		if r.Method == http.MethodHead {
			return
		}
		select {
		case room <- struct{}{}:
			defer func() { <-room }()
		default:
			h.Del("Content-Length")
			h.Del("Content-Disposition")
			h.Set("Retry-After", "10")
			http.Error(w, string(album.CodeUnavailable), http.StatusServiceUnavailable)
			return
		}
		a.sendArchive(w, r, file)
	})
}

// sendArchive sends a file. What breaks off on the way breaks the connection, so
// that nobody takes a part for the whole.
func (a *app) sendArchive(w http.ResponseWriter, r *http.Request, file *service.ArchiveFile) {
	paced := &pacedWriter{
		w: w, conn: http.NewResponseController(w),
		ends: time.Now().Add(archiveGrace + time.Duration(file.Bytes/archiveRate)*time.Second),
	}
	if err := file.Write(r.Context(), paced); err != nil {
		if r.Context().Err() == nil && !paced.failed {
			a.log.WarnContext(r.Context(), "an archive broke off", "error", err)
		}
		panic(http.ErrAbortHandler)
	}
}

// refuseArchive answers with the code of an error, as text: a download has no
// other place for it.
func (a *app) refuseArchive(w http.ResponseWriter, r *http.Request, err error) {
	status := http.StatusForbidden
	code := album.CodeOf(err)
	switch code {
	case album.CodeRateLimited:
		status = http.StatusTooManyRequests
		if e, ok := errors.AsType[*album.Error](err); ok {
			w.Header().Set("Retry-After", strconv.Itoa(e.RetryAfter()))
		}
	case album.CodeNotFound:
		status = http.StatusNotFound
	case album.CodeUnavailable:
		status = http.StatusServiceUnavailable
		w.Header().Set("Retry-After", "10")
	case album.CodeInternal:
		status = http.StatusInternalServerError
		a.log.ErrorContext(r.Context(), "an archive was not opened", "error", err)
	}
	http.Error(w, string(code), status)
}

// pacedWriter gives the client archiveIdle for each piece, and until ends for all.
type pacedWriter struct {
	w      http.ResponseWriter
	conn   *http.ResponseController
	ends   time.Time
	failed bool // the client is gone or too slow
}

func (p *pacedWriter) Write(b []byte) (int, error) {
	deadline := time.Now().Add(archiveIdle)
	if deadline.After(p.ends) {
		deadline = p.ends
	}
	if err := p.conn.SetWriteDeadline(deadline); err != nil {
		p.failed = true
		return 0, err
	}
	n, err := p.w.Write(b)
	p.failed = p.failed || err != nil
	return n, err
}
