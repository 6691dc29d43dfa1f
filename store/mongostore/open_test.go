package mongostore

import (
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"keepsake/internal/testenv/mongoserver"
	"keepsake/store/storetest"
)

// TestWhatCannotBeOpened: each error says how to mend it, and none shows the password.
func TestWhatCannotBeOpened(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ uri, says string }{
		"no URI":         {"localhost:27017", "mongodb://"},
		"a bad password": {"mongodb://keepsake:hunter2%zz@localhost", "%XX"},
		"nobody there":   {"mongodb://keepsake:hunter2@127.0.0.1:1/?connectTimeoutMS=200", "does not answer"},
	} {
		_, err := Open(t.Context(), c.uri, &Options{Timeout: 300 * time.Millisecond})
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestStandalone: a server without transactions is refused, and taken where
// that is meant.
func TestStandalone(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	// A client that asks one server directly still learns what set it is in, so
	// the check itself is shown an answer of a standalone server.
	for name, c := range map[string]struct {
		hello  hello
		allow  bool
		refuse string
	}{
		"a replica set":       {hello{SetName: "rs0", MaxWireVersion: 21}, false, ""},
		"a sharded cluster":   {hello{Msg: "isdbgrid", MaxWireVersion: 21}, false, ""},
		"a standalone server": {hello{MaxWireVersion: 21}, false, "rs.initiate()"},
		"one that is allowed": {hello{MaxWireVersion: 21}, true, ""},
		"an old one":          {hello{SetName: "rs0", MaxWireVersion: 12}, true, "MongoDB 5.0"},
	} {
		err := c.hello.check(c.allow)
		if (c.refuse == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.refuse) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// Without transactions the same methods work, one after the other.
	s := openClosed(t, server, nil)
	s.transactions = false
	f := storetest.NewFixture(t, s)
	owner := f.User("owner")
	a := f.Album(owner)
	m := f.Ready(a.ID, owner)
	f.Like(m.ID, owner)
	f.Reply(f.Comment(m.ID, owner, "x"), owner, "y")
	storetest.CheckAlbum(t, s, a.ID)
}

// TestIndexes: opening makes what is missing, by many nodes at once and again,
// and refuses an index that is another one.
func TestIndexes(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	first := openClosed(t, server, nil)
	o := &Options{Database: first.db.Name()}
	errs := make(chan error)
	for range 4 {
		go func() {
			s, err := Open(t.Context(), server.URI, o)
			if err == nil {
				err = s.Close()
			}
			errs <- err
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	media := first.media.Indexes()
	must(t, media.DropOne(t.Context(), "added"))
	s, err := Open(t.Context(), server.URI, o)
	must(t, err)
	must(t, s.Close())
	specs, err := media.ListSpecifications(t.Context())
	must(t, err)
	if want := 1 + len(collections()["media"]); len(specs) != want {
		t.Errorf("media has %d indexes, want %d", len(specs), want)
	}

	must(t, media.DropOne(t.Context(), "added"))
	_, err = media.CreateOne(t.Context(), mongo.IndexModel{
		Keys: bson.D{{Key: "albumId", Value: 1}}, Options: options.Index().SetName("added"),
	})
	must(t, err)
	if _, err := Open(t.Context(), server.URI, o); err == nil || !strings.Contains(err.Error(), "the index added of media") {
		t.Errorf("another index is taken for ours: %v", err)
	}
}
