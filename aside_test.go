package main

import (
	"net/http"
	"strings"
	"testing"
)

// TestPprof: profiles are on an address of their own, if there is one, and nowhere
// else.
func TestPprof(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_PPROF_LISTEN=127.0.0.1:0", "KEEPSAKE_METRICS_LISTEN=127.0.0.1:0"}})
	profiles, err := s.servePprof(t.Context())
	must(t, err)
	metrics, err := s.serveMetrics(t.Context())
	must(t, err)
	const path = "/debug/pprof/goroutine?debug=1"
	for base, want := range map[string]int{
		"http://" + profiles.addr.String(): http.StatusOK, "http://" + metrics.addr.String(): http.StatusNotFound, s.url: http.StatusNotFound,
	} {
		status, text := fetch(t, http.MethodGet, base+path, nil)
		if status != want || (want == http.StatusOK) != strings.HasPrefix(string(text), "goroutine profile: ") {
			t.Errorf("%s: %d %.100s", base, status, text)
		}
	}
	if status, text := fetch(t, http.MethodGet, "http://"+metrics.addr.String()+"/metrics", nil); status != http.StatusOK || !strings.Contains(string(text), "\ngo_goroutines ") {
		t.Errorf("metrics on their own address: %d", status)
	}
	must(t, profiles.Close())
	must(t, metrics.Close())
	none := startServer(t, setup{idle: true})
	profiles, err = none.servePprof(t.Context())
	must(t, err)
	if profiles != nil {
		t.Errorf("without an address they are at %v", profiles.addr)
	}
	must(t, profiles.Close())
	taken, err := serveAside(t.Context(), "KEEPSAKE_X", strings.TrimPrefix(s.url, "http://"), http.NotFoundHandler())
	if err == nil || !strings.HasPrefix(err.Error(), "KEEPSAKE_X: ") || taken != nil {
		t.Errorf("an address that is taken: %v", err)
	}
}
