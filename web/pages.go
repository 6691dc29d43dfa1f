package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Options are what the pages need to know of the program.
type Options struct {
	Explorer bool // whether the explorer is there
	Origins
	// Preview is what a link's page tells of its album to programs that show
	// links, or nil. It is called for each such page.
	Preview func(r *http.Request, token string) *Preview
}

// Pages serves the pages. Its paths are those of Routes.
type Pages struct {
	o                Options
	files            fs.FS
	album, explorer  page
	onAlbum, onGraph string // policies
}

// Routes are the patterns that Pages answers, for http.ServeMux.
var Routes = []string{"GET /{$}", "GET /a/{id}", "GET /s/{token}", "GET /graphiql", "GET /assets/{name}"}

// New makes the pages of a build, or where it is nil, those that say how to get it.
func New(files fs.FS, o Options) (*Pages, error) {
	p := &Pages{o: o, files: files, onAlbum: o.album(), onGraph: o.explorer()}
	if files == nil {
		return p, nil
	}
	var err error
	if p.album, err = readPage(files, albumPage); err != nil {
		return nil, err
	}
	p.explorer, err = readPage(files, explorerPage)
	return p, err
}

// ServeHTTP implements http.Handler.
func (p *Pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Path != "/" {
		w.Header().Set("X-Robots-Tag", "noindex") // what is not public is for those who were told
	}
	explorer := r.URL.Path == "/graphiql"
	switch {
	case explorer && !p.o.Explorer:
		http.NotFound(w, r)
	case p.files == nil:
		notBuilt(w, r)
	case explorer:
		p.explorer.serve(w, r, p.onGraph)
	case strings.HasPrefix(r.URL.Path, "/assets/"):
		p.asset(w, r)
	default:
		page := p.album
		if token := r.PathValue("token"); token != "" && p.o.Preview != nil {
			if preview := p.o.Preview(r, token); preview != nil {
				w.Header().Add("Vary", "Accept-Language")
				page = preview.in(page, r)
			}
		}
		page.serve(w, r, p.onAlbum)
	}
}

// notBuilt says how to get the pages, in place of each of them.
func notBuilt(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if r.URL.Path != "/" {
		w.WriteHeader(http.StatusNotFound)
	}
	_, _ = io.WriteString(w, "This is Keepsake, built without its pages. Its GraphQL API is at /graphql.\n\n"+ // the client may be gone
		"To have the album page and the explorer, install Node.js 20 or newer with npm, then stop this and: make run\n")
}

// page is one of HTML, as it is and compressed.
type page struct{ plain, brotli, gzip content }

// content is bytes with their entity tag.
type content struct {
	bytes []byte
	etag  string
}

func contentOf(b []byte) content {
	sum := sha256.Sum256(b)
	return content{b, `"` + hex.EncodeToString(sum[:12]) + `"`}
}

func readPage(files fs.FS, name string) (page, error) {
	var all [3]content
	for i, ending := range []string{"", ".br", ".gz"} {
		b, err := fs.ReadFile(files, name+ending)
		if err != nil {
			return page{}, fmt.Errorf("web: the build is not whole: %w", err)
		}
		all[i] = contentOf(b)
	}
	return page{all[0], all[1], all[2]}, nil
}

// serve answers with the page under its policy, or that it has not changed.
func (p page) serve(w http.ResponseWriter, r *http.Request, policy string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", policy)
	h.Add("Vary", "Accept-Encoding")
	c := p.plain
	switch coding := chooseCoding(r.Header.Values("Accept-Encoding")); {
	case coding == "br" && p.brotli.bytes != nil:
		c = p.brotli
		h.Set("Content-Encoding", coding)
	case coding == "gzip" && p.gzip.bytes != nil:
		c = p.gzip
		h.Set("Content-Encoding", coding)
	}
	h.Set("ETag", c.etag)
	if known(r, c.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(c.bytes)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(c.bytes) // the client may be gone
	}
}

// known reports whether a client says that it has what a tag stands for.
func known(r *http.Request, etag string) bool {
	for _, line := range r.Header.Values("If-None-Match") {
		for tag := range strings.SplitSeq(line, ",") {
			if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
				return true
			}
		}
	}
	return false
}

// types are those of assets that a system's own table may not know.
var types = map[string]string{".ttf": "font/ttf", ".woff2": "font/woff2", ".js": "text/javascript; charset=utf-8"}

// asset answers with a file that a page loads. Its name changes with its bytes, so
// that it can be kept for good.
func (p *Pages) asset(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	ending := path.Ext(name)
	file, coding := p.open(name, chooseCoding(r.Header.Values("Accept-Encoding")))
	if file == nil || ending == ".br" || ending == ".gz" {
		http.NotFound(w, r)
		return
	}
	defer file.Close() //nolint:errcheck // only read
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Add("Vary", "Accept-Encoding")
	if t := types[ending]; t != "" {
		h.Set("Content-Type", t)
	} else {
		h.Set("Content-Type", mime.TypeByExtension(ending))
	}
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	h.Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	if r.Method != http.MethodHead {
		_, _ = io.Copy(w, file) // the client may be gone
	}
}

// open opens an asset in a coding if it is there in that, else as it is; nil if
// there is none.
func (p *Pages) open(name, coding string) (fs.File, string) {
	if ending := map[string]string{"br": ".br", "gzip": ".gz"}[coding]; ending != "" {
		if file, err := p.files.Open(assets + name + ending); err == nil {
			return file, coding
		}
	}
	file, err := p.files.Open(assets + name)
	if err != nil {
		return nil, ""
	}
	return file, ""
}
