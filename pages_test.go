package main

import (
	"bytes"
	"compress/gzip"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"keepsake/album"
	"keepsake/service"
)

// pagesBuilt stand in for what `make web` builds.
func pagesBuilt(t *testing.T) fstest.MapFS {
	t.Helper()
	built := fstest.MapFS{}
	for _, name := range []string{"album.html", "graphiql.html"} {
		plain := []byte("<head><title>" + name + "</title></head>")
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		_, err := z.Write(plain)
		must(t, err)
		must(t, z.Close())
		built[name] = &fstest.MapFile{Data: plain}
		built[name+".gz"] = &fstest.MapFile{Data: packed.Bytes()}
		built[name+".br"] = &fstest.MapFile{Data: []byte("nobody asks for it")}
	}
	return built
}

// TestWhereThePagesAre: each at its address, the explorer only where clients may
// ask for the schema.
func TestWhereThePagesAre(t *testing.T) {
	t.Parallel()
	for introspection, status := range map[string]int{"true": http.StatusOK, "false": http.StatusNotFound} {
		s := startServer(t, setup{options: options{built: pagesBuilt(t)}, env: []string{
			"KEEPSAKE_INTROSPECTION=" + introspection, "KEEPSAKE_AVATAR_HOSTS=pictures.example.com",
		}})
		for path, want := range map[string]int{
			"/": 200, "/a/alb_x": 200, "/s/x": 200, "/graphiql": status, "/assets/x.js": 404, "/album.html": 404, "/a/": 404, "/a/x/y": 404,
		} {
			h, a := send(t, http.MethodGet, s.url+path, "")
			policy := h.Get("Content-Security-Policy")
			if a.status != want || (want == 200) != strings.Contains(policy, "script-src 'self'") || strings.Contains(a.body, "og:") {
				t.Errorf("introspection %s, %s: %d, %v: %s", introspection, path, a.status, h, a.body)
			}
			if path == "/" && (!strings.Contains(policy, " "+s.url) || !strings.Contains(policy, " https://pictures.example.com")) {
				t.Errorf("the page cannot reach its pictures: %s", policy)
			}
		}
		if _, a := send(t, http.MethodPost, s.url+"/", ""); a.status != http.StatusMethodNotAllowed {
			t.Errorf("POST to a page: %d", a.status)
		}
	}
}

// TestLinkPreviews: a link's page tells of its album where anyone may open the
// link, and is to the byte that of a link that is not there where not.
func TestLinkPreviews(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{options: options{built: pagesBuilt(t)}})
	ctx, owner := t.Context(), s.user(t, "owner")
	v := album.Identified{UserID: owner.id}
	page := func(token string) string {
		h, a := send(t, http.MethodGet, s.url+sharePath+token, "", "User-Agent", "crawler")
		if a.status != http.StatusOK || h.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d, %v", token, a.status, h)
		}
		return a.body
	}
	link := func(id album.AlbumID, n service.NewShare) (album.ShareID, string) {
		n.AlbumID = id
		share, token, err := s.service.CreateShare(ctx, v, n)
		must(t, err)
		return share.ID, token
	}
	id := s.album(t, owner.id, album.Private, album.DefaultSettings())
	title := `"><script src=//evil.example></script> & 夏天`
	_, err := s.service.UpdateAlbum(ctx, v, id, album.AlbumPatch{Title: &title})
	must(t, err)

	shareID, open := link(id, service.NewShare{JoinRole: album.Viewer, ExpiresAt: time.Now().Add(time.Hour)})
	empty := page(open)
	if !strings.Contains(empty, `property="og:title" content="&#34;&gt;&lt;script src=//evil.example&gt;&lt;/script&gt; &amp; 夏天"`) ||
		!strings.Contains(empty, `content="0 photos and videos"`) || strings.Contains(empty, "og:image") || strings.Contains(empty, "<script") {
		t.Errorf("an empty album: %s", empty)
	}
	s.photo(t, id, owner.id)
	full := page(open)
	if cover, err := url.Parse(coverIn(full)); err != nil || cover.Host == "" || !strings.HasSuffix(cover.Path, "/medium.jpg") {
		t.Errorf("the cover is at %q", cover)
	}
	if !strings.Contains(full, `content="1 photo or video"`) || !strings.Contains(full, `property="og:url" content="`+s.url+sharePath+open+`"`) ||
		!strings.Contains(full, `property="og:image:width" content="640"`) {
		t.Errorf("an album with a photo: %s", full)
	}

	nothing := page(strings.Repeat("x", 22))
	if strings.Contains(nothing, "og:") {
		t.Errorf("a link that is not there: %s", nothing)
	}
	revoked, closed := link(id, service.NewShare{})
	_, err = s.service.RevokeShare(ctx, v, revoked)
	must(t, err)
	_, secret := link(id, service.NewShare{Password: "open sesame"})
	_, brief := link(id, service.NewShare{ExpiresAt: time.Now().Add(50 * time.Millisecond)})
	eventually(t, "the link expires", func() bool { return page(brief) == nothing })
	gone := s.album(t, owner.id, album.Private, album.DefaultSettings())
	_, trashed := link(gone, service.NewShare{})
	must(t, s.service.SetAlbumState(ctx, v, gone, album.Trashed))
	for what, token := range map[string]string{
		"revoked": closed, "with a password": secret, "of a trashed album": trashed, "by its identifier": string(shareID), "too long": strings.Repeat("y", 4000), "of bytes": "%ff%00",
	} {
		if got := page(token); got != nothing {
			t.Errorf("%s: %s", what, got)
		}
	}
	if strings.Contains(full, "eyJ") { // as every access token begins
		t.Errorf("a crawler is let in: %s", full)
	}
}

// coverIn is the address of the picture that a page's preview has, or empty.
func coverIn(page string) string {
	_, rest, _ := strings.Cut(page, `property="og:image" content="`)
	address, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(address)
}

// TestPreviewsAreSlowed: who asks too much gets the page, without its preview.
func TestPreviewsAreSlowed(t *testing.T) {
	t.Parallel()
	const rate = 2
	s := startServer(t, setup{options: options{built: pagesBuilt(t)}, idle: true, env: []string{"KEEPSAKE_TRUSTED_PROXIES=127.0.0.1,::1", "KEEPSAKE_RATE_ADDRESS=2"}})
	owner := s.user(t, "owner")
	id := s.album(t, owner.id, album.Private, album.DefaultSettings())
	_, token, err := s.service.CreateShare(t.Context(), album.Identified{UserID: owner.id}, service.NewShare{AlbumID: id})
	must(t, err)
	tells := func(addr string) bool {
		_, a := send(t, http.MethodGet, s.url+sharePath+token, "", "X-Forwarded-For", addr)
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		return strings.Contains(a.body, "og:title")
	}
	refusedWithin(t, rate*burst, 1000, func() string {
		if tells(guesser) {
			return ""
		}
		return string(album.CodeRateLimited)
	})
	if !tells(elsewhere) {
		t.Error("another address is slowed, too")
	}
}
