package gcsmedia_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/option"

	"keepsake/internal/testenv/gcsserver"
	"keepsake/media"
	"keepsake/media/gcsmedia"
)

// library is the bucket by the client library.
func library(t *testing.T, s *gcsserver.Server) *storage.BucketHandle {
	t.Helper()
	client, err := storage.NewClient(t.Context(), option.WithEndpoint(s.URL+"/storage/v1/"), option.WithoutAuthentication())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client.Bucket(s.Bucket)
}

// TestSetup: a browser may send what a ticket says and no more, uploads end by
// themselves, and other rules stay.
func TestSetup(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	b, bucket, ctx := open(t, s, gcsmedia.Options{}), library(t, s), t.Context()
	theirs := storage.LifecycleRule{
		Action:    storage.LifecycleAction{Type: storage.SetStorageClassAction, StorageClass: "NEARLINE"},
		Condition: storage.LifecycleCondition{AgeInDays: 90, MatchesPrefix: []string{"m/"}},
	}
	if _, err := bucket.Update(ctx, storage.BucketAttrsToUpdate{Lifecycle: &storage.Lifecycle{Rules: []storage.LifecycleRule{theirs}}}); err != nil {
		t.Fatal(err)
	}
	settings := gcsmedia.Settings{Origins: []string{"https://album.example.com"}}
	for i, c := range []struct {
		days    int
		changed bool
		want    int64
	}{{0, true, 3}, {3, false, 3}, {7, true, 7}, {7, false, 7}} {
		settings.IncomingDays = c.days
		changed, err := b.Setup(ctx, settings)
		if err != nil || changed != c.changed {
			t.Fatalf("%d: %v, %v", i, changed, err)
		}
		attrs, err := bucket.Attrs(ctx)
		if err != nil || len(attrs.Lifecycle.Rules) != 2 || attrs.Lifecycle.Rules[0].Action != theirs.Action {
			t.Fatalf("%d: %+v, %v", i, attrs.Lifecycle, err)
		}
		own := attrs.Lifecycle.Rules[1]
		if own.Action.Type != storage.DeleteAction || own.Condition.AgeInDays != c.want || !slices.Equal(own.Condition.MatchesPrefix, []string{"incoming/"}) {
			t.Errorf("%d: %+v", i, own)
		}
	}

	for _, c := range []struct {
		method media.Method
		verb   string
	}{{media.PUT, http.MethodPut}, {media.CHUNKS, http.MethodPost}} {
		ticket, err := b.SignUpload(ctx, media.UploadRequest{Key: key, Method: c.method, ContentType: kind, Bytes: 1, ExpiresAt: time.Now().Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, h := range ticket.Headers {
			names = append(names, h.Name)
		}
		for origin, allowed := range map[string]bool{"https://album.example.com": true, "https://example.com": false} {
			h := preflight(t, ticket.URL, origin, c.verb, names...)
			if got := h.Get("Access-Control-Allow-Origin") == origin; got != allowed {
				t.Errorf("%s, %s: %v", c.method, origin, h)
			}
		}
	}
}

// preflight asks, as a browser does, whether a page may send a request.
func preflight(t *testing.T, url, origin, method string, headers ...string) http.Header {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", method)
	r.Header.Set("Access-Control-Request-Headers", strings.Join(headers, ","))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.Header
}

// TestPageSendsChunks: a page begins an upload in chunks, reads where it goes,
// sends a chunk and reads how far it is, all by the rules that Setup makes.
func TestPageSendsChunks(t *testing.T) {
	const page = "https://album.example.com"
	s := serve(t, gcsserver.Options{})
	b := open(t, s, gcsmedia.Options{})
	if _, err := b.Setup(t.Context(), gcsmedia.Settings{Origins: []string{page}}); err != nil {
		t.Fatal(err)
	}
	total := int64(2 * media.ChunkUnit)
	ticket, err := b.SignUpload(t.Context(), media.UploadRequest{Key: key, Method: media.CHUNKS, ContentType: kind, Bytes: total, ExpiresAt: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	do := func(method, url, body string, headers []media.Field, status int, read string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", page)
		for _, h := range headers {
			r.Header.Set(h.Name, h.Value)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != status || answer.Header.Get("Access-Control-Allow-Origin") != page ||
			!strings.Contains(answer.Header.Get("Access-Control-Expose-Headers"), read) {
			t.Fatalf("%s: %s, %v", method, answer.Status, answer.Header)
		}
		return answer.Header.Get(read)
	}
	session := do(http.MethodPost, ticket.URL, "", ticket.Headers, http.StatusCreated, "Location")
	if h := preflight(t, session, page, http.MethodPut, "content-range"); h.Get("Access-Control-Allow-Origin") != page {
		t.Errorf("%v", h)
	}
	chunk := []media.Field{{Name: "Content-Range", Value: fmt.Sprintf("bytes 0-%d/%d", media.ChunkUnit-1, total)}}
	if have := do(http.MethodPut, session, strings.Repeat("x", media.ChunkUnit), chunk, http.StatusPermanentRedirect, "Range"); have != fmt.Sprintf("bytes=0-%d", media.ChunkUnit-1) {
		t.Errorf("Range %q", have)
	}
}

// TestCheck: a bucket that is as it should be passes and is left as it was; else
// the error names what is wrong.
func TestCheck(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	deny := func(method, path string) string {
		return behind(t, s, func(w http.ResponseWriter, r *http.Request) bool {
			denied := r.Method == method && strings.HasPrefix(r.URL.Path, path)
			if denied {
				w.WriteHeader(http.StatusForbidden)
			}
			return denied
		})
	}
	objects := "/storage/v1/b/" + s.Bucket + "/o"
	remote := newIAM(t)
	remote.before = func(*http.Request) int { return http.StatusForbidden }
	for name, c := range map[string]struct {
		o    gcsmedia.Options
		want string // part of the error; empty for none
	}{
		"as it should be":   {gcsmedia.Options{}, ""},
		"no bucket":         {gcsmedia.Options{Bucket: "another"}, `there is no bucket "another"`},
		"no list":           {gcsmedia.Options{Endpoint: deny("GET", objects)}, "storage.objects.list"},
		"no create":         {gcsmedia.Options{Endpoint: deny("POST", "/upload/")}, "storage.objects.create"},
		"no get":            {gcsmedia.Options{Endpoint: deny("GET", objects+"/")}, "storage.objects.get"},
		"no delete":         {gcsmedia.Options{Endpoint: deny("DELETE", objects)}, "storage.objects.delete"},
		"nobody there":      {gcsmedia.Options{Endpoint: "http://127.0.0.1:1"}, "cannot be reached"},
		"another secret":    {gcsmedia.Options{HMACAccessID: s.AccessID, HMACSecret: "x"}, "make a new key"},
		"another account":   {gcsmedia.Options{HMACAccessID: "x", HMACSecret: "x"}, "its key is not active"},
		"a slow clock":      {gcsmedia.Options{Now: func() time.Time { return time.Now().Add(-5 * time.Hour) }}, "set it"},
		"a fast clock":      {gcsmedia.Options{Now: func() time.Time { return time.Now().Add(5 * time.Hour) }}, "set it"},
		"a host elsewhere":  {gcsmedia.Options{Host: strings.Replace(s.URL, "127.0.0.1", "localhost", 1)}, "leads to the bucket"},
		"a host of nobody":  {gcsmedia.Options{Host: "http://127.0.0.1:1"}, ""},
		"IAM refuses":       {gcsmedia.Options{Account: account, IAMEndpoint: remote.URL}, "roles/iam.serviceAccountTokenCreator"},
		"IAM signs":         {gcsmedia.Options{Account: account, IAMEndpoint: newIAM(t).URL}, ""},
		"the key of a file": {gcsmedia.Options{KeyFile: keyFile(t)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := open(t, s, c.o).Check(t.Context())
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	if found, err := open(t, s, gcsmedia.Options{}).List(t.Context(), "", "", 10); err != nil || len(found) > 0 {
		t.Errorf("left behind: %v, %v", found, err)
	}
}

// TestHost: clients write and read at a custom hostname, where the bucket is not
// named; the calls go elsewhere.
func TestHost(t *testing.T) {
	s := serve(t, gcsserver.Options{Host: "localhost"})
	host := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	b := open(t, s, gcsmedia.Options{Host: host})
	if err := b.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := media.UploadRequest{Key: key, Method: media.PUT, ContentType: kind, Bytes: 5, ExpiresAt: time.Now().Add(time.Hour)}
	ticket, err := b.SignUpload(t.Context(), r)
	if err != nil || !strings.HasPrefix(ticket.URL, host+"/"+key+"?") {
		t.Fatalf("%s, %v", ticket.URL, err)
	}
	if status := put(t, ticket, "12345"); status != http.StatusOK {
		t.Errorf("PUT: %d", status)
	}
	if o, err := b.Stat(t.Context(), key); err != nil || o.Bytes != 5 {
		t.Errorf("%+v, %v", o, err)
	}
	r.Method = media.POST
	if ticket, err := b.SignUpload(t.Context(), r); err != nil || ticket.URL != host+"/" {
		t.Errorf("%s, %v", ticket.URL, err)
	}
}

// TestPublished: what is published says that it never changes, and has nothing
// left of what the upload said of itself; a copy may take several calls.
func TestPublished(t *testing.T) {
	s := serve(t, gcsserver.Options{RewriteBytes: 1000})
	b, bucket, ctx := open(t, s, gcsmedia.Options{}), library(t, s), t.Context()
	if err := b.Write(ctx, key, "image/png", strings.NewReader(strings.Repeat("x", 4500))); err != nil {
		t.Fatal(err)
	}
	if err := b.Publish(ctx, key, final, kind); err != nil {
		t.Fatal(err)
	}
	attrs, err := bucket.Object(final).Attrs(ctx)
	if err != nil || attrs.Size != 4500 || attrs.ContentType != kind || len(attrs.Metadata) > 0 ||
		attrs.CacheControl != "private, max-age=31536000, immutable" {
		t.Errorf("%+v, %v", attrs, err)
	}
}

// TestForeignObjects: what others put into the bucket is not listed.
func TestForeignObjects(t *testing.T) {
	s := serve(t, gcsserver.Options{})
	b, bucket, ctx := open(t, s, gcsmedia.Options{}), library(t, s), t.Context()
	for _, name := range []string{"a", "a folder/", "b", "b//c", "相片", "c"} {
		if err := bucket.Object(name).NewWriter(ctx).Close(); err != nil {
			t.Fatal(err)
		}
	}
	var keys []string
	for after := ""; ; after = keys[len(keys)-1] {
		found, err := b.List(ctx, "", after, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range found {
			keys = append(keys, o.Key)
		}
		if len(found) < 2 {
			break
		}
	}
	if !slices.Equal(keys, []string{"a", "b", "c"}) {
		t.Errorf("%q", keys)
	}
}

func TestOptions(t *testing.T) {
	good := gcsmedia.Options{Bucket: "bucket", Endpoint: "http://127.0.0.1:1", HMACAccessID: "a", HMACSecret: "b"}
	for what, c := range map[string]struct {
		change func(*gcsmedia.Options)
		want   string
	}{
		"as it should be":     {func(*gcsmedia.Options) {}, ""},
		"no bucket":           {func(o *gcsmedia.Options) { o.Bucket = "" }, "not the name of a bucket"},
		"a bucket's address":  {func(o *gcsmedia.Options) { o.Bucket = "gs://bucket" }, "not the name of a bucket"},
		"another bucket's":    {func(o *gcsmedia.Options) { o.Bucket = "a/../b" }, "not the name of a bucket"},
		"no endpoint":         {func(o *gcsmedia.Options) { o.Endpoint = "x" }, "the endpoint"},
		"no host":             {func(o *gcsmedia.Options) { o.Host = "a/b" }, "the host"},
		"no way of signing":   {func(o *gcsmedia.Options) { o.HMACAccessID, o.HMACSecret = "", "" }, "given: none"},
		"two ways of signing": {func(o *gcsmedia.Options) { o.Account = account }, "given: an HMAC key and an account that IAM signs for"},
		"half an HMAC key":    {func(o *gcsmedia.Options) { o.HMACSecret = "" }, "one of them is missing"},
		"no key file":         {func(o *gcsmedia.Options) { o.HMACAccessID, o.HMACSecret, o.KeyFile = "", "", "missing.json" }, "missing.json"},
		"another file":        {func(o *gcsmedia.Options) { o.HMACAccessID, o.HMACSecret, o.KeyFile = "", "", "setup_test.go" }, "not the JSON key"},
	} {
		o := good
		c.change(&o)
		b, err := gcsmedia.Open(context.Background(), o)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
		if b != nil {
			_ = b.Close()
		}
	}
}
