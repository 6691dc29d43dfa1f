package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"keepsake/bench/dataset"
	"keepsake/bench/floor"
)

// floorCommand as the first argument makes this program the floor.
const floorCommand = "floor"

// serveFloor is the floor's process, with signed URLs that begin with base,
// until ctx ends.
func serveFloor(ctx context.Context, at place, base string) (err error) {
	f, err := openFloor(ctx, at, base)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var listen net.ListenConfig
	ln, err := listen.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := &http.Server{Handler: f.Handler(), ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	fmt.Printf("http://%s\n", ln.Addr())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	return srv.Close() // the clients have their answers
}

func openFloor(ctx context.Context, at place, base string) (*floor.Floor, error) {
	key, err := dataset.KeyIn(at.dir)
	if err != nil {
		return nil, err
	}
	if at.mongoURI != "" {
		return floor.OpenMongo(at.mongoURI, key, base)
	}
	return floor.OpenSQLite(ctx, dataset.DatabaseIn(at.dir), key, base)
}
