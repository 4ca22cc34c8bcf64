// Package web is the HTTP side of the program: routes, middleware, health, published keys, and a server that starts
// and stops well. What GraphQL makes of a request is up to the handler that it is given.
//
// Every request passes [withRequestID], [withRequestContext], [traced], [logAccess], [recoverPanics], [secure] and
// [refuseDetours], in this order, and then its route; /graphql has [share] and [withTokenCookies] before it.
package web

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"path"
	"time"
)

const (
	defaultRequestTimeout = 10 * time.Second

	playgroundRoute = "/"
)

// Config says what is served.
type Config struct {
	// GraphQL answers /graphql.
	GraphQL http.Handler
	// Playground answers all paths that are nobody else's; nil: they are not found. It refuses what is not GET or HEAD,
	// and sets a Content-Security-Policy that lets its page run.
	Playground http.Handler
	// JWKS is the JSON Web Key Set with the public keys (RFC 7517 section 5).
	JWKS []byte
	// Ready asks whatever requests depend on, such as the database; nil error: requests can be served.
	Ready func(context.Context) error
	// Stopping is closed when the server is about to stop, most often ctx.Done() of the context given to [Run]: from
	// then on /readyz tells load balancers to go elsewhere. A nil channel never says so.
	Stopping <-chan struct{}
	// Log gets one record a request, and the causes of failures. Build it on [LogHandler] for request ids.
	Log *slog.Logger
	// Forwarding says which proxies tell where a request comes from; the zero value trusts none.
	Forwarding Forwarding
	// RequestTimeout is how long the work on a request may take, its database statements included; 0 means 10 s.
	RequestTimeout time.Duration
	// AllowedOrigins are the origins, besides our own, whose pages may call /graphql, read the answers and use the cookie:
	// `scheme://host[:port]`, as browsers send them. There are no wildcards.
	AllowedOrigins []string
	// Cookie says how browsers keep tokens.
	Cookie CookieConfig
	// HSTSMaxAge is for how long browsers shall come back over TLS only (RFC 6797); 0 leaves that to whatever ends TLS.
	HSTSMaxAge time.Duration
	// Trace puts a span around the access log and all that is within it; nil: nobody is traced.
	Trace func(http.Handler) http.Handler
}

// Handler returns the routes within their middleware.
func Handler(cfg Config) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", frontDoor(cfg))
	mux.HandleFunc("GET "+livenessPath, alive)
	mux.Handle("GET "+readinessPath, readiness(cfg.Ready, cfg.Stopping, cfg.Log))
	mux.Handle("GET /.well-known/jwks.json", publishKeys(cfg.JWKS))
	if cfg.Playground != nil {
		mux.Handle(playgroundRoute, cfg.Playground)
	}

	handler := secure(cfg.HSTSMaxAge, refuseDetours(mux))
	handler = recoverPanics(cfg.Log, handler)
	handler = logAccess(cfg.Log, handler)
	handler = traced(cfg.Trace, handler)
	handler = withRequestContext(cmp.Or(cfg.RequestTimeout, defaultRequestTimeout), newClientAddresses(cfg.Forwarding, cfg.Log), handler)
	return withRequestID(handler)
}

// frontDoor lets pages in by the origin that they are from. What it answers is for who asked, and for no cache.
func frontDoor(cfg Config) http.Handler {
	trusted := originsOf(cfg.AllowedOrigins)
	shared := share(trusted, withTokenCookies(cfg.Cookie, trusted, cfg.Log, cfg.GraphQL))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		shared.ServeHTTP(w, r)
	})
}

// refuseDetours knows no path but in its shortest form. The mux would redirect others to it, and repeat the query in the
// answer, with whatever is in it.
func refuseDetours(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked := r.URL.EscapedPath(); asked != path.Clean(asked) {
			http.NotFound(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}
