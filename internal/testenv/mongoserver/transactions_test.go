package mongoserver_test

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"golang.org/x/sync/errgroup"
)

func transactions(ctx context.Context, db *mongo.Database) error {
	c := db.Collection("c")
	if err := zeros(ctx, c, 1, 2); err != nil {
		return err
	}
	a, err := db.Client().StartSession()
	if err != nil {
		return err
	}
	defer a.EndSession(ctx)
	b, err := db.Client().StartSession()
	if err != nil {
		return err
	}
	defer b.EndSession(ctx)
	if err := errors.Join(a.StartTransaction(), b.StartTransaction()); err != nil {
		return err
	}
	inA, inB := mongo.NewSessionContext(ctx, a), mongo.NewSessionContext(ctx, b)

	// Nobody else sees what is not committed, and what was read stays so.
	if _, err := c.UpdateOne(inA, one(1), inc(1)); err != nil {
		return err
	}
	if n, err := read(inB, c, 1); err != nil || n != 0 {
		return errors.Join(err, fmt.Errorf("another transaction read %d", n))
	}
	if n, err := read(ctx, c, 1); err != nil || n != 0 {
		return errors.Join(err, fmt.Errorf("no transaction read %d", n))
	}
	// Two that write one document conflict, with the label to try again.
	_, err = c.UpdateOne(inB, one(1), inc(1))
	var refused mongo.ServerError
	if !errors.As(err, &refused) || !refused.HasErrorLabel("TransientTransactionError") {
		return fmt.Errorf("a conflict gives %w", err)
	}
	// What is rolled back leaves nothing, an error rolls back by itself.
	if err := zeros(inA, c, 3); err != nil {
		return err
	}
	if err := zeros(inA, c, 2); !mongo.IsDuplicateKeyError(err) {
		return fmt.Errorf("a duplicate gives %w", err)
	}
	if err := a.CommitTransaction(ctx); err == nil {
		return errors.New("a transaction with an error in it was committed")
	}
	if n, err := c.CountDocuments(ctx, bson.M{"n": 0}); err != nil || n != 2 {
		return errors.Join(err, fmt.Errorf("%d documents are as before", n))
	}
	return contended(ctx, db)
}

// contended has many transactions write one counter and a row each, as albums
// and their logs are written: the rows are numbered without gap or duplicate.
func contended(ctx context.Context, db *mongo.Database) error {
	const workers, each = 8, 10
	counter, rows := db.Collection("counter"), db.Collection("rows")
	if err := zeros(ctx, counter, 1); err != nil {
		return err
	}
	var g errgroup.Group
	for range workers {
		g.Go(func() error {
			s, err := db.Client().StartSession()
			if err != nil {
				return err
			}
			defer s.EndSession(ctx)
			for range each {
				_, err := s.WithTransaction(ctx, func(ctx context.Context) (any, error) {
					n, err := read(ctx, counter, 1)
					if err != nil {
						return nil, err
					}
					if _, err := rows.InsertOne(ctx, doc{ID: n + 1}); err != nil {
						return nil, err
					}
					return counter.UpdateOne(ctx, one(1), bson.M{"$set": bson.M{"n": n + 1}})
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	n, err := read(ctx, counter, 1)
	if err != nil {
		return err
	}
	inOrder, err := rows.CountDocuments(ctx, bson.M{"_id": bson.M{"$gte": 1, "$lte": workers * each}})
	if err != nil || n != workers*each || inOrder != workers*each {
		return errors.Join(err, fmt.Errorf("of %d commits the counter has %d, and %d rows are in order", workers*each, n, inOrder))
	}
	return nil
}
