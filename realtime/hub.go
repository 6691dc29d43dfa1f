package realtime

import (
	"context"
	"hash/maphash"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"keepsake/album"
	"keepsake/internal/safeguard"
)

// Log is the part of the store that the hub reads; store.Log documents it.
type Log interface {
	// Entries returns at most limit entries with Seq > after, in order and
	// without a hole. RESYNC if the log no longer reaches back to after + 1, or
	// if after is beyond its newest entry; NOT_FOUND if there is no such album.
	Entries(ctx context.Context, id album.AlbumID, after int64, limit int) ([]album.Entry, error)
	// Heads returns the Seq of each album's newest entry, without the albums
	// that do not exist.
	Heads(ctx context.Context, ids []album.AlbumID) (map[album.AlbumID]int64, error)
}

// HubOptions are the settings of a hub; the zero value of each is its default.
type HubOptions struct {
	// Logger gets the hub's troubles, once when they begin and once when they
	// end. Default: none.
	Logger *slog.Logger
	// VerifyEvery is how often, give or take a quarter, the positions of all
	// albums that are watched are compared with the store. It bounds how late an
	// entry comes whose message, and all after it, were lost. Default 5 s.
	VerifyEvery time.Duration
	// PollEvery is how often, give or take a quarter, the store is asked about
	// albums whose messages do not arrive, or that it could not answer about.
	// Default 1 s.
	PollEvery time.Duration
	// Queue is how many entries of an album are kept for its streams. A stream
	// that falls further behind reads the log. Default 256.
	Queue int
	// StoreTimeout bounds one reading of the store. Default 5 s.
	StoreTimeout time.Duration
	// LikeEvery is how often at most a medium's like state goes out: the first
	// change at once, then the newest of those that came meanwhile. Default 250 ms.
	LikeEvery time.Duration
	// PublishTimeout bounds how long one Publish call of the hub waits for the
	// broker. Default 250 ms.
	PublishTimeout time.Duration

	noVerify bool // for the test that shows that verification is needed
}

const (
	shards = 64
	// headsChunk is how many albums one Heads call asks about.
	headsChunk = 500
	// maxPage is how many entries are read from the log at once.
	maxPage = 128
	// maxReads is how many streams of a node read the log at one time, so that
	// many slow ones leave the store to others.
	maxReads = 16
	// maxRepairs is how many topics of a node are repaired at one time.
	maxRepairs = 4
	// settle is how long a repair waits for the messages that may only be late:
	// two nodes' commits often overtake each other on the way. It also gathers
	// the confirmations after a relink into few questions to the store.
	settle = 10 * time.Millisecond
)

// Hub turns a broker's messages, any of which may be lost, into gapless streams
// of entries. The album log is the truth; messages only make it fast.
//
// It holds one topic for each album that is watched on this node. An entry that
// follows the topic's position goes out at once, without reading the store.
// Anything else starts one repair of that topic from the log. And as a lost
// message that nothing follows leaves no trace, positions are compared with the
// store: after a broken link, with every confirmation, and every VerifyEvery.
// While the link is broken they are compared every PollEvery.
//
// No lock is held while the broker or the store is called, or a stream is waited
// for.
type Hub struct {
	broker Broker
	log    Log
	opt    HubOptions
	page   int
	seed   maphash.Seed
	shards [shards]shard
	reads  chan struct{} // holds one for each stream that reads the log
	kick   chan struct{} // wakes the verifier
	link   atomic.Int64  // counts the broker's links from 1; grows when one is lost
	stats  counters

	mu      sync.Mutex        // guards what follows; taken after all other locks
	unsure  map[*topic]int64  // to be verified; the value tells one reason from a later one
	reason  int64             // the last value in unsure
	repairs []repairJob       // waiting for a repairer
	workers int               // repairers that run
	unsent  map[string]unsent // what the broker did not take and nothing else makes good
	resends bool              // runResend runs
	closed  bool

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// NewHub starts a hub on a broker that nothing else is attached to. o may be nil.
func NewHub(b Broker, log Log, o *HubOptions) *Hub {
	h := &Hub{
		broker: b, log: log, seed: maphash.MakeSeed(),
		reads: make(chan struct{}, maxReads), kick: make(chan struct{}, 1),
		unsure: map[*topic]int64{}, unsent: map[string]unsent{},
	}
	if o != nil {
		h.opt = *o
	}
	if h.opt.Logger == nil {
		h.opt.Logger = slog.New(slog.DiscardHandler)
	}
	setDefault(&h.opt.VerifyEvery, 5*time.Second)
	setDefault(&h.opt.PollEvery, time.Second)
	setDefault(&h.opt.Queue, 256)
	setDefault(&h.opt.StoreTimeout, 5*time.Second)
	setDefault(&h.opt.LikeEvery, 250*time.Millisecond)
	setDefault(&h.opt.PublishTimeout, 250*time.Millisecond)
	h.page = min(maxPage, h.opt.Queue)
	for i := range h.shards {
		h.shards[i].init()
	}
	h.link.Store(1)
	h.ctx, h.cancel = context.WithCancel(context.Background())
	b.Attach(receiver{h})
	if safeguard.Verify && !h.opt.noVerify {
		h.wg.Go(h.runVerifier)
	}
	return h
}

func setDefault[T int | time.Duration](v *T, def T) {
	if *v <= 0 {
		*v = def
	}
}

// Close ends all streams with album.ErrUnavailable, so that their clients resume
// on another node, and waits for the hub's goroutines. It does not close the
// broker.
func (h *Hub) Close() error {
	h.mu.Lock()
	h.closed = true
	h.mu.Unlock()
	h.cancel()
	for i := range h.shards {
		h.shards[i].sweep(h)
	}
	h.wg.Wait()
	return nil
}

// Closed reports whether the hub has been closed.
func (h *Hub) Closed() bool { return h.ctx.Err() != nil }

// reading returns the context of one reading of the store: it ends with ctx, with
// the hub, and in any case after StoreTimeout.
func (h *Hub) reading(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(ctx, h.opt.StoreTimeout)
	stop := context.AfterFunc(h.ctx, cancel)
	return ctx, func() { stop(); cancel() }
}

func (h *Hub) entries(ctx context.Context, id album.AlbumID, after int64) ([]album.Entry, error) {
	ctx, cancel := h.reading(ctx)
	defer cancel()
	return h.log.Entries(ctx, id, after, h.page)
}

func (h *Hub) heads(ctx context.Context, ids ...album.AlbumID) (map[album.AlbumID]int64, error) {
	ctx, cancel := h.reading(ctx)
	defer cancel()
	return h.log.Heads(ctx, ids)
}

// head is heads for one album; NOT_FOUND if it does not exist.
func (h *Hub) head(ctx context.Context, id album.AlbumID) (int64, error) {
	m, err := h.heads(ctx, id)
	if err != nil {
		return 0, err
	}
	seq, ok := m[id]
	if !ok {
		return 0, album.ErrNotFound
	}
	return seq, nil
}

// jitter returns d give or take a quarter, so that nodes do not keep step.
func jitter(d time.Duration) time.Duration {
	return d - d/4 + rand.N(d/2+1)
}

// pause waits for d and reports whether it was not ended before by ctx.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
