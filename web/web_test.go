package web

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const albumHTML = "<!doctype html><html><head><title>Keepsake</title></head><body></body></html>"

// build is one as `make web` makes them, with texts in place of what is compressed.
func build() fstest.MapFS {
	return fstest.MapFS{
		"album.html": {Data: []byte(albumHTML)}, "album.html.br": {Data: []byte("album in br")}, "album.html.gz": {Data: []byte("album in gzip")},
		"graphiql.html": {Data: []byte("explorer")}, "graphiql.html.br": {Data: []byte("explorer in br")}, "graphiql.html.gz": {Data: []byte("explorer in gzip")},
		"assets/album-1a2b.js": {Data: []byte("script")}, "assets/album-1a2b.js.br": {Data: []byte("script in br")}, "assets/album-1a2b.js.gz": {Data: []byte("script in gzip")},
		"assets/icon-3c4d.png": {Data: []byte("picture")},
	}
}

// answer is what a request gave.
type answer struct {
	status int
	header http.Header
	body   string
}

// serve answers a request of those pages, with headers that alternate with their values.
func serve(t *testing.T, p *Pages, method, target string, headers ...string) answer {
	t.Helper()
	mux := http.NewServeMux()
	for _, pattern := range Routes {
		mux.Handle(pattern, p)
	}
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

func pages(t *testing.T, o Options) *Pages {
	t.Helper()
	p, err := New(build(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestPages(t *testing.T) {
	p := pages(t, Options{Explorer: true, Origins: Origins{Self: "https://keepsake.example"}})
	for target, want := range map[string]string{
		"/": albumHTML, "/a/alb_1": albumHTML, "/s/secret": albumHTML, "/graphiql": "explorer", "/?x=y": albumHTML,
	} {
		for coding, suffix := range map[string]string{"": "", "br": " in br", "gzip": " in gzip"} {
			res := serve(t, p, http.MethodGet, target, "Accept-Encoding", coding)
			text := want
			if coding != "" {
				text = strings.Replace(want, albumHTML, "album", 1) + suffix
			}
			h := res.header
			if got := res.body; res.status != http.StatusOK || got != text || h.Get("Content-Encoding") != coding ||
				h.Get("Content-Type") != "text/html; charset=utf-8" || h.Get("Cache-Control") != "no-cache" || h.Get("Vary") != "Accept-Encoding" ||
				(h.Get("X-Robots-Tag") == "") != (strings.Trim(target, "/?x=y") == "") {
				t.Errorf("%s in %q: %d %q, %v", target, coding, res.status, got, h)
			}

			head := serve(t, p, http.MethodHead, target, "Accept-Encoding", coding)
			if got := head.body; got != "" || head.header.Get("ETag") != h.Get("ETag") || head.header.Get("Content-Length") != strconv.Itoa(len(text)) {
				t.Errorf("HEAD %s: %q, %v", target, got, head.header)
			}
			for given, status := range map[string]int{
				h.Get("ETag"): http.StatusNotModified, `"other", W/` + h.Get("ETag"): http.StatusNotModified, "*": http.StatusNotModified, `"other"`: http.StatusOK,
			} {
				res := serve(t, p, http.MethodGet, target, "Accept-Encoding", coding, "If-None-Match", given)
				if res.status != status || (status == http.StatusNotModified) != (res.body == "") {
					t.Errorf("%s with %s: %d", target, given, res.status)
				}
			}
		}
	}
	tags := map[string]bool{}
	for _, coding := range []string{"", "br", "gzip"} {
		tags[serve(t, p, http.MethodGet, "/", "Accept-Encoding", coding).header.Get("ETag")] = true
	}
	if len(tags) != 3 {
		t.Errorf("codings share their tags: %v", tags)
	}
}

func TestAssets(t *testing.T) {
	p := pages(t, Options{})
	for _, c := range []struct{ name, accept, text, coding, kind string }{
		{"album-1a2b.js", "gzip, deflate, br", "script in br", "br", "text/javascript; charset=utf-8"},
		{"album-1a2b.js", "gzip", "script in gzip", "gzip", "text/javascript; charset=utf-8"},
		{"album-1a2b.js", "", "script", "", "text/javascript; charset=utf-8"},
		{"icon-3c4d.png", "br", "picture", "", "image/png"},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			res := serve(t, p, method, "/assets/"+c.name, "Accept-Encoding", c.accept)
			text := c.text
			if method == http.MethodHead {
				text = ""
			}
			h := res.header
			if got := res.body; res.status != http.StatusOK || got != text || h.Get("Content-Encoding") != c.coding || h.Get("Content-Type") != c.kind ||
				h.Get("Cache-Control") != "public, max-age=31536000, immutable" || h.Get("Vary") != "Accept-Encoding" || h.Get("Content-Length") != strconv.Itoa(len(c.text)) {
				t.Errorf("%s %s in %q: %d %q, %v", method, c.name, c.accept, res.status, got, h)
			}
		}
	}
	for _, name := range []string{"nothing.js", "album-1a2b.js.br", "album-1a2b.js.gz", "..%2falbum.html", ".", "%2e%2e", "", "album-1a2b.js/x"} {
		res := serve(t, p, http.MethodGet, "/assets/"+name)
		if res.status != http.StatusNotFound && res.status/100 != 3 || strings.Contains(res.header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %v", name, res.status, res.header)
		}
	}
}

// Without the explorer there is no such page; all else is there.
func TestNoExplorer(t *testing.T) {
	p := pages(t, Options{})
	if res := serve(t, p, http.MethodGet, "/graphiql"); res.status != http.StatusNotFound || strings.Contains(res.body, "explorer") {
		t.Errorf("the explorer: %d", res.status)
	}
	if res := serve(t, p, http.MethodGet, "/"); res.status != http.StatusOK {
		t.Errorf("the album page: %d", res.status)
	}
}

func TestNotBuilt(t *testing.T) {
	p, err := New(nil, Options{Explorer: true, Preview: func(*http.Request, string) *Preview { return &Preview{Title: "secret"} }})
	if err != nil {
		t.Fatal(err)
	}
	for target, status := range map[string]int{
		"/": http.StatusOK, "/a/x": http.StatusNotFound, "/s/x": http.StatusNotFound, "/graphiql": http.StatusNotFound, "/assets/x.js": http.StatusNotFound,
	} {
		res := serve(t, p, http.MethodGet, target)
		if got := res.body; res.status != status || !strings.Contains(got, "make run") || strings.Contains(got, "secret") {
			t.Errorf("%s: %d %q", target, res.status, got)
		}
	}
	broken := build()
	delete(broken, "graphiql.html.br")
	if _, err := New(broken, Options{}); err == nil {
		t.Error("a build that is not whole is taken")
	}
}

func TestCoding(t *testing.T) {
	for accept, want := range map[string]string{
		"": "", "gzip": "gzip", "br": "br", "gzip, br": "br", "BR": "br", "gzip;q=1, br;q=0.1": "br", "br;q=0, gzip": "gzip", "br;q=0": "",
		"*": "br", "*;q=0": "", "br;q=0, *": "gzip", "identity": "", "deflate, zstd": "", "gzip;q=x": "", ";;,": "", "gzip;q=0.5,": "gzip",
	} {
		if got := chooseCoding([]string{accept}); got != want {
			t.Errorf("%q: %q, want %q", accept, got, want)
		}
	}
	if got := chooseCoding([]string{"gzip", "br"}); got != "br" {
		t.Errorf("two headers: %q", got)
	}
}

// TestPolicies: a page may run its own scripts, and reach only where it must.
func TestPolicies(t *testing.T) {
	p := pages(t, Options{Explorer: true, Origins: Origins{
		Self: "https://keepsake.example", Media: []string{"https://storage.googleapis.com"}, Avatars: []string{"https://wx.qlogo.cn"},
	}})
	read := func(target string) map[string][]string {
		all := map[string][]string{}
		for part := range strings.SplitSeq(serve(t, p, http.MethodGet, target).header.Get("Content-Security-Policy"), ";") {
			words := strings.Fields(part)
			all[words[0]] = words[1:]
		}
		return all
	}
	self, storage := []string{"'self'", "https://keepsake.example"}, "https://storage.googleapis.com"
	album, explorer := read("/s/x"), read("/graphiql")
	for name, page := range map[string]map[string][]string{"album": album, "explorer": explorer} {
		for directive, want := range map[string][]string{
			"default-src": {"'none'"}, "script-src": {"'self'"}, "base-uri": {"'none'"}, "form-action": {"'none'"}, "frame-ancestors": {"'none'"},
			"connect-src": {"'self'", "wss://keepsake.example", self[1], storage},
		} {
			if !slices.Equal(page[directive], want) {
				t.Errorf("%s: %s %v, want %v", name, directive, page[directive], want)
			}
		}
	}
	if want := []string{"'self'", "data:", "blob:", self[1], storage, "https://wx.qlogo.cn"}; !slices.Equal(album["img-src"], want) {
		t.Errorf("pictures: %v", album["img-src"])
	}
	if !slices.Equal(album["style-src"], []string{"'self'"}) || !slices.Equal(explorer["style-src"], []string{"'self'", "'unsafe-inline'"}) {
		t.Errorf("styles: %v, %v", album["style-src"], explorer["style-src"])
	}
}

// hostile are titles that must stay text.
var hostile = []string{
	`"><script>alert(1)</script>`, `</head><body onload="x">`, `&quot; & &#39;`, "two\nlines\x00", `' onmouseover='x`, "<!--", "}}{{.}}", "夏天 🌊 \u202e",
}

func TestPreview(t *testing.T) {
	var preview *Preview
	p := pages(t, Options{Preview: func(_ *http.Request, token string) *Preview {
		if token != "se/cret" {
			t.Errorf("token %q", token)
		}
		return preview
	}})
	plain := serve(t, p, http.MethodGet, "/s/se%2Fcret").body
	if plain != albumHTML {
		t.Errorf("without a preview: %q", plain)
	}
	for _, title := range hostile {
		preview = &Preview{Title: title, Count: 12, URL: "https://k/s/x?" + title, Picture: &Picture{URL: "https://k/media/x?a=1&b=" + title, ContentType: "image/jpeg", Width: 720, Height: 480}}
		res := serve(t, p, http.MethodGet, "/s/se%2Fcret", "Accept-Encoding", "br", "Accept-Language", "zh-CN,zh;q=0.9")
		got := res.body
		head, _, _ := strings.Cut(got, "</head>")
		before, tags, _ := strings.Cut(head, "</title>")
		if before+"</title></head><body></body></html>" != albumHTML || res.header.Get("Content-Encoding") != "" || !slices.Contains(res.header.Values("Vary"), "Accept-Language") {
			t.Errorf("%q: %s, %v", title, got, res.header)
		}
		lines := strings.Count(title, "\n")
		if strings.Count(tags, "<") != 9 || strings.Count(tags, ">") != 9 || strings.Count(tags, `"`) != 9*4 || strings.Count(tags, "\n") != 9+3*lines {
			t.Errorf("%q breaks out: %s", title, tags)
		}
		if !strings.Contains(tags, "12 张照片和视频") {
			t.Errorf("not in Chinese: %s", tags)
		}
	}
	for count, want := range map[int]string{0: "0 photos and videos", 1: "1 photo or video", 2: "2 photos and videos"} {
		preview = &Preview{Title: "Summer", Count: count}
		if got := serve(t, p, http.MethodGet, "/s/se%2Fcret").body; !strings.Contains(got, `content="`+want+`"`) || strings.Contains(got, "og:image") {
			t.Errorf("%d: %s", count, got)
		}
	}
}
