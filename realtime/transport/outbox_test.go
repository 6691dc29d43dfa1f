package transport

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// pipe is a wire that takes what its test lets it take.
type pipe struct {
	mu    sync.Mutex
	room  int // bytes that tryWrite takes; negative is any number
	took  []byte
	ended bool
	isCut bool
	flow  chan struct{} // write waits for it to be closed
	fails error
}

func (p *pipe) encode(to []byte, f *frame) []byte { return append(append(to, f.payload...), ' ') }

func (p *pipe) tryWrite(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(b)
	if p.room >= 0 {
		n = min(n, p.room)
		p.room -= n
	}
	p.took = append(p.took, b[:n]...)
	return n, p.fails
}

func (p *pipe) write(b []byte, _ time.Duration) error {
	<-p.flow
	p.mu.Lock()
	defer p.mu.Unlock()
	p.took = append(p.took, b...)
	return p.fails
}

func (p *pipe) cut()  { p.mu.Lock(); p.isCut = true; p.mu.Unlock() }
func (p *pipe) sent() { p.mu.Lock(); p.ended = true; p.mu.Unlock() }

func (p *pipe) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return string(p.took)
}

func newOutbox(room int) (*outbox, *pipe) {
	p := &pipe{room: room, flow: make(chan struct{})}
	o := &outbox{}
	o.init(p, time.Second, &counters{})
	return o, p
}

func text(s string) frame { return frame{kind: kindNext, payload: []byte(s)} }

func awaitIdle(t *testing.T, o *outbox) {
	t.Helper()
	o.mu.Lock()
	defer o.mu.Unlock()
	for o.busy {
		o.idle.Wait()
	}
}

func TestOutboxWritesAtOnce(t *testing.T) {
	o, p := newOutbox(-1)
	if n := o.push(text("a"), text("b")); n != 2 || p.text() != "a b " {
		t.Errorf("%d queued, %q written", n, p.text())
	}
	if !o.end(text("c")) || o.end(text("d")) || p.text() != "a b c " || !p.ended {
		t.Errorf("at the end %q was written", p.text())
	}
	if n := o.push(text("e")); n != 0 || p.text() != "a b c " {
		t.Errorf("after the end %q was written", p.text())
	}
	if o.stats.overflows.Load() != 0 {
		t.Error("what comes after the end is no overflow")
	}
}

// TestOutboxIsBounded: a client that takes nothing has a bounded number of frames
// and bytes waiting, what comes first is kept, and room is told of.
func TestOutboxIsBounded(t *testing.T) {
	for _, c := range []struct {
		name    string
		payload string
		most    int
	}{
		{"many", "x", maxFrames},
		{"large", strings.Repeat("x", 10<<10), maxQueued/(10<<10+64) + 1},
		{"one that is larger than the queue", strings.Repeat("x", 2*maxQueued), 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			o, p := newOutbox(0)
			o.push(text("first")) // is on its way
			for o.waits() > 0 {
			}
			n := 0
			for o.push(text(c.payload)) == 1 {
				n++
			}
			if n != c.most || o.waits() != n || o.bytes > maxQueued+len(c.payload)+64 || o.stats.overflows.Load() != 1 {
				t.Errorf("%d frames, %d bytes, %d overflows", n, o.bytes, o.stats.overflows.Load())
			}
			room := make(chan struct{})
			o.whenRoom(func() { close(room) })
			select {
			case <-room:
				t.Error("there is no room")
			default:
			}
			close(p.flow)
			<-room
			awaitIdle(t, o)
			if want := "first " + strings.Repeat(c.payload+" ", n); p.text() != want {
				t.Errorf("%d bytes were written, want %d", len(p.text()), len(want))
			}
			if o.push(text("again")) != 1 {
				t.Error("there is room again")
			}
		})
	}
}

func TestOutboxBreaks(t *testing.T) {
	o, p := newOutbox(-1)
	p.fails = errors.New("gone")
	o.push(text("a"))
	told := false
	o.whenRoom(func() { told = true })
	if !p.isCut || !told || o.push(text("b")) != 0 || !o.isOver() {
		t.Errorf("cut %v, told %v", p.isCut, told)
	}

	o, p = newOutbox(0)
	o.push(text("a"))
	told = false
	o.whenRoom(func() { told = true })
	go func() { close(p.flow) }()
	o.close() // waits for who writes
	if !told {
		t.Error("who waited for room is not told that there will be none")
	}
}

// TestOutboxKeepsOrder: what each puts in comes out in that order, nothing is lost
// that was taken, from many at once and with a wire that often takes only a part.
func TestOutboxKeepsOrder(t *testing.T) {
	const writers, each = 8, 500
	o, p := newOutbox(0)
	close(p.flow)
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := 0; i < each; {
				if o.push(text(fmt.Sprintf("%d:%d", w, i))) == 1 {
					i++
					continue
				}
				room := make(chan struct{})
				o.whenRoom(func() { close(room) })
				<-room
			}
		})
	}
	stop := make(chan struct{})
	go func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				p.mu.Lock()
				p.room = i % 7
				p.mu.Unlock()
			}
		}
	}()
	all.Wait()
	close(stop)
	awaitIdle(t, o)
	next := [writers]int{}
	for word := range strings.FieldsSeq(p.text()) {
		var w, i int
		if _, err := fmt.Sscanf(word, "%d:%d", &w, &i); err != nil || i != next[w] {
			t.Fatalf("%q comes where %d is due", word, next[w])
		}
		next[w]++
	}
	if !slices.Equal(next[:], slices.Repeat([]int{each}, writers)) {
		t.Errorf("came %v", next)
	}
}
