package mongoserver_test

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"golang.org/x/sync/errgroup"

	"keepsake/internal/testenv/mongoserver"
)

// restart kills a server at work; what it had acknowledged is there afterwards,
// and of a transaction all or nothing.
func restart(ctx context.Context, s *mongoserver.Server, db *mongo.Database) error {
	if !s.Can.Restart.Able {
		return s.Kill()
	}
	const workers, enough = 4, 200
	a, b := db.Collection("a"), db.Collection("b")
	if err := errors.Join(zeros(ctx, a, -1), zeros(ctx, b, -1)); err != nil {
		return err
	}
	var mu sync.Mutex
	var kept []int
	busy := make(chan struct{})
	working, stop := context.WithCancel(ctx)
	defer stop()
	var g errgroup.Group
	for w := range workers {
		g.Go(func() error {
			session, err := db.Client().StartSession()
			if err != nil {
				return err
			}
			defer session.EndSession(working)
			for id := w; ; id += workers {
				in := mongo.NewSessionContext(working, session)
				if session.StartTransaction() != nil || zeros(in, a, id) != nil || zeros(in, b, id) != nil ||
					session.CommitTransaction(in) != nil {
					return nil // it is killed
				}
				mu.Lock()
				kept = append(kept, id)
				if len(kept) == enough {
					close(busy)
				}
				mu.Unlock()
			}
		})
	}
	ended := make(chan error, 1)
	go func() { ended <- g.Wait() }()
	select {
	case <-busy:
	case err := <-ended:
		return errors.Join(err, fmt.Errorf("it does not work to begin with"))
	}
	if err := s.Kill(); err != nil {
		return err
	}
	stop() // waiting for the server
	if err := <-ended; err != nil {
		return err
	}
	if err := s.Restart(ctx); err != nil {
		return err
	}
	n, err := a.CountDocuments(ctx, bson.M{"_id": bson.M{"$in": kept}})
	if err != nil || int(n) != len(kept) {
		return errors.Join(err, fmt.Errorf("of %d acknowledged transactions %d are there", len(kept), n))
	}
	for _, half := range [][2]*mongo.Collection{{a, b}, {b, a}} {
		cur, err := half[0].Aggregate(ctx, bson.A{
			bson.M{"$lookup": bson.M{"from": half[1].Name(), "localField": "_id", "foreignField": "_id", "as": "other"}},
			bson.M{"$match": bson.M{"other": bson.A{}}},
		})
		if err != nil {
			return err
		}
		var torn []bson.M
		if err := cur.All(ctx, &torn); err != nil || len(torn) > 0 {
			return errors.Join(err, fmt.Errorf("half of a transaction is there: %v", torn))
		}
	}
	return nil
}
