package mongoserver_test

import (
	"context"
	"errors"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/writeconcern"
	"go.uber.org/goleak"

	"keepsake/internal/testenv/mongoserver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open connects to a server as the store does.
func open(t *testing.T, uri string) *mongo.Client {
	t.Helper()
	c, err := mongo.Connect(options.Client().ApplyURI(uri).
		SetServerSelectionTimeout(20 * time.Second).SetWriteConcern(writeconcern.Majority()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// The server may be gone, and then waiting for it is no use.
		ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
		defer cancel()
		_ = c.Disconnect(ctx)
	})
	return c
}

// database is a fresh one.
func database(t *testing.T, s *mongoserver.Server) *mongo.Database {
	t.Helper()
	return open(t, s.URI).Database(s.NewDatabase(t))
}

// ours starts a server that no environment decides on.
func ours(t *testing.T) *mongoserver.Server {
	t.Helper()
	t.Setenv("MONGODB_URI", "")
	return mongoserver.Start(t)
}

func TestStartAndClose(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("MONGODB_URI", "")
	s, err := mongoserver.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := database(t, s).Collection("c").InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
		t.Error(err)
	}
	if dirs, err := os.ReadDir(temp); err != nil || len(dirs) != 1 {
		t.Errorf("it keeps its data in %v: %v", dirs, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if answers(s.URI) {
		t.Error("it answers after Close")
	}
	if dirs, err := os.ReadDir(temp); err != nil || len(dirs) != 0 {
		t.Errorf("it left %v behind: %v", dirs, err)
	}
}

// answers reports whether a server of ours is there now.
func answers(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil {
		return false
	}
	conn, err := net.Dial("tcp", u.Host)
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}

func TestKillAndRestart(t *testing.T) {
	t.Setenv("MONGODB_URI", "")
	s, err := mongoserver.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	col := database(t, s).Collection("c")
	if _, err := col.InsertOne(t.Context(), bson.M{"_id": 1}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Kill(); err != nil {
			t.Fatal(err)
		}
		if answers(s.URI) {
			t.Fatal("it answers when killed")
		}
		if err := s.Kill(); err != nil {
			t.Errorf("killing what has ended: %v", err)
		}
		if err := s.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		// The same client goes on, on the same port and data.
		if err := col.FindOne(t.Context(), bson.M{"_id": 1}).Err(); err != nil {
			t.Errorf("after the restart: %v", err)
		}
	}
	if err := s.Kill(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := s.Close(); err != nil || time.Since(start) > 10*time.Second {
		t.Errorf("closing what is killed took %v: %v", time.Since(start), err)
	}
}

func TestServersAreApart(t *testing.T) {
	a, b := ours(t), ours(t)
	if a.URI == b.URI {
		t.Fatal("one URI for two servers")
	}
	name := a.NewDatabase(t)
	if other := a.NewDatabase(t); other == name {
		t.Error("a database was handed out twice")
	}
	if _, err := open(t, a.URI).Database(name).Collection("c").InsertOne(t.Context(), bson.M{}); err != nil {
		t.Fatal(err)
	}
	n, err := open(t, b.URI).Database(name).Collection("c").CountDocuments(t.Context(), bson.M{})
	if err != nil || n != 0 {
		t.Errorf("the other server has %d documents: %v", n, err)
	}
}

func TestServerOfTheEnvironment(t *testing.T) {
	mine := ours(t)
	t.Setenv("MONGODB_URI", mine.URI)
	s, err := mongoserver.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if s.URI != mine.URI || s.Can.Restart.Able {
		t.Errorf("it opened %s, restart %v", s.URI, s.Can.Restart)
	}
	if s.Kill() == nil || s.Restart(t.Context()) == nil {
		t.Error("it stopped a server that is not its own")
	}
	client := open(t, mine.URI)
	t.Run("database", func(t *testing.T) {
		if _, err := client.Database(s.NewDatabase(t)).Collection("c").InsertOne(t.Context(), bson.M{}); err != nil {
			t.Error(err)
		}
	})
	names, err := client.ListDatabaseNames(t.Context(), bson.M{"name": bson.M{"$regex": "^test_"}})
	if err != nil || len(names) != 0 {
		t.Errorf("it left databases %v behind: %v", names, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if !answers(mine.URI) {
		t.Error("Close ended a server that is not its own")
	}
}

func TestNoServer(t *testing.T) {
	t.Setenv("MONGODB_URI", "")
	t.Setenv("PATH", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	_, err := mongoserver.Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "run tools/test-mongo.sh") {
		t.Errorf("the error does not say what to do: %v", err)
	}

	t.Setenv("MONGODB_URI", "mongodb://127.0.0.1:1/")
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := mongoserver.Open(ctx); err == nil || !strings.Contains(err.Error(), "MONGODB_URI") {
		t.Errorf("the error does not name the setting: %v", err)
	}
}

// A mongod on PATH comes before what we install. That it is started as its
// manual says only a real one can show; here a program in its place writes down
// what it is called with.
func TestMongodOnPath(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\necho \"$@\" >" + filepath.Join(dir, "args") + "\nexit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "mongod"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("MONGODB_URI", "")
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	_, err := mongoserver.Open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "mongod ended at once") {
		t.Fatalf("error %v", err)
	}
	args, err := os.ReadFile(filepath.Join(dir, "args"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"--port ", "--dbpath ", "--replSet ", "--bind_ip 127.0.0.1"} {
		if !strings.Contains(string(args), want) {
			t.Errorf("mongod was started without %s: %s", want, args)
		}
	}
}

// childVariable has this test run as the process that is killed.
const childVariable = "KEEPSAKE_MONGOSERVER_CHILD"

// No server outlives the process that started it, however that ends.
func TestNoOrphan(t *testing.T) {
	if os.Getenv(childVariable) != "" {
		s := mongoserver.Start(t)
		_, _ = os.Stdout.WriteString("uri=" + s.URI + "\n")
		select {} // until it is killed
	}
	t.Setenv("MONGODB_URI", "")
	cmd := exec.Command(os.Args[0], "-test.run=^TestNoOrphan$")
	cmd.Env = append(os.Environ(), childVariable+"=1", "TMPDIR="+t.TempDir())
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	uri := ""
	for text := make([]byte, 0, 4096); uri == ""; {
		n, err := said.Read(text[len(text):cap(text)])
		if err != nil {
			t.Fatalf("the process said %q: %v", text, err)
		}
		text = text[:len(text)+n]
		if _, after, ok := strings.Cut(string(text), "uri="); ok {
			uri, _, _ = strings.Cut(after, "\n")
		}
	}
	if !answers(uri) {
		t.Fatal("the server does not answer")
	}
	if err := errors.Join(cmd.Process.Kill(), ignoreExit(cmd.Wait())); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(10 * time.Second)
	for answers(uri) {
		if time.Now().After(deadline) {
			t.Fatal("the server outlived its parent")
		}
	}
}

// ignoreExit leaves out that a process was killed.
func ignoreExit(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}
