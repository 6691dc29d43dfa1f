package gcsserver_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"encoding/xml"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/storage"
	"google.golang.org/api/option"

	"keepsake/internal/testenv/gcsserver"
)

const account = "signer@project.iam.gserviceaccount.com"

// trial is a server, a key that it trusts and the client library on it.
type trial struct {
	*gcsserver.Server
	key    []byte // PEM
	client *storage.Client
}

func newKey(t *testing.T) (*rsa.PrivateKey, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

func start(t *testing.T, o gcsserver.Options) trial {
	t.Helper()
	s, err := gcsserver.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	client, err := storage.NewClient(t.Context(), option.WithEndpoint(s.URL+"/storage/v1/"), option.WithoutAuthentication(), storage.WithJSONReads())
	if err != nil {
		t.Fatal(err)
	}
	key, text := newKey(t)
	s.Trust(account, &key.PublicKey)
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return trial{Server: s, key: text, client: client}
}

// sign lets the client library sign.
func (s trial) sign(t *testing.T, method, key string, change func(*storage.SignedURLOptions)) string {
	t.Helper()
	o := &storage.SignedURLOptions{
		GoogleAccessID: account, PrivateKey: s.key, Method: method, Expires: time.Now().Add(time.Minute),
		Scheme: storage.SigningSchemeV4, Hostname: strings.TrimPrefix(s.URL, "http://"), Insecure: true,
	}
	if change != nil {
		change(o)
	}
	u, err := storage.SignedURL(s.Bucket, key, o)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// send sends a request and returns the status and the code of a refusal.
func send(t *testing.T, method, url, body string, headers ...string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	var refusal struct{ Code string }
	_ = xml.Unmarshal(text, &refusal)
	return answer.StatusCode, refusal.Code
}

const (
	kind  = "image/jpeg"
	five  = "x-goog-content-length-range"
	fresh = "x-goog-if-generation-match"
)

// upload signs a PUT of five bytes of one type for a key without an object.
func (s trial) upload(t *testing.T, key string) string {
	return s.sign(t, "PUT", key, func(o *storage.SignedURLOptions) {
		o.ContentType, o.Headers = kind, []string{five + ":5,5", fresh + ":0"}
	})
}

func TestSignedURLs(t *testing.T) {
	s := start(t, gcsserver.Options{})
	good := []string{"Content-Type", kind, five, "5,5", fresh, "0"}
	with := func(headers []string, more ...string) []string {
		return append(append([]string{}, headers...), more...)
	}
	put := s.upload(t, "a/b")
	_, other := newKey(t)
	for what, c := range map[string]struct {
		method, url, body string
		headers           []string
		status            int
		code              string
	}{
		"unsigned":             {"PUT", s.URL + "/" + s.Bucket + "/a/b", "12345", good, 403, "AccessDenied"},
		"of an unknown key":    {"PUT", s.sign(t, "PUT", "a/b", func(o *storage.SignedURLOptions) { o.PrivateKey = other }), "12345", nil, 403, "SignatureDoesNotMatch"},
		"of nobody":            {"PUT", s.sign(t, "PUT", "a/b", func(o *storage.SignedURLOptions) { o.GoogleAccessID = "x" }), "12345", nil, 403, "AccessDenied"},
		"expired":              {"PUT", s.sign(t, "PUT", "a/b", func(o *storage.SignedURLOptions) { o.Expires = time.Now() }), "12345", nil, 400, "InvalidArgument"},
		"another method":       {"GET", put, "", good, 403, "SignatureDoesNotMatch"},
		"another key":          {"PUT", strings.Replace(put, "a/b", "a/c", 1), "12345", good, 403, "SignatureDoesNotMatch"},
		"another bucket":       {"PUT", strings.Replace(put, s.Bucket, "other", 1), "12345", good, 404, "NoSuchBucket"},
		"another type":         {"PUT", put, "12345", with(good, "Content-Type", "text/html"), 403, "SignatureDoesNotMatch"},
		"no type":              {"PUT", put, "12345", good[2:], 403, "SignatureDoesNotMatch"},
		"another range":        {"PUT", put, "123456", with(good, five, "6,6"), 403, "SignatureDoesNotMatch"},
		"no range":             {"PUT", put, "12345", with(good[:2], good[4:]...), 403, "SignatureDoesNotMatch"},
		"another generation":   {"PUT", put, "12345", with(good, fresh, "1"), 403, "SignatureDoesNotMatch"},
		"no generation":        {"PUT", put, "12345", good[:4], 403, "SignatureDoesNotMatch"},
		"an unsigned header":   {"PUT", put, "12345", with(good, "x-goog-acl", "public-read"), 403, "AccessDenied"},
		"more bytes":           {"PUT", put, "123456", good, 400, "EntityTooLarge"},
		"fewer bytes":          {"PUT", put, "1234", good, 400, "EntityTooSmall"},
		"a longer life":        {"PUT", strings.Replace(put, "X-Goog-Expires=", "X-Goog-Expires=1", 1), "12345", good, 403, "SignatureDoesNotMatch"},
		"another parameter":    {"PUT", put + "&response-content-type=text/html", "12345", good, 403, "SignatureDoesNotMatch"},
		"a parameter twice":    {"PUT", put + "&X-Goog-Expires=1", "12345", good, 400, "InvalidArgument"},
		"a signature cut off":  {"PUT", put[:len(put)-2], "12345", good, 403, ""},
		"an algorithm of none": {"PUT", strings.Replace(put, "GOOG4-RSA", "GOOG4-XXX", 1), "12345", good, 400, "InvalidArgument"},
		"as an HMAC key":       {"PUT", strings.Replace(put, "GOOG4-RSA", "GOOG4-HMAC", 1), "12345", good, 403, "AccessDenied"},
		"a way out":            {"PUT", s.sign(t, "PUT", "a/../../b", nil), "12345", nil, 400, "InvalidURI"},
		"a hidden way out":     {"PUT", strings.Replace(put, "a/b", "a/%2e%2e/b", 1), "12345", good, 400, "InvalidURI"},
		"nothing":              {"PUT", s.sign(t, "PUT", "a//b", nil), "12345", nil, 400, "InvalidURI"},
		"the bucket":           {"GET", s.sign(t, "GET", "", nil), "", nil, 403, "AccessDenied"},
	} {
		if status, code := send(t, c.method, c.url, c.body, c.headers...); status < 400 || c.code != "" && (status != c.status || code != c.code) {
			t.Errorf("%s: %d %s, want %d %s", what, status, code, c.status, c.code)
		}
	}
	if _, err := s.client.Bucket(s.Bucket).Objects(t.Context(), nil).Next(); err == nil {
		t.Error("a forgery made an object")
	}

	if status, code := send(t, "PUT", put, "12345", good...); status != 200 {
		t.Errorf("the good one: %d %s", status, code)
	}
	if status, code := send(t, "PUT", put, "54321", good...); status != 412 || code != "PreconditionFailed" {
		t.Errorf("again: %d %s", status, code)
	}
	if status, code := send(t, "GET", s.sign(t, "GET", "a/b", nil), ""); status != 200 {
		t.Errorf("GET: %d %s", status, code)
	}
	if status, code := send(t, "GET", s.sign(t, "GET", "a/c", nil), ""); status != 404 || code != "NoSuchKey" {
		t.Errorf("GET of nothing: %d %s", status, code)
	}
	if status, _ := send(t, "HEAD", s.sign(t, "HEAD", "a/b", nil), ""); status != 200 {
		t.Errorf("HEAD: %d", status)
	}
	if status, code := send(t, "DELETE", s.sign(t, "DELETE", "a/b", nil), ""); status != 405 {
		t.Errorf("DELETE: %d %s", status, code)
	}
}

// TestTime: signatures hold for their time by the server's clock, and no day
// lends another its credential.
func TestTime(t *testing.T) {
	now := time.Now()
	s := start(t, gcsserver.Options{Now: func() time.Time { return now }})
	u := s.sign(t, "GET", "a", nil)
	for offset, want := range map[time.Duration]string{
		0:                 "NoSuchKey",
		58 * time.Second:  "NoSuchKey",
		61 * time.Second:  "ExpiredToken",
		-14 * time.Minute: "NoSuchKey",
		-16 * time.Minute: "RequestTimeTooSkewed",
	} {
		now = time.Now().Add(offset)
		if _, code := send(t, "GET", u, ""); code != want {
			t.Errorf("%s: %s, want %s", offset, code, want)
		}
	}
	now = time.Now()
	moved := strings.Replace(u, now.UTC().Format("20060102")+"%2Fauto", "20200101%2Fauto", 1)
	if _, code := send(t, "GET", moved, ""); code != "InvalidArgument" {
		t.Errorf("of another day: %s", code)
	}
}

// form lets the client library sign a form for five bytes.
func (s trial) form(t *testing.T, key string) *storage.PostPolicyV4 {
	t.Helper()
	p, err := storage.GenerateSignedPostPolicyV4(s.Bucket, key, &storage.PostPolicyV4Options{
		GoogleAccessID: account, PrivateKey: s.key, Expires: time.Now().Add(time.Minute),
		Hostname: strings.TrimPrefix(s.URL, "http://"), Insecure: true,
		Fields: &storage.PolicyV4Fields{ContentType: kind},
		Conditions: []storage.PostPolicyV4Condition{
			storage.ConditionContentLengthRange(5, 5), storage.ConditionStartsWith("$"+fresh, "0"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	p.Fields[fresh] = "0"
	return p
}

// post sends a form: the fields, the file, and what comes after.
func post(t *testing.T, url string, fields map[string]string, file string, after ...string) (int, string) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	if file != "" {
		part, err := form.CreateFormFile("file", "a.jpg")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, file); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range after {
		if err := form.WriteField(name, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return send(t, "POST", url, body.String(), "Content-Type", form.FormDataContentType())
}

func TestForms(t *testing.T) {
	s := start(t, gcsserver.Options{})
	p := s.form(t, "a/b")
	text, err := base64.StdEncoding.DecodeString(p.Fields["policy"])
	if err != nil {
		t.Fatal(err)
	}
	tampered := base64.StdEncoding.EncodeToString(bytes.Replace(text, []byte("5,5"), []byte("5,9"), 1))
	set := func(name, value string) func(map[string]string) {
		return func(f map[string]string) { f[name] = value }
	}
	drop := func(name string) func(map[string]string) { return func(f map[string]string) { delete(f, name) } }
	for what, c := range map[string]struct {
		change func(map[string]string)
		file   string
		code   string
	}{
		"another key":         {set("key", "a/c"), "12345", "AccessDenied"},
		"a way out":           {set("key", "../c"), "12345", "InvalidURI"},
		"another type":        {set("content-type", "text/html"), "12345", "AccessDenied"},
		"no type":             {drop("content-type"), "12345", "AccessDenied"},
		"another generation":  {set(fresh, "1"), "12345", "AccessDenied"},
		"no generation":       {drop(fresh), "12345", "AccessDenied"},
		"a field of no use":   {set("comment", "x"), "12345", "AccessDenied"},
		"a field for all":     {set("acl", "public-read"), "12345", "AccessDenied"},
		"another bucket":      {set("bucket", "other"), "12345", "AccessDenied"},
		"more bytes":          {nil, "123456", "EntityTooLarge"},
		"fewer bytes":         {nil, "1234", "EntityTooSmall"},
		"no file":             {nil, "", "IncorrectNumberOfFilesInPOSTRequest"},
		"a tampered policy":   {set("policy", tampered), "12345", "SignatureDoesNotMatch"},
		"no policy":           {drop("policy"), "12345", "AccessDenied"},
		"no signature":        {drop("x-goog-signature"), "12345", "InvalidArgument"},
		"another signature":   {set("x-goog-signature", strings.Repeat("00", 256)), "12345", "SignatureDoesNotMatch"},
		"another credential":  {set("x-goog-credential", strings.Replace(p.Fields["x-goog-credential"], "auto", "eu", 1)), "12345", "AccessDenied"},
		"another algorithm":   {set("x-goog-algorithm", "GOOG4-HMAC-SHA256"), "12345", "AccessDenied"},
		"the policy of a key": {set("policy", s.form(t, "a/c").Fields["policy"]), "12345", "SignatureDoesNotMatch"},
	} {
		fields := maps.Clone(p.Fields)
		if c.change != nil {
			c.change(fields)
		}
		if status, code := post(t, p.URL, fields, c.file); status < 400 || code != c.code {
			t.Errorf("%s: %d %s, want %s", what, status, code, c.code)
		}
	}
	if status, code := post(t, p.URL, p.Fields, "12345", "late"); status < 400 {
		t.Errorf("a field behind the file: %d %s", status, code)
	}
	if status, code := send(t, "POST", p.URL, "12345"); status != 400 || code != "MalformedPOSTRequest" {
		t.Errorf("no form: %d %s", status, code)
	}

	ignored := maps.Clone(p.Fields)
	ignored["x-ignore-me"] = "x"
	if status, code := post(t, p.URL, ignored, "12345"); status != 204 {
		t.Errorf("the good one: %d %s", status, code)
	}
	if status, code := post(t, p.URL, p.Fields, "54321"); status != 412 || code != "PreconditionFailed" {
		t.Errorf("again: %d %s", status, code)
	}
}

// TestClient: the library's copies keep their conditions, in one call or many,
// and the bucket keeps its settings.
func TestClient(t *testing.T) {
	s := start(t, gcsserver.Options{RewriteBytes: 10})
	ctx, bucket := t.Context(), s.client.Bucket(s.Bucket)
	for _, key := range []string{"a", "b"} {
		w := bucket.Object(key).NewWriter(ctx)
		w.ContentEncoding = "gzip"
		if _, err := io.WriteString(w, strings.Repeat(key, 35)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	calls := 0
	copier := bucket.Object("c").If(storage.Conditions{DoesNotExist: true}).CopierFrom(bucket.Object("a"))
	copier.ContentType = "image/png"
	copier.ProgressFunc = func(uint64, uint64) { calls++ }
	made, err := copier.Run(ctx)
	if err != nil || made.Size != 35 || made.ContentType != "image/png" || made.ContentEncoding != "" || calls != 4 {
		t.Fatalf("copy: %+v, %v, in %d calls", made, err, calls)
	}
	if _, err := bucket.Object("c").If(storage.Conditions{DoesNotExist: true}).CopierFrom(bucket.Object("b")).Run(ctx); err == nil {
		t.Error("a copy overwrote")
	}
	if _, err := bucket.Object("c").CopierFrom(bucket.Object("b").Generation(1)).Run(ctx); err == nil {
		t.Error("a condition was ignored")
	}
	if err := bucket.Object("c").If(storage.Conditions{GenerationMatch: 1}).Delete(ctx); err == nil {
		t.Error("a condition was ignored")
	}

	cors := []storage.CORS{{Origins: []string{"https://example.com"}, Methods: []string{"PUT"}, ResponseHeaders: []string{"Content-Type"}, MaxAge: time.Hour}}
	if _, err := bucket.Update(ctx, storage.BucketAttrsToUpdate{CORS: cors}); err != nil {
		t.Fatal(err)
	}
	attrs, err := bucket.Attrs(ctx)
	if err != nil || len(attrs.CORS) != 1 || attrs.CORS[0].Origins[0] != "https://example.com" {
		t.Errorf("%+v, %v", attrs, err)
	}
	for _, c := range []struct {
		origin, method, headers string
		allowed                 bool
	}{
		{"https://example.com", "PUT", "content-type", true},
		{"https://example.com", "PUT", "content-type, x-other", false},
		{"https://example.com", "DELETE", "content-type", false},
		{"https://example.org", "PUT", "content-type", false},
	} {
		r, err := http.NewRequestWithContext(ctx, http.MethodOptions, s.URL+"/"+s.Bucket+"/a", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Origin", c.origin)
		r.Header.Set("Access-Control-Request-Method", c.method)
		r.Header.Set("Access-Control-Request-Headers", c.headers)
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if allowed := answer.Header.Get("Access-Control-Allow-Origin") == c.origin; allowed != c.allowed {
			t.Errorf("%v: %v", c, answer.Header)
		}
	}
}

// TestHost: behind a custom hostname the path is the key alone.
func TestHost(t *testing.T) {
	s := start(t, gcsserver.Options{Host: "media.example.com"})
	u, err := url.Parse(s.sign(t, "GET", "a/b", func(o *storage.SignedURLOptions) {
		o.Hostname, o.Style = "", storage.BucketBoundHostname("media.example.com")
	}))
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL+u.RequestURI(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{"media.example.com": 404, "media.example.com:8443": 404, "other.example.com": 404} {
		r.Host = host
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if code := strings.Contains(string(text), "NoSuchKey"); answer.StatusCode != want || code != strings.HasPrefix(host, "media") {
			t.Errorf("%s: %s %s", host, answer.Status, text)
		}
	}
}
