package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"keepsake/internal/config"
	"keepsake/internal/testenv/mongoserver"
)

// TestSecondNode: a second process on one SQLite database is refused, until the
// first has ended.
func TestSecondNode(t *testing.T) {
	t.Parallel()
	cfg, err := config.Load([]string{"KEEPSAKE_DATA=" + t.TempDir()})
	must(t, err)
	open := func() (*app, error) {
		return newApp(t.Context(), cfg, "http://localhost", newLogger(cfg, &logs{}))
	}
	first, err := open()
	must(t, err)
	if _, err := open(); err == nil || !strings.Contains(err.Error(), "another Keepsake runs on") {
		t.Errorf("a second one: %v", err)
	}
	must(t, first.close())
	again, err := open()
	must(t, err)
	must(t, again.close())
}

// TestWhatIsAwayAtStart: each part that does not answer is named by its
// variable, in time, and without a secret.
func TestWhatIsAwayAtStart(t *testing.T) {
	t.Parallel()
	const key = "KEEPSAKE_SECRET=5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a"
	mongo := mongoserver.Start(t)
	database := "MONGODB_URI=" + strings.Replace(mongo.URI, "/?", "/"+mongo.NewDatabase(t)+"?", 1)
	for name, env := range map[string][]string{
		"REDIS_URL":   {"REDIS_URL=redis://:hunter2@127.0.0.1:1", database, key},
		"MONGODB_URI": {"MONGODB_URI=mongodb://keepsake:hunter2@127.0.0.1:1/"},
		"GCS_BUCKET":  {"GCS_BUCKET=some-bucket", "GCS_ENDPOINT=http://127.0.0.1:1", "GCS_HMAC_ID=id", "GCS_HMAC_SECRET=hunter2", key},
	} {
		cfg, err := config.Load(append(env, "KEEPSAKE_DATA="+t.TempDir()))
		must(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		a, err := newApp(ctx, cfg, "http://localhost", newLogger(cfg, &logs{}))
		cancel()
		if err == nil || !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, %v", name, a, err)
		}
	}
}
