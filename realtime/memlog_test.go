package realtime_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"keepsake/album"
)

// memLog is an album log in memory that counts how it is read and can be away.
type memLog struct {
	mu      sync.Mutex
	albums  map[album.AlbumID]*albumLog
	away    bool
	slow    time.Duration // how long each reading takes
	entries int           // calls of Entries
	heads   int           // calls of Heads
	running int           // calls of Entries now
	widest  int           // the greatest number of them
}

type albumLog struct {
	trimmed int64 // Seq of the newest entry that was taken away
	entries []album.Entry
}

func (l *albumLog) head() int64 { return l.trimmed + int64(len(l.entries)) }

func newMemLog(ids ...album.AlbumID) *memLog {
	l := &memLog{albums: map[album.AlbumID]*albumLog{}}
	for _, id := range ids {
		l.albums[id] = &albumLog{}
	}
	return l
}

// commit appends n entries and returns them.
func (l *memLog) commit(id album.AlbumID, n int) []*album.Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	a := l.albums[id]
	var out []*album.Entry
	for range n {
		e := album.Entry{AlbumID: id, Seq: a.head() + 1, At: time.Now().UTC(), Kind: album.CommentAdded}
		a.entries = append(a.entries, e)
		out = append(out, &e)
	}
	return out
}

func (l *memLog) set(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func (l *memLog) setAway(away bool) { l.set(func() { l.away = away }) }

// remove takes an album away with its log.
func (l *memLog) remove(id album.AlbumID) { l.set(func() { delete(l.albums, id) }) }

// trim keeps only the newest keep entries.
func (l *memLog) trim(id album.AlbumID, keep int) {
	l.set(func() {
		a := l.albums[id]
		n := max(0, len(a.entries)-keep)
		a.trimmed += int64(n)
		a.entries = slices.Clone(a.entries[n:])
	})
}

// rollBack takes back the newest n entries, as a restored backup does.
func (l *memLog) rollBack(id album.AlbumID, n int) {
	l.set(func() { a := l.albums[id]; a.entries = a.entries[:len(a.entries)-n] })
}

func (l *memLog) head(id album.AlbumID) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.albums[id].head()
}

// reads returns how often Entries and Heads were called since the last time.
func (l *memLog) reads() (entries, heads int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entries, heads, l.entries, l.heads = l.entries, l.heads, 0, 0
	return entries, heads
}

// answer waits as long as the log is slow, and tells whether it is away.
func (l *memLog) answer(ctx context.Context) error {
	l.mu.Lock()
	slow := l.slow
	l.mu.Unlock()
	if slow > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(slow):
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return album.ErrUnavailable.Wrap(err)
	}
	if l.away {
		return album.ErrUnavailable
	}
	return nil
}

func (l *memLog) Entries(ctx context.Context, id album.AlbumID, after int64, limit int) ([]album.Entry, error) {
	l.set(func() { l.entries++; l.running++; l.widest = max(l.widest, l.running) })
	defer l.set(func() { l.running-- })
	if err := l.answer(ctx); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.albums[id]
	switch {
	case !ok:
		return nil, album.ErrNotFound
	case after < a.trimmed || after > a.head():
		return nil, album.ErrResync
	}
	rest := a.entries[after-a.trimmed:]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

func (l *memLog) Heads(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]int64, error) {
	l.set(func() { l.heads++ })
	if err := l.answer(ctx); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	heads := map[album.AlbumID]int64{}
	for _, id := range ids {
		if a, ok := l.albums[id]; ok {
			heads[id] = a.head()
		}
	}
	return heads, nil
}
