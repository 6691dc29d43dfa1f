package main

import (
	"net/http"
	"strings"
	"testing"

	"keepsake/service"
)

// TestSecurityHeaders: every answer has them, whatever it is an answer to.
func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	for public, hsts := range map[string]string{"http://localhost": "", "https://localhost": "max-age=31536000"} {
		s := startServer(t, setup{env: []string{"KEEPSAKE_PUBLIC_URL=" + public, "KEEPSAKE_ALLOWED_ORIGINS=https://www.example.com"}})
		for _, request := range []string{
			"GET /", "GET /healthz", "GET /readyz", "GET /metrics", "GET /nowhere", "POST /healthz", "GET /media/nothing", "PUT /media/nothing",
			"GET " + service.ArchivePath + "x", "GET /graphql", "POST /graphql", "PUT /graphql", "OPTIONS /graphql", "GET /graphql?query=%7Bme%7Bid%7D%7D",
		} {
			method, path, _ := strings.Cut(request, " ")
			h, a := send(t, method, s.url+path, "")
			if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Frame-Options") != "DENY" ||
				!strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") || h.Get("Strict-Transport-Security") != hsts ||
				!saneID.MatchString(h.Get(headerRequestID)) {
				t.Errorf("%s: %d with %v", request, a.status, h)
			}
			if h.Get("Set-Cookie") != "" || h.Get("Access-Control-Allow-Credentials") != "" || h.Get("Server") != "" {
				t.Errorf("%s: %v", request, h)
			}
		}
	}
}

// TestCORS: pages of the allowed origins may call and read, all others may not.
func TestCORS(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{env: []string{"KEEPSAKE_ALLOWED_ORIGINS=https://www.example.com"}})
	for origin, allowed := range map[string]bool{
		"https://www.example.com": true, "https://example.com": false, "http://www.example.com": false,
		"https://www.example.com.evil.net": false, "https://www.example.com:8443": false, "null": false, "*": false,
	} {
		want := ""
		if allowed {
			want = origin
		}
		h, _ := send(t, http.MethodPost, s.url+"/graphql", `{"query":"{me{id}}"}`, "Content-Type", typeJSON, "Origin", origin)
		if got := h.Get("Access-Control-Allow-Origin"); got != want || !strings.Contains(strings.Join(h.Values("Vary"), ","), "Origin") {
			t.Errorf("%s: allows %q, varies by %q", origin, got, h.Values("Vary"))
		}
		if got := h.Get("Access-Control-Expose-Headers"); allowed != (strings.Contains(got, headerRequestID) && strings.Contains(got, "Retry-After")) {
			t.Errorf("%s: shows %q", origin, got)
		}
		for asked, may := range map[string]bool{"authorization,content-type": allowed, "x-other": false} {
			h, _ := send(t, http.MethodOptions, s.url+"/graphql", "", "Origin", origin,
				"Access-Control-Request-Method", http.MethodPost, "Access-Control-Request-Headers", asked)
			if got := h.Get("Access-Control-Allow-Origin") != ""; got != may {
				t.Errorf("%s: a preflight for %s is allowed: %t", origin, asked, got)
			}
		}
	}
}

// TestCookiesMeanNothing: nobody is known by what a browser sends by itself.
func TestCookiesMeanNothing(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	p := s.user(t, "somebody")
	for _, header := range [][2]string{
		{"Cookie", "token=" + p.token + "; Authorization=Bearer " + p.token}, {"X-Forwarded-User", string(p.id)}, {"X-Authorization", "Bearer " + p.token},
	} {
		_, a := send(t, http.MethodPost, s.url+"/graphql", `{"query":"{me{id}}"}`, "Content-Type", typeJSON, header[0], header[1])
		if len(a.Errors) > 0 || a.at("me") != nil {
			t.Errorf("%s: %s", header[0], a.body)
		}
	}
	_, a := send(t, http.MethodGet, s.url+"/graphql?query=%7Bme%7Bid%7D%7D&access_token="+p.token+"&authorization=Bearer%20"+p.token, "")
	if a.at("me") != nil {
		t.Errorf("a token in the address: %s", a.body)
	}
}
