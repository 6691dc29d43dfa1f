package main

import (
	"mime"
	"net/http"
	"slices"
	"strings"

	"keepsake/album"
)

// admit refuses what cannot be a request of GraphQL over HTTP by its method and
// headers, before its body is read, and chooses the media type of the answer.
//
// That the type must be that of JSON also keeps other sites out: a page may send
// it to another origin only after a preflight, which is answered by the list of
// allowed origins. GET needs no such thing, because it only reads, and because
// nobody is known by a cookie.
func admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" { // the sockets' own business
			next.ServeHTTP(w, r)
			return
		}
		header := w.Header()
		header.Set("Cache-Control", "no-store") // each answer is one viewer's
		header.Add("Vary", "Accept, Authorization")
		answer, ok := answerType(r.Header.Values("Accept"))
		if !ok && wantsEvents(r) { // in case that it is refused
			answer, ok = typeGraphQL, true
		}
		header.Set("Content-Type", answer)
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodPost:
			header.Set("Allow", "GET, POST")
			refuse(w, http.StatusMethodNotAllowed, album.Errorf(album.CodeInvalidInput, "use GET or POST"))
		case r.Method == http.MethodPost && !isJSON(r.Header):
			header.Set("Accept-Post", typeJSON)
			refuse(w, http.StatusUnsupportedMediaType,
				album.Errorf(album.CodeInvalidInput, "send Content-Type: %s, in UTF-8 and not compressed", typeJSON))
		case len(r.Header.Values("Authorization")) > 1: // a proxy may have looked at another one
			refuse(w, http.StatusBadRequest, album.Errorf(album.CodeInvalidInput, "send one Authorization header"))
		case !ok:
			refuse(w, http.StatusNotAcceptable,
				album.Errorf(album.CodeInvalidInput, "accept %s or %s", typeGraphQL, typeJSON))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// isJSON reports whether a body is said to be JSON as it is read here: in UTF-8,
// and not compressed.
func isJSON(h http.Header) bool {
	mediaType, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset := params["charset"]
	coding := h.Get("Content-Encoding")
	return err == nil && mediaType == typeJSON && (charset == "" || strings.EqualFold(charset, "utf-8")) &&
		(coding == "" || strings.EqualFold(coding, "identity"))
}

// wantsEvents reports whether a request is to be answered by an event stream, as
// graphql-sse has it: its Accept names that, and prefers nothing else.
func wantsEvents(r *http.Request) bool {
	values := r.Header.Values("Accept")
	if r.Method != http.MethodPost || !slices.ContainsFunc(values, func(v string) bool { return strings.Contains(strings.ToLower(v), typeEvents) }) {
		return false
	}
	a := readAccept(values)
	events, exact := a.quality(typeEvents)
	return exact && events > 0 && events >= max(a.explicit(typeGraphQL), a.explicit(typeJSON))
}
