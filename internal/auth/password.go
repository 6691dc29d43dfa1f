package auth

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/alexedwards/argon2id"

	"keepsake/album"
)

// Bounds on the parameters that a stored hash may name, so that no hash can
// ask for all memory, for hours, or for nothing.
const (
	maxHashLength  = 256
	maxHashMemory  = 64 << 10 // KiB
	maxHashPasses  = 6
	maxHashThreads = 4
	minHashSalt    = 8  // bytes
	minHashKey     = 16 // bytes; an empty one would match every password
)

// PasswordOptions tunes Passwords. A zero field is its default, and so is all
// of a nil *PasswordOptions.
type PasswordOptions struct {
	MemoryKiB  uint32        // of one hash; default 19 MiB, as OWASP advises for two passes
	Iterations uint32        // passes over it; default 2
	AtOnce     int           // hashes computed at once; default one for two CPUs, so that others have theirs
	Waiting    int           // callers that may wait for their turn; default 256
	Wait       time.Duration // how long each of them waits; default 3 s
}

// Passwords hashes and checks passwords with argon2id. How many are computed at
// once is bounded, since each costs a CPU for tens of milliseconds and its
// memory; callers beyond the bound wait for their turn. Where too many wait,
// one waits too long, or its context ends, the error is UNAVAILABLE.
type Passwords struct {
	params argon2id.Params
	queue  chan struct{} // holds one of everybody inside, waiting or not
	slots  chan struct{} // holds one of everybody who computes
	wait   time.Duration
}

// NewPasswords returns Passwords with those options.
func NewPasswords(o *PasswordOptions) *Passwords {
	var set PasswordOptions
	if o != nil {
		set = *o
	}
	atOnce := orDefault(set.AtOnce, max(1, runtime.GOMAXPROCS(0)/2))
	return &Passwords{
		params: argon2id.Params{
			Memory:      orDefault(set.MemoryKiB, 19<<10),
			Iterations:  orDefault(set.Iterations, 2),
			Parallelism: 1,
			SaltLength:  16,
			KeyLength:   32,
		},
		queue: make(chan struct{}, atOnce+orDefault(set.Waiting, 256)),
		slots: make(chan struct{}, atOnce),
		wait:  orDefault(set.Wait, 3*time.Second),
	}
}

func orDefault[T comparable](v, otherwise T) T {
	var zero T
	if v == zero {
		return otherwise
	}
	return v
}

// Hash returns the hash of a password in argon2's own format, with a fresh salt.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	done, err := p.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	hash, err := argon2id.CreateHash(password, &p.params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// Check reports whether the hash is that of the password, at the cost that the
// hash names. A hash that is malformed or names a cost out of bounds is an
// error; nothing is computed for it.
func (p *Passwords) Check(ctx context.Context, password, hash string) (bool, error) {
	if err := checkHash(hash); err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	done, err := p.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	match, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("check password: %w", err)
	}
	return match, nil
}

// CheckNothing costs what Check costs. It is for names without an account, so
// that the time of an answer does not tell which names have one.
func (p *Passwords) CheckNothing(ctx context.Context, password string) error {
	_, err := p.Hash(ctx, password)
	return err
}

// turn waits until the caller may compute; the caller calls done afterwards.
func (p *Passwords) turn(ctx context.Context) (done func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, album.ErrUnavailable.Wrap(err)
	}
	select {
	case p.queue <- struct{}{}:
	default:
		return nil, album.ErrUnavailable.Wrap(errors.New("too many passwords wait to be computed"))
	}
	timer := time.NewTimer(p.wait)
	defer timer.Stop()
	select {
	case p.slots <- struct{}{}:
		return func() { <-p.slots; <-p.queue }, nil
	case <-timer.C:
		err = errors.New("waited too long to compute a password")
	case <-ctx.Done():
		err = ctx.Err()
	}
	<-p.queue
	return nil, album.ErrUnavailable.Wrap(err)
}

func checkHash(hash string) error {
	if len(hash) > maxHashLength {
		return errors.New("the stored hash is too long")
	}
	params, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		return err
	}
	if params.Memory < 1 || params.Memory > maxHashMemory ||
		params.Iterations < 1 || params.Iterations > maxHashPasses ||
		params.Parallelism < 1 || params.Parallelism > maxHashThreads ||
		params.SaltLength < minHashSalt || params.KeyLength < minHashKey {
		return errors.New("the stored hash names a cost out of bounds")
	}
	return nil
}
