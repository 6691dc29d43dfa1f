package main

import (
	"net/http"
	"strings"
)

// secured sets the headers that tell browsers to make nothing of an answer but
// what it is, and has a connection end with a request in chunks. The answer to a
// socket's handshake has none: it is no page.
func (a *app) secured(next http.Handler) http.Handler {
	https := strings.HasPrefix(a.cfg.PublicURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // media URLs are signed: they are not to be handed on
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox")
		if https {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		if len(r.TransferEncoding) > 0 {
			// A length beside chunks was dropped unseen. A proxy that went by it takes what
			// follows for the rest of this body, so nothing may follow (RFC 9112, 6.1).
			h.Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}
