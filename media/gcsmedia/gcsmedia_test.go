package gcsmedia_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"keepsake/internal/testenv/gcsserver"
	"keepsake/media"
	"keepsake/media/gcsmedia"
	"keepsake/media/mediatest"
)

const (
	account = "keepsake@project.iam.gserviceaccount.com"
	key     = "incoming/med_01K57WZQ0ABCDEFGHJKMNPQRST"
	final   = "m/med_01K57WZQ0ABCDEFGHJKMNPQRST/original.jpg"
	kind    = "image/jpeg"
)

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Date(2026, 3, 1, 12, 34, 56, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// theKey is one RSA key for all tests: making one takes a while.
var theKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// keyFile writes a service account's key as Google gives it out.
func keyFile(t testing.TB) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(theKey())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": "project", "client_email": account, "private_key_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   "http://127.0.0.1:1/token",
	})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "key.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// serve starts a server that trusts the account.
func serve(t testing.TB, o gcsserver.Options) *gcsserver.Server {
	t.Helper()
	s, err := gcsserver.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Trust(account, &theKey().PublicKey)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// open opens a server's bucket, signing with its HMAC key unless o says otherwise.
func open(t testing.TB, s *gcsserver.Server, o gcsmedia.Options) *gcsmedia.Bucket {
	t.Helper()
	if o.Bucket == "" {
		o.Bucket = s.Bucket
	}
	if o.Endpoint == "" {
		o.Endpoint = s.URL
	}
	if o.KeyFile == "" && o.Account == "" && o.HMACSecret == "" {
		o.HMACAccessID, o.HMACSecret = s.AccessID, s.Secret
	}
	b, err := gcsmedia.Open(t.Context(), o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b
}

func TestBucket(t *testing.T) {
	for name, sign := range map[string]func(*testing.T, *gcsmedia.Options){
		"HMAC":    func(*testing.T, *gcsmedia.Options) {},
		"KeyFile": func(t *testing.T, o *gcsmedia.Options) { o.KeyFile = keyFile(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			mediatest.Run(t, func(t *testing.T) mediatest.Harness {
				c := newClock()
				s := serve(t, gcsserver.Options{Now: c.Now})
				o := gcsmedia.Options{Now: c.Now}
				sign(t, &o)
				transport := &http.Transport{}
				t.Cleanup(transport.CloseIdleConnections)
				return mediatest.Harness{Bucket: open(t, s, o), Client: &http.Client{Transport: transport}, Now: c.Now, Advance: c.Advance}
			})
		})
	}
}

func BenchmarkSign(b *testing.B) {
	s := serve(b, gcsserver.Options{})
	read := media.ReadRequest{Key: final, ContentType: kind, Download: "IMG_0001.jpg"}
	for name, keyPath := range map[string]string{"HMAC": "", "RSA": keyFile(b)} {
		c := newClock()
		bucket := open(b, s, gcsmedia.Options{KeyFile: keyPath, Now: c.Now})
		run := func(what string, once func() error) {
			b.Run(name+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if err := once(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		run("read", func() error {
			c.Advance(media.ReadBucket)
			_, err := bucket.SignRead(b.Context(), read)
			return err
		})
		run("cached", func() error {
			_, err := bucket.SignRead(b.Context(), read)
			return err
		})
		for _, method := range []media.Method{media.PUT, media.POST} {
			run(string(method), func() error {
				_, err := bucket.SignUpload(b.Context(), media.UploadRequest{
					Key: key, Method: method, ContentType: kind, Bytes: 1, ExpiresAt: c.Now().Add(time.Hour),
				})
				return err
			})
		}
	}
}
