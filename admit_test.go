package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"keepsake/album"
)

// send is fetch with the answer's headers.
func send(t testing.TB, method, url, body string, header ...string) (http.Header, answer) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r)
	must(t, err)
	defer res.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(res.Body)
	must(t, err)
	a := answer{status: res.StatusCode, body: string(text)}
	if bytes.HasPrefix(text, []byte("{")) {
		must(t, json.Unmarshal(text, &a))
	}
	return res.Header, a
}

// TestOverHTTP: what is beyond the audits of graphql-http, which
// internal/npmclients runs: status, media type, code and headers of each answer.
func TestOverHTTP(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{})
	const (
		who   = `{"query":"{me{id}}"}`
		bad   = `{"query":"{nothing}"}`
		write = `{"query":"mutation{signOut(input:{}){ended}}"}`
		watch = `{"query":"subscription{feedEvents{kind}}"}`
	)
	get := func(document string) string { return "?query=" + url.QueryEscape(document) }
	for name, c := range map[string]struct {
		method, query, body string
		contentType, accept string
		status              int
		answers             string // the media type
		code                string
		header, value       string // one that the answer has
	}{
		"a query":                  {"POST", "", who, typeJSON, "", 200, typeJSON, "", "Cache-Control", "no-store"},
		"for GraphQL":              {"POST", "", who, typeJSON, typeGraphQL, 200, typeGraphQL, "", "Vary", "Accept, Authorization"},
		"in capitals":              {"POST", "", who, "Application/JSON; charset=UTF-8", "", 200, typeJSON, "", "", ""},
		"by GET":                   {"GET", get("{me{id}}"), "", "", typeGraphQL, 200, typeGraphQL, "", "", ""},
		"a bad document":           {"POST", "", bad, typeJSON, typeJSON, 200, typeJSON, "GRAPHQL_VALIDATION_FAILED", "", ""},
		"a bad one for GraphQL":    {"POST", "", bad, typeJSON, typeGraphQL, 400, typeGraphQL, "GRAPHQL_VALIDATION_FAILED", "", ""},
		"a bad one by GET":         {"GET", get("{nothing}"), "", "", typeGraphQL, 400, typeGraphQL, "GRAPHQL_VALIDATION_FAILED", "", ""},
		"no query":                 {"POST", "", "{}", typeJSON, "", 400, typeJSON, "GRAPHQL_VALIDATION_FAILED", "", ""},
		"no query by GET":          {"GET", "", "", "", "", 400, typeJSON, "GRAPHQL_VALIDATION_FAILED", "", ""},
		"no JSON":                  {"POST", "", "{", typeJSON, typeJSON, 400, typeJSON, "INVALID_INPUT", "", ""},
		"no JSON for GraphQL":      {"POST", "", "{", typeJSON, typeGraphQL, 400, typeGraphQL, "INVALID_INPUT", "", ""},
		"two requests":             {"POST", "", who + who, typeJSON, "", 400, typeJSON, "INVALID_INPUT", "", ""},
		"a batch":                  {"POST", "", " [" + who + "]", typeJSON, "", 400, typeJSON, "INVALID_INPUT", "", ""},
		"a batch of none":          {"POST", "", "[]", typeJSON, "", 400, typeJSON, "INVALID_INPUT", "", ""},
		"a batch of streams":       {"POST", "", "[" + watch + "]", typeJSON, typeEvents, 400, typeGraphQL, "INVALID_INPUT", "", ""},
		"writing by GET":           {"GET", get("mutation{signOut(input:{}){ended}}"), "", "", "", 405, typeJSON, "INVALID_INPUT", "Allow", "POST"},
		"watching by GET":          {"GET", get("subscription{feedEvents{kind}}"), "", "", "", 405, typeJSON, "INVALID_INPUT", "Allow", "POST"},
		"watching by POST":         {"POST", "", watch, typeJSON, "", 400, typeJSON, "INVALID_INPUT", "", ""},
		"PUT":                      {"PUT", "", who, typeJSON, "", 405, typeJSON, "INVALID_INPUT", "Allow", "GET, POST"},
		"DELETE":                   {"DELETE", "", "", "", "", 405, typeJSON, "INVALID_INPUT", "Allow", "GET, POST"},
		"HEAD":                     {"HEAD", get("{me{id}}"), "", "", "", 405, typeJSON, "", "Allow", "GET, POST"},
		"no type":                  {"POST", "", who, "", "", 415, typeJSON, "INVALID_INPUT", "Accept-Post", typeJSON},
		"text":                     {"POST", "", write, "text/plain", "", 415, typeJSON, "INVALID_INPUT", "", ""},
		"a form":                   {"POST", "", "query=x", "application/x-www-form-urlencoded", "", 415, typeJSON, "INVALID_INPUT", "", ""},
		"a form of parts":          {"POST", "", write, "multipart/form-data; boundary=x", "", 415, typeJSON, "INVALID_INPUT", "", ""},
		"GraphQL's old type":       {"POST", "", "{me{id}}", "application/graphql", "", 415, typeJSON, "INVALID_INPUT", "", ""},
		"JSON in UTF-16":           {"POST", "", who, typeJSON + "; charset=utf-16", "", 415, typeJSON, "INVALID_INPUT", "", ""},
		"text for an event stream": {"POST", "", write, "text/plain", typeEvents, 415, typeGraphQL, "INVALID_INPUT", "", ""},
		"nothing of ours":          {"POST", "", who, typeJSON, "text/html", 406, typeJSON, "INVALID_INPUT", "", ""},
		"an event stream by GET":   {"GET", get("{me{id}}"), "", "", typeEvents, 406, typeJSON, "INVALID_INPUT", "", ""},
		"in parts":                 {"POST", "", `{"query":"{me{id ...@defer{displayName}}}"}`, typeJSON, typeGraphQL, 400, typeGraphQL, "GRAPHQL_VALIDATION_FAILED", "", ""},
		"in parts by a fragment":   {"POST", "", `{"query":"{me{...f}} fragment f on User{...g@defer(if:false)} fragment g on User{id}"}`, typeJSON, typeGraphQL, 400, typeGraphQL, "GRAPHQL_VALIDATION_FAILED", "", ""},
		"a name like that":         {"POST", "", `{"query":"query defer{me{id}}"}`, typeJSON, typeGraphQL, 200, typeGraphQL, "", "", ""},
	} {
		var header []string
		if c.contentType != "" {
			header = append(header, "Content-Type", c.contentType)
		}
		if c.accept != "" {
			header = append(header, "Accept", c.accept)
		}
		h, a := send(t, c.method, s.url+"/graphql"+c.query, c.body, header...)
		if a.status != c.status || h.Get("Content-Type") != c.answers || a.code() != c.code {
			t.Errorf("%s: %d %s %.300s", name, a.status, h.Get("Content-Type"), a.body)
		}
		if got := h.Get(c.header); got != c.value {
			t.Errorf("%s: %s is %q, want %q", name, c.header, got, c.value)
		}
		if strings.Contains(a.body, `"data"`) != (c.status == 200 && c.code == "") {
			t.Errorf("%s: data beside an error of the request: %.300s", name, a.body)
		}
	}
	_, a := send(t, "POST", s.url+"/graphql", who, "Content-Type", typeJSON, "Content-Encoding", "gzip")
	if a.status != http.StatusUnsupportedMediaType {
		t.Errorf("a compressed body: %d %s", a.status, a.body)
	}
}

// TestTimeIsUp: a request whose time was up before it was executed is told so.
func TestTimeIsUp(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", strings.NewReader(`{"query":"{capabilities{videos}}"}`))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	s.requests().ServeHTTP(w, r)
	if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), string(album.CodeUnavailable)) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestAnswersComeWhole: what is refused, see TestOverHTTP, is not offered either.
func TestAnswersComeWhole(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_INTROSPECTION=true"}})
	a := s.want(t, "", `{__schema{directives{name}}}`)
	if strings.Contains(a.body, `"defer"`) || !strings.Contains(a.body, `"include"`) {
		t.Error(a.body)
	}
}
