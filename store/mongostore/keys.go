package mongostore

import (
	"bytes"
	"context"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/album"
	"keepsake/store"
)

// keyDoc is a store.Key.
type keyDoc struct {
	ID      string    `bson:"_id"`
	Request []byte    `bson:"request"`
	Token   string    `bson:"token"`
	Salt    []byte    `bson:"salt"`
	Since   time.Time `bson:"since"`
	Until   time.Time `bson:"until"`
	Expires time.Time `bson:"expiresAt"`
	Steps   []stepDoc `bson:"steps,omitempty"`
	Answer  []byte    `bson:"answer,omitempty"`
}

// stepDoc is a store.Step.
type stepDoc struct {
	Op     string `bson:"op"`
	Result []byte `bson:"result"`
}

func newKeyDoc(k store.Key) keyDoc {
	return keyDoc{
		ID: k.ID, Request: k.Request, Token: k.Token, Salt: k.Salt,
		Since: millis(k.Since), Until: millis(k.Until), Expires: millis(k.Expires),
	}
}

func (d keyDoc) key() store.Key {
	k := store.Key{
		ID: d.ID, Request: d.Request, Token: d.Token, Salt: d.Salt,
		Since: d.Since, Until: d.Until, Expires: d.Expires, Answer: d.Answer,
	}
	for _, step := range d.Steps {
		k.Steps = append(k.Steps, store.Step{Op: step.Op, Result: step.Result})
	}
	return k
}

// keyTries is how often a key is looked at that others take away meanwhile.
const keyTries = 10

var notAnswered = eq("answer", nil)

// TakeKey implements store.Keys, by single commands: each of them is of one
// document and says in what state that has to be.
func (s *Store) TakeKey(ctx context.Context, k store.Key, now time.Time) (store.Key, error) {
	return run(ctx, s, "take key", func(ctx context.Context) (store.Key, error) {
		for range keyTries {
			d := newKeyDoc(k)
			_, err := s.keys.InsertOne(ctx, d)
			if !mongo.IsDuplicateKeyError(err) {
				return d.key(), err
			}
			r, err := s.keys.DeleteOne(ctx, and(eq("_id", k.ID), eq("expiresAt", op("$lte", now))))
			if err != nil {
				return store.Key{}, err
			}
			if r.DeletedCount > 0 {
				continue
			}
			d, err = s.takeOver(ctx, k, now)
			if album.CodeOf(err) != album.CodeNotFound {
				return d.key(), err
			}
		}
		return store.Key{}, album.ErrUnavailable
	})
}

// takeOver takes a key that can be taken, else reads it. NOT_FOUND if there is none.
func (s *Store) takeOver(ctx context.Context, k store.Key, now time.Time) (keyDoc, error) {
	d, err := findOne[keyDoc](ctx, s.keys, eq("_id", k.ID))
	if err != nil || d.Answer != nil || now.Before(d.Until) || !bytes.Equal(d.Request, k.Request) {
		return d, err
	}
	// NOT_FOUND: somebody else was first, so it is looked at again.
	return changeOne[keyDoc](ctx, s.keys, and(eq("_id", k.ID), eq("token", d.Token), eq("until", d.Until), notAnswered),
		op("$set", bson.D{{Key: "token", Value: k.Token}, {Key: "until", Value: k.Until}}))
}

// AnswerKey implements store.Keys.
func (s *Store) AnswerKey(ctx context.Context, id, token string, answer []byte) error {
	_, err := run(ctx, s, "answer key", func(ctx context.Context) (struct{}, error) {
		r, err := s.keys.UpdateOne(ctx, and(eq("_id", id), eq("token", token)), bson.D{
			{Key: "$set", Value: eq("answer", answer)}, {Key: "$unset", Value: eq("steps", "")},
		})
		if err == nil && r.MatchedCount == 0 {
			err = album.ErrConflict
		}
		return struct{}{}, err
	})
	return err
}

// ReleaseKey implements store.Keys.
func (s *Store) ReleaseKey(ctx context.Context, id, token string, now time.Time) error {
	_, err := run(ctx, s, "release key", func(ctx context.Context) (struct{}, error) {
		own := and(eq("_id", id), eq("token", token), notAnswered)
		r, err := s.keys.DeleteOne(ctx, and(own, eq("steps", nil)))
		if err == nil && r.DeletedCount == 0 {
			_, err = s.keys.UpdateOne(ctx, own, op("$set", eq("until", now)))
		}
		return struct{}{}, err
	})
	return err
}

// keyStep is how many keys a sweep takes away at a time.
const keyStep = 500

// PurgeKeys implements store.Sweeps.
func (s *Store) PurgeKeys(ctx context.Context, t time.Time) error {
	for {
		n, err := run(ctx, s, "purge keys", func(ctx context.Context) (int, error) {
			old, err := find[keyDoc](ctx, s.keys, eq("expiresAt", op("$lt", t)),
				options.Find().SetSort(eq("expiresAt", 1)).SetLimit(keyStep).SetProjection(eq("_id", 1)))
			if err != nil || len(old) == 0 {
				return 0, err
			}
			ids := make([]string, len(old))
			for i, d := range old {
				ids[i] = d.ID
			}
			// The time once more: one of them may have been made anew.
			_, err = s.keys.DeleteMany(ctx, and(bson.D{in("_id", ids)}, eq("expiresAt", op("$lt", t))))
			return len(old), err
		})
		if err != nil || n < keyStep {
			return err
		}
	}
}

// under runs a transaction under a key, and adds what it gave to that. UNAVAILABLE
// if somebody else has the key now: they find out whether it was done.
func under[T any](
	ctx context.Context, s *Store, held *store.Held, name string, do func(ctx context.Context) (T, error),
) (out T, err error) {
	ours, err := exists(ctx, s.keys, and(eq("_id", held.ID), eq("token", held.Token)))
	switch {
	case err != nil:
		return out, err
	case !ours:
		return out, album.ErrUnavailable
	}
	if out, err = do(ctx); err != nil {
		return out, err
	}
	return out, s.keep(ctx, held, name, out)
}

// keep adds what a transaction gave to the key that it runs under, inside it: of
// two that have read the key as theirs one fails.
func (s *Store) keep(ctx context.Context, held *store.Held, name string, out any) error {
	step, err := store.NewStep(name, out)
	if err != nil {
		return err
	}
	err = setOne(ctx, s.keys, and(eq("_id", held.ID), eq("token", held.Token)), op("$push", eq("steps", stepDoc{step.Op, step.Result})))
	if album.CodeOf(err) == album.CodeNotFound {
		err = album.ErrUnavailable
	}
	return err
}
