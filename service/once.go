package service

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	mathrand "math/rand/v2"
	"time"

	"keepsake/album"
	"keepsake/internal/auth"
	"keepsake/internal/id"
	"keepsake/internal/safeguard"
	"keepsake/store"
)

const (
	// keyLife is how long the same key gives the same answer.
	keyLife = 24 * time.Hour
	// keyLease is how long nobody takes a key over from who executes under it: a
	// node may have died. It is shorter than a request, so that who waits meanwhile
	// gets an answer; whoever is slower than that writes nothing any more.
	keyLease = 10 * time.Second
	// maxAnswer is the largest answer that is kept, in bytes. One that is larger is
	// told anew from what was committed.
	maxAnswer = 16 << 10
	// settleTime bounds the keeping of an answer, which its client may not wait for.
	settleTime = 5 * time.Second
	// Who waits for the answer of another looks again, ever less often.
	firstKeyLook, lastKeyLook = 10 * time.Millisecond, 250 * time.Millisecond
)

// Keyed is a mutation that was sent with an idempotency key.
type Keyed struct {
	Key        string
	Request    []byte // all that the answer follows from: document, variables, field
	Tokens     bool   // the answer gives tokens of access: it is kept as long as those hold
	Repeatable bool   // done again it changes nothing more, so that the store need not know of the key
}

var errKeyMismatch = album.Errorf(album.CodeIdempotencyMismatch, "this key was sent with another request: make a new one for each")

// Once answers a mutation as it was answered before under its key, or else by do,
// which reports whether its answer is one to keep: whole and without errors. If
// the same is being executed, here or on another node, it waits for that answer,
// until ctx ends: UNAVAILABLE. INVALID_INPUT for what is no key,
// IDEMPOTENCY_MISMATCH for one that was sent with another request.
//
// What do commits is committed once, whatever dies in between: it runs under the
// key in the store, with identifiers and secrets that follow from the key.
func (s *Service) Once(
	ctx context.Context, v album.Identified, r Keyed, do func(context.Context) (answer []byte, keep bool),
) ([]byte, error) {
	if err := checkKey(r.Key); err != nil {
		return nil, err
	}
	k, err := s.takeKey(ctx, s.newKey(v, r), lifeOf(r))
	if err != nil {
		return nil, err
	}
	if k.Answer != nil {
		return s.OnceKey.Open(k.ID, k.Answer)
	}
	under := ctx
	if !r.Repeatable {
		under = s.seeded(store.WithKey(ctx, k), k)
	}
	safeguard.CrashAt("key taken")
	answer, keep := do(under)
	safeguard.CrashAt("answered")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if keep && len(answer) <= maxAnswer {
		err = s.Store.AnswerKey(ctx, k.ID, k.Token, s.OnceKey.Seal(k.ID, answer))
	} else {
		err = s.Store.ReleaseKey(ctx, k.ID, k.Token, s.now())
	}
	if err != nil { // then the lease ends, and it is told anew
		s.Logger.WarnContext(ctx, "the answer to an idempotency key was not kept", "error", err)
	}
	return answer, nil
}

func checkKey(key string) error {
	if len(key) == 0 || len(key) > album.MaxKeyLength {
		return album.Invalid("idempotencyKey", "a key has 1 to %d characters", album.MaxKeyLength)
	}
	for _, c := range []byte(key) {
		if c <= ' ' || c > '~' {
			return album.Invalid("idempotencyKey", "a key has letters, digits and signs of ASCII, and no spaces")
		}
	}
	return nil
}

func lifeOf(r Keyed) time.Duration {
	if r.Tokens {
		return auth.AccessLife
	}
	return keyLife
}

// newKey is the key of a person. That of somebody who is not signed in is of the
// request itself too, with the password or token in it: who guesses the key alone
// finds nothing.
func (s *Service) newKey(v album.Identified, r Keyed) store.Key {
	request := s.OnceKey.Hash("request", r.Request)
	who := []byte(v.UserID)
	if !v.SignedIn() {
		who = append([]byte(v.ShareID), request...)
	}
	return store.Key{
		ID:      hex.EncodeToString(s.OnceKey.Hash("key", who, []byte(r.Key))),
		Request: request, Token: rand.Text(), Salt: []byte(rand.Text()),
	}
}

// takeKey waits until the key is ours or answered.
func (s *Service) takeKey(ctx context.Context, k store.Key, life time.Duration) (store.Key, error) {
	for wait := firstKeyLook; ; wait = min(2*wait, lastKeyLook) {
		now := s.now()
		k.Since, k.Until, k.Expires = now, now.Add(keyLease), now.Add(life)
		got, err := s.Store.TakeKey(ctx, k, now)
		switch {
		case err != nil:
			return got, err
		case !bytes.Equal(got.Request, k.Request):
			return got, errKeyMismatch
		case got.Token == k.Token || got.Answer != nil:
			return got, nil
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return got, album.ErrUnavailable.Wrap(ctx.Err())
		}
	}
}

type seedKey struct{}

// seed is what new identifiers and secrets follow from under a key, so that who
// takes it over makes the same in the same order.
type seed struct {
	ids    *id.Source
	secret func() []byte
}

func (s *Service) seeded(ctx context.Context, k store.Key) context.Context {
	entropy := mathrand.NewChaCha8([32]byte(s.OnceKey.Hash("identifiers", []byte(k.ID), k.Salt)))
	made := byte(0)
	return context.WithValue(ctx, seedKey{}, &seed{
		ids: id.New(func() time.Time { return k.Since }, entropy),
		secret: func() []byte {
			made++
			return s.OnceKey.Hash("secret", []byte(k.ID), k.Salt, []byte{made})
		},
	})
}

// ids makes the identifiers of what a call adds.
func (s *Service) ids(ctx context.Context) *id.Source {
	if from, ok := ctx.Value(seedKey{}).(*seed); ok {
		return from.ids
	}
	return s.IDs
}

// newSecret makes a refresh token and its hash.
func newSecret(ctx context.Context) (token string, hash []byte) {
	if from, ok := ctx.Value(seedKey{}).(*seed); ok {
		return auth.SecretOf(from.secret())
	}
	return auth.NewSecret()
}
