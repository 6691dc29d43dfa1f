package browsertest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"

	"keepsake/internal/launch"
)

// maxPage bounds a plain page that a script hands over, in bytes.
const maxPage = 1 << 20

// house is the server under a story, which the story can stop and start again at
// the same address with the same data, POST /stop and /start, and have filled with
// many media, POST /fill. It also shows a plain page that the story wrote: POST
// /page, then GET.
type house struct {
	ctx                 context.Context // of the story
	program, data, addr string
	logs                io.Writer
	settings            []string // beside those of all houses

	mu     sync.Mutex
	server *launch.Server // nil while it is stopped
	page   []byte
}

func open(ctx context.Context, program, data string, logs io.Writer, settings ...string) (*house, error) {
	addr, err := launch.FreeAddr()
	if err != nil {
		return nil, err
	}
	h := &house{ctx: ctx, program: program, data: data, addr: addr, logs: logs, settings: settings}
	return h, h.start()
}

func (h *house) url() string { return "http://" + h.addr }

func (h *house) start() (err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.server != nil {
		return errors.New("the server runs already")
	}
	h.server, err = launch.Start(context.WithoutCancel(h.ctx), h.program, h.data, h.logs,
		append([]string{"KEEPSAKE_LOG_LEVEL=error", "KEEPSAKE_LISTEN=" + h.addr}, h.settings...)...)
	return err
}

// stop ends the server in order, if it runs.
func (h *house) stop() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.server == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(h.ctx), stopTimeout)
	defer cancel()
	err := h.server.Stop(ctx)
	h.server = nil
	return err
}

func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	switch r.Method + " " + r.URL.Path {
	case "POST /stop":
		err = h.stop()
	case "POST /start":
		err = h.start()
	case "POST /fill": // ?count=2000&model=a medium&model=another
		err = h.fillStopped(r.Context(), r.URL.Query())
	case "POST /page":
		err = h.keepPage(r.Body)
	case "GET /page":
		h.mu.Lock()
		page := h.page
		h.mu.Unlock()
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, err = w.Write(page)
	case "GET /favicon.ico":
	default:
		http.NotFound(w, r)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (h *house) keepPage(body io.Reader) error {
	page, err := io.ReadAll(io.LimitReader(body, maxPage))
	h.mu.Lock()
	h.page = page
	h.mu.Unlock()
	return err
}
