package transport

import (
	"errors"
	"os"
	"sync"
	"time"
)

const (
	// maxFrames and maxQueued bound what waits for a client. With one chunk on
	// its way that is less than 256 KiB.
	maxFrames = 256
	maxQueued = 160 << 10
	// chunk is about how many bytes are written at a time.
	chunk = 32 << 10
)

// frame is one message to a client.
type frame struct {
	kind    kind
	op      *Operation // for what is about one
	payload []byte     // shared with other clients, and not changed by anyone
}

func (f *frame) size() int { return len(f.payload) + 64 }

// wire writes to one client.
type wire interface {
	// encode appends a frame as it goes over the wire.
	encode(to []byte, f *frame) []byte
	// tryWrite writes what it can without waiting, and returns how much that was.
	tryWrite(b []byte) (int, error)
	// write writes all; it fails where nothing is taken for as long as that.
	write(b []byte, stall time.Duration) error
	// cut ends the connection at once; the reader notices.
	cut()
	// sent is told that the last frame, which ends the connection, was written.
	sent()
}

// outbox is the bounded queue of what goes to one client. It has no goroutine:
// who puts something in writes it, without waiting, unless somebody else is
// writing. What the client does not take at once is written by a goroutine that
// lives until the queue is empty, and joins what waits into few writes.
type outbox struct {
	wire  wire
	stall time.Duration
	stats *counters

	mu      sync.Mutex
	queue   []frame
	bytes   int
	busy    bool // somebody writes
	ending  bool // the last frame is in the queue, or was written
	broken  bool // nothing more can be written
	waiting []func()
	idle    sync.Cond // !busy
}

func (o *outbox) init(w wire, stall time.Duration, stats *counters) {
	o.wire, o.stall, o.stats = w, stall, stats
	o.idle.L = &o.mu
}

// push queues as many of the frames, from the first, as there is room for, and
// returns how many those are. It does not wait.
func (o *outbox) push(frames ...frame) int {
	o.mu.Lock()
	n := 0
	for n < len(frames) && o.hasRoom() {
		o.add(frames[n])
		n++
	}
	mine := o.take()
	gone := o.broken || o.ending
	o.mu.Unlock()
	if mine {
		o.flush()
	}
	if n < len(frames) && !gone {
		o.stats.overflows.Add(int64(len(frames) - n))
	}
	return n
}

// force queues a small frame whether there is room or not. Whoever uses it bounds
// how many there can be.
func (o *outbox) force(f frame) {
	o.mu.Lock()
	if !o.broken && !o.ending {
		o.add(f)
	}
	mine := o.take()
	o.mu.Unlock()
	if mine {
		o.flush()
	}
}

// end makes a frame the last one, in place of what waits, and reports whether it
// is: the first one is.
func (o *outbox) end(f frame) bool {
	o.mu.Lock()
	first := !o.ending && !o.broken
	if first {
		o.queue, o.bytes = nil, 0
		o.add(f)
		o.ending = true
	}
	mine := o.take()
	waiting := o.waiting
	o.waiting = nil
	o.mu.Unlock()
	for _, w := range waiting {
		w()
	}
	if mine {
		o.flush()
	}
	return first
}

// finish makes what is queued now the last.
func (o *outbox) finish() {
	o.mu.Lock()
	first := !o.ending && !o.broken
	o.ending = true
	written := first && !o.busy && len(o.queue) == 0
	o.mu.Unlock()
	if written {
		o.wire.sent()
	}
}

// waits is how many frames are in the queue.
func (o *outbox) waits() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue)
}

// whenRoom calls f, once, when half of the queue is free or nothing more can be
// sent; perhaps at once.
func (o *outbox) whenRoom(f func()) {
	o.mu.Lock()
	later := !o.broken && !o.ending && !o.halfFree()
	if later {
		o.waiting = append(o.waiting, f)
	}
	o.mu.Unlock()
	if !later {
		f()
	}
}

// hasRoom, halfFree, add and take are called with the lock.
func (o *outbox) hasRoom() bool {
	return !o.broken && !o.ending && (len(o.queue) == 0 || len(o.queue) < maxFrames && o.bytes < maxQueued)
}

func (o *outbox) halfFree() bool { return len(o.queue) <= maxFrames/2 && o.bytes <= maxQueued/2 }

func (o *outbox) add(f frame) {
	o.queue = append(o.queue, f)
	o.bytes += f.size()
}

// take makes the caller the one who writes, if somebody has to be.
func (o *outbox) take() bool {
	if o.busy || o.broken || len(o.queue) == 0 {
		return false
	}
	o.busy = true
	return true
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 2<<10); return &b }}

func putBuffer(b *[]byte) {
	if cap(*b) <= 2*chunk { // large answers are rare
		buffers.Put(b)
	}
}

// flush writes what waits, as far as that needs no waiting.
func (o *outbox) flush() {
	buf := buffers.Get().(*[]byte) //nolint:errcheck,forcetypeassert // nothing else is in it
	for o.next(buf) {
		n, err := o.wire.tryWrite(*buf)
		switch {
		case err != nil:
			o.fail()
			putBuffer(buf)
			return
		case n < len(*buf):
			go o.flushSlowly(buf, n)
			return
		}
	}
	putBuffer(buf)
}

// flushSlowly writes the rest of a buffer from n on, and then what waits.
func (o *outbox) flushSlowly(buf *[]byte, n int) {
	defer putBuffer(buf)
	for {
		if err := o.wire.write((*buf)[n:], o.stall); err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				o.stats.stalled.Add(1)
			}
			o.fail()
			return
		}
		if n = 0; !o.next(buf) {
			return
		}
	}
}

// next encodes what is to be written next. Where nothing is, the caller writes no
// more.
func (o *outbox) next(buf *[]byte) bool {
	*buf = (*buf)[:0]
	var waiting []func()
	o.mu.Lock()
	n := 0
	for n < len(o.queue) && len(*buf) < chunk {
		f := &o.queue[n]
		*buf = o.wire.encode(*buf, f)
		o.bytes -= f.size()
		n++
	}
	if rest := len(o.queue) - n; rest == 0 {
		o.queue = nil
	} else {
		o.queue = append(o.queue[:0:0], o.queue[n:]...)
	}
	if n > 0 {
		o.stats.frames.Add(int64(n))
	} else {
		o.busy = false
		o.idle.Broadcast()
	}
	ended := n == 0 && o.ending
	if o.halfFree() {
		waiting, o.waiting = o.waiting, nil
	}
	o.mu.Unlock()
	for _, w := range waiting {
		w()
	}
	if ended {
		o.wire.sent()
	}
	return n > 0
}

// fail is the end of an outbox whose wire is broken.
func (o *outbox) fail() {
	o.mu.Lock()
	o.broken, o.busy = true, false
	o.queue, o.bytes = nil, 0
	waiting := o.waiting
	o.waiting = nil
	o.idle.Broadcast()
	o.mu.Unlock()
	o.wire.cut()
	for _, w := range waiting {
		w()
	}
}

// close breaks the outbox, so that nothing more is written, and waits for who
// writes just now.
func (o *outbox) close() {
	o.mu.Lock()
	o.broken = true
	o.queue, o.bytes = nil, 0
	waiting := o.waiting
	o.waiting = nil
	for o.busy {
		o.idle.Wait()
	}
	o.mu.Unlock()
	for _, w := range waiting {
		w()
	}
}

// isOver reports whether nothing more can be sent.
func (o *outbox) isOver() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.broken || o.ending
}
