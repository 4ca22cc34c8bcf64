package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"

	"daypass/internal/config"
	"daypass/internal/web"
)

// listen takes the address, before anything else is begun that would have to be undone.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("listen on %s: another program is there; choose another address with --addr", addr)
	case err != nil:
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	default:
		return listener, nil
	}
}

// urlOf returns the URL by which this machine reaches the listener.
func urlOf(listener net.Listener) string {
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return listener.Addr().String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// run serves until the context ends, then ends the streams and lets the other requests in flight finish. Beside it runs
// what the service does in the background, and the listener for operators, if there is one. The traces of all are sent off
// last.
func (p *parts) run(ctx context.Context, listener net.Listener, cfg *config.Server, log *slog.Logger) error {
	defer p.traces.Close(context.WithoutCancel(ctx))
	operators, err := listenForOperators(ctx, cfg.OperatorAddr)
	if err != nil {
		return err
	}
	return beside(ctx, []func(context.Context){p.service.Run, p.serveOperators(operators, log), returnMemory}, func() error {
		return p.serve(ctx, listener, cfg, log)
	})
}

func (p *parts) serve(ctx context.Context, listener net.Listener, cfg *config.Server, log *slog.Logger) error {
	server := web.NewServer(web.ServerConfig{
		Handler:      p.handler,
		Log:          log,
		ReadTimeout:  cfg.ReadTimeout,
		WriteTimeout: cfg.WriteTimeout,
		IdleTimeout:  cfg.IdleTimeout,
		EndStreams:   p.service.StopWaiting,
	})
	err := web.Run(ctx, server, listener, web.Drain{Delay: cfg.DrainDelay, Timeout: cfg.DrainTimeout})
	if err == nil {
		log.InfoContext(ctx, "stopped")
	}
	return err
}

// beside does background work for as long as foreground takes, and lets it finish afterwards.
func beside(ctx context.Context, background []func(context.Context), foreground func() error) error {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	var all sync.WaitGroup
	for _, work := range background {
		all.Go(func() { work(ctx) })
	}
	defer all.Wait()
	defer stop()
	return foreground()
}
