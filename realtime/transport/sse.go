package transport

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

// eventStream is one client of graphql-sse in the distinct connections mode: one
// operation, whose results are events of an HTTP answer.
// https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
type eventStream struct {
	Client
	w       http.ResponseWriter
	control *http.ResponseController
	once    sync.Once
	done    chan struct{} // closed when the answer is to end
}

var (
	_ wire  = (*eventStream)(nil)
	_ ender = (*eventStream)(nil)
)

// ServeEvents runs one operation and answers with its results as events, until
// it ends. Authorization is the header of that name; it was found good already.
func (s *Server) ServeEvents(w http.ResponseWriter, r *http.Request, authorization string, request *Request) {
	if !s.mayOpen(w) {
		return
	}
	c := &eventStream{w: w, control: http.NewResponseController(w), done: make(chan struct{})}
	c.single = true
	if !c.init(s, r, c, c) {
		http.Error(w, tooMany, http.StatusServiceUnavailable)
		return
	}
	defer c.leave()
	if err := c.control.SetReadDeadline(time.Time{}); err != nil {
		s.opt.Logger.WarnContext(r.Context(), "transport: an event stream without deadlines", "error", err)
	}
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would hold events back
	w.WriteHeader(http.StatusOK)
	c.out.push(frame{kind: kindPing}) // so that the client hears at once

	op := newOperation(&c.Client, "")
	if err := c.open(authorization); err != nil {
		c.add(op)
		op.Fail(err)
	} else if c.add(op) == accepted {
		go c.session.Start(c.ctx, request, op)
	}
	select {
	case <-c.done:
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

// end implements ender. An error goes out as the last result. The operation is not
// complete with it, so that clients come back, after an error about their token
// with a new one.
func (c *eventStream) end(why reason) {
	if why.err == nil {
		c.cut()
		return
	}
	c.out.end(frame{kindError, nil, c.server.backend.Errors(c.ctx, why.err)})
}

// ping implements ender. There is no answer to it, but a connection that is gone
// shows by it.
func (c *eventStream) ping() {
	c.hear()
	c.out.push(frame{kind: kindPing})
}

// cut implements wire and ender.
func (c *eventStream) cut() { c.once.Do(func() { close(c.done) }) }

// sent implements wire.
func (c *eventStream) sent() { c.cut() }

// encode implements wire.
func (c *eventStream) encode(to []byte, f *frame) []byte {
	const complete = "event: complete\ndata:\n\n"
	switch f.kind {
	case kindNext:
		return appendEvent(to, "", f.payload, "")
	case kindError:
		to = appendEvent(to, `{"errors":`, f.payload, "}")
		if f.op == nil { // the client's end
			return to
		}
		return append(to, complete...)
	case kindComplete:
		return append(to, complete...)
	default:
		return append(to, ":\n\n"...)
	}
}

func appendEvent(to []byte, before string, payload []byte, after string) []byte {
	to = append(append(to, "event: next\ndata: "...), before...)
	if bytes.IndexByte(payload, '\n') >= 0 { // between tokens; inside strings it is escaped
		payload = bytes.ReplaceAll(payload, []byte{'\n'}, []byte{' '})
	}
	return append(append(append(to, payload...), after...), "\n\n"...)
}

// tryWrite implements wire: an HTTP answer always waits.
func (c *eventStream) tryWrite([]byte) (int, error) { return 0, nil }

// write implements wire.
func (c *eventStream) write(b []byte, stall time.Duration) error {
	if err := c.control.SetWriteDeadline(time.Now().Add(stall)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if n, err := c.w.Write(b); err != nil || n < len(b) {
		return errors.Join(err, io.ErrShortWrite)
	}
	return c.control.Flush()
}
