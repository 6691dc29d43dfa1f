package main

import (
	"maps"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/graph/generated"
	"keepsake/graph/guard"
	"keepsake/internal/documents"
	"keepsake/resolvers"
	"keepsake/web"
)

// schemaOfAnswers is the schema without @defer, which gqlgen adds to it: no way of
// ours out would wait for the rest of such an answer.
func schemaOfAnswers() *ast.Schema {
	schema := *generated.NewExecutableSchema(generated.Config{}).Schema()
	schema.Directives = maps.Clone(schema.Directives)
	delete(schema.Directives, "defer")
	return &schema
}

// newExecutor is what executes operations, from wherever they come: by plans, or
// for the test that compares the two, as gqlgen does by itself.
func (a *app) newExecutor(stock bool) (*executor.Executor, error) {
	known, err := a.knownDocuments()
	if err != nil {
		return nil, err
	}
	guarded := guard.New(guard.Limits{
		Bytes: int(a.cfg.MaxDocument), Tokens: a.cfg.MaxTokens, Operations: a.cfg.MaxOperations, Depth: a.cfg.MaxDepth,
		RootFields: a.cfg.MaxRootFields, Aliases: a.cfg.MaxAliases, Directives: a.cfg.MaxDirectives,
		Fragments: a.cfg.MaxFragments, Repeats: a.cfg.MaxRepeats, Variables: a.cfg.MaxVariables,
		Values: a.cfg.MaxValues, Cost: a.cfg.MaxCost,
	})
	cfg := generated.Config{Schema: schemaOfAnswers(), Resolvers: &resolvers.Resolver{Service: a.service}}
	schema := generated.NewPlannedSchema(cfg, guarded.Plan)
	if stock {
		schema = generated.NewExecutableSchema(cfg)
	}
	exec := executor.New(schema)
	exec.SetErrorPresenter(resolvers.Presenter(a.log))
	exec.SetRecoverFunc(resolvers.Recover(a.log))
	exec.SetQueryCache(guarded)
	exec.SetParserTokenLimit(a.cfg.MaxTokens)
	exec.SetDisableSuggestion(!a.cfg.Introspection)
	exec.Use(a.operations)
	if a.tracer != nil {
		exec.Use(tracedOperations{tracer: a.tracer, nameOf: func(op *graphql.OperationContext) string { return a.operations.nameOf(op, true) }})
	}
	exec.Use(resolvers.Loading{Service: a.service})
	exec.Use(resolvers.Once{Service: a.service})
	if a.cfg.Introspection {
		exec.Use(extension.Introspection{})
	} else {
		exec.SetDefaultRulesFn(guard.SilentRules)
	}
	exec.Use(known)
	exec.Use(guarded) // after what finds documents by their hash, so that it sees them
	return exec, nil
}

// knownDocuments are what the executor is to know by hash, and where there is a
// manifest, to execute nothing else but what the album page asks.
func (a *app) knownDocuments() (*documents.Documents, error) {
	if a.cfg.TrustedDocuments == "" {
		return documents.New(nil), nil
	}
	trusted, err := documents.Load(a.cfg.TrustedDocuments)
	if err != nil || a.built == nil {
		return documents.New(trusted), err
	}
	text, err := web.Documents(a.built)
	if err != nil {
		return nil, err
	}
	own, err := documents.Parse(text, "what the pages were built with")
	if err != nil {
		return nil, err
	}
	maps.Copy(trusted, own)
	return documents.New(trusted), nil
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
