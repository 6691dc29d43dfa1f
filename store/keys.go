package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"keepsake/album"
)

// Keys keeps the idempotency keys of mutations: who sends one again finds what
// became of it the first time. docs/decisions/0009 has the whole of it.
//
// A mutation runs under a key by a context from WithKey. Each transaction of a
// method that writes then adds a Step to the key, in the transaction itself; it is
// UNAVAILABLE, and nothing is written, if somebody else has taken the key
// meanwhile. Who takes a key that has steps is given their results by the same
// methods in the same order, which do not write again. So do all methods of Users,
// Sessions, Albums, Members, Shares, Media and Comments. SetLike, whose like is
// state, takes no notice of a key; Work and Sweeps are not called under one.
type Keys interface {
	// TakeKey makes a key, or takes over the one with its ID if that has no answer,
	// is of the same Request, and its Until is at or before now: Salt, Since, Expires
	// and Steps stay then. One whose Expires is at or before now is as if it were not
	// there. It returns the key as it is afterwards, the caller's if it has k.Token.
	// Of concurrent calls one takes it.
	TakeKey(ctx context.Context, k Key, now time.Time) (Key, error)
	// AnswerKey puts an answer in the place of a key's steps. CONFLICT if it is not
	// token's any more.
	AnswerKey(ctx context.Context, id, token string, answer []byte) error
	// ReleaseKey takes a key away; one that has steps stays, and can be taken over
	// from now on. One that is not token's, or is answered, is left alone.
	ReleaseKey(ctx context.Context, id, token string, now time.Time) error
}

// Key is an idempotency key in use.
type Key struct {
	ID      string    // of the key and who sent it
	Request []byte    // a hash of what is asked for
	Token   string    // of who holds it
	Salt    []byte    // random, of the first who held it
	Since   time.Time // when it was made
	Until   time.Time // nobody else takes it before
	Expires time.Time // it is forgotten then
	Steps   []Step    // what was committed under it, in order
	Answer  []byte    // nil while there is none
}

// Step is a transaction that was committed under a key.
type Step struct {
	Op     string          `json:"op"`     // what it was
	Result json.RawMessage `json:"result"` // what it gave
}

// Held is a key that a mutation runs under, one method after the other.
type Held struct {
	ID, Token string
	steps     []Step // of those who held it before
	next      int
}

type heldKey struct{}

// WithKey has what is called with the context run under a key that was taken.
func WithKey(ctx context.Context, k Key) context.Context {
	return context.WithValue(ctx, heldKey{}, &Held{ID: k.ID, Token: k.Token, steps: k.Steps})
}

// WithoutKey has it run under none.
func WithoutKey(ctx context.Context) context.Context {
	if HeldBy(ctx) == nil {
		return ctx
	}
	return context.WithValue(ctx, heldKey{}, (*Held)(nil))
}

// HeldBy returns the key that a context runs under, or nil.
func HeldBy(ctx context.Context) *Held {
	h, _ := ctx.Value(heldKey{}).(*Held)
	return h
}

// Begun reports whether somebody who held the context's key before committed
// something under it.
func Begun(ctx context.Context) bool {
	h := HeldBy(ctx)
	return h != nil && len(h.steps) > 0
}

// Again puts into out what the transaction gave that was committed in this place
// by who held the key before; done is false if there was none. CONFLICT if it was
// another one. Backends ask before they begin a transaction.
func (h *Held) Again(op string, out any) (done bool, err error) {
	if h == nil || h.next == len(h.steps) {
		return false, nil
	}
	step := h.steps[h.next]
	if step.Op != op {
		return false, album.Errorf(album.CodeConflict, "this went another way before: send it with a new key")
	}
	h.next++
	if err := json.Unmarshal(step.Result, out); err != nil {
		return false, fmt.Errorf("store: the result of %s: %w", op, err)
	}
	return true, nil
}

// NewStep is what a transaction that gave out adds to its key.
func NewStep(op string, out any) (Step, error) {
	result, err := json.Marshal(out)
	if err != nil {
		return Step{}, fmt.Errorf("store: the result of %s: %w", op, err)
	}
	return Step{Op: op, Result: result}, nil
}
