package sqlitestore

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"keepsake/album"
	"keepsake/store/storetest"
)

// victimPath names the environment variable that makes this test binary the
// process that is killed: it holds the path of its database.
const victimPath = "KEEPSAKE_TEST_VICTIM"

const (
	victimUsers   = 400
	victimMedia   = 4
	victimWriters = 8
)

// victim writes comments and likes from several goroutines, and prints the name
// of each after it was acknowledged, until it is killed.
func victim(path string) {
	s, err := Open(context.Background(), path, nil)
	if err != nil {
		panic(err)
	}
	var (
		wg  sync.WaitGroup
		out sync.Mutex
	)
	say := func(format string, args ...any) {
		out.Lock()
		defer out.Unlock()
		fmt.Printf(format+"\n", args...)
	}
	for w := range victimWriters {
		wg.Go(func() {
			for n := w; ; n += victimWriters {
				_, e, err := s.AddComment(context.Background(), album.Comment{
					ID: cmt(n), MediaID: med(n % victimMedia), AuthorID: usr(n % victimUsers), Text: "lovely", CreatedAt: at(n),
				})
				if err != nil {
					panic(err)
				}
				say("comment %s %d", cmt(n), e.Seq)
				if n >= victimUsers*victimMedia {
					continue
				}
				l := album.Like{MediaID: med(n % victimMedia), UserID: usr(n / victimMedia), At: at(n)}
				if _, _, err := s.SetLike(context.Background(), l, true); err != nil {
					panic(err)
				}
				say("like %s %s", l.MediaID, l.UserID)
			}
		})
	}
	wg.Wait()
}

// TestKilled kills a process that writes, and looks for all that it had
// acknowledged.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepsake.db")
	s := openAt(t, path, nil)
	for n := range victimUsers {
		seedUser(t, s, n)
	}
	seedAlbum(t, s, 1, 1)
	for n := range victimMedia {
		seedMedia(t, s, n, 1, 1)
	}
	must(t, s.Close())

	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimPath+"="+path)
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	var acknowledged []string
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
		if len(acknowledged) == 500 {
			must(t, cmd.Process.Kill())
		}
	}
	if err := cmd.Wait(); err == nil || len(acknowledged) < 500 {
		t.Fatalf("the process ended by itself after %d writes: %v", len(acknowledged), err)
	}

	s = openAt(t, path, nil)
	likes := map[album.MediaID]map[album.UserID]bool{}
	for n := range victimMedia {
		likes[med(n)] = likers(t, s, med(n))
	}
	for _, line := range acknowledged {
		switch f := strings.Fields(line); f[0] {
		case "comment":
			if _, err := s.Comment(t.Context(), album.CommentID(f[1])); err != nil {
				t.Errorf("%s: %v", line, err)
			}
		case "like":
			if !likes[album.MediaID(f[1])][album.UserID(f[2])] {
				t.Errorf("%s: it is not there", line)
			}
		}
	}
	storetest.CheckAlbum(t, s, alb(1))
}

// likers reads all likes of a medium, page by page, and compares its count.
func likers(t *testing.T, s *Store, id album.MediaID) map[album.UserID]bool {
	t.Helper()
	all := map[album.UserID]bool{}
	for r := (album.Range{Limit: 100}); ; {
		page, err := s.LikesOf(t.Context(), []album.MediaID{id}, r)
		must(t, err)
		for _, l := range page[id] {
			all[l.UserID] = true
			r.After = album.Position{Key: l.At.UnixMilli(), ID: string(l.UserID)}
		}
		if len(page[id]) < r.Limit {
			break
		}
	}
	m, err := s.Media(t.Context(), id)
	must(t, err)
	if m.LikeCount != len(all) || m.LikeVersion != int64(len(all)) {
		t.Errorf("%s counts %d likes in version %d, and has %d", id, m.LikeCount, m.LikeVersion, len(all))
	}
	return all
}
