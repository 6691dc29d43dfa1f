package mongoserver

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
)

// Names in the environment and of the replica set that mongod is started as.
const (
	uriVariable = "MONGODB_URI"
	replicaSet  = "keepsake"
)

// secantusVersion is the version that tools/test-mongo.sh installs.
const secantusVersion = "0.5.3-beta.193"

// program is a server that can be started here.
type program struct {
	path string
	args func(port int, data string) []string
	// initiate makes a replica set of a server that was never started before.
	initiate func(ctx context.Context, addr string) error
	set      string // the replica set's name
	version  string // empty where the server says it
	// files is that a database left behind costs files, so that many are too many.
	files bool
}

// choose finds the program to run: mongod if it is installed, else SecantusDB.
func choose() (program, error) {
	if path, err := exec.LookPath("mongod"); err == nil {
		return program{path: path, args: mongodArgs, initiate: initiate, set: replicaSet, files: true}, nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return program{}, err
	}
	path := filepath.Join(cache, "keepsake", "secantus-"+secantusVersion, "bin", "secantusd-rs")
	if _, err := os.Stat(path); err != nil {
		return program{}, fmt.Errorf("no MongoDB to test with: run tools/test-mongo.sh, or install mongod, or set %s: %w", uriVariable, err)
	}
	return program{path: path, args: secantusArgs, set: "secantus", version: "SecantusDB " + secantusVersion}, nil
}

// mongodArgs are from MongoDB's manual, "mongod" and "Server parameters".
func mongodArgs(port int, data string) []string {
	return []string{
		"--port", strconv.Itoa(port), "--bind_ip", "127.0.0.1", "--nounixsocket",
		"--dbpath", data, "--replSet", replicaSet,
		"--setParameter", "enableTestCommands=1", // for fail points
	}
}

// initiate makes a replica set of one node, as the manual's "Convert a
// Standalone mongod to a Replica Set" does. Only a connection that does not look
// for a set reaches a server that is in none yet.
func initiate(ctx context.Context, addr string) error {
	c, err := mongo.Connect(options.Client().SetHosts([]string{addr}).SetDirect(true))
	if err != nil {
		return err
	}
	err = c.Database("admin").RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
		{Key: "_id", Value: replicaSet},
		{Key: "members", Value: bson.A{bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: addr}}}},
	}}}).Err()
	if err != nil {
		err = fmt.Errorf("initiate the replica set: %w", err)
	}
	return errors.Join(err, c.Disconnect(ctx))
}

func secantusArgs(port int, data string) []string {
	return []string{
		"--port", strconv.Itoa(port), "--host", "127.0.0.1", "--storage-path", data, "--log-level", "WARNING",
		"--sync-on-commit",       // else kill -9 loses what was acknowledged
		"--enable-test-commands", // for fail points
		// Small: each server allocates a log file in full.
		"--log-file-max", "16MB", "--cache-size", "256M",
	}
}

// connect opens a client and waits until a primary answers, or ctx ends.
func connect(ctx context.Context, uri string) (*mongo.Client, error) {
	c, err := mongo.Connect(options.Client().ApplyURI(uri))
	if err != nil {
		return nil, err
	}
	if err := c.Ping(ctx, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("no primary: %w", err), c.Disconnect(context.WithoutCancel(ctx)))
	}
	return c, nil
}
