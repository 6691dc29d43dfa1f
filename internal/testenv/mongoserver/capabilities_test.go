package mongoserver_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"

	"keepsake/internal/testenv/mongoserver"
)

// What an engine is said to do it does, and what it is said not to do it does
// not, so that what we say of it stays true.
func TestCapabilities(t *testing.T) {
	s := mongoserver.Start(t)
	proofs := []struct {
		name  string
		can   mongoserver.Capability
		prove func(context.Context, *mongo.Database) error
	}{
		{"Transactions", s.Can.Transactions, transactions},
		{"RetryableWrites", s.Can.RetryableWrites, retryableWrites},
		{"Explain", s.Can.Explain, explain},
		{"ChangeStreams", s.Can.ChangeStreams, changeStreams},
		{"FailPoints", s.Can.FailPoints, failPoints},
		{"Restart", s.Can.Restart, func(ctx context.Context, db *mongo.Database) error { return restart(ctx, s, db) }},
		{"Sharding", s.Can.Sharding, sharding},
		{"Secondaries", s.Can.Secondaries, secondaries},
	}
	for _, p := range proofs {
		t.Run(p.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := p.prove(ctx, database(t, s))
			switch {
			case p.can.Able && err != nil:
				t.Errorf("it is said to be able, but: %v", err)
			case !p.can.Able && err == nil:
				t.Errorf("it is said not to be able (%s), but it is", p.can.Why)
			case !p.can.Able:
				t.Logf("cannot: %s: %v", p.can.Why, err)
			}
			if p.can.Able != (p.can.Why == "") {
				t.Errorf("able %v, why %q", p.can.Able, p.can.Why)
			}
		})
	}
}

// The store cannot be proven on an engine without these.
func TestOurEnginesDoWhatTheStoreNeeds(t *testing.T) {
	s := ours(t)
	for name, c := range map[string]mongoserver.Capability{
		"transactions": s.Can.Transactions, "retryable writes": s.Can.RetryableWrites,
		"explain": s.Can.Explain, "fail points": s.Can.FailPoints, "restart": s.Can.Restart,
	} {
		if !c.Able {
			t.Errorf("%s cannot do %s: %s", s.Engine, name, c.Why)
		}
	}
	text := s.String()
	if !strings.HasPrefix(text, "engine: "+s.Engine+"; cannot: ") || !strings.Contains(text, "sharding (no mongos)") {
		t.Errorf("it says of itself %q", text)
	}

	// What the script installs is what was started, if it is not a mongod.
	if version, secantus := strings.CutPrefix(s.Engine, "SecantusDB "); secantus {
		script, err := os.ReadFile("../../../tools/test-mongo.sh")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(script), "\nversion="+version+"\n") {
			t.Errorf("the script does not install %s", version)
		}
	}
}

// doc is a document of these tests.
type doc struct {
	ID int `bson:"_id"`
	N  int `bson:"n"`
}

func one(id int) bson.M { return bson.M{"_id": id} }

func inc(n int) bson.M { return bson.M{"$inc": bson.M{"n": n}} }

// zeros makes documents that hold 0.
func zeros(ctx context.Context, c *mongo.Collection, ids ...int) error {
	for _, id := range ids {
		if _, err := c.InsertOne(ctx, doc{ID: id}); err != nil {
			return err
		}
	}
	return nil
}

func read(ctx context.Context, c *mongo.Collection, id int) (int, error) {
	var d doc
	err := c.FindOne(ctx, one(id)).Decode(&d)
	return d.N, err
}

func retryableWrites(ctx context.Context, db *mongo.Database) error {
	c := db.Collection("c")
	if err := zeros(ctx, c, 1); err != nil {
		return err
	}
	s, err := db.Client().StartSession()
	if err != nil {
		return err
	}
	defer s.EndSession(ctx)
	// As a driver sends it again: under the number that it sent before. The
	// session may have been used, so the number is a high one.
	for range 2 {
		err := db.RunCommand(mongo.NewSessionContext(ctx, s), bson.D{
			{Key: "update", Value: c.Name()},
			{Key: "updates", Value: bson.A{bson.D{{Key: "q", Value: one(1)}, {Key: "u", Value: inc(1)}}}},
			{Key: "txnNumber", Value: int64(1_000_000)},
		}).Err()
		if err != nil {
			return err
		}
	}
	if n, err := read(ctx, c, 1); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("a write sent twice was done %d times", n))
	}
	return nil
}

func explain(ctx context.Context, db *mongo.Database) error {
	c := db.Collection("c")
	if err := zeros(ctx, c, 1, 2, 3); err != nil {
		return err
	}
	_, err := c.Indexes().CreateOne(ctx, mongo.IndexModel{Keys: bson.D{{Key: "album", Value: 1}, {Key: "at", Value: -1}}})
	if err != nil {
		return err
	}
	at := bson.D{{Key: "at", Value: -1}}
	for _, tt := range []struct {
		filter, sort any
		scan, sorts  bool
	}{
		{bson.M{"album": 1}, at, false, false},
		{bson.M{"album": 1}, bson.D{{Key: "n", Value: 1}}, false, true},
		{bson.M{"n": 1}, at, true, true},
	} {
		var plan struct {
			Planner struct {
				Winning bson.Raw `bson:"winningPlan"`
			} `bson:"queryPlanner"`
		}
		err := db.RunCommand(ctx, bson.D{
			{Key: "explain", Value: bson.D{{Key: "find", Value: c.Name()}, {Key: "filter", Value: tt.filter}, {Key: "sort", Value: tt.sort}}},
			{Key: "verbosity", Value: "queryPlanner"},
		}).Decode(&plan)
		if err != nil {
			return err
		}
		text := plan.Planner.Winning.String()
		has := func(stage string) bool { return strings.Contains(text, `"`+stage+`"`) }
		if has("COLLSCAN") != tt.scan || has("IXSCAN") == tt.scan || has("SORT") != tt.sorts {
			return fmt.Errorf("the plan of %v by %v is %s", tt.filter, tt.sort, text)
		}
	}
	return nil
}

func changeStreams(ctx context.Context, db *mongo.Database) error {
	stream, err := db.Collection("c").Watch(ctx, mongo.Pipeline{})
	if err != nil {
		return err
	}
	defer func() { _ = stream.Close(ctx) }()
	if err := zeros(ctx, db.Collection("c"), 1); err != nil {
		return err
	}
	if !stream.Next(ctx) {
		return fmt.Errorf("no event: %w", stream.Err())
	}
	return nil
}

func failPoints(ctx context.Context, db *mongo.Database) error {
	const timeLimit = 50 // MaxTimeMSExpired
	c := db.Collection("c")
	err := db.Client().Database("admin").RunCommand(ctx, bson.D{
		{Key: "configureFailPoint", Value: "failCommand"},
		{Key: "mode", Value: bson.D{{Key: "times", Value: 1}}},
		{Key: "data", Value: bson.D{{Key: "failCommands", Value: bson.A{"count"}}, {Key: "errorCode", Value: timeLimit}}},
	}).Err()
	if err != nil {
		return err
	}
	count := func() error { return db.RunCommand(ctx, bson.D{{Key: "count", Value: c.Name()}}).Err() }
	var refused mongo.CommandError
	if err := count(); !errors.As(err, &refused) || refused.Code != timeLimit {
		return fmt.Errorf("the command that was to fail gives %w", err)
	}
	return count()
}

func sharding(ctx context.Context, db *mongo.Database) error {
	return db.Client().Database("admin").RunCommand(ctx, bson.D{{Key: "enableSharding", Value: db.Name()}}).Err()
}

func secondaries(ctx context.Context, db *mongo.Database) error {
	two := options.Collection().SetWriteConcern(&writeconcern.WriteConcern{W: 2})
	return zeros(ctx, db.Collection("c", two), 1)
}
