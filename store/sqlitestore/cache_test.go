package sqlitestore

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"modernc.org/sqlite"

	"keepsake/album"
	"keepsake/store"
)

// cachedPair is a store with a cache and one without on the same file.
func cachedPair(t *testing.T, seeded []byte) (cached, plain *Store) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keepsake.db")
	must(t, os.WriteFile(path, seeded, 0o600))
	return openAt(t, path, &Options{settings: unflushed.settings, Cache: 1 << 20}), openAt(t, path, nil)
}

// seedPair returns a database file with two albums of media and comments.
func seedPair(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keepsake.db")
	s := openAt(t, path, unflushed)
	seedUser(t, s, 1)
	seedUser(t, s, 2)
	seedAlbum(t, s, 1, 1)
	seedAlbum(t, s, 2, 1)
	for n := 1; n <= 4; n++ {
		seedMedia(t, s, n, 1, 1)
	}
	seedMedia(t, s, 5, 2, 1)
	must(t, s.CreateMedia(t.Context(), []*album.Media{pending(6, 1, 1)}, 1<<40))
	_, err := s.AcceptMedia(t.Context(), med(6), facts(6), album.Work{Lane: album.Quick, DueAt: at(6)})
	must(t, err)
	for n := 1; n <= 3; n++ {
		_, _, err := s.AddComment(t.Context(), album.Comment{
			ID: cmt(n), MediaID: med(1), AuthorID: usr(1), Text: "a text", CreatedAt: at(100 + n),
		})
		must(t, err)
	}
	must(t, s.Close())
	file, err := os.ReadFile(path)
	must(t, err)
	return file
}

// stopChanges has the cache told of nothing any more.
func stopChanges(t *testing.T, s *Store) {
	t.Helper()
	must(t, update(t.Context(), s, "stop", func(c *conn) error {
		c.raw.(sqlite.HookRegisterer).RegisterPreUpdateHook(nil) //nolint:errcheck,forcetypeassert // follow has seen that it is one
		return nil
	}))
}

// cachedAnswers are the answers to all that goes through the cache.
func cachedAnswers(t *testing.T, s *Store) (all []any) {
	t.Helper()
	ctx := t.Context()
	add := func(v any, err error) {
		must(t, err)
		all = append(all, v)
	}
	both, page := []album.AlbumID{alb(1), alb(2)}, album.Range{Limit: 20}
	for _, q := range []struct {
		albums []album.AlbumID
		order  album.MediaOrder
		r      album.Range
	}{
		{both, album.ByAdded, page},
		{both, album.ByTaken, page},
		{both, album.ByHand, page},
		{both[:1], album.ByAdded, album.Range{Limit: 2}},
		{both[1:], album.ByAdded, page},
		{both[:1], album.ByAdded, album.Range{Limit: 20, After: album.Position{Key: at(3).UnixMilli(), ID: "~"}}},
	} {
		v, err := s.MediaOf(ctx, q.albums, q.order, q.r)
		add(v, err)
	}
	for _, media := range [][]album.MediaID{{med(1)}, {med(1), med(2), med(5)}} {
		v, err := s.CommentsOf(ctx, media, page)
		add(v, err)
	}
	for _, user := range []album.UserID{usr(1), usr(2)} {
		v, err := s.Liked(ctx, user, []album.MediaID{med(1), med(2)})
		add(v, err)
	}
	for _, users := range [][]album.UserID{{usr(1)}, {usr(2)}, {usr(1), usr(2), usr(3)}} {
		v, err := s.UsersByID(ctx, users)
		add(v, err)
	}
	return all
}

// cachedWrites are all writes that change what goes through the cache.
var cachedWrites = map[string]func(ctx context.Context, s *Store) error{
	"CreateUser": func(ctx context.Context, s *Store) error {
		return s.CreateUser(ctx, &album.User{ID: usr(3), CreatedAt: at(3)}, album.Identity{Provider: "local", Subject: "c", UserID: usr(3)})
	},
	"UpdateUser": func(ctx context.Context, s *Store) error {
		name := "Berta"
		return last(s.UpdateUser(ctx, usr(1), album.UserPatch{DisplayName: &name}))
	},
	"SetAlbumState": func(ctx context.Context, s *Store) error {
		return last(s.SetAlbumState(ctx, alb(1), album.Deleting, someone))
	},
	"CreateMedia": func(ctx context.Context, s *Store) error { // the owner's storage
		return s.CreateMedia(ctx, []*album.Media{pending(7, 1, 1)}, 1<<40)
	},
	"PublishMedia": func(ctx context.Context, s *Store) error { return last2(s.PublishMedia(ctx, med(6), made(6), someone)) },
	"ImproveMedia": func(ctx context.Context, s *Store) error { return last2(s.ImproveMedia(ctx, med(1), made(9), someone)) },
	"EditMedia": func(ctx context.Context, s *Store) error {
		caption := "Berta on the beach"
		return last2(s.EditMedia(ctx, med(1), album.MediaPatch{Caption: &caption}, someone))
	},
	"MoveMedia": func(ctx context.Context, s *Store) error {
		return last(s.MoveMedia(ctx, alb(1), alb(2), []album.MediaID{med(1)}, someone))
	},
	"TrashMedia": func(ctx context.Context, s *Store) error {
		return last(s.TrashMedia(ctx, alb(1), []album.MediaID{med(1)}, someone))
	},
	"DeleteMedia": func(ctx context.Context, s *Store) error {
		return last(s.DeleteMedia(ctx, alb(1), []album.MediaID{med(1)}, someone))
	},
	"ArrangeMedia": func(ctx context.Context, s *Store) error {
		return last(s.ArrangeMedia(ctx, alb(1), []album.MediaID{med(1)}, "", someone))
	},
	"AddComment": func(ctx context.Context, s *Store) error {
		return last2(s.AddComment(ctx, album.Comment{ID: cmt(9), MediaID: med(2), AuthorID: usr(1), Text: "a text", CreatedAt: at(200)}))
	},
	"AddComment as a reply": func(ctx context.Context, s *Store) error {
		return last2(s.AddComment(ctx, album.Comment{ID: cmt(9), MediaID: med(1), ParentID: cmt(1), AuthorID: usr(1), Text: "a text", CreatedAt: at(200)}))
	},
	"EditComment":   func(ctx context.Context, s *Store) error { return last2(s.EditComment(ctx, cmt(1), "other", someone)) },
	"RemoveComment": func(ctx context.Context, s *Store) error { return last2(s.RemoveComment(ctx, cmt(1), someone)) },
	"SetLike": func(ctx context.Context, s *Store) error {
		return last2(s.SetLike(ctx, album.Like{MediaID: med(1), UserID: usr(1), At: at(1)}, true))
	},
	"Import": func(ctx context.Context, s *Store) error {
		return s.Import(ctx, []store.Record{store.UserRecord{User: album.User{ID: usr(2), DisplayName: "Berta", CreatedAt: at(2)}}})
	},
}

var someone = store.Change{Actor: "usr_00000000000000000000000001", At: at(500)}

func last2[A, B any](_ A, _ B, err error) error { return err }

// TestCacheForgetsWhatChanged holds a store with a cache against one without,
// after each kind of write. That the comparison sees each of them is tried with
// a cache that is told of no changes.
func TestCacheForgetsWhatChanged(t *testing.T) {
	seeded := seedPair(t)
	for name, do := range cachedWrites {
		t.Run(name, func(t *testing.T) {
			for _, told := range []bool{true, false} {
				cached, plain := cachedPair(t, seeded)
				if !told {
					stopChanges(t, cached)
				}
				if !reflect.DeepEqual(cachedAnswers(t, cached), cachedAnswers(t, cached)) {
					t.Fatal("two different answers to one question")
				}
				if n := cached.CacheStats(); n.Hits == 0 || n.Bytes == 0 {
					t.Fatalf("the cache was not asked: %+v", n)
				}
				must(t, do(t.Context(), cached))
				if same := reflect.DeepEqual(cachedAnswers(t, cached), cachedAnswers(t, plain)); same != told {
					t.Errorf("told of changes: %v; as without a cache: %v", told, same)
				}
			}
		})
	}
}

// TestCacheOfRandomWrites does them one after the other, with many questions
// between them, and rolls some back.
func TestCacheOfRandomWrites(t *testing.T) {
	cached, plain := cachedPair(t, seedPair(t))
	var names []string
	for name := range cachedWrites {
		if name != "SetAlbumState" { // after which there is little left
			names = append(names, name)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		name := names[random.IntN(len(names))]
		_ = cachedWrites[name](t.Context(), cached) //nolint:errcheck // some can be done once
		if random.IntN(3) == 0 {
			err := update(t.Context(), cached, "undone", func(c *conn) error {
				if _, err := c.exec(editComment, cmt(2), "undone", 1); err != nil {
					return err
				}
				return album.ErrConflict
			})
			wantCode(t, "undone", err, album.CodeConflict)
		}
		if !reflect.DeepEqual(cachedAnswers(t, cached), cachedAnswers(t, plain)) {
			t.Fatalf("after %s: not as without a cache", name)
		}
	}
}

// TestCacheBesideWrites: nobody reads what is older than a write that was
// acknowledged, or than what was read before, with a cache or without, while
// others write.
func TestCacheBesideWrites(t *testing.T) {
	cached, plain := cachedPair(t, seedPair(t))
	for n := 10; n < 14; n++ {
		seedUser(t, cached, n)
	}
	var seen atomic.Int64 // a version that somebody has seen
	look := func(s *Store) {
		least := seen.Load()
		got, err := s.MediaOf(t.Context(), []album.AlbumID{alb(1)}, album.ByAdded, album.Range{Limit: 20})
		if err != nil {
			t.Error(err)
			return
		}
		for _, m := range got[alb(1)] {
			if m.ID != med(1) {
				continue
			}
			if m.LikeVersion < least {
				t.Errorf("version %d after %d", m.LikeVersion, least)
			}
			raise(&seen, m.LikeVersion)
		}
	}
	done := make(chan struct{})
	var readers, writers sync.WaitGroup
	for _, s := range []*Store{cached, cached, cached, plain} {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
					look(s)
				}
			}
		})
	}
	for n := 10; n < 14; n++ {
		writers.Go(func() {
			for i := range 200 {
				state, _, err := cached.SetLike(t.Context(), album.Like{MediaID: med(1), UserID: usr(n), At: at(i)}, i%2 == 0)
				if err != nil {
					t.Error(err)
					return
				}
				raise(&seen, state.Version)
				look(cached)
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	if stats := cached.CacheStats(); stats.Hits == 0 {
		t.Errorf("the cache was of no use: %+v", stats)
	}
}

// raise makes a number at least n.
func raise(to *atomic.Int64, n int64) {
	for {
		old := to.Load()
		if old >= n || to.CompareAndSwap(old, n) {
			return
		}
	}
}

// TestCacheIsBounded fills a cache beyond its size, and asks for more at once
// than it keeps of one question.
func TestCacheIsBounded(t *testing.T) {
	const most = 16 << 10
	s := openTemp(t, &Options{settings: unflushed.settings, Cache: most})
	for n := range 200 {
		seedUser(t, s, n)
	}
	ask := func(ids ...album.UserID) (missed bool) {
		was := s.CacheStats().Misses
		if got, err := s.UsersByID(t.Context(), ids); err != nil || len(got) != len(ids) {
			t.Fatal(len(got), err)
		}
		return s.CacheStats().Misses > was
	}
	for n := range 200 {
		ask(usr(n))
		if got := s.CacheStats().Bytes; got > most || n == 199 && got < most/2 {
			t.Fatalf("after %d questions it holds %d bytes of %d", n+1, got, most)
		}
	}
	if ask(usr(199)) || !ask(usr(0)) {
		t.Error("it forgot the newest, or remembers the oldest")
	}
	held := s.CacheStats().Bytes
	var all []album.UserID
	for n := range 200 {
		all = append(all, usr(n))
	}
	ask(all...)
	if !ask(all...) || s.CacheStats().Bytes != held {
		t.Errorf("it keeps an answer of more than an %s of its size", fmt.Sprint(entryShare, "th"))
	}
}

// TestNoCache: with none nothing is kept or counted.
func TestNoCache(t *testing.T) {
	s := openTemp(t, nil)
	seedOne(t, s)
	for range 2 {
		must(t, last(s.UsersByID(t.Context(), []album.UserID{usr(1)})))
	}
	if got := s.CacheStats(); got != (CacheStats{}) {
		t.Errorf("%+v", got)
	}
}

// TestCacheOfAClosedStore: what is kept is not an answer any more, nor to somebody
// whose time is over.
func TestCacheOfAClosedStore(t *testing.T) {
	s := openTemp(t, &Options{Cache: 1 << 20})
	seedOne(t, s)
	ask := func(ctx context.Context) error { return last(s.UsersByID(ctx, []album.UserID{usr(1)})) }
	must(t, ask(t.Context()))
	ended, end := context.WithCancel(t.Context())
	end()
	wantCode(t, "whose time is over", ask(ended), album.CodeUnavailable)
	must(t, s.Close())
	wantCode(t, "closed", ask(t.Context()), album.CodeUnavailable)
}

// TestCacheOfRepeatedNames: what is named twice does not count twice, or two
// changes could look like none.
func TestCacheOfRepeatedNames(t *testing.T) {
	s := openTemp(t, &Options{Cache: 1 << 20})
	seedUser(t, s, 1)
	seedUser(t, s, 2)
	rename := func(n int, name string) {
		must(t, last(s.UpdateUser(t.Context(), usr(n), album.UserPatch{DisplayName: &name})))
	}
	rename(1, "Berta")
	rename(1, "Anna")
	must(t, last(s.UsersByID(t.Context(), []album.UserID{usr(1), usr(1), usr(2)})))
	rename(2, "Clara")
	got, err := s.UsersByID(t.Context(), []album.UserID{usr(2), usr(1), usr(2)})
	if err != nil || got[usr(2)].DisplayName != "Clara" {
		t.Errorf("%v, %v", got[usr(2)], err)
	}
}
