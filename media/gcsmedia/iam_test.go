package gcsmedia_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"keepsake/album"
	"keepsake/internal/testenv/gcsserver"
	"keepsake/media"
	"keepsake/media/gcsmedia"
)

// iam is a counterpart of IAM's projects.serviceAccounts.signBlob, written from
// its reference.
type iam struct {
	*httptest.Server
	calls atomic.Int64
	// before decides on an answer: a status other than 200 is a refusal.
	before func(*http.Request) int
}

func newIAM(t *testing.T) *iam {
	t.Helper()
	s := &iam{}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *iam) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.calls.Add(1)
	var request struct {
		Payload   string   `json:"payload"`
		Delegates []string `json:"delegates"`
	}
	body := json.NewDecoder(r.Body)
	body.DisallowUnknownFields()
	status := http.StatusOK
	err := body.Decode(&request)
	payload, errPayload := base64.StdEncoding.DecodeString(request.Payload)
	switch {
	case r.URL.Path != "/v1/projects/-/serviceAccounts/"+account+":signBlob":
		status = http.StatusNotFound
	case r.Method != http.MethodPost:
		status = http.StatusMethodNotAllowed
	case err != nil || errPayload != nil || len(payload) == 0 || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json"):
		status = http.StatusBadRequest
	case s.before != nil:
		status = s.before(r)
	}
	w.Header().Set("Content-Type", "application/json")
	if status != http.StatusOK {
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": status, "message": "secret of the driver"}})
		return
	}
	sum := sha256.Sum256(payload)
	signature, err := rsa.SignPKCS1v15(nil, theKey(), crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	_ = json.NewEncoder(w).Encode(map[string]string{"keyId": "1", "signedBlob": base64.StdEncoding.EncodeToString(signature)})
}

var photo = media.ReadRequest{Key: final, ContentType: kind}

// TestSignBlobOnce: a URL costs one call in its hour, however many ask, and at
// the same time.
func TestSignBlobOnce(t *testing.T) {
	remote, c := newIAM(t), newClock()
	urls := make([]media.SignedURL, 20)
	errs := make([]error, len(urls))
	var asked sync.WaitGroup // those who are about to ask
	asked.Add(len(urls))
	var once sync.Once
	begun, left := make(chan struct{}), make(chan struct{})
	remote.before = func(*http.Request) int {
		once.Do(func() { close(begun) })
		asked.Wait()
		<-left
		return http.StatusOK
	}
	b := open(t, serve(t, gcsserver.Options{}), gcsmedia.Options{Account: account, IAMEndpoint: remote.URL, Now: c.Now})

	var wg sync.WaitGroup
	for i := range urls {
		wg.Go(func() { asked.Done(); urls[i], errs[i] = b.SignRead(t.Context(), photo) })
	}
	// Who leaves does not take the call away from the others. They come while it is
	// under way, so that none of their own goes on behind them.
	gone, leave := context.WithCancel(t.Context())
	wg.Go(func() {
		defer close(left)
		<-begun
		go leave()
		if _, err := b.SignRead(gone, photo); !errors.Is(err, context.Canceled) || album.CodeOf(err) != album.CodeUnavailable {
			t.Errorf("who left: %v", err)
		}
	})
	wg.Wait()
	for i := range urls {
		if errs[i] != nil || urls[i] != urls[0] {
			t.Fatalf("%v, %v", urls[i], errs[i])
		}
	}
	made := remote.calls.Load() // maybe more than one: some may not have met
	c.Advance(time.Minute)
	for range 100 {
		if u, err := b.SignRead(t.Context(), photo); err != nil || u != urls[0] {
			t.Fatalf("%v, %v", u, err)
		}
	}
	if n := remote.calls.Load(); n != made || n > 5 {
		t.Errorf("%d calls, then %d", made, n)
	}
	c.Advance(media.ReadBucket)
	if u, err := b.SignRead(t.Context(), photo); err != nil || u == urls[0] || remote.calls.Load() != made+1 {
		t.Errorf("an hour later: %v, %v, %d calls", u, err, remote.calls.Load())
	}
}

func TestSignBlobFaults(t *testing.T) {
	for name, c := range map[string]struct {
		before func(n int64) int
		calls  int64
		fine   bool
	}{
		"busy once":   {func(n int64) int { return map[int64]int{1: 503}[n] }, 2, true},
		"busy":        {func(int64) int { return 429 }, 3, false},
		"not allowed": {func(int64) int { return 403 }, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			remote := newIAM(t)
			remote.before = func(*http.Request) int { return max(200, c.before(remote.calls.Load())) }
			b := open(t, serve(t, gcsserver.Options{}), gcsmedia.Options{Account: account, IAMEndpoint: remote.URL})
			_, err := b.SignRead(t.Context(), photo)
			if (err == nil) != c.fine || remote.calls.Load() != c.calls {
				t.Fatalf("%v after %d calls", err, remote.calls.Load())
			}
			if err != nil {
				wantUnavailable(t, "SignRead", err)
				if _, again := b.SignRead(t.Context(), photo); again == nil || remote.calls.Load() == c.calls {
					t.Error("the failure was kept")
				}
			}
		})
	}
}

// TestSignBlobHangs: an IAM that does not answer costs the timeout, no more.
func TestSignBlobHangs(t *testing.T) {
	remote := newIAM(t)
	remote.before = func(r *http.Request) int { <-r.Context().Done(); return http.StatusOK }
	b := open(t, serve(t, gcsserver.Options{}), gcsmedia.Options{Account: account, IAMEndpoint: remote.URL, Timeout: 50 * time.Millisecond})
	began := time.Now()
	_, err := b.SignRead(t.Context(), photo)
	wantUnavailable(t, "SignRead", err)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("took %s", took)
	}
}

// TestSignBlobUpload: GCS takes what IAM signed.
func TestSignBlobUpload(t *testing.T) {
	b := open(t, serve(t, gcsserver.Options{}), gcsmedia.Options{Account: account, IAMEndpoint: newIAM(t).URL})
	ticket, err := b.SignUpload(t.Context(), media.UploadRequest{Key: key, Method: media.PUT, ContentType: kind, Bytes: 5, ExpiresAt: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if status := put(t, ticket, "12345"); status != http.StatusOK {
		t.Errorf("PUT: %d", status)
	}
}

// TestSignBlobLife: no ticket outlives the key that IAM signs with.
func TestSignBlobLife(t *testing.T) {
	c := newClock()
	b := open(t, serve(t, gcsserver.Options{}), gcsmedia.Options{Account: account, IAMEndpoint: newIAM(t).URL, Now: c.Now})
	r := media.UploadRequest{Key: key, Method: media.PUT, ContentType: kind, Bytes: 1}
	for life, want := range map[time.Duration]album.Code{12 * time.Hour: "", 12*time.Hour + time.Second: album.CodeInvalidInput, 0: album.CodeInvalidInput} {
		r.ExpiresAt = c.Now().Add(life)
		if _, err := b.SignUpload(t.Context(), r); album.CodeOf(err) != want {
			t.Errorf("%s: %v, want %s", life, err, want)
		}
	}
}
