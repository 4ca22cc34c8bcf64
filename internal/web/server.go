package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// maxHeaderBytes is enough for a long query by GET beside cookies and tokens; larger headers are answered 431.
const maxHeaderBytes = 32 << 10

// ServerConfig bounds what a connection may cost. Without bounds, slow clients hold connections for ever.
type ServerConfig struct {
	// Handler answers the requests.
	Handler http.Handler
	// Log gets what goes wrong on connections.
	Log *slog.Logger
	// ReadHeaderTimeout is for the header of a request; 0 means 5 s.
	ReadHeaderTimeout time.Duration
	// ReadTimeout is for a whole request, header and body; 0 means 10 s.
	ReadTimeout time.Duration
	// WriteTimeout runs from the end of the header to the last byte of the answer; 0 means 30 s. It is longer than
	// [Config.RequestTimeout], or late answers are cut off.
	WriteTimeout time.Duration
	// IdleTimeout is how long a connection may wait for its next request; 0 means 2 min.
	IdleTimeout time.Duration
	// EndStreams is called when the server stops, once it takes no connections any more: it ends those requests that would
	// last for longer than [Drain.Timeout]. nil: there are none.
	EndStreams func()
}

// NewServer returns a server that is ready for [Run].
func NewServer(cfg ServerConfig) *http.Server {
	server := &http.Server{
		Handler:           cfg.Handler,
		ErrorLog:          slog.NewLogLogger(cfg.Log.Handler(), slog.LevelWarn),
		ReadHeaderTimeout: cmp.Or(cfg.ReadHeaderTimeout, 5*time.Second),
		ReadTimeout:       cmp.Or(cfg.ReadTimeout, 10*time.Second),
		WriteTimeout:      cmp.Or(cfg.WriteTimeout, 30*time.Second),
		IdleTimeout:       cmp.Or(cfg.IdleTimeout, 2*time.Minute),
		MaxHeaderBytes:    maxHeaderBytes,
	}
	if cfg.EndStreams != nil {
		server.RegisterOnShutdown(cfg.EndStreams)
	}
	return server
}

// Drain says how a server stops.
type Drain struct {
	// Delay is how long it goes on serving while /readyz already says no: the time that load balancers need to notice.
	Delay time.Duration
	// Timeout is how long the requests that are under way may still take.
	Timeout time.Duration
}

// Run serves until ctx ends, then drains the server and returns nil. Requests that outlast [Drain.Timeout] are cut off,
// and Run then returns an error that wraps [context.DeadlineExceeded].
func Run(ctx context.Context, server *http.Server, listener net.Listener, drain Drain) error {
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve HTTP: %w", err)
	case <-ctx.Done():
	}
	<-time.After(drain.Delay)
	bound, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain.Timeout)
	defer cancel()
	if err := server.Shutdown(bound); err != nil {
		return fmt.Errorf("drain requests: %w", errors.Join(err, server.Close()))
	}
	return nil
}
