package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"keepsake/album"
	"keepsake/internal/config"
	"keepsake/internal/testenv/gcsserver"
	"keepsake/internal/testenv/mongoserver"
)

// migration is what TestMigrate moves: one installation, and its person.
type migration struct {
	far      []string // where it goes, as settings
	owner    person
	answered string // before it was moved
}

// embeddedAt is the settings of an installation in a folder, whatever else the
// tests run on.
func embeddedAt(dir string) []string {
	return []string{
		"KEEPSAKE_DATA=" + dir, "KEEPSAKE_SECRET=" + strings.Repeat("5a", 32),
		"MONGODB_URI=", "REDIS_URL=", "GCS_BUCKET=", "GCS_ENDPOINT=", "GCS_HMAC_ID=", "GCS_HMAC_SECRET=",
	}
}

const movedPage = `{feed(first:50){edges{at node{__typename
	...on Media{id caption takenAt sha256 likeCount viewerHasLiked commentCount url(size:ORIGINAL){url} album{id title mediaCount}}
	...on Comment{id text author{displayName}}}}}}`

// TestMigrate moves an installation that people used to MongoDB and GCS by the
// command, and back, and asks servers on all three for the same page.
func TestMigrate(t *testing.T) {
	mongo := mongoserver.Start(t)
	gcs, err := gcsserver.Start(gcsserver.Options{})
	must(t, err)
	t.Cleanup(func() { must(t, gcs.Close()) })
	first, last := t.TempDir(), t.TempDir()
	m := &migration{far: []string{
		"MONGODB_URI=" + strings.Replace(mongo.URI, "/?", "/"+mongo.NewDatabase(t)+"?", 1),
		"GCS_BUCKET=" + gcs.Bucket, "GCS_ENDPOINT=" + gcs.URL, "GCS_HMAC_ID=" + gcs.AccessID, "GCS_HMAC_SECRET=" + gcs.Secret,
	}}
	up := append(embeddedAt(first), m.far...)
	down := append(embeddedAt(last), m.far...)
	refused := func(env []string, want string, args ...string) {
		t.Helper()
		if out, err := runOnce(t, env, args...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %s\n%s", args, err, want, out)
		}
	}

	refused(up, "there is no installation", "migrate", "up")
	t.Run("used", func(t *testing.T) {
		m.use(t, embeddedAt(first))
		refused(up, "stop the server", "migrate", "up")
	})
	m.run(t, up, "up")
	refused(up, "not empty", "migrate", "up")
	m.run(t, up, "up", "-check")
	t.Run("moved", func(t *testing.T) { m.same(t, up) })

	m.run(t, down, "-workers", "2", "down", "store")
	refused(down, "is missing in the target", "migrate", "-check", "down")
	m.run(t, down, "down", "media")
	t.Run("moved back", func(t *testing.T) { m.same(t, embeddedAt(last)) })
	if _, err := os.Stat(filepath.Join(last, "secret.key")); err == nil {
		t.Error("the migration made a key")
	}
}

// use is a person who takes a photo, shares it with themselves, and talks.
func (m *migration) use(t *testing.T, env []string) {
	s := startServer(t, setup{env: env})
	m.owner = s.user(t, "Anna")
	id := s.album(t, m.owner.id, album.Private, album.DefaultSettings())
	a := s.want(t, m.owner.token, createUploads, "id", id, "type", "image/jpeg", "bytes", len(testPhoto), "method", "PUT")
	medium := putTicket(t, a, testPhoto)
	s.want(t, m.owner.token, finalize, "id", medium)
	_, _, err := s.store.SetLike(t.Context(), album.Like{MediaID: album.MediaID(medium), UserID: m.owner.id, At: by("").At}, true)
	must(t, err)
	_, _, err = s.store.AddComment(t.Context(), album.Comment{
		ID: s.service.IDs.Comment(), MediaID: album.MediaID(medium), AuthorID: m.owner.id, Text: "家庭相册", CreatedAt: by("").At,
	})
	must(t, err)
	waiting := s.want(t, m.owner.token, createUploads, "id", id, "type", "image/jpeg", "bytes", len(testPhoto), "method", "PUT")
	putTicket(t, waiting, testPhoto) // sent, and not finalised
	m.answered = s.movedPage(t, m.owner.token)
}

// same asks a server for the page, and for the bytes that it shows.
func (m *migration) same(t *testing.T, env []string) {
	s := startServer(t, setup{env: env})
	if got := s.movedPage(t, m.owner.token); got != m.answered {
		t.Errorf("the page is\n%s\nit was\n%s", got, m.answered)
	}
}

var signedURL = regexp.MustCompile(`https?://[^"]+`)

// movedPage is the page without its addresses, whose bytes are looked at.
func (s *server) movedPage(t *testing.T, token string) string {
	t.Helper()
	a := s.want(t, token, movedPage)
	urls := signedURL.FindAllString(a.body, -1)
	if len(urls) != 1 {
		t.Errorf("%d addresses in %s", len(urls), a.body)
	}
	for _, u := range urls {
		if status, body := fetch(t, http.MethodGet, strings.ReplaceAll(u, `\u0026`, "&"), nil); status != http.StatusOK || !bytes.Equal(body, testPhoto) {
			t.Errorf("%d and %d bytes from %s", status, len(body), u)
		}
	}
	return signedURL.ReplaceAllString(a.body, "")
}

// run runs a migration that must succeed.
func (m *migration) run(t *testing.T, env []string, args ...string) {
	t.Helper()
	out, err := runOnce(t, env, append([]string{"migrate"}, args...)...)
	if err != nil || !strings.Contains(out, "both sides are the same") && !strings.Contains(out, "Both sides are the same") {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}

// runOnce runs one command of the program.
func runOnce(t *testing.T, env []string, args ...string) (string, error) {
	t.Helper()
	cfg, err := config.Load(env)
	must(t, err)
	var out bytes.Buffer
	err = runCommand(t.Context(), cfg, args, &out)
	return out.String(), err
}

func TestMigrateArguments(t *testing.T) {
	mongo, gcs := "MONGODB_URI=mongodb://127.0.0.1:1", []string{"GCS_BUCKET=b", "GCS_HMAC_ID=a", "GCS_HMAC_SECRET=b"}
	for args, c := range map[string]struct {
		env  []string
		want string
	}{
		"":                  {nil, "say up or down"},
		"sideways":          {nil, "say up or down"},
		"up store media":    {nil, "say up or down"},
		"up everything":     {nil, `"everything" is neither store nor media`},
		"up -workers 0":     {nil, "-workers must be"},
		"up -fast":          {nil, "-fast"},
		"up":                {nil, "set MONGODB_URI, GCS_BUCKET or both"},
		"up store":          {gcs, "set MONGODB_URI"},
		"down media":        {[]string{mongo}, "set GCS_BUCKET"},
		"-check down media": {[]string{mongo}, "set GCS_BUCKET"},
	} {
		cfg, err := config.Load(append(embeddedAt(t.TempDir()), c.env...))
		must(t, err)
		if err := migrateCommand(t.Context(), cfg, strings.Fields(args), nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("migrate %s: %v, want %s", args, err, c.want)
		}
	}
	for args, want := range map[string]move{
		"up":                     {up: true, store: true, media: true, workers: 8},
		"down store":             {store: true, workers: 8},
		"up media -workers 3":    {up: true, media: true, workers: 3},
		"-workers 3 -check down": {store: true, media: true, check: true, workers: 3},
	} {
		got, err := parseMove(config.Backends{MongoURI: "mongodb://", GCSBucket: "b"}, strings.Fields(args))
		if err != nil || got != want {
			t.Errorf("migrate %s: %+v, %v, want %+v", args, got, err, want)
		}
	}
	var out bytes.Buffer
	must(t, migrateCommand(context.Background(), config.Config{}, []string{"-h"}, &out))
	if !strings.Contains(out.String(), "keepsake migrate") {
		t.Errorf("no help: %s", &out)
	}
}
