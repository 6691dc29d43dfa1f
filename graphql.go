package main

import (
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"

	"keepsake/graph/generated"
	"keepsake/graph/guard"
	"keepsake/internal/documents"
	"keepsake/resolvers"
)

// newExecutor is what executes operations, from wherever they come.
func (a *app) newExecutor() *executor.Executor {
	exec := executor.New(generated.NewExecutableSchema(generated.Config{
		Resolvers: &resolvers.Resolver{Service: a.service},
	}))
	exec.Use(a.operations)
	exec.SetErrorPresenter(resolvers.Presenter(a.log))
	exec.SetRecoverFunc(resolvers.Recover(a.log))
	exec.Use(resolvers.Loading{Service: a.service})
	if a.cfg.Introspection {
		exec.Use(extension.Introspection{})
	}
	exec.SetDisableSuggestion(!a.cfg.Introspection)
	return exec
}

// useGuard keeps documents within the limits of the settings. It comes after what
// finds documents by their hash, so that it sees them.
func (a *app) useGuard() {
	limits := guard.Limits{
		Bytes: int(a.cfg.MaxDocument), Tokens: a.cfg.MaxTokens, Operations: a.cfg.MaxOperations, Depth: a.cfg.MaxDepth,
		RootFields: a.cfg.MaxRootFields, Aliases: a.cfg.MaxAliases, Directives: a.cfg.MaxDirectives,
		Fragments: a.cfg.MaxFragments, Repeats: a.cfg.MaxRepeats, Variables: a.cfg.MaxVariables,
		Values: a.cfg.MaxValues, Cost: a.cfg.MaxCost,
	}
	g := guard.New(limits)
	a.exec.Use(g)
	a.exec.SetQueryCache(g)
	a.exec.SetParserTokenLimit(limits.Tokens)
	if !a.cfg.Introspection {
		a.exec.SetDefaultRulesFn(guard.SilentRules)
	}
}

// requests answers queries and mutations over HTTP, as admit let them in.
func (a *app) requests() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.WithContext(graphql.StartOperationTrace(r.Context()))
		if r.Method == http.MethodGet {
			get(w, r, a.exec)
			return
		}
		post(w, r, a.exec)
	})
}

// useDocuments teaches the executor what it is to know by hash, and where there is
// a manifest, to execute nothing else.
func (a *app) useDocuments() error {
	var trusted map[string]string
	if path := a.cfg.TrustedDocuments; path != "" {
		var err error
		if trusted, err = documents.Load(path); err != nil {
			return err
		}
	}
	a.exec.Use(documents.New(trusted))
	a.useGuard()
	return nil
}
