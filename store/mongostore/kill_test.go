package mongostore

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo"

	"keepsake/album"
	"keepsake/internal/testenv/mongoserver"
	"keepsake/store/storetest"
)

// The environment variables that make this test binary the process that is
// killed: the server, the database, the album and its media.
const (
	victimURI      = "KEEPSAKE_TEST_VICTIM"
	victimDatabase = "KEEPSAKE_TEST_DATABASE"
	victimAlbum    = "KEEPSAKE_TEST_ALBUM"
	victimMedia    = "KEEPSAKE_TEST_MEDIA"
	victimUsers    = "KEEPSAKE_TEST_USERS"
	victimBare     = "KEEPSAKE_TEST_BARE" // set: without transactions
)

func TestMain(m *testing.M) {
	if uri := os.Getenv(victimURI); uri != "" {
		victim(uri)
	}
	os.Exit(m.Run())
}

// victim writes until it is killed, and prints each write after it was
// acknowledged.
func victim(uri string) {
	s, err := Open(context.Background(), uri, &Options{Database: os.Getenv(victimDatabase)})
	if err != nil {
		panic(err)
	}
	s.transactions = os.Getenv(victimBare) == ""
	w := writers{
		s: s, album: album.AlbumID(os.Getenv(victimAlbum)), media: split[album.MediaID](os.Getenv(victimMedia)), users: split[album.UserID](os.Getenv(victimUsers)),
		acknowledged: func(line string) { fmt.Println(line) },
	}
	w.run(context.Background(), 8)
}

func split[T ~string](list string) []T {
	var out []T
	for _, s := range strings.Split(list, ",") {
		out = append(out, T(s))
	}
	return out
}

func join[T ~string](ids []T) string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return strings.Join(out, ",")
}

// writers comment, like and upload in one album, several at once.
type writers struct {
	s            *Store
	album        album.AlbumID
	media        []album.MediaID
	users        []album.UserID
	mu           sync.Mutex
	acknowledged func(line string)
}

func (w *writers) run(ctx context.Context, n int) {
	var wg sync.WaitGroup
	for first := range n {
		wg.Go(func() {
			for i := first; ctx.Err() == nil; i += n {
				w.comment(i)
				w.like(i)
				w.upload(i)
			}
		})
	}
	wg.Wait()
}

func (w *writers) say(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acknowledged(fmt.Sprintf(format, args...))
}

// comment adds one comment. Without an answer it may be there or not.
func (w *writers) comment(i int) {
	c := album.Comment{
		ID: album.CommentID(fmt.Sprintf("cmt_%026d", i)), MediaID: w.media[i%len(w.media)], AuthorID: w.users[i%len(w.users)],
		Text: "lovely", CreatedAt: time.Now(),
	}
	_, e, err := w.s.AddComment(context.Background(), c)
	w.answered("comment", err, func() { w.say("comment %s %d", c.ID, e.Seq) })
}

// like turns the like of one user around, more often on than off.
func (w *writers) like(i int) {
	l := album.Like{MediaID: w.media[i%len(w.media)], UserID: w.users[i/len(w.media)%len(w.users)], At: time.Now()}
	_, _, err := w.s.SetLike(context.Background(), l, i%3 > 0)
	w.answered("like", err, func() { w.say("like") })
}

func (w *writers) answered(what string, err error, ok func()) {
	switch album.CodeOf(err) {
	case "":
		ok()
	case album.CodeUnavailable:
	default:
		panic(fmt.Sprintf("%s: %v", what, err))
	}
}

// check looks for all that was acknowledged, in its place of the log, and
// compares all counts.
func check(t *testing.T, s *Store, id album.AlbumID, acknowledged []string) {
	t.Helper()
	bySeq := map[int64]album.CommentID{}
	for _, e := range storetest.CheckLog(t, s, id) {
		bySeq[e.Seq] = e.CommentID
	}
	for _, line := range acknowledged {
		f := strings.Fields(line)
		if f[0] != "comment" {
			continue
		}
		var seq int64
		if _, err := fmt.Sscan(f[2], &seq); err != nil || bySeq[seq] != album.CommentID(f[1]) {
			t.Errorf("%s: the log has %s there", line, bySeq[seq])
		}
		if _, err := s.Comment(t.Context(), album.CommentID(f[1])); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	storetest.CheckAlbum(t, s, id)
}

// TestKilled kills a process that writes, in the middle of its transactions.
// Without transactions the same kill leaves counts that are wrong, and this test
// sees them.
func TestKilled(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	t.Run("with transactions", func(t *testing.T) {
		s := openClosed(t, server, nil)
		id, acknowledged := killWriters(t, server, s)
		if wrong := s.miscounts(t, id); len(wrong) > 0 {
			t.Errorf("after the kill: %v", wrong)
		}
		check(t, s, id, acknowledged)
	})
	t.Run("without", func(t *testing.T) {
		for range 6 { // a kill may come at a good moment
			s := openClosed(t, server, nil)
			id, _ := killWriters(t, server, s, victimBare+"=1")
			if len(s.miscounts(t, id)) > 0 {
				return
			}
		}
		t.Error("no count is wrong: this test sees nothing")
	})
}

// killWriters lets another process write until it has 300 answers, and kills it.
func killWriters(t *testing.T, server *mongoserver.Server, s *Store, env ...string) (id album.AlbumID, acknowledged []string) {
	t.Helper()
	f := storetest.NewFixture(t, s)
	users := f.Users(20)
	a := f.Album(users[0])
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(append(os.Environ(), env...), victimURI+"="+server.URI, victimDatabase+"="+s.db.Name(),
		victimAlbum+"="+string(a.ID), victimMedia+"="+join(f.Media(a.ID, users[0], 4)), victimUsers+"="+join(users))
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	const enough = 300
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if acknowledged = append(acknowledged, lines.Text()); len(acknowledged) == enough {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || len(acknowledged) < enough {
		t.Fatalf("the process ended by itself after %d writes: %v", len(acknowledged), err)
	}
	return a.ID, acknowledged
}

// miscounts compares the counters of an album and its media with the rows.
func (s *Store) miscounts(t *testing.T, id album.AlbumID) []string {
	t.Helper()
	var wrong []string
	compare := func(what string, counted int, c *mongo.Collection, filter bson.D) {
		rows, err := c.CountDocuments(t.Context(), filter)
		must(t, err)
		if int64(counted) != rows {
			wrong = append(wrong, fmt.Sprintf("%s: %d are counted, %d are there", what, counted, rows))
		}
	}
	a, err := s.Album(t.Context(), id)
	must(t, err)
	compare("entries", int(a.Seq), s.entries, eq("albumId", id))
	docs, err := find[mediaDoc](t.Context(), s.media, eq("albumId", id))
	must(t, err)
	for _, m := range docs {
		compare("comments", m.Row.CommentCount, s.comments, eq("mediaId", m.Row.ID))
		compare("likes", m.Row.LikeCount, s.likes, eq("mediaId", m.Row.ID))
	}
	return append(wrong, s.misheld(t)...)
}

// TestServerKilled kills the database under writers and starts it again: they
// get UNAVAILABLE and go on by themselves, and what was acknowledged is there.
func TestServerKilled(t *testing.T) {
	t.Parallel()
	server := mongoserver.Start(t)
	if !server.Can.Restart.Able {
		t.Logf("this server is not killed: %s", server.Can.Restart.Why)
		return
	}
	s := openClosed(t, server, &Options{Timeout: 2 * time.Second})
	f := storetest.NewFixture(t, s)
	users := f.Users(20)
	a := f.Album(users[0])
	w := newProgress(&writers{s: s, album: a.ID, media: f.Media(a.ID, users[0], 4), users: users})
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { w.run(ctx, 8); close(done) }()
	for range 2 {
		w.reach(t, 150)
		must(t, server.Kill())
		if err := s.Ping(t.Context()); album.CodeOf(err) != album.CodeUnavailable {
			t.Errorf("Ping of a server that is dead: %v", err)
		}
		must(t, server.Restart(t.Context()))
		w.reach(t, 150)
	}
	stop()
	<-done
	check(t, s, a.ID, w.lines)
}
