package auth

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"keepsake/album"
)

// quick makes passwords cost nothing that a test would notice.
var quick = PasswordOptions{MemoryKiB: 64, Iterations: 1}

func TestPasswords(t *testing.T) {
	p := NewPasswords(&quick)
	hash, err := p.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	again, err := p.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if hash == again {
		t.Error("two hashes of a password share their salt")
	}
	for password, want := range map[string]bool{"correct horse": true, "Correct horse": false, "": false, "correct horse ": false} {
		got, err := p.Check(t.Context(), password, hash)
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if err := p.CheckNothing(t.Context(), "correct horse"); err != nil {
		t.Error(err)
	}
}

func TestDefaultCost(t *testing.T) {
	hash, err := NewPasswords(nil).Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	// An old hash is checked at its own cost, whatever new ones cost.
	if ok, err := NewPasswords(&quick).Check(t.Context(), "correct horse", hash); err != nil || !ok {
		t.Errorf("checked with other options: %v, %v", ok, err)
	}
}

func TestCheckRefusesHostileHashes(t *testing.T) {
	p := NewPasswords(&quick)
	const salt, key = "c29tZXNhbHRzb21lc2FsdA", "RdescudvJCsgt3ub+b+dWRWJTmaaJObG"
	for name, hash := range map[string]string{
		"empty":          "",
		"plain":          "correct horse",
		"bcrypt":         "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i":        "$argon2i$v=19$m=64,t=1,p=1$" + salt + "$" + key,
		"old version":    "$argon2id$v=16$m=64,t=1,p=1$" + salt + "$" + key,
		"four gigabytes": "$argon2id$v=19$m=4194304,t=1,p=1$" + salt + "$" + key,
		"for ever":       "$argon2id$v=19$m=64,t=4294967295,p=1$" + salt + "$" + key,
		"no passes":      "$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + key,
		"no threads":     "$argon2id$v=19$m=64,t=1,p=0$" + salt + "$" + key,
		"all threads":    "$argon2id$v=19$m=64,t=1,p=255$" + salt + "$" + key,
		"no memory":      "$argon2id$v=19$m=0,t=1,p=1$" + salt + "$" + key,
		"no salt":        "$argon2id$v=19$m=64,t=1,p=1$$" + key,
		"no key":         "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$",
		"a long one":     "$argon2id$v=19$m=64,t=1,p=1$" + salt + "$" + strings.Repeat(key, 100),
	} {
		if ok, err := p.Check(t.Context(), "correct horse", hash); err == nil || ok {
			t.Errorf("%s: %v, %v", name, ok, err)
		} else if album.CodeOf(err) != album.CodeInternal {
			t.Errorf("%s: a stored fault is shown as %s", name, album.CodeOf(err))
		}
	}
}

func TestPasswordsWaitForTheirTurn(t *testing.T) {
	p := NewPasswords(&PasswordOptions{MemoryKiB: 64, Iterations: 1, AtOnce: 1, Waiting: 1, Wait: time.Hour})
	done, err := p.turn(t.Context()) // the one slot is taken
	if err != nil {
		t.Fatal(err)
	}
	waited := make(chan error, 1)
	go func() { _, err := p.Hash(t.Context(), "second"); waited <- err }()
	waitUntil(t, func() bool { return len(p.queue) == 2 })

	if err := p.CheckNothing(t.Context(), "third"); album.CodeOf(err) != album.CodeUnavailable {
		t.Errorf("beyond the queue: %v", err)
	}
	done()
	if err := <-waited; err != nil {
		t.Errorf("the second one's turn came: %v", err)
	}
	if len(p.queue) != 0 || len(p.slots) != 0 {
		t.Errorf("%d waiting and %d computing are left", len(p.queue), len(p.slots))
	}
}

func TestPasswordsGiveUp(t *testing.T) {
	p := NewPasswords(&PasswordOptions{MemoryKiB: 64, Iterations: 1, AtOnce: 1, Wait: time.Millisecond})
	done, err := p.turn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if _, err := p.Hash(t.Context(), "waits too long"); album.CodeOf(err) != album.CodeUnavailable {
		t.Errorf("waited too long: %v", err)
	}

	p.wait = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error, 1)
	go func() { _, err := p.Hash(ctx, "goes away"); waited <- err }()
	waitUntil(t, func() bool { return len(p.queue) == 2 })
	cancel()
	if err := <-waited; !errors.Is(err, album.ErrUnavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("gone away: %v", err)
	}
	if _, err := p.Hash(ctx, "gone before"); !errors.Is(err, context.Canceled) {
		t.Errorf("gone before: %v", err)
	}
	if len(p.queue) != 1 {
		t.Errorf("%d are in the queue, want the holder alone", len(p.queue))
	}
}

func waitUntil(t *testing.T, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(10 * time.Second); !holds(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatal("it did not come to be within 10 s")
		}
	}
}

func BenchmarkHash(b *testing.B) {
	p := NewPasswords(nil)
	for b.Loop() {
		if err := p.CheckNothing(b.Context(), "correct horse"); err != nil {
			b.Fatal(err)
		}
	}
}
