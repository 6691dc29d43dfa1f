package service

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/otel/attribute"

	"keepsake/album"
	"keepsake/internal/safeguard"
)

const (
	// lease is how long a claim holds unless it is renewed; what was claimed by a
	// node that died is done by another one after that.
	lease = 20 * time.Second
	// lookEvery is how often a lane looks for work that no one told it of.
	lookEvery = 2 * time.Second
	// maxAttempts is how often work is begun that does not end, whatever ends it:
	// then its medium is given up.
	maxAttempts = 8
)

// workers is what a node's lanes of work share.
type workers struct {
	mu      sync.Mutex
	waiting map[album.MediaID][]chan struct{}
	kicks   map[album.Lane]chan struct{}
	running map[album.Lane]*atomic.Int64
}

func newWorkers() *workers {
	return &workers{
		waiting: map[album.MediaID][]chan struct{}{},
		kicks: map[album.Lane]chan struct{}{
			album.Quick: make(chan struct{}, 1), album.Long: make(chan struct{}, 1), album.Look: make(chan struct{}, 1),
		},
		running: map[album.Lane]*atomic.Int64{album.Quick: {}, album.Long: {}, album.Look: {}},
	}
}

// Working is how many media of a lane this node works on now.
func (s *Service) Working(lane album.Lane) int { return int(s.workers.running[lane].Load()) }

// kick says that there is work in a lane.
func (w *workers) kick(lane album.Lane) {
	select {
	case w.kicks[lane] <- struct{}{}:
	default: // it was said, and not heard yet
	}
}

// await returns what hears when this node has done something for a medium;
// forget must be called at the end.
func (w *workers) await(id album.MediaID) (done <-chan struct{}, forget func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.waiting[id] = append(w.waiting[id], c)
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.waiting[id] = slices.DeleteFunc(w.waiting[id], func(other chan struct{}) bool { return other == c })
		if len(w.waiting[id]) == 0 {
			delete(w.waiting, id)
		}
	}
}

// done wakes those who await a medium.
func (w *workers) done(id album.MediaID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.waiting[id] {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// RunWorkers does the work on media's bytes that is due, whichever node they
// came to, until ctx ends: Options.Workers quick ones at a time and as many looks
// for uploads, and one long one if this node can make videos.
func (s *Service) RunWorkers(ctx context.Context) {
	var lanes sync.WaitGroup
	if s.opts.Workers > 0 {
		lanes.Go(func() { s.runLane(ctx, album.Look, s.opts.Workers) })
		lanes.Go(func() { s.runLane(ctx, album.Quick, s.opts.Workers) })
		if s.Renderer.Videos() {
			lanes.Go(func() { s.runLane(ctx, album.Long, 1) })
		}
	}
	lanes.Wait()
}

// runLane claims work while it has room for it, at most room at a time.
func (s *Service) runLane(ctx context.Context, lane album.Lane, room int) {
	free := make(chan struct{}, room)
	for range room {
		free <- struct{}{}
	}
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		select {
		case <-free:
		case <-ctx.Done():
			return
		}
		m := s.claim(ctx, lane)
		if m == nil {
			free <- struct{}{}
			s.rest(ctx, lane)
			continue
		}
		running.Go(func() {
			defer func() { free <- struct{}{} }()
			s.work(ctx, m)
		})
	}
}

// claim takes the next medium of a lane, or nil.
func (s *Service) claim(ctx context.Context, lane album.Lane) *album.Media {
	now := s.now()
	claimed, err := s.Store.ClaimWork(ctx, lane, now, now.Add(lease), 1)
	if err != nil {
		if ctx.Err() == nil {
			s.Logger.WarnContext(ctx, "no work could be claimed", "lane", lane, "error", err)
		}
		return nil
	}
	if len(claimed) == 0 {
		return nil
	}
	return claimed[0]
}

// rest waits until there may be work again.
func (s *Service) rest(ctx context.Context, lane album.Lane) {
	look := time.NewTimer(lookEvery)
	defer look.Stop()
	select {
	case <-s.workers.kicks[lane]:
	case <-look.C:
	case <-ctx.Done():
	}
}

// work does what is due for one medium, renews its claim meanwhile, and hands it
// back where it did not end.
func (s *Service) work(ctx context.Context, m *album.Media) {
	s.workers.running[m.Work.Lane].Add(1)
	defer s.workers.running[m.Work.Lane].Add(-1)
	ctx, span := s.Tracer.Begin(ctx, "work on media")
	if span.Recorded() {
		span.Set(attribute.String("keepsake.lane", string(m.Work.Lane)), attribute.String("keepsake.status", string(m.Status)),
			attribute.Int("keepsake.attempt", m.Work.Attempts), attribute.String("keepsake.media", string(m.ID)))
	}
	defer s.workers.done(m.ID)
	if m.Work.Attempts > 1 && !safeguard.Resume {
		return
	}
	job, stop := context.WithCancel(ctx)
	defer stop()
	progress := new(atomic.Int64) // in percent
	progress.Store(int64(m.Progress))
	var renewal sync.WaitGroup
	renewal.Go(func() { s.renew(job, stop, m, progress) })
	err := s.attempt(job, m, progress)
	span.End(string(album.CodeOf(err)))
	stop()
	renewal.Wait()
	if err != nil {
		// A node that ends hands its work over before it goes.
		s.handBack(context.WithoutCancel(ctx), m, err, ctx.Err() != nil)
	}
}

// attempt does what a medium's status says.
func (s *Service) attempt(ctx context.Context, m *album.Media, p *atomic.Int64) (err error) {
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	switch {
	case m.Status == album.Pending:
		received, err := s.receive(ctx, m)
		if err == nil && received.Status == album.Processing {
			s.workers.kick(album.Quick)
		}
		return err
	case m.Work.Attempts > maxAttempts:
		return s.giveUp(ctx, m)
	case m.Status == album.Processing:
		return s.render(ctx, m)
	}
	return s.improve(ctx, m, p)
}

// giveUp ends work that was begun too often.
func (s *Service) giveUp(ctx context.Context, m *album.Media) error {
	s.Logger.ErrorContext(ctx, "work on a medium was given up", "media", m.ID, "status", m.Status, "attempts", m.Work.Attempts)
	if m.Status == album.Processing {
		return s.fail(ctx, m, album.CodeInternal)
	}
	return s.Store.KeepWork(ctx, m.ID, album.Work{Lane: m.Work.Lane, Token: m.Work.Token}, 100)
}

// handBack says when to try again what met err.
func (s *Service) handBack(ctx context.Context, m *album.Media, err error, ended bool) {
	code, w := album.CodeOf(err), m.Work
	now := s.now()
	switch {
	case code == album.CodeConflict: // somebody else has it, or it was deleted
		return
	case ended:
		w.DueAt, w.Attempts = now, w.Attempts-1
	case m.Status == album.Pending:
		w.DueAt = nextLook(m, now)
	case code == album.CodeUnavailable, code == album.CodeStorageFull, code == album.CodeNotFound:
		// Not the medium's fault: a part is away, or its album is in the trash.
		w.DueAt, w.Attempts = now.Add(lease), w.Attempts-1
	default:
		w.DueAt = now.Add(time.Duration(1<<min(w.Attempts, 10)) * time.Second)
	}
	if !ended && code != album.CodeUploadIncomplete && code != album.CodeUploadExpired && !final(code) {
		s.Logger.WarnContext(ctx, "work on a medium did not end", "media", m.ID, "status", m.Status, "attempt", m.Work.Attempts, "error", err)
	}
	limit, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := s.Store.KeepWork(limit, m.ID, w, m.Progress); err != nil && album.CodeOf(err) != album.CodeConflict {
		// The claim ends by itself.
		s.Logger.WarnContext(ctx, "work was not handed back", "media", m.ID, "error", err)
	}
}

// nextLook is when to look again for the bytes of an upload: after twice the
// time that has passed, and one last time behind the ticket's end, for an upload
// that was under way then. Zero is never.
func nextLook(m *album.Media, now time.Time) time.Time {
	last := m.Upload.ExpiresAt.Add(uploadGrace / 2)
	switch next := now.Add(max(now.Sub(m.CreatedAt), firstLook)); {
	case next.Before(last):
		return next
	case now.Before(last):
		return last
	}
	return time.Time{}
}

// renew holds a claim until ctx ends, and calls lost if somebody else has it.
func (s *Service) renew(ctx context.Context, lost func(), m *album.Media, p *atomic.Int64) {
	tick := time.NewTicker(lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		w := m.Work
		w.DueAt = s.now().Add(lease)
		switch err := s.Store.KeepWork(ctx, m.ID, w, int(p.Load())); {
		case album.CodeOf(err) == album.CodeConflict:
			lost()
			return
		case err != nil && ctx.Err() == nil:
			s.Logger.WarnContext(ctx, "a claim was not renewed", "media", m.ID, "error", err)
		}
	}
}
