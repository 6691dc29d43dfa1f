package crashtest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"keepsake/album"
	"keepsake/internal/client"
)

// entry is an entry of the album's log as a subscriber sees it.
type entry struct {
	seq       int64
	kind      string
	mediaID   string
	commentID string
	userID    string
}

// events are an album's events on one socket.
type events struct {
	socket  *client.Socket
	sub     *client.Subscription
	albumID album.AlbumID
}

func watch(ctx context.Context, api *client.Client, albumID album.AlbumID, after album.Cursor) (*events, error) {
	socket, err := api.Dial(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := socket.Subscribe(`subscription($a: ID!, $after: Cursor) {
		albumEvents(albumId: $a, after: $after) { kind cursor mediaId commentId user { id } }
	}`, client.Vars{"a": albumID, "after": after})
	if err != nil {
		_ = socket.Close() // the error before says more
		return nil, err
	}
	return &events{socket: socket, sub: sub, albumID: albumID}, nil
}

func (e *events) next(ctx context.Context) (entry, album.Cursor, error) {
	var data struct {
		AlbumEvents struct {
			Kind      string
			Cursor    album.Cursor
			MediaID   string
			CommentID string
			User      struct{ ID string }
		}
	}
	if err := e.sub.Next(ctx, &data); err != nil {
		return entry{}, "", err
	}
	got := data.AlbumEvents
	seq, err := album.ParseLogCursor(e.albumID, got.Cursor)
	return entry{seq: seq, kind: got.Kind, mediaID: got.MediaID, commentID: got.CommentID, userID: got.User.ID}, got.Cursor, err
}

// subscriber watches the album through all crashes: when its socket ends it
// comes back to the next server with the last cursor.
type subscriber struct {
	api     *client.Client
	albumID album.AlbumID
	servers chan string   // base URLs; closed when there will be no more
	changed chan struct{} // gets a value now and then, after an event came
	stopped atomic.Bool   // set just before the server is asked to end

	mu     sync.Mutex
	cursor album.Cursor
	seen   []entry
}

// run follows one server after the other.
func (s *subscriber) run(ctx context.Context, t *testing.T) {
	for base := range s.servers {
		err := s.follow(ctx, base)
		t.Logf("the subscriber has %d events; its socket ended: %v", len(s.all()), err)
		// A server that ends in order may say so: come back later.
		if code := client.Code(err); code != "" && (code != "UNAVAILABLE" || !s.stopped.Load()) {
			t.Errorf("the subscriber was refused: %v", err)
		}
	}
}

func (s *subscriber) follow(ctx context.Context, base string) error {
	s.mu.Lock()
	cursor := s.cursor
	s.mu.Unlock()
	w, err := watch(ctx, s.api.At(base), s.albumID, cursor)
	if err != nil {
		return err
	}
	defer func() { _ = w.socket.Close() }() // it has ended
	for {
		e, cursor, err := w.next(ctx)
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.seen, s.cursor = append(s.seen, e), cursor
		s.mu.Unlock()
		select {
		case s.changed <- struct{}{}:
		default: // nobody looks just now
		}
	}
}

func (s *subscriber) all() []entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]entry(nil), s.seen...)
}

// at is the seq of the newest event that came.
func (s *subscriber) at() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.seen) == 0 {
		return 0
	}
	return s.seen[len(s.seen)-1].seq
}
