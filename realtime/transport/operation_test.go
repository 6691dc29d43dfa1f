package transport

import (
	"context"
	"strings"
	"testing"

	"keepsake/album"
)

// presenting is a backend that shows the code of errors.
type presenting struct{ Backend }

func (presenting) Errors(_ context.Context, err error) []byte { return []byte(album.CodeOf(err)) }

// TestAnswerWithoutRoom: a client that takes nothing is told that the answer could
// not be sent, and not that there was none.
func TestAnswerWithoutRoom(t *testing.T) {
	out, p := newOutbox(0)
	c := &Client{server: &Server{backend: presenting{}, opt: Options{MaxOperations: 1}}}
	c.out.init(p, out.stall, &c.server.stats)
	op := newOperation(c, "1")
	if c.add(op) != accepted {
		t.Fatal("not taken in")
	}
	for c.out.push(text("x")) == 1 {
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	op.Answer(ctx, []byte("the answer"))
	close(p.flow)
	awaitIdle(t, &c.out)
	if got := p.text(); !strings.HasSuffix(got, string(album.CodeUnavailable)+" ") || strings.Contains(got, "the answer") || !op.Over() {
		t.Errorf("it ended with %q", got[max(0, len(got)-40):])
	}
}
