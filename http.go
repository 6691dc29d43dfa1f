package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rs/cors"

	"keepsake/album"
	"keepsake/resolvers"
)

// routes is what the program answers.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	api := a.graphql()
	mux.Handle("/graphql", a.cors(a.socketsOnly(a.withBody(a.withViewer(api)), a.withSocket(api))))
	if a.files != nil {
		mux.Handle("/media/", http.StripPrefix("/media", atItsPace(a.files)))
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		say(w, "This is Keepsake. Its GraphQL API is at /graphql: POST queries there, or subscribe over graphql-transport-ws.")
	})
	return mux
}

// atItsPace lifts the server's limit of time: the bucket has deadlines of its
// own, by the size of what it sends and takes.
func atItsPace(bucket http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := http.NewResponseController(w).SetWriteDeadline(time.Time{}); err != nil {
			http.Error(w, "this connection knows no deadlines", http.StatusInternalServerError)
			return
		}
		bucket.ServeHTTP(w, r)
	})
}

// say answers with a line of text. A client that is gone does not hear it.
func say(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text+"\n")
}

// cors lets the pages of the allowed origins call the API.
func (a *app) cors(next http.Handler) http.Handler {
	if len(a.cfg.AllowedOrigins) == 0 {
		return next
	}
	return cors.New(cors.Options{
		AllowedOrigins: a.cfg.AllowedOrigins,
		AllowedMethods: []string{http.MethodGet, http.MethodPost},
		AllowedHeaders: []string{"Authorization", "Content-Type"},
		MaxAge:         600,
	}).Handler(next)
}

// originAllowed reports whether a page of the request's origin may open a
// socket: one of ours, or of an allowed origin. Programs send no origin.
func (a *app) originAllowed(r *http.Request) bool {
	origin := strings.ToLower(r.Header.Get("Origin"))
	_, host, _ := strings.Cut(origin, "://")
	return origin == "" || strings.EqualFold(host, r.Host) || slices.Contains(a.cfg.AllowedOrigins, origin)
}

// socketsOnly sends upgrades one way and all else the other.
func (a *app) socketsOnly(requests, sockets http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "" {
			sockets.ServeHTTP(w, r)
			return
		}
		requests.ServeHTTP(w, r)
	})
}

// withBody reads a request's body whole, within the limits of size and time, and
// refuses one that is not UTF-8, which JSON has to be.
func (a *app) withBody(next http.Handler) http.Handler {
	most := int64(a.cfg.MaxBody)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), a.cfg.RequestTimeout)
		defer cancel()
		control := http.NewResponseController(w)
		if err := control.SetReadDeadline(time.Now().Add(a.cfg.RequestTimeout)); err != nil {
			a.log.WarnContext(ctx, "no read deadline", "error", err)
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			refuse(w, http.StatusRequestEntityTooLarge,
				album.Errorf(album.CodeInvalidInput, "a request may have at most %d bytes", most))
			return
		case err != nil:
			refuse(w, http.StatusBadRequest, album.Errorf(album.CodeInvalidInput, "the request did not arrive whole"))
			return
		case !utf8.Valid(body) || !utf8.ValidString(r.URL.RawQuery):
			refuse(w, http.StatusBadRequest, album.Errorf(album.CodeInvalidInput, "the request is not valid UTF-8"))
			return
		}
		r = r.WithContext(ctx)
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// withViewer finds out who asks. A token that is no good is refused here, so
// that nobody is taken for anonymous by mistake.
func (a *app) withViewer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := a.authenticate(r.Context(), r.Header.Get("Authorization"))
		if err != nil {
			refuseErr(w, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(resolvers.WithViewer(r.Context(), v)))
	})
}

func (a *app) authenticate(ctx context.Context, header string) (album.Identified, error) {
	if header == "" {
		return album.Identified{}, nil
	}
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return album.Identified{}, album.Errorf(album.CodeTokenInvalid, "send the access token as: Bearer TOKEN")
	}
	return a.service.Authenticate(ctx, strings.TrimSpace(token))
}

// refuseErr answers a request that failed before GraphQL.
func refuseErr(w http.ResponseWriter, err error) {
	e, ok := errors.AsType[*album.Error](err)
	switch {
	case !ok:
		e = album.Errorf(album.CodeInternal, "something went wrong on our side")
		refuse(w, http.StatusInternalServerError, e)
	case e.Code == album.CodeUnavailable:
		w.Header().Set("Retry-After", strconv.Itoa(resolvers.RetryAfter))
		refuse(w, http.StatusServiceUnavailable, e)
	default:
		w.Header().Set("WWW-Authenticate", `Bearer realm="keepsake"`)
		refuse(w, http.StatusUnauthorized, e)
	}
}

// refuse answers with one error in the form of GraphQL's.
func refuse(w http.ResponseWriter, status int, e *album.Error) {
	type extensions struct {
		Code album.Code `json:"code"`
	}
	type shown struct {
		Message    string     `json:"message"`
		Extensions extensions `json:"extensions"`
	}
	body, err := json.Marshal(map[string][]shown{"errors": {{e.Message, extensions{e.Code}}}})
	if err != nil { // strings alone: it cannot fail
		panic(err)
	}
	w.Header().Set("Content-Type", "application/graphql-response+json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the client may be gone
}
