package membroker_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"keepsake/album"
	"keepsake/realtime"
	"keepsake/realtime/brokertest"
	"keepsake/realtime/membroker"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// closeLater closes c when the test ends.
func closeLater(t testing.TB, c io.Closer) {
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
}

func TestContract(t *testing.T) {
	brokertest.Run(t, func(_ *testing.T, n int) []realtime.Broker {
		bus := membroker.NewBus(0)
		nodes := make([]realtime.Broker, n)
		for i := range nodes {
			nodes[i] = bus.Join()
		}
		return nodes
	})
}

// journal is a receiver that writes down all calls in order.
type journal struct {
	mu    sync.Mutex
	calls []string
	block chan struct{} // Receive waits for it; nil: not
}

func (j *journal) note(s string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls = append(j.calls, s)
}

func (j *journal) Receive(topic string, payload []byte) {
	j.note(topic + "=" + string(payload))
	if j.block != nil {
		<-j.block
	}
}
func (j *journal) Confirmed(topic string) { j.note("confirmed " + topic) }
func (j *journal) Lost()                  { j.note("lost") }

// take waits until the node is idle and returns the calls since the last take;
// confirmations in a row, which come in any order, are sorted.
func (j *journal) take() string {
	synctest.Wait()
	j.mu.Lock()
	defer j.mu.Unlock()
	calls := j.calls
	j.calls = nil
	for i := 0; i < len(calls); i++ {
		end := i
		for end < len(calls) && strings.HasPrefix(calls[end], "confirmed") {
			end++
		}
		slices.Sort(calls[i:end])
		i = max(i, end-1)
	}
	return strings.Join(calls, ", ")
}

func expect(t *testing.T, j *journal, want string) {
	t.Helper()
	if got := j.take(); got != want {
		t.Errorf("calls:\n got %s\nwant %s", got, want)
	}
}

func publish(t *testing.T, b *membroker.Broker, topic, payload string, code album.Code) {
	t.Helper()
	if got := album.CodeOf(b.Publish(context.Background(), topic, []byte(payload))); got != code {
		t.Errorf("Publish %s: code %q, want %q", payload, got, code)
	}
}

func TestFaults(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := membroker.NewBus(0)
		a, b, ja, jb := bus.Join(), bus.Join(), &journal{}, &journal{}
		a.Attach(ja)
		b.Attach(jb)
		closeLater(t, b)
		closeLater(t, a)
		a.Subscribe("x")
		a.Subscribe("y")
		b.Subscribe("x")
		expect(t, ja, "confirmed x, confirmed y")
		expect(t, jb, "confirmed x")

		a.Lose(2)
		for i := range 4 {
			publish(t, b, "x", fmt.Sprint(i), "")
		}
		expect(t, ja, "x=2, x=3")
		expect(t, jb, "x=0, x=1, x=2, x=3")

		a.Refuse(true)
		publish(t, a, "x", "refused", album.CodeUnavailable)
		publish(t, b, "x", "others", "")
		a.Refuse(false)
		publish(t, a, "x", "again", "")
		expect(t, ja, "x=others, x=again")
		expect(t, jb, "x=others, x=again")

		a.Cut()
		a.Cut()
		publish(t, a, "x", "from cut", album.CodeUnavailable)
		publish(t, b, "x", "to cut", "")
		if err := a.Ping(t.Context()); album.CodeOf(err) != album.CodeUnavailable {
			t.Errorf("Ping while cut: %v", err)
		}
		a.Subscribe("z")
		a.Unsubscribe("y")
		expect(t, ja, "lost")
		expect(t, jb, "x=to cut")
		a.Mend()
		a.Mend()
		expect(t, ja, "confirmed x, confirmed z")
		publish(t, b, "x", "mended", "")
		publish(t, b, "z", "new", "")
		expect(t, ja, "x=mended, z=new")

		a.Cut()
		a.Mend()
		publish(t, b, "x", "quick", "")
		expect(t, ja, "lost, confirmed x, confirmed z, x=quick")
	})
}

func TestOverflowBreaksTheLink(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bus := membroker.NewBus(4)
		slow, fast := bus.Join(), bus.Join()
		js, jf := &journal{block: make(chan struct{})}, &journal{}
		slow.Attach(js)
		fast.Attach(jf)
		closeLater(t, fast)
		closeLater(t, slow)
		slow.Subscribe("x")
		slow.Subscribe("y")
		fast.Subscribe("x")
		synctest.Wait()
		js.take()
		publish(t, fast, "x", "0", "")
		synctest.Wait() // the receiver holds it
		for i := range 6 {
			publish(t, fast, "x", fmt.Sprint(i+1), "")
			synctest.Wait() // the other node keeps up
		}
		expect(t, js, "x=0")
		close(js.block)
		expect(t, js, "lost, confirmed x, confirmed y, x=6")
		expect(t, jf, "confirmed x, x=0, x=1, x=2, x=3, x=4, x=5, x=6")
	})
}

func TestCloseBeforeAttach(t *testing.T) {
	b := membroker.New()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b.Attach(&journal{})
	b.Cut()
	b.Mend()
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}
