package mongoserver_test

import (
	"context"
	"sync/atomic"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"golang.org/x/sync/errgroup"

	"keepsake/internal/testenv/mongoserver"
)

// Engines have been seen that lose writes which come at the same time; on such
// a one the store's own tests would prove nothing.
func TestConcurrentWrites(t *testing.T) {
	s := mongoserver.Start(t)
	t.Run("Exact", func(t *testing.T) { areExact(t, s) })
	t.Run("OneWins", func(t *testing.T) { oneWins(t, s) })
}

// areExact counts up from many sides.
func areExact(t *testing.T, s *mongoserver.Server) {
	const workers, each = 8, 25
	after := options.FindOneAndUpdate().SetReturnDocument(options.After)
	for name, write := range map[string]func(context.Context, *mongo.Collection) error{
		"UpdateOne": func(ctx context.Context, c *mongo.Collection) error {
			_, err := c.UpdateOne(ctx, one(1), inc(1))
			return err
		},
		"FindOneAndUpdate": func(ctx context.Context, c *mongo.Collection) error {
			var d doc
			if err := c.FindOneAndUpdate(ctx, one(1), inc(1), after).Decode(&d); err != nil {
				return err
			}
			_, err := c.InsertOne(ctx, bson.M{"_id": -d.N}) // each value is given out once
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := database(t, s).Collection("c")
			if err := zeros(t.Context(), c, 1); err != nil {
				t.Fatal(err)
			}
			g, ctx := errgroup.WithContext(t.Context())
			for range workers {
				g.Go(func() error {
					for range each {
						if err := write(ctx, c); err != nil {
							return err
						}
					}
					return nil
				})
			}
			if err := g.Wait(); err != nil {
				t.Fatal(err)
			}
			if n, err := read(t.Context(), c, 1); err != nil || n != workers*each {
				t.Errorf("of %d increments %d are there: %v", workers*each, n, err)
			}
		})
	}
}

// oneWins has several try what only one may do: exactly one does, and the others
// are told by the number that the store translates.
func oneWins(t *testing.T, s *mongoserver.Server) {
	const workers, rounds = 12, 10
	open := bson.M{"open": true}
	upsert := options.UpdateOne().SetUpsert(true)
	for name, try := range map[string]func(ctx context.Context, c *mongo.Collection, round, worker int) (won bool, err error){
		"Insert": func(ctx context.Context, c *mongo.Collection, round, worker int) (bool, error) {
			_, err := c.InsertOne(ctx, bson.M{"k": round, "open": true, "by": worker})
			return err == nil, err
		},
		"Upsert": func(ctx context.Context, c *mongo.Collection, round, worker int) (bool, error) {
			_, err := c.UpdateOne(ctx, bson.M{"_id": worker + round*workers}, bson.M{"$set": bson.M{"k": round, "open": true}}, upsert)
			return err == nil, err
		},
		"FindOneAndUpdate": func(ctx context.Context, c *mongo.Collection, round, worker int) (bool, error) {
			id := worker + round*workers
			if _, err := c.InsertOne(ctx, bson.M{"_id": id, "k": round, "open": false}); err != nil {
				return false, err
			}
			err := c.FindOneAndUpdate(ctx, one(id), bson.M{"$set": open}).Err()
			return err == nil, err
		},
		"Condition": func(ctx context.Context, c *mongo.Collection, round, _ int) (bool, error) {
			// Whoever comes first makes it; that is no win.
			if _, err := c.UpdateOne(ctx, one(round), bson.M{"$setOnInsert": bson.M{"k": round, "open": true}}, upsert); err != nil && !mongo.IsDuplicateKeyError(err) {
				return false, err
			}
			res, err := c.UpdateOne(ctx, bson.M{"_id": round, "won": bson.M{"$exists": false}}, bson.M{"$set": bson.M{"won": true}})
			return err == nil && res.ModifiedCount == 1, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := database(t, s).Collection("c")
			_, err := c.Indexes().CreateOne(t.Context(), mongo.IndexModel{
				Keys:    bson.D{{Key: "k", Value: 1}},
				Options: options.Index().SetUnique(true).SetPartialFilterExpression(open),
			})
			if err != nil {
				t.Fatal(err)
			}
			for round := range rounds {
				var winners atomic.Int64
				g, ctx := errgroup.WithContext(t.Context())
				for worker := range workers {
					g.Go(func() error {
						won, err := try(ctx, c, round, worker)
						if won {
							winners.Add(1)
						}
						if mongo.IsDuplicateKeyError(err) {
							return nil
						}
						return err
					})
				}
				if err := g.Wait(); err != nil {
					t.Fatal(err)
				}
				if n := winners.Load(); n != 1 {
					t.Fatalf("%d of %d won", n, workers)
				}
			}
		})
	}
}
