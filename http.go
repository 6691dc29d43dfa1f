package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/rs/cors"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/internal/intake"
	"keepsake/realtime/transport"
	"keepsake/resolvers"
	"keepsake/service"
	"keepsake/web"
)

// routes is what the program answers.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", a.traced("/graphql", a.cors(admit(a.limited(a.sortOut(a.withBody(a.withViewer(a.limitedViewer(a.requests())))))))))
	if a.files != nil {
		mux.Handle("/media/", a.traced("/media/", http.StripPrefix("/media", atItsPace(a.files))))
	}
	mux.Handle("GET "+service.ArchivePath+"{ticket}", a.traced(service.ArchivePath, a.archives()))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { say(w, "ok") })
	mux.HandleFunc("GET /readyz", a.ready)
	if a.cfg.MetricsListen == "" && !a.cfg.Exposed() {
		mux.Handle("GET /metrics", a.metrics())
	}
	for _, pattern := range web.Routes {
		mux.Handle(pattern, a.pages)
	}
	return identified(a.secured(mux))
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
		AllowedHeaders: []string{"Authorization", "Content-Type", headerRequestID},
		ExposedHeaders: []string{headerRequestID, "Retry-After"},
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

// sortOut sends upgrades and event streams to the transport of what goes on for
// longer, and all else to requests.
func (a *app) sortOut(requests http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Header.Get("Upgrade") != "":
			a.transport.ServeHTTP(w, r)
		case wantsEvents(r):
			a.events(w, r)
		default:
			requests.ServeHTTP(w, r)
		}
	})
}

// events answers a request by an event stream. What can be refused before it
// begins is answered as any request is.
func (a *app) events(w http.ResponseWriter, r *http.Request) {
	body, ok := a.readBody(w, r)
	if !ok {
		return
	}
	var request transport.Request
	if err := json.Unmarshal(body, &request); err != nil {
		refuse(w, http.StatusBadRequest, requestError(err))
		return
	}
	authorization := r.Header.Get("Authorization")
	v, err := a.authenticate(r.Context(), authorization)
	if err == nil {
		err = a.limits.user(r.Context(), v)
	}
	if err != nil {
		a.refuseErr(w, r, err)
		return
	}
	if _, errs := a.engine.Parse(r.Context(), &request); errs != nil {
		w.Header().Set("Content-Type", typeGraphQL)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"errors":%s}`, errs) // the client may be gone
		return
	}
	a.transport.ServeEvents(w, r, authorization, &request)
}

// withBody reads a request's body whole, and bounds the time for all of it.
func (a *app) withBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), a.cfg.RequestTimeout)
		defer cancel()
		body, ok := a.readBody(w, r)
		if !ok {
			return
		}
		r = r.WithContext(ctx)
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(w, r)
	})
}

// readBody reads a request's body within the limits of size and time, and refuses
// one that is not UTF-8, which JSON has to be, or has more values than any may.
func (a *app) readBody(w http.ResponseWriter, r *http.Request) (body []byte, ok bool) {
	most := int64(a.cfg.MaxBody)
	control := http.NewResponseController(w)
	if err := control.SetReadDeadline(time.Now().Add(a.cfg.RequestTimeout)); err != nil {
		a.log.WarnContext(r.Context(), "no read deadline", "error", err)
	}
	ctx, from := r.Context(), auth.ClientOf(r.Context())
	if err := a.limits.size(ctx, from, min(r.ContentLength, most)); err != nil {
		a.refuseErr(w, r, err) // before it is read
		return nil, false
	}
	body, err := a.intake.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err == nil && r.ContentLength < 0 { // its size was not said
		if err := a.limits.size(ctx, from, int64(len(body))); err != nil {
			a.refuseErr(w, r, err)
			return nil, false
		}
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge,
			album.Errorf(album.CodeInvalidInput, "a request may have at most %d bytes", most))
	case errors.Is(err, intake.ErrBusy):
		a.refuseErr(w, r, album.RateLimited(whileBusy))
	case err != nil:
		refuse(w, http.StatusBadRequest, album.Errorf(album.CodeInvalidInput, "the request did not arrive whole"))
	case !utf8.Valid(body) || !utf8.ValidString(r.URL.RawQuery):
		refuse(w, http.StatusBadRequest, album.Errorf(album.CodeInvalidInput, "the request is not valid UTF-8"))
	case intake.TooMany(body, a.cfg.MaxItems()):
		refuse(w, http.StatusBadRequest, album.Errorf(album.CodeTooComplex, "the request has too many values"))
	default:
		return body, true
	}
	return nil, false
}

// withViewer finds out who asks. A token that is no good is refused here, so
// that nobody is taken for anonymous by mistake.
func (a *app) withViewer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := a.authenticate(r.Context(), r.Header.Get("Authorization"))
		if err != nil {
			a.refuseErr(w, r, err)
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
