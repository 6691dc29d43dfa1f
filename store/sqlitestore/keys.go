package sqlitestore

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"keepsake/album"
	"keepsake/store"
)

const (
	keyByID   = `SELECT id, request, token, salt, since, until, expires_at, steps, answer FROM idempotency WHERE id = ?`
	insertKey = `INSERT OR REPLACE INTO idempotency (id, request, token, salt, since, until, expires_at, steps)
		VALUES (?, ?, ?, ?, ?, ?, ?, '[]')`
	takeKey   = `UPDATE idempotency SET token = ?, until = ? WHERE id = ?`
	heldKey   = `SELECT 1 FROM idempotency WHERE id = ? AND token = ?`
	addStep   = `UPDATE idempotency SET steps = json_insert(steps, '$[#]', json(?)) WHERE id = ? AND token = ?`
	answerKey = `UPDATE idempotency SET answer = ?, steps = '[]' WHERE id = ? AND token = ?`
	// What a key has steps of is only left to others.
	removeKey = `DELETE FROM idempotency WHERE id = ? AND token = ? AND answer IS NULL AND steps = '[]'`
	leaveKey  = `UPDATE idempotency SET until = ? WHERE id = ? AND token = ? AND answer IS NULL`

	deleteKeys = `DELETE FROM idempotency WHERE id IN (
		SELECT id FROM idempotency WHERE expires_at < ? ORDER BY expires_at LIMIT ?)`
)

// keyRow is a key as it is read, its steps still in JSON.
type keyRow struct {
	store.Key
	steps string
}

func scanKey(r *row) (k keyRow) {
	k.ID, k.Request, k.Token, k.Salt = r.text(), r.blob(), r.text(), r.blob()
	k.Since, k.Until, k.Expires = r.time(), r.time(), r.time()
	k.steps, k.Answer = r.text(), r.blob()
	return k
}

// TakeKey implements store.Keys.
func (s *Store) TakeKey(ctx context.Context, k store.Key, now time.Time) (store.Key, error) {
	return write(store.WithoutKey(ctx), s, "take key", func(c *conn) (store.Key, error) {
		old, err := one(c, scanKey, keyByID, k.ID)
		switch {
		case album.CodeOf(err) == album.CodeNotFound || err == nil && !now.Before(old.Expires):
			k.Since, k.Until, k.Expires = millis(k.Since), millis(k.Until), millis(k.Expires)
			_, err := c.exec(insertKey, k.ID, k.Request, k.Token, k.Salt, required(k.Since), required(k.Until), required(k.Expires))
			return k, err
		case err != nil:
			return store.Key{}, err
		}
		if err := json.Unmarshal([]byte(old.steps), &old.Steps); err != nil {
			return store.Key{}, fmt.Errorf("the steps of a key: %w", err)
		}
		if old.Answer != nil || now.Before(old.Until) || !bytes.Equal(old.Request, k.Request) {
			return old.Key, nil
		}
		old.Token, old.Until = k.Token, millis(k.Until)
		_, err = c.exec(takeKey, old.Token, required(old.Until), old.ID)
		return old.Key, err
	})
}

// AnswerKey implements store.Keys.
func (s *Store) AnswerKey(ctx context.Context, id, token string, answer []byte) error {
	return update(store.WithoutKey(ctx), s, "answer key", func(c *conn) error {
		n, err := c.exec(answerKey, answer, id, token)
		if err == nil && n == 0 {
			err = album.ErrConflict
		}
		return err
	})
}

// ReleaseKey implements store.Keys.
func (s *Store) ReleaseKey(ctx context.Context, id, token string, now time.Time) error {
	return update(store.WithoutKey(ctx), s, "release key", func(c *conn) error {
		if _, err := c.exec(removeKey, id, token); err != nil {
			return err
		}
		_, err := c.exec(leaveKey, required(now), id, token)
		return err
	})
}

// PurgeKeys implements store.Sweeps.
func (s *Store) PurgeKeys(ctx context.Context, t time.Time) error {
	for {
		n, err := write(ctx, s, "purge keys", func(c *conn) (int64, error) {
			return c.exec(deleteKeys, required(t), keyStep)
		})
		if err != nil || n < keyStep {
			return err
		}
	}
}

// under runs a write under a key, and adds what it gave to that. UNAVAILABLE if
// somebody else has the key now: they find out whether it was done.
func under[T any](c *conn, held *store.Held, op string, fn func(*conn) (T, error)) (out T, err error) {
	if _, err = one(c, (*row).num, heldKey, held.ID, held.Token); album.CodeOf(err) == album.CodeNotFound {
		err = album.ErrUnavailable
	}
	if err != nil {
		return out, err
	}
	if out, err = fn(c); err != nil {
		return out, err
	}
	return out, keep(c, held, op, out)
}

// keep adds what a write gave to the key that it runs under.
func keep(c *conn, held *store.Held, op string, out any) error {
	step, err := store.NewStep(op, out)
	if err != nil {
		return err
	}
	text, err := json.Marshal(step)
	if err != nil {
		return err
	}
	_, err = c.exec(addStep, string(text), held.ID, held.Token)
	return err
}
