package main

import (
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/graph/generated"
	"keepsake/resolvers"
)

const (
	// documentTokens bounds a document before it is looked at.
	documentTokens = 5000
	// documentCache is how many parsed documents are kept.
	documentCache = 1000
)

// newExecutor is what executes operations, from wherever they come.
func (a *app) newExecutor() *executor.Executor {
	exec := executor.New(generated.NewExecutableSchema(generated.Config{
		Resolvers: &resolvers.Resolver{Service: a.service},
	}))
	exec.SetQueryCache(lru.New[*ast.QueryDocument](documentCache))
	exec.SetParserTokenLimit(documentTokens)
	exec.SetErrorPresenter(resolvers.Presenter(a.log))
	exec.SetRecoverFunc(resolvers.Recover(a.log))
	exec.Use(resolvers.Loading{Service: a.service})
	if a.cfg.Introspection {
		exec.Use(extension.Introspection{})
	}
	exec.SetDisableSuggestion(!a.cfg.Introspection)
	return exec
}

// requests answers queries and mutations over HTTP.
func (a *app) requests() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(graphql.StartOperationTrace(r.Context()))
		for _, t := range []graphql.Transport{get{}, post{}, noTransport{}} {
			if t.Supports(r) {
				t.Do(w, r, a.exec)
				return
			}
		}
	})
}

// wantsEvents reports whether a request is to be answered by an event stream, as
// graphql-sse has it.
func wantsEvents(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.Contains(r.Header.Get("Accept"), "text/event-stream")
}
