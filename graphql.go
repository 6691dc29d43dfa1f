package main

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"keepsake/graph/generated"
	"keepsake/resolvers"
)

const (
	// documentTokens bounds a document before it is looked at.
	documentTokens = 5000
	// documentCache is how many parsed documents are kept.
	documentCache = 1000
	// initTimeout is how long a socket may take to say who it is.
	initTimeout = 10 * time.Second
	// pingEvery is how often a socket is asked whether it is there; it is
	// closed when it has not answered for twice as long.
	pingEvery = 25 * time.Second
)

// graphql is the API's handler, for requests and sockets.
func (a *app) graphql() *handler.Server {
	api := handler.New(generated.NewExecutableSchema(generated.Config{
		Resolvers: &resolvers.Resolver{Service: a.service, Log: a.log},
	}))
	api.AddTransport(transport.Websocket{
		Implementation: socketUpgrader{allowed: a.originAllowed},
		InitFunc:       a.initSocket, InitTimeout: initTimeout, PingPongInterval: pingEvery,
	})
	api.AddTransport(get{})
	api.AddTransport(post{})
	api.AddTransport(noTransport{})
	api.SetQueryCache(lru.New[*ast.QueryDocument](documentCache))
	api.SetParserTokenLimit(documentTokens)
	api.SetErrorPresenter(resolvers.Presenter(a.log))
	api.SetRecoverFunc(resolvers.Recover(a.log))
	api.Use(resolvers.Loading{Service: a.service})
	api.AroundOperations(a.stillSignedIn)
	if a.cfg.Introspection {
		api.Use(extension.Introspection{})
	}
	api.SetDisableSuggestion(!a.cfg.Introspection)
	return api
}

// stillSignedIn refuses operations on a socket whose token has ended since it
// was opened.
func (a *app) stillSignedIn(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if err := a.service.CheckViewer(ctx, resolvers.Viewer(ctx)); err != nil {
		return graphql.OneShot(&graphql.Response{Errors: resolvers.ErrorList(ctx, a.log, err)})
	}
	return next(ctx)
}

// initSocket finds out who has opened a socket, by the authorization of its
// connection_init. Who it is no good for is told 4403, on which clients get a
// new token and come back.
func (a *app) initSocket(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
	v, err := a.authenticate(ctx, payload.Authorization())
	if err != nil {
		return transport.WithWebsocketCloseCode(ctx, closeForbidden), nil, err
	}
	return resolvers.WithViewer(ctx, v), nil, nil
}

// closeForbidden is graphql-transport-ws's close code for a client that is not
// let in.
const closeForbidden = 4403

// withSocket gives sockets a context that ends when the program drains, and
// sees that none outlives its handler: the transport returns without closing
// from some that it refuses.
func (a *app) withSocket(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.open.Add(1)
		defer a.open.Done()
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		defer context.AfterFunc(a.sockets, cancel)()
		h := &hijacked{ResponseWriter: w}
		defer h.hangUp()
		next.ServeHTTP(h, r.WithContext(ctx))
	})
}
