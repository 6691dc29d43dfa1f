package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo"
	mongooptions "go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/bench/dataset"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/store"
	"keepsake/store/mongostore"
	"keepsake/store/sqlitestore"
)

// measureMongo runs the contest on MongoDB, with the data set of a data
// directory copied into a database of its own, which is dropped in the end.
func measureMongo(ctx context.Context, o options, data string, rep *report) (err error) {
	server, err := mongoserver.Open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Close()) }()
	uri, err := url.Parse(server.URI)
	if err != nil {
		return err
	}
	uri.Path = fmt.Sprintf("/keepsake_bench_%d", time.Now().UnixMilli())
	at := place{dir: data, mongoURI: uri.String()}
	rep.engine = server.Engine
	rep.progress("%s; copying the data set into it", server)
	if err := fill(ctx, at); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, drop(context.WithoutCancel(ctx), server.URI, uri.Path[1:])) }()
	return compete(ctx, o, at, rep, func(c *contest) error {
		if err := c.measurePages(ctx, o, rep); err != nil {
			return err
		}
		return c.measureCrowd(ctx, o, rep)
	})
}

// copyPage is how many records are copied at a time.
const copyPage = 1_000

// fill copies a data directory's database into MongoDB. That nothing is wrong
// with it shows in the pages, which both must give alike.
func fill(ctx context.Context, at place) (err error) {
	from, err := sqlitestore.OpenAlone(ctx, dataset.DatabaseIn(at.dir), nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := mongostore.Open(ctx, at.mongoURI, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	for _, kind := range store.Kinds() {
		var last store.Record
		for {
			records, err := from.Export(ctx, kind, last, copyPage)
			if err == nil {
				err = to.Import(ctx, records)
			}
			if err != nil {
				return fmt.Errorf("copy %s: %w", kind, err)
			}
			if len(records) < copyPage {
				break
			}
			last = records[copyPage-1]
		}
	}
	return nil
}

func drop(ctx context.Context, uri, database string) error {
	c, err := mongo.Connect(mongooptions.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	return errors.Join(c.Database(database).Drop(ctx), c.Disconnect(ctx))
}
