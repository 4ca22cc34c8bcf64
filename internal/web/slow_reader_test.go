package web_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/web"
)

func TestSlowReadersAreDropped(t *testing.T) {
	for _, tt := range []struct {
		name     string
		idles    time.Duration
		answered bool
	}{
		{name: "slow", idles: 29 * time.Second, answered: true},
		{name: "too slow", idles: 31 * time.Second, answered: false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := complete(web.Config{}, new(journal))
				ctx, stop := context.WithCancel(t.Context())
				listener, stopped := newPipes(), make(chan error, 1)
				server := web.NewServer(web.ServerConfig{Handler: web.Handler(cfg), Log: cfg.Log})
				go func() { stopped <- web.Run(ctx, server, listener, web.Drain{Timeout: time.Second}) }()
				conn, err := listener.dial(ctx, "", "")
				require.NoError(t, err)
				_, err = io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: daypass\r\nConnection: close\r\n\r\n")
				require.NoError(t, err)

				time.Sleep(tt.idles) // of the moved clock
				answer, err := io.ReadAll(conn)
				require.NoError(t, err)
				require.Equal(t, tt.answered, len(answer) > 0)
				stop()
				require.NoError(t, <-stopped)
			})
		})
	}
}
