package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"keepsake/internal/config"
)

func TestAskReady(t *testing.T) {
	status := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte("asked " + r.URL.Path)) // the test would see it
	}))
	defer server.Close()
	_, port, _ := strings.Cut(server.Listener.Addr().String(), ":")
	ask := func(listen string) (string, error) {
		var out strings.Builder
		err := runCommand(t.Context(), config.Config{Listen: listen}, []string{"ready"}, &out)
		return out.String(), err
	}
	for _, listen := range []string{":" + port, "0.0.0.0:" + port, "[::]:" + port, "127.0.0.1:" + port} {
		if out, err := ask(listen); err != nil || out != "asked /readyz" {
			t.Errorf("who listens on %s: %q, %v", listen, out, err)
		}
	}
	status = http.StatusServiceUnavailable
	if _, err := ask(":" + port); err == nil {
		t.Error("who is not ready counts as ready")
	}
	server.Close()
	if _, err := ask(":" + port); err == nil {
		t.Error("who is not there counts as ready")
	}
}
