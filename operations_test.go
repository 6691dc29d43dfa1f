package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/album"
	"keepsake/internal/config"
	"keepsake/internal/documents"
)

// counted is what /metrics has of operations: how many by "operation kind code",
// and how many were timed by "operation kind".
func (s *server) counted(t *testing.T) (requests, timed map[string]string) {
	t.Helper()
	_, text := fetch(t, http.MethodGet, s.url+"/metrics", nil)
	requests, timed = map[string]string{}, map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^keepsake_requests_total\{code="(.*)",kind="(.*)",operation="(.*)"\} (.*)$`).FindAllStringSubmatch(string(text), -1) {
		requests[m[3]+" "+m[2]+" "+m[1]] = m[4]
	}
	for _, m := range regexp.MustCompile(`(?m)^keepsake_request_duration_seconds_count\{kind="(.*)",operation="(.*)"\} (.*)$`).FindAllStringSubmatch(string(text), -1) {
		timed[m[2]+" "+m[1]] = m[3]
	}
	return requests, timed
}

// TestOperationMetrics: each operation is counted once, by its name, kind and code,
// however it came.
func TestOperationMetrics(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_MAX_COST=50"}})
	p := s.user(t, "somebody")
	a := s.album(t, p.id, album.Private, album.DefaultSettings())
	long := strings.Repeat("n", maxName)
	for range 2 {
		s.want(t, p.token, `query Me{me{id}}`)
	}
	s.ask(t, "", `query Me{node(id:"nothing"){id}}`)
	s.want(t, "", `{__typename}`)
	s.want(t, "", `query `+long+`{__typename}`)
	s.want(t, "", `query `+long+`n{__typename}`)
	s.ask(t, "", `query Unknown{nothing}`)
	s.ask(t, "", `{`)
	s.ask(t, "", `query Dear{media(id:"x"){comments(first:100){edges{node{id}}}}}`)
	s.ask(t, p.token, `query Me{media(id:"x"){comments(first:100){edges{node{id}}}}}`) // a known name, refused
	const get = "/graphql?query="
	send(t, http.MethodGet, s.url+get+"query+ByGet%7B__typename%7D", "")
	send(t, http.MethodGet, s.url+get+"mutation+NotByGet%7BsignOut(input:%7B%7D)%7Bended%7D%7D", "")

	c := s.dial(t, p.token)
	c.start(t, `query BySocket{me{id}}`).next(t)
	c.start(t, `subscription Watch{albumEvents(albumId:"x"){media{comments(first:100){edges{node{id}}}}}}`).next(t)
	c.start(t, watchAlbum, "id", a, "after", string(album.LogCursor(a, 0))).event(t, "albumEvents")
	c.close()
	s.want(t, p.token, `mutation Leave{signOut(input:{}){ended}}`)

	requests, timed := s.counted(t)
	if diff := cmp.Diff(map[string]string{
		"Me query OK": "2", "Me query NOT_FOUND": "1", "Me query QUERY_TOO_COMPLEX": "1", "- query OK": "1", long + " query OK": "1", "other query OK": "1",
		"other - GRAPHQL_VALIDATION_FAILED": "1", "other - GRAPHQL_PARSE_FAILED": "1", "other query QUERY_TOO_COMPLEX": "1", "other subscription QUERY_TOO_COMPLEX": "1",
		"ByGet query OK": "1", "BySocket query OK": "1", "Leave mutation OK": "1",
	}, requests); diff != "" {
		t.Error("requests (-want +got):", diff)
	}
	if diff := cmp.Diff(map[string]string{
		"Me query": "4", "- query": "1", long + " query": "1", "other query": "2", "other -": "2", "other subscription": "1",
		"ByGet query": "1", "BySocket query": "1", "Leave mutation": "1",
	}, timed); diff != "" {
		t.Error("timed (-want +got):", diff)
	}
	if strings.Contains(s.logs.String(), slowLine) {
		t.Errorf("logged as slow: %s", s.logs)
	}
}

// TestOperationNames: a node tells so many names apart, and no more.
func TestOperationNames(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true})
	for i := range maxNames + 2 {
		s.want(t, "", fmt.Sprintf(`query N%d{__typename}`, i))
	}
	s.want(t, "", `query N0{__typename}`) // known still
	requests, _ := s.counted(t)
	want := map[string]string{"other query OK": "2"}
	for i := range maxNames {
		want[fmt.Sprintf("N%d query OK", i)] = "1"
	}
	want["N0 query OK"] = "2"
	if !maps.Equal(requests, want) {
		t.Error("(-want +got):", cmp.Diff(want, requests))
	}
	for name, ok := range map[string]bool{"a_B9": true, "a b": false, "é": false, `a"`: false, "a-b": false} {
		if sane(name) != ok {
			t.Errorf("%q is sane: %v", name, !ok)
		}
	}
}

// An operation whose time is over has no answer, and is counted all the same, once.
func TestOperationWithoutAnswer(t *testing.T) {
	t.Parallel()
	var log logs
	o := newOperations(1, newLogger(config.Config{LogFormat: "json"}, &log))
	op := &graphql.OperationContext{Operation: &ast.OperationDefinition{Operation: ast.Query, Name: "Late"}}
	ctx := graphql.WithOperationContext(t.Context(), op)
	respond := o.InterceptOperation(ctx, func(context.Context) graphql.ResponseHandler {
		return func(context.Context) *graphql.Response { return nil }
	})
	for range 2 {
		if r := respond(ctx); r != nil {
			t.Errorf("answered %v", r)
		}
	}
	if n := strings.Count(log.String(), `"operation":"Late","kind":"query","code":"UNAVAILABLE"`); n != 1 {
		t.Errorf("counted %d times: %s", n, &log)
	}
}

// slowLine is the message of slow operations.
const slowLine = "a slow operation"

// TestSlowOperations: a line in the log has what finds the document again, and
// nothing that was asked with.
func TestSlowOperations(t *testing.T) {
	t.Parallel()
	s := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_SLOW=1ns", "KEEPSAKE_LOG_FORMAT=json"}})
	const document, private = `query Who($id:ID!){node(id:$id){id}}`, "whom-i-look-for"
	body, err := json.Marshal(map[string]any{
		"query": document, "variables": map[string]any{"id": private}, "extensions": map[string]any{"cost": true},
	})
	must(t, err)
	_, a := send(t, http.MethodPost, s.url+"/graphql", string(body), "Content-Type", typeJSON, headerRequestID, "the-request")
	if a.code() != string(album.CodeNotFound) {
		t.Fatal(a.body)
	}
	var lines []map[string]any
	for text := range strings.Lines(s.logs.String()) {
		var line map[string]any
		must(t, json.Unmarshal([]byte(text), &line))
		if line["msg"] == slowLine {
			lines = append(lines, line)
		}
	}
	if len(lines) != 1 {
		t.Fatalf("%d lines: %s", len(lines), s.logs)
	}
	line := lines[0]
	if took, ok := line["duration"].(float64); !ok || took <= 0 {
		t.Errorf("took %v", line["duration"])
	}
	if cost, ok := line["cost"].(float64); !ok || cost < 1 {
		t.Errorf("cost %v", line["cost"])
	}
	delete(line, "time")
	delete(line, "duration")
	delete(line, "cost")
	if diff := cmp.Diff(map[string]any{
		"level": "WARN", "msg": slowLine, "operation": "Who", "kind": "query", "code": string(album.CodeNotFound),
		"document": documents.Hash(document)[:hashDigits], "request_id": "the-request",
	}, line); diff != "" {
		t.Error("(-want +got):", diff)
	}
	if strings.Contains(s.logs.String(), private) {
		t.Errorf("the log has a variable: %s", s.logs)
	}

	never := startServer(t, setup{idle: true, env: []string{"KEEPSAKE_SLOW=0s"}})
	never.want(t, "", `{__typename}`)
	if strings.Contains(never.logs.String(), slowLine) {
		t.Errorf("logged: %s", never.logs)
	}
}
