package mongoserver

import (
	"context"
	"errors"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
)

// Capability is whether an engine can do a thing, and if not, why.
type Capability struct {
	Able bool
	Why  string
}

// Capabilities is what tests may ask of an engine. All that is not named here
// every engine has to do: MongoDB 7.0's commands, queries, updates, aggregation
// stages and unique, partial and TTL indexes, exactly and at once.
type Capabilities struct {
	Transactions    Capability // over several documents, isolated, conflicts told by label
	RetryableWrites Capability // a write that comes twice is done once
	Explain         Capability // plans whose stages say IXSCAN or COLLSCAN, and SORT
	ChangeStreams   Capability
	FailPoints      Capability // errors on order: configureFailPoint, failCommand
	Restart         Capability // Kill and Restart; what was acknowledged with majority survives
	Sharding        Capability // enableSharding, shardCollection
	Secondaries     Capability // more than one node holds the data
}

// named is a capability with the name to print.
type named struct {
	name string
	Capability
}

func (c Capabilities) all() []named {
	return []named{
		{"transactions", c.Transactions},
		{"retryable writes", c.RetryableWrites},
		{"explain", c.Explain},
		{"change streams", c.ChangeStreams},
		{"fail points", c.FailPoints},
		{"restart", c.Restart},
		{"sharding", c.Sharding},
		{"secondaries", c.Secondaries},
	}
}

// hello is the part of the answer to the command hello that says what kind of
// deployment a server belongs to.
type hello struct {
	SetName string   `bson:"setName"`
	Message string   `bson:"msg"` // "isdbgrid" from a mongos
	Hosts   []string `bson:"hosts"`
}

// ask finds out what a server is and can do, without writing to it.
func ask(ctx context.Context, c *mongo.Client, proc *process) (engine string, can Capabilities, err error) {
	admin := c.Database("admin")
	var h hello
	if err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Decode(&h); err != nil {
		return "", can, fmt.Errorf("hello: %w", err)
	}
	var build struct {
		Version string `bson:"version"`
	}
	if err := admin.RunCommand(ctx, bson.D{{Key: "buildInfo", Value: 1}}).Decode(&build); err != nil {
		return "", can, fmt.Errorf("buildInfo: %w", err)
	}
	engine = "MongoDB " + build.Version
	if proc != nil && proc.program.version != "" {
		engine = proc.program.version
	}

	sharded := h.Message == "isdbgrid"
	replicated := able(sharded || h.SetName != "", "a standalone server")
	can = Capabilities{
		Transactions:    replicated,
		RetryableWrites: replicated,
		ChangeStreams:   replicated,
		Sharding:        able(sharded, "no mongos"),
		Secondaries:     able(sharded || len(h.Hosts) > 1, "one node alone"),
		Restart:         able(proc != nil, "the server is not ours to stop"),
	}
	// A fail point is switched off to see whether there are any.
	can.FailPoints, err = answers(ctx, admin, bson.D{{Key: "configureFailPoint", Value: "failCommand"}, {Key: "mode", Value: "off"}})
	if err != nil {
		return "", can, err
	}
	can.Explain, err = answers(ctx, admin, bson.D{{Key: "explain", Value: bson.D{{Key: "find", Value: "none"}}}})
	return engine, can, err
}

func able(yes bool, why string) Capability {
	if yes {
		why = ""
	}
	return Capability{Able: yes, Why: why}
}

// answers asks whether a server takes a command. That it refuses is no error.
func answers(ctx context.Context, db *mongo.Database, cmd bson.D) (Capability, error) {
	err := db.RunCommand(ctx, cmd).Err()
	var refused mongo.CommandError
	if errors.As(err, &refused) {
		return Capability{Why: fmt.Sprintf("%s is refused: %s", cmd[0].Key, refused.Name)}, nil
	}
	return Capability{Able: err == nil}, err
}
