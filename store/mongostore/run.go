package mongostore

import (
	"context"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"keepsake/store"
)

// The waits between tries of a transaction grow from the first to the last.
const (
	firstWait = 5 * time.Millisecond
	lastWait  = 250 * time.Millisecond
)

// run runs a method that needs no transaction: it reads, or changes one document.
func run[T any](ctx context.Context, s *Store, op string, do func(ctx context.Context) (T, error)) (_ T, err error) {
	defer s.observed(ctx, op, time.Now(), &err)
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	out, err := do(ctx)
	if err != nil {
		var none T
		return none, edge(op, err)
	}
	return out, nil
}

// write runs a method that is one transaction. names are what it is to have for
// itself in this process, the IDs of albums and of people. do may run several times and must
// not keep anything from an earlier run; with an error nothing is written. Under a
// key of store.Keys it is done once.
func write[T any](ctx context.Context, s *Store, op string, names []string, do func(ctx context.Context) (T, error)) (_ T, err error) {
	defer s.observed(ctx, op, time.Now(), &err)
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	var out T
	held := store.HeldBy(ctx)
	if done, err := held.Again(op, &out); done || err != nil {
		return out, edge(op, err)
	}
	err = func() error {
		release, err := s.locks.take(ctx, names...)
		if err != nil {
			return err
		}
		defer release()
		return s.transact(ctx, func(ctx context.Context) (err error) {
			if held == nil {
				out, err = do(ctx)
			} else {
				out, err = under(ctx, s, held, op, do)
			}
			return err
		})
	}()
	if err != nil {
		var none T
		return none, edge(op, err)
	}
	return out, nil
}

// observed tells whoever observes of a method that ends with err.
func (s *Store) observed(ctx context.Context, op string, began time.Time, err *error) {
	if s.observe != nil {
		s.observe(ctx, op, began, *err)
	}
}

// transact runs do as one transaction, again and again while the server says
// that it is worth trying and ctx holds. Without transactions it just runs do.
// https://www.mongodb.com/docs/manual/core/transactions-in-applications/ has
// the labels; the driver's own loop looks at no deadline when it commits.
func (s *Store) transact(ctx context.Context, do func(ctx context.Context) error) error {
	if !s.transactions {
		return do(ctx)
	}
	session, err := s.client.StartSession()
	if err != nil {
		return err
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	wait := firstWait
	for try := 1; ; try++ {
		err := s.tryOnce(ctx, session, do)
		if err == nil || !isTransient(err) || ctx.Err() != nil || try == s.tries {
			return err
		}
		select {
		case <-time.After(rand.N(wait)): // some jitter, so that two do not collide again
		case <-ctx.Done():
			return err
		}
		wait = min(2*wait, lastWait)
	}
}

func (s *Store) tryOnce(ctx context.Context, session *mongo.Session, do func(ctx context.Context) error) error {
	// The client's own write concern, majority, is that of the commit.
	if err := session.StartTransaction(options.Transaction().SetReadConcern(readconcern.Snapshot())); err != nil {
		return err
	}
	if err := do(mongo.NewSessionContext(ctx, session)); err != nil {
		// Of no consequence if it fails: the server ends it by itself.
		_ = session.AbortTransaction(context.WithoutCancel(ctx)) //nolint:errcheck // see above
		return err
	}
	for try := 1; ; try++ {
		err := session.CommitTransaction(ctx)
		if err == nil || !hasLabel(err, unknownCommit) || ctx.Err() != nil || try == s.tries {
			return err
		}
	}
}
