package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"keepsake/resolvers"
)

// TestPlansAnswerAsGqlgen asks for everything that the authorisation table reads, as
// everyone, by plans and by what gqlgen itself makes of the schema: nobody sees more
// or less by a plan.
func TestPlansAnswerAsGqlgen(t *testing.T) {
	s := startServer(t, setup{})
	stock, err := s.newExecutor(true)
	must(t, err)
	var shared sharedWorlds
	answers, refusals := 0, 0
	for _, r := range rules() {
		if op, _, _ := strings.Cut(r.field, "."); op == "Mutation" || op == "Subscription" {
			continue
		}
		w := shared.get(t, s, r.world)
		document := r.document(w)
		if strings.Contains(document, "feed") { // a feed's cursor tells the time
			continue
		}
		for _, role := range roles {
			token := w.people[role].token
			got, want := s.respond(t, s.exec, token, document), s.respond(t, stock, token, document)
			if got != want { // addresses change with the hour
				got, want = s.respond(t, s.exec, token, document), s.respond(t, stock, token, document)
			}
			if got != want {
				t.Errorf("%s as %s: %s\ngot  %s\nwant %s", r.field, role, document, got, want)
			}
			if strings.Contains(got, `"code"`) {
				refusals++
			} else {
				answers++
			}
		}
	}
	if answers < 100 || refusals < 100 {
		t.Errorf("%d answers and %d refusals were compared", answers, refusals)
	}
}

// respond executes a document for who holds a token: the data, then the errors in an
// order of their own.
func (s *server) respond(t *testing.T, exec graphql.GraphExecutor, token, document string) string {
	t.Helper()
	header := ""
	if token != "" {
		header = "Bearer " + token
	}
	v, err := s.authenticate(t.Context(), header)
	if err != nil {
		return err.Error()
	}
	ctx := graphql.StartOperationTrace(resolvers.WithViewer(t.Context(), v))
	op, refused := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: document})
	if refused != nil {
		t.Fatalf("%s: %v", document, refused)
	}
	next, ctx := exec.DispatchOperation(ctx, op)
	r := next(ctx)
	lines := make([]string, len(r.Errors))
	for i, e := range r.Errors {
		line, err := json.Marshal(e)
		must(t, err)
		lines[i] = string(line)
	}
	slices.Sort(lines)
	return string(r.Data) + strings.Join(lines, "\n")
}
