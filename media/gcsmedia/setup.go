package gcsmedia

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"time"

	"cloud.google.com/go/storage"

	"keepsake/media"
)

// incoming is where uploads lie until they are published.
const incoming = "incoming/"

// Settings are what Setup makes of a bucket.
type Settings struct {
	// Origins are the sites whose pages may use signed URLs, scheme://host[:port];
	// none is every site: who has the URL may use it anyway.
	Origins []string
	// IncomingDays is after how many days an upload is deleted that was never
	// published; 0 is 3.
	IncomingDays int
}

// Setup sets the bucket's CORS rules, which replaces all that there are, and the
// lifecycle rule of uploads, beside what other rules there are. It reports
// whether anything changed; doing it again changes nothing. It needs
// storage.buckets.get and storage.buckets.update, as in roles/storage.admin;
// running Keepsake does not.
func (b *Bucket) Setup(ctx context.Context, s Settings) (changed bool, err error) {
	if len(s.Origins) == 0 {
		s.Origins = []string{"*"}
	}
	if s.IncomingDays <= 0 {
		s.IncomingDays = 3
	}
	ctx, w := b.watch(ctx)
	defer w.end()
	now, err := b.bucket.Attrs(ctx)
	if err != nil {
		return false, b.explain("storage.buckets.get", "roles/storage.admin", err)
	}
	cors := []storage.CORS{{
		Origins: s.Origins,
		Methods: []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPost},
		// Both what pages send and what they may read.
		ResponseHeaders: []string{
			"Content-Type", "x-goog-content-length-range", "x-goog-if-generation-match", "Range", "If-None-Match",
			"Accept-Ranges", "Content-Disposition", "Content-Length", "Content-Range", "ETag",
			"x-goog-resumable", "x-upload-content-length", "Location",
		},
		MaxAge: 24 * time.Hour,
	}}
	rules := slices.DeleteFunc(slices.Clone(now.Lifecycle.Rules), func(r storage.LifecycleRule) bool {
		return r.Action.Type == storage.DeleteAction && slices.Equal(r.Condition.MatchesPrefix, []string{incoming})
	})
	rules = append(rules, storage.LifecycleRule{
		Action:    storage.LifecycleAction{Type: storage.DeleteAction},
		Condition: storage.LifecycleCondition{MatchesPrefix: []string{incoming}, AgeInDays: int64(s.IncomingDays)},
	})
	if reflect.DeepEqual(now.CORS, cors) && reflect.DeepEqual(now.Lifecycle.Rules, rules) {
		return false, nil
	}
	w.moved()
	_, err = b.bucket.If(storage.BucketConditions{MetagenerationMatch: now.MetaGeneration}).
		Update(ctx, storage.BucketAttrsToUpdate{CORS: cors, Lifecycle: &storage.Lifecycle{Rules: rules}})
	if err != nil {
		return false, b.explain("storage.buckets.update", "roles/storage.admin", err)
	}
	return true, nil
}

// Check tries all that Keepsake does with the bucket, without changing it. The
// error is for who runs Keepsake: it names what is wrong and how to mend it.
func (b *Bucket) Check(ctx context.Context) error {
	missing := b.bucket.Object(probeKey).Retryer(storage.WithPolicy(storage.RetryAlways))
	for _, step := range []struct {
		permission string
		try        func(context.Context) error
		fine       int // the status that a refusal must have
	}{
		{"storage.objects.list", func(ctx context.Context) error { _, err := b.List(ctx, probeKey, "", 1); return err }, 0},
		{"storage.objects.create", b.tryWrite, 0},
		{"storage.objects.get", func(ctx context.Context) error { _, err := missing.Attrs(ctx); return err }, http.StatusNotFound},
		{"storage.objects.delete", missing.Delete, http.StatusNotFound},
	} {
		ctx, w := b.watch(ctx)
		err := step.try(ctx)
		if cause := context.Cause(ctx); err != nil && cause != nil {
			err = errors.Join(cause, err)
		}
		w.end()
		if err != nil && (step.fine == 0 || statusOf(err) != step.fine) {
			return b.explain(step.permission, "roles/storage.objectUser", err)
		}
	}
	return b.checkSignature(ctx)
}

// explain says what an error of a call that needs a permission means.
func (b *Bucket) explain(permission, role string, err error) error {
	switch statusOf(err) {
	case http.StatusNotFound:
		return fmt.Errorf("gcsmedia: there is no bucket %q: make it, or give the name of one that is there: %w", b.name, err)
	case http.StatusUnauthorized:
		return fmt.Errorf("gcsmedia: GCS does not take these credentials: give others: %w", err)
	case http.StatusForbidden:
		return fmt.Errorf("gcsmedia: the permission %s in bucket %q is missing: grant %s on the bucket "+
			"to the account that Keepsake runs as: %w", permission, b.name, role, err)
	}
	return fmt.Errorf("gcsmedia: bucket %q cannot be reached, or does not answer: look at the network, "+
		"the endpoint and the state of Google Cloud: %w", b.name, err)
}

// checkSignature reads an object that is missing through a signed URL: GCS looks
// for it only if it takes the signature. It may be that this machine cannot
// reach the host that clients are sent to; that is logged, and no fault.
func (b *Bucket) checkSignature(ctx context.Context) error {
	ctx, w := b.watch(ctx)
	defer w.end()
	u, err := b.SignRead(ctx, media.ReadRequest{Key: probeKey})
	if err != nil {
		return fmt.Errorf("gcsmedia: nothing can be signed as %s: enable the IAM Credentials API and grant "+
			"roles/iam.serviceAccountTokenCreator on this account to the one that Keepsake runs as: %w", b.signer.account, err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.URL, nil)
	if err != nil {
		return fmt.Errorf("gcsmedia: check: %w", err)
	}
	r.Close = true
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		// The error's text holds the URL, which is a credential.
		b.log.WarnContext(ctx, "signed URLs could not be tried from here", "host", b.place.origin)
		return nil //nolint:nilerr // the host is for clients; maybe this machine is not one
	}
	defer answer.Body.Close() //nolint:errcheck // only read
	var refusal struct{ Code string }
	_ = xml.NewDecoder(io.LimitReader(answer.Body, 64<<10)).Decode(&refusal) // whatever else it is has no code
	if answer.StatusCode == http.StatusNotFound && refusal.Code != "NoSuchBucket" {
		return nil
	}
	return fmt.Errorf("gcsmedia: %s refuses what %s signs with %d %s: %s", b.place.origin, b.signer.account,
		answer.StatusCode, refusal.Code, remedy(refusal.Code))
}

// remedy says how to mend a refusal, by its code of the XML API.
func remedy(code string) string {
	switch code {
	case "SignatureDoesNotMatch", "InvalidAccessKeyId", "InvalidSecurity":
		return "the key is not this account's, or a host name is not this bucket's: make a new key, and see that the host leads to the bucket"
	case "AccessDenied":
		return "the account that signs may not read the bucket, or its key is not active: grant it roles/storage.objectUser on the bucket"
	case "ExpiredToken", "RequestTimeTooSkewed":
		return "the clock of this machine is wrong: set it"
	}
	return "see that the host leads to the bucket"
}
