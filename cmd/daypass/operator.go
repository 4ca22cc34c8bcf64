package main

import (
	"context"
	"log/slog"
	"net"
	"time"

	"daypass/internal/web"
)

// profileTime is how long a profile may take that an operator asks for.
const profileTime = 2 * time.Minute

// listenForOperators takes the address for operators; nil when there is none.
func listenForOperators(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		return nil, nil //nolint:nilnil // without an address nobody listens
	}
	return listen(ctx, addr)
}

// serveOperators returns what serves the listener, if there is one, until its context ends: longer than everyone else is
// served, so that a stop can be watched.
func (p *parts) serveOperators(listener net.Listener, log *slog.Logger) func(context.Context) {
	return func(ctx context.Context) {
		if listener == nil {
			return
		}
		log.InfoContext(ctx, "listening for operators", "url", urlOf(listener))
		server := web.NewServer(web.ServerConfig{Handler: p.operator, Log: log, WriteTimeout: profileTime})
		if err := web.Run(ctx, server, listener, web.Drain{Timeout: time.Second}); err != nil {
			log.WarnContext(ctx, "operators are not served any more", "error", err)
		}
	}
}
