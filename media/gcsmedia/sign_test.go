package gcsmedia

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"net/url"
	"strconv"
	"testing"
	"time"

	"cloud.google.com/go/storage"

	"keepsake/media"
)

// TestLikeTheLibrary holds the signer to the client library's: the same key, the
// same inputs and the time that the library took give the same signature.
func TestLikeTheLibrary(t *testing.T) {
	const account, bucket = "signer@project.iam.gserviceaccount.com", "keep-sake.example_1"
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	parsed, err := parseKey(string(text))
	if err != nil {
		t.Fatal(err)
	}
	own := rsaSigner(account, parsed)

	for name, where := range map[string]struct {
		o     Options
		style storage.URLStyle
		plain bool
	}{
		"Google":     {Options{}, storage.PathStyle(), false},
		"a host":     {Options{Host: "media.example.com"}, storage.BucketBoundHostname("media.example.com"), false},
		"plain HTTP": {Options{Host: "http://media.example.com"}, storage.BucketBoundHostname("media.example.com"), true},
	} {
		where.o.Bucket = bucket
		p, err := newPlace(where.o)
		if err != nil {
			t.Fatal(err)
		}
		for what, c := range map[string]struct {
			method, key string
			headers     []media.Field
			params      url.Values
		}{
			"read":     {"GET", "m/med_1/original.jpg", nil, url.Values{"response-content-type": {"image/jpeg"}, "response-content-disposition": {`attachment; filename="a b+c_.jpg"; filename*=UTF-8''a%20b%2Bc%E7%9B%B8.jpg`}}},
			"a tilde~": {"HEAD", "a-b_c.d/e", nil, url.Values{"response-content-disposition": {"~inline"}}},
			"write": {"PUT", "incoming/med_1", []media.Field{
				{Name: "x-goog-if-generation-match", Value: "0"}, {Name: "content-type", Value: `image/jpeg; x="a b"`}, {Name: "x-goog-content-length-range", Value: "7,7"},
			}, nil},
			"begin": {"POST", "incoming/med_1", []media.Field{
				{Name: "content-type", Value: "video/mp4"},
				{Name: "x-goog-content-length-range", Value: "7,7"},
				{Name: "x-goog-if-generation-match", Value: "0"},
				{Name: "x-goog-resumable", Value: "start"},
				{Name: "x-upload-content-length", Value: "7"},
			}, nil},
		} {
			o := &storage.SignedURLOptions{
				GoogleAccessID: account, PrivateKey: text, Method: c.method, Expires: time.Now().Add(time.Hour),
				Scheme: storage.SigningSchemeV4, Style: where.style, Insecure: where.plain, QueryParameters: c.params,
			}
			for _, h := range c.headers {
				o.Headers = append(o.Headers, h.Name+":"+h.Value)
			}
			want, err := storage.SignedURL(bucket, c.key, o)
			if err != nil {
				t.Fatal(err)
			}
			wanted := parse(t, want)
			at, errTime := time.Parse(timestampLayout, wanted.Query().Get("X-Goog-Date"))
			seconds, errLife := strconv.Atoi(wanted.Query().Get("X-Goog-Expires"))
			if errTime != nil || errLife != nil {
				t.Fatal(errTime, errLife)
			}
			got, err := own.url(t.Context(), p, c.method, c.key, at, time.Duration(seconds)*time.Second, c.headers, c.params)
			if err != nil {
				t.Fatal(err)
			}
			ours := parse(t, got)
			// They differ in how a space is written, which is the same to a server.
			wanted.RawQuery, ours.RawQuery = wanted.Query().Encode(), ours.Query().Encode()
			if ours.String() != wanted.String() {
				t.Errorf("%s, %s:\n%s, want\n%s", name, what, ours, wanted)
			}
		}

		ends := time.Now().UTC().Add(time.Hour).Truncate(time.Second)
		policy, err := storage.GenerateSignedPostPolicyV4(bucket, "incoming/med_1", &storage.PostPolicyV4Options{
			GoogleAccessID: account, PrivateKey: text, Expires: ends, Style: where.style, Insecure: where.plain,
			Fields:     &storage.PolicyV4Fields{ContentType: `image/jpeg; x="<a&b>"`},
			Conditions: []storage.PostPolicyV4Condition{storage.ConditionContentLengthRange(7, 7)},
		})
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(timestampLayout, policy.Fields["x-goog-date"])
		if err != nil {
			t.Fatal(err)
		}
		fields, err := own.form(t.Context(), bucket, "incoming/med_1", at, ends, 7, []media.Field{{Name: "content-type", Value: `image/jpeg; x="<a&b>"`}})
		if err != nil || len(fields) != len(policy.Fields) || p.origin+p.path != policy.URL {
			t.Fatalf("%s: %v, %v at %s, want %v at %s", name, fields, err, p.origin+p.path, policy.Fields, policy.URL)
		}
		for _, f := range fields {
			if f.Value != policy.Fields[f.Name] {
				t.Errorf("%s: %s is %s, want %s", name, f.Name, f.Value, policy.Fields[f.Name])
			}
		}
	}
}

func parse(t *testing.T, raw string) *url.URL {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestPlaces(t *testing.T) {
	for _, c := range []struct{ host, endpoint, want string }{
		{"", "", "https://storage.googleapis.com/bucket/"},
		{"", "http://127.0.0.1:4443", "http://127.0.0.1:4443/bucket/"},
		{"media.example.com", "", "https://media.example.com/"},
		{"http://localhost:4443", "http://gcs:4443", "http://localhost:4443/"},
		{"media.example.com/", "", ""},
		{"media.example.com/path", "", ""},
		{"Media.example.com", "", ""},
		{"", "127.0.0.1:4443", ""},
		{"", "ftp://127.0.0.1:4443", ""},
		{"", "http://127.0.0.1:4443/", ""},
		{"", "http://user@127.0.0.1:4443", ""},
		{"", "http://", ""},
		{"media.example.com", "gcs:4443", ""},
	} {
		p, err := newPlace(Options{Bucket: "bucket", Host: c.host, Endpoint: c.endpoint})
		if got := p.origin + p.path; got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

func TestContentTypes(t *testing.T) {
	for s, want := range map[string]bool{
		"image/jpeg": true, "image/jpeg; a=b": true, "": false, "image": true, "image/": false,
		"image/jpeg;  a=b": false, " image/jpeg": false, "image/jpeg\n": false, "image/jpeg; a=\"é\"": false,
	} {
		if isContentType(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
