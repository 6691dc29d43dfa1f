package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collectorpb "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"keepsake/album"
)

// collector stands in for a collector of OpenTelemetry: it reads what it is sent by
// the types of the protocol.
type collector struct {
	url  string
	mu   sync.Mutex
	all  []*tracepb.Span // in the order of their ends, as they came
	by   map[string]*tracepb.Span
	raw  bytes.Buffer
	seen http.Header
}

func newCollector(t testing.TB) *collector {
	c := &collector{by: map[string]*tracepb.Span{}}
	web := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		var batch collectorpb.ExportTraceServiceRequest
		if err != nil || r.URL.Path != "/v1/traces" || proto.Unmarshal(body, &batch) != nil {
			t.Errorf("sent to %s: %v, %.100q", r.URL, err, body)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.seen = r.Header
		c.raw.Write(body)
		for _, resource := range batch.GetResourceSpans() {
			for _, scope := range resource.GetScopeSpans() {
				for _, span := range scope.GetSpans() {
					c.all = append(c.all, span)
					c.by[string(span.GetSpanId())] = span
				}
			}
		}
	}))
	t.Cleanup(web.Close)
	c.url = web.URL
	return c
}

// path is the names of a span and what it is below, outermost first. It begins with
// "?" where an outer one has not come.
func (c *collector) path(span *tracepb.Span) string {
	name := span.GetName()
	if len(span.GetParentSpanId()) == 0 {
		return name
	}
	if parent := c.by[string(span.GetParentSpanId())]; parent != nil {
		return c.path(parent) + " > " + name
	}
	return "? > " + name
}

// find returns a span by its path.
func (c *collector) find(path string) *tracepb.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, span := range c.all {
		if c.path(span) == path {
			return span
		}
	}
	return nil
}

// await waits until a span has come, and all above it.
func (c *collector) await(t *testing.T, path string) (span *tracepb.Span) {
	t.Helper()
	defer func() {
		if t.Failed() {
			t.Log(strings.Join(c.paths(), "\n"))
		}
	}()
	eventually(t, path, func() bool { span = c.find(path); return span != nil })
	return span
}

func (c *collector) paths() (all []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, span := range c.all {
		all = append(all, c.path(span))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// attribute is a span's attribute as text, or "".
func attributeOf(span *tracepb.Span, name string) string {
	for _, a := range span.GetAttributes() {
		if a.GetKey() == name {
			return a.GetValue().GetStringValue()
		}
	}
	return ""
}

// TestTraces: a query, a mutation, an event on a socket and an upload are traced
// from who asked down to the commands of the parts; the log names the same traces;
// and nothing that people wrote, or that is secret, is in any span.
func TestTraces(t *testing.T) {
	t.Parallel()
	c := newCollector(t)
	s := startServer(t, setup{env: []string{
		"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url + "/", "OTEL_EXPORTER_OTLP_HEADERS=x-key=of%20ours", "KEEPSAKE_TRACE_SAMPLE=1",
		"KEEPSAKE_SLOW=1ns", "KEEPSAKE_LOG_FORMAT=json",
	}})
	w := s.newWorld(t, worldOptions{})
	owner := w.people["owner"]

	s.want(t, owner.token, `query Title($a:ID!){album(id:$a){title}}`, "a", w.get("album"))
	watcher := s.dial(t, w.people["viewer"].token)
	events := watcher.start(t, watchAlbum, "id", w.get("album"), "after", w.head(t))
	const words = "words-of-theirs"
	s.want(t, owner.token, strings.Replace(addOne, "mutation", "mutation Say", 1), "m", w.get("photo"), "t", words)
	events.event(t, "albumEvents")
	watcher.start(t, `query Mine{me{displayName}}`).next(t)
	body := photo(t, 30, 20)
	id := putTicket(t, w.ticket(t, "image/jpeg", len(body), nil), body)
	s.want(t, w.people["contributor"].token, strings.Replace(finalize, "mutation", "mutation Finalize", 1), "id", id)

	query := c.await(t, "/graphql > query Title > album > database: albums by ID")
	c.await(t, "/graphql > mutation Say > addComment > database: add comment")
	c.await(t, "/graphql > mutation Say > addComment > messages: publish")
	c.await(t, "event of albumEvents > database: users by ID")
	c.await(t, "query Mine > me > database: users by ID")
	if s.files != nil { // at scale the bytes go to the bucket itself
		c.await(t, "/media/")
	}
	c.await(t, "/graphql > mutation Finalize > finalizeUpload > media: publish")
	c.await(t, "work on media > processes: picture")
	c.await(t, "work on media > database: publish media")
	if got := c.seen.Get("x-key"); got != "of ours" {
		t.Errorf("the collector's header is %q", got)
	}

	request, operation := c.await(t, "/graphql > query Title"), c.await(t, "/graphql")
	if hash := attributeOf(request, "keepsake.document"); len(hash) != hashDigits {
		t.Errorf("the document's hash is %q", hash)
	}
	if operation.GetKind() != tracepb.Span_SPAN_KIND_SERVER || attributeOf(operation, "http.request.method") != http.MethodPost {
		t.Errorf("the request is %v", operation)
	}
	logged := s.lines(t, func(line map[string]any) bool { return line["operation"] == "Title" })
	if len(logged) != 1 || logged[0]["trace_id"] != hex.EncodeToString(query.GetTraceId()) ||
		logged[0]["request_id"] != attributeOf(request, "keepsake.request_id") || logged[0]["request_id"] == "" {
		t.Errorf("logged %v, traced %x", logged, query.GetTraceId())
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	for what, secret := range map[string]string{
		"comment": words, "name": "wx.qlogo.cn", "token": owner.token[len(owner.token)-24:], "title": "title", "user": string(owner.id), "signature": "sig=",
	} {
		if bytes.Contains(c.raw.Bytes(), []byte(secret)) {
			t.Errorf("a span has the %s", what)
		}
	}
}

// lines are the lines of a log in JSON that are like that.
func (s *server) lines(t *testing.T, like func(line map[string]any) bool) (all []map[string]any) {
	t.Helper()
	for text := range strings.Lines(s.logs.String()) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%v: %q", err, text)
		}
		if like(line) {
			all = append(all, line)
		}
	}
	return all
}

// TestWhoMayHaveTraced: a header that asks for a trace counts from a trusted proxy
// alone; others have no say in what is recorded, nor in whose trace it is.
func TestWhoMayHaveTraced(t *testing.T) {
	t.Parallel()
	const trace = "0af7651916cd43dd8448eb211c80319c"
	for name, test := range map[string]struct {
		proxies, sample, flags string
		want                   bool
	}{
		"a stranger asks":       {proxies: "192.0.2.1", sample: "0", flags: "01"},
		"a proxy asks":          {proxies: "127.0.0.1", sample: "0", flags: "01", want: true},
		"a proxy does not":      {proxies: "127.0.0.1", sample: "1", flags: "00"},
		"a stranger is sampled": {proxies: "192.0.2.1", sample: "1", flags: "00", want: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCollector(t)
			s := startServer(t, setup{idle: true, env: []string{
				"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url, "KEEPSAKE_TRACE_SAMPLE=" + test.sample, "KEEPSAKE_TRUSTED_PROXIES=" + test.proxies,
				"KEEPSAKE_SLOW=1ns", "KEEPSAKE_LOG_FORMAT=json",
			}})
			send(t, http.MethodPost, s.url+"/graphql", `{"query":"query Asked{__typename}"}`, "Content-Type", typeJSON,
				"traceparent", "00-"+trace+"-b7ad6b7169203331-"+test.flags)
			must(t, s.tracer.Close()) // which sends what there is
			c.mu.Lock()
			defer c.mu.Unlock()
			if (len(c.all) > 0) != test.want {
				t.Fatalf("%d spans", len(c.all))
			}
			line := s.lines(t, func(line map[string]any) bool { return line["operation"] == "Asked" })[0]
			if !test.want {
				if line["trace_id"] != nil {
					t.Errorf("logged %v, which nobody has", line)
				}
				return
			}
			theirs := hex.EncodeToString(c.all[0].GetTraceId()) == trace
			if theirs != (test.proxies == "127.0.0.1") || line["trace_id"] != hex.EncodeToString(c.all[0].GetTraceId()) {
				t.Errorf("the trace is %x, logged %v", c.all[0].GetTraceId(), line)
			}
		})
	}
}

// TestCollectorAway: what a collector does not take is counted, said once, and
// keeps nobody waiting.
func TestCollectorAway(t *testing.T) {
	t.Parallel()
	web := httptest.NewServer(http.NotFoundHandler())
	defer web.Close()
	s := startServer(t, setup{idle: true, env: []string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + web.URL, "KEEPSAKE_TRACE_SAMPLE=1"}})
	for range 3 {
		s.want(t, "", `{__typename}`)
	}
	eventually(t, "spans to be lost", func() bool { return s.tracer.Lost() > 0 })
	s.want(t, "", `{__typename}`)
	must(t, s.tracer.Close())
	if n := strings.Count(s.logs.String(), "the collector does not take spans"); n != 1 || s.tracer.Sent() != 0 {
		t.Errorf("said %d times, %d sent: %s", n, s.tracer.Sent(), s.logs)
	}
}

// TestUntraced: without a collector nothing is around requests and operations that
// would trace them, and no id of a trace is logged.
func TestUntraced(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_SLOW=1ns"}})
	if s.tracer != nil {
		t.Error("there is a tracer")
	}
	p := s.user(t, "somebody")
	s.album(t, p.id, album.Private, album.DefaultSettings())
	send(t, http.MethodPost, s.url+"/graphql", `{"query":"{__typename}"}`, "Content-Type", typeJSON, "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	if text := s.logs.String(); strings.Contains(text, "trace_id") || !strings.Contains(text, slowLine) {
		t.Errorf("logged: %s", text)
	}
}
