package gcsmedia

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/googleapis/gax-go/v2"
	"golang.org/x/sync/singleflight"
	"google.golang.org/api/iamcredentials/v1"
	"google.golang.org/api/option"
)

const (
	// iamLife is how long Google keeps a key after it signed.
	iamLife = 12 * time.Hour
	// iamCalls is how many calls run at a time; further ones wait.
	iamCalls = 32
	iamTries = 3
)

// iamSigner signs by IAM's projects.serviceAccounts.signBlob.
func iamSigner(ctx context.Context, o Options, timeout time.Duration) (*signer, error) {
	var settings []option.ClientOption
	if o.IAMEndpoint != "" {
		settings = append(settings, option.WithEndpoint(o.IAMEndpoint), option.WithoutAuthentication())
	}
	service, err := iamcredentials.NewService(ctx, settings...)
	if err != nil {
		return nil, fmt.Errorf("no credentials for IAM; run on Google Cloud or set GOOGLE_APPLICATION_CREDENTIALS: %w", err)
	}
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	s := &iam{service: service, name: "projects/-/serviceAccounts/" + o.Account, timeout: timeout, life: life, places: make(chan struct{}, iamCalls)}
	return &signer{
		account: o.Account, algorithm: algorithmRSA, maxLife: iamLife,
		sign: func(ctx context.Context, _ time.Time, text string) ([]byte, error) { return s.sign(ctx, text) },
		close: func() {
			end()
			s.running.Wait()
		},
	}, nil
}

type iam struct {
	service *iamcredentials.Service
	name    string
	timeout time.Duration
	joined  singleflight.Group
	places  chan struct{}
	life    context.Context // ends with the bucket
	running sync.WaitGroup
}

// sign joins calls for one text. Who leaves early does not end the call for the
// others; it ends by its timeout, or with the bucket.
func (s *iam) sign(ctx context.Context, text string) ([]byte, error) {
	done := s.joined.DoChan(text, func() (any, error) {
		s.running.Add(1)
		defer s.running.Done()
		ctx, cancel := context.WithTimeout(s.life, s.timeout)
		defer cancel()
		return s.call(ctx, text)
	})
	select {
	case result := <-done:
		signature, _ := result.Val.([]byte)
		return signature, result.Err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// call asks IAM, and again where it is busy.
func (s *iam) call(ctx context.Context, text string) ([]byte, error) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	request := &iamcredentials.SignBlobRequest{Payload: base64.StdEncoding.EncodeToString([]byte(text))}
	pause := gax.Backoff{Initial: 100 * time.Millisecond, Max: time.Second, Multiplier: 2}
	for try := 1; ; try++ {
		answer, err := s.service.Projects.ServiceAccounts.SignBlob(s.name, request).Context(ctx).Do()
		if err == nil {
			return base64.StdEncoding.DecodeString(answer.SignedBlob)
		}
		status := statusOf(err)
		busy := status == http.StatusTooManyRequests || status >= http.StatusInternalServerError
		if !busy || try == iamTries {
			return nil, err
		}
		if waited := gax.Sleep(ctx, pause.Pause()); waited != nil {
			return nil, errors.Join(waited, err)
		}
	}
}
