// Package gqlhttp serves a GraphQL schema over HTTP.
//
// It owns what happens between an HTTP request and a GraphQL operation: content negotiation, decoding, the status
// code, and what an error may say. It follows GraphQL over HTTP (https://graphql.github.io/graphql-over-http/) and
// passes every server audit of npm graphql-http 1.x; for the audits' sake it answers 400 where the edition of
// September 2026 prefers 422, and 200 where it prefers 294. Who accepts text/event-stream is answered by GraphQL over SSE
// (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md), in its distinct connections mode. Resolvers, authorization and the meaning of domain errors
// belong to the schema and to [Config.PresentError].
package gqlhttp

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
)

const defaultMaxBodyBytes = 100_000

// Config says how a schema is served. Its zero value is safe to serve in production.
type Config struct {
	// Introspection lets clients read the schema through `__schema` and `__type`.
	Introspection bool
	// PresentError turns the error of a resolver into what the client sees; nil shows it as it is. What is wrong with a
	// request never comes to it.
	PresentError graphql.ErrorPresenterFunc
	// Recover turns the panic of a resolver into an error, which is then presented; nil prints it to standard error.
	Recover graphql.RecoverFunc
	// MaxBodyBytes limits the body of a request; 0 means 100 KB.
	MaxBodyBytes int64
	// MaxTokens limits the lexical tokens of a document (GraphQL section 2.1.6), and to ten times as many the comparisons
	// of fields that share a name; 0 means 1,000.
	MaxTokens int
	// MaxDepth limits how deep fields may nest; 0 means 20. The usual introspection query has 15.
	MaxDepth int
	// MaxCost limits the cost of an operation: about as many fields as its answer may have, and 100 for each field at the
	// root; 0 means 10,000. The usual introspection query costs 2,600.
	MaxCost int
	// StreamContext returns the context of an event stream: that of its request, without the time limit that it may have;
	// nil keeps that.
	StreamContext func(context.Context) (context.Context, context.CancelFunc)
	// Extension sees each operation that is executed, such as to trace it; nil: there is none.
	Extension graphql.HandlerExtension
	// Observe is told what became of each request, after its answer and with its context; it returns at once. nil: nobody is
	// told.
	Observe func(context.Context, Observation)
	// Now tells the time, for Observe; nil means [time.Now].
	Now func() time.Time
	// QueryCacheSize is how many parsed and validated documents are kept; 0 means 500.
	QueryCacheSize int
}

// NewHandler returns a handler that executes the queries (GET, POST), mutations and subscriptions (POST) sent to it.
func NewHandler(schema graphql.ExecutableSchema, cfg Config) http.Handler {
	if cfg.StreamContext == nil {
		cfg.StreamContext = context.WithCancel
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	server := handler.New(schema)
	server.AddTransport(transport{
		maxBodyBytes:  cmp.Or(cfg.MaxBodyBytes, defaultMaxBodyBytes),
		documents:     newDocuments(schema.Schema(), &cfg),
		turns:         newTurns(),
		streamContext: cfg.StreamContext,
		observe:       cfg.Observe,
		now:           cfg.Now,
	})
	server.SetQueryCache(preparedDocuments{})
	if cfg.Introspection {
		server.Use(extension.Introspection{})
	}
	if cfg.Extension != nil {
		server.Use(cfg.Extension)
	}
	if cfg.PresentError != nil {
		server.SetErrorPresenter(cfg.PresentError)
	}
	if cfg.Recover != nil {
		server.SetRecoverFunc(cfg.Recover)
	}
	return server
}
