// Package gcsmedia is the bucket on Google Cloud Storage.
//
// Clients write and read through V4 signed URLs and POST policies, which are
// made here without a call to Google (sign.go), but for IAM SignBlob. Objects
// are immutable: everything that writes says that the object must not exist yet.
//
// There are three ways of signing. An HMAC key costs microseconds a URL and is
// the one to take. A service account's key file costs a millisecond. IAM
// SignBlob needs no secret at all but a network call a URL. Read URLs are the
// same for a whole media.ReadBucket and are kept, so each is signed once an hour
// and node; but a page of 20 media that nobody has looked at in this hour makes
// 60 calls, and no one signature covers more than one object. For many viewers,
// take an HMAC key.
//
// SignBlob signs with a key of Google's that changes now and then: in that hour
// two nodes may give different URLs. Both hold, for such a key is good for 12
// hours after it signed.
package gcsmedia

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"
	lru "github.com/hashicorp/golang-lru/v2"
	"google.golang.org/api/option"

	"keepsake/media"
)

// Options are what a bucket needs and may be told. Exactly one of HMACSecret,
// KeyFile and Account says how to sign.
type Options struct {
	// Bucket is the bucket's name. The bucket is made by its owner.
	Bucket string
	// Host is the custom hostname of this one bucket that clients are sent to,
	// such as "media.example.com"; "http://" before it is for trials. Empty is
	// Endpoint, or Google's own host.
	Host string
	// Endpoint is the URL of an emulator, such as "http://127.0.0.1:4443".
	// Calls go there without authentication.
	Endpoint string

	// HMACAccessID and HMACSecret are an HMAC key of a service account.
	HMACAccessID, HMACSecret string
	// KeyFile is the path of a service account's key (JSON). It also
	// authenticates the calls; else those use the credentials of the place that
	// the program runs in.
	KeyFile string
	// Account is the e-mail address of a service account that IAM signs for. The
	// program's credentials need roles/iam.serviceAccountTokenCreator on it.
	Account string
	// IAMEndpoint is the URL of a counterpart of IAM, for tests.
	IAMEndpoint string

	// Now is the clock that URLs and tickets expire by; nil is time.Now.
	Now func() time.Time
	// Logger is told what Check could not find out; nil is none.
	Logger *slog.Logger
	// Timeout is how long a call may go without moving a byte; 0 is 10 s.
	Timeout time.Duration
	// CachedURLs is how many signed URLs are kept, of about 1 KB each; 0 is 10,000.
	CachedURLs int
}

// Bucket is a bucket on GCS. Its methods may be called at the same time.
type Bucket struct {
	name    string
	client  *storage.Client
	bucket  *storage.BucketHandle
	place   place
	signer  *signer
	urls    *lru.Cache[urlKey, string]
	now     func() time.Time
	log     *slog.Logger
	timeout time.Duration
}

var _ media.Bucket = (*Bucket)(nil)

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$`)

// Open makes the bucket's client, without a call to the bucket: see Check. ctx
// is for finding credentials.
func Open(ctx context.Context, o Options) (*Bucket, error) {
	if !bucketName.MatchString(o.Bucket) {
		return nil, fmt.Errorf("gcsmedia: %q is not the name of a bucket", o.Bucket)
	}
	p, err := newPlace(o)
	if err != nil {
		return nil, fmt.Errorf("gcsmedia: %w", err)
	}
	b := &Bucket{name: o.Bucket, place: p, now: o.Now, log: o.Logger, timeout: o.Timeout}
	if b.now == nil {
		b.now = time.Now
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if b.timeout <= 0 {
		b.timeout = 10 * time.Second
	}
	if o.CachedURLs <= 0 {
		o.CachedURLs = 10_000
	}
	if b.urls, err = lru.New[urlKey, string](o.CachedURLs); err != nil {
		return nil, fmt.Errorf("gcsmedia: %w", err)
	}
	if b.signer, err = newSigner(ctx, o, b.timeout); err != nil {
		return nil, fmt.Errorf("gcsmedia: %w", err)
	}

	// Reads go by the JSON API, for the other one is the surface of signed URLs.
	settings := []option.ClientOption{storage.WithJSONReads(), storage.WithDisabledClientMetrics()}
	switch {
	case o.Endpoint != "":
		settings = append(settings, option.WithEndpoint(o.Endpoint+"/storage/v1/"), option.WithoutAuthentication())
	case o.KeyFile != "":
		settings = append(settings, option.WithAuthCredentialsFile(option.ServiceAccount, o.KeyFile))
	}
	if b.client, err = storage.NewClient(ctx, settings...); err != nil {
		b.signer.close()
		return nil, fmt.Errorf("gcsmedia: no credentials for the calls to GCS; run on Google Cloud, "+
			"set GOOGLE_APPLICATION_CREDENTIALS or give a key file: %w", err)
	}
	// Left alone, the client tries again for as long as its context lasts, and a
	// write not at all after some broken connections. It tries again only what is
	// safe to do twice: reads, and writes under a condition. The chunks of a write
	// know no number of attempts; the bucket's timeout bounds them.
	b.client.SetRetry(
		storage.WithErrorFunc(storage.ShouldRetry),
		storage.WithMaxAttempts(3),
		storage.WithBackoff(gax.Backoff{Initial: 100 * time.Millisecond, Max: time.Second, Multiplier: 2}),
	)
	b.bucket = b.client.Bucket(o.Bucket)
	return b, nil
}

// Close lets go of the connections. Requests must have ended.
func (b *Bucket) Close() error {
	b.signer.close()
	if err := b.client.Close(); err != nil {
		return fmt.Errorf("gcsmedia: close: %w", err)
	}
	return nil
}

// errStalled is why a call is given up that moves nothing.
var errStalled = errors.New("nothing moved for too long")

// watch gives up a call that moves nothing for the bucket's timeout.
type watch struct {
	timer  *time.Timer
	limit  time.Duration
	cancel context.CancelCauseFunc
}

// watch begins to watch a call; end must follow.
func (b *Bucket) watch(ctx context.Context) (context.Context, *watch) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watch{limit: b.timeout, cancel: cancel}
	w.timer = time.AfterFunc(w.limit, func() { cancel(errStalled) })
	return ctx, w
}

// moved says that something moved.
func (w *watch) moved() { w.timer.Reset(w.limit) }

// rest stops the clock until moved: it is the caller's turn.
func (w *watch) rest() { w.timer.Stop() }

func (w *watch) end() {
	w.timer.Stop()
	w.cancel(nil)
}
