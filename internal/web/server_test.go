package web_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/web"
)

// pipes is a network within the process, so that a test can move its clock.
type pipes struct {
	waiting chan net.Conn
	closed  context.Context
	close   context.CancelFunc
}

func newPipes() *pipes {
	closed, closeAll := context.WithCancel(context.Background())
	return &pipes{waiting: make(chan net.Conn), closed: closed, close: closeAll}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.waiting:
		return conn, nil
	case <-p.closed.Done():
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.close()
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.waiting <- there:
		return here, nil
	case <-p.closed.Done():
		return nil, net.ErrClosed
	}
}

// ask sends one request on a connection of its own and returns the status, or 0 when there was no answer.
func (p *pipes) ask(path string) int {
	client := http.Client{Transport: &http.Transport{DialContext: p.dial, DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://daypass"+path, nil)
	if err != nil {
		return 0
	}
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return 0
	}
	return response.StatusCode
}

// running is a server between start and stop.
type running struct {
	*pipes
	stop    context.CancelFunc
	stopped chan error
	slow    chan int // the status of the request that runs since start
}

// start runs a server on which one request to /graphql takes that long.
func start(t *testing.T, work time.Duration, drain web.Drain) running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	server := running{pipes: newPipes(), stop: cancel, stopped: make(chan error, 1), slow: make(chan int, 1)}
	cfg := complete(web.Config{
		Stopping:       ctx.Done(),
		RequestTimeout: time.Hour,
		GraphQL: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-time.After(work):
			case <-r.Context().Done():
			}
			_, _ = io.WriteString(w, "done")
		}),
	}, new(journal))
	httpServer := web.NewServer(web.ServerConfig{Handler: web.Handler(cfg), Log: cfg.Log, WriteTimeout: time.Hour})
	go func() { server.stopped <- web.Run(ctx, httpServer, server.pipes, drain) }()
	go func() { server.slow <- server.ask("/graphql") }()
	synctest.Wait()
	return server
}

func TestStopDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := start(t, 8*time.Second, web.Drain{Delay: 3 * time.Second, Timeout: 10 * time.Second})
		require.Equal(t, 200, server.ask("/readyz"))
		began := time.Now()
		server.stop()

		time.Sleep(2 * time.Second) // of the moved clock
		require.Equal(t, 503, server.ask("/readyz"))
		require.Equal(t, 200, server.ask("/healthz"))

		time.Sleep(2 * time.Second)
		require.Equal(t, 0, server.ask("/healthz"), "new requests are refused")
		require.Equal(t, 200, <-server.slow, "the request under way is answered")
		require.NoError(t, <-server.stopped)
		require.InDelta(t, 8, time.Since(began).Seconds(), 1, "it does not wait longer than it must")
	})
}

func TestStopDoesNotWaitForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := start(t, 30*time.Minute, web.Drain{Timeout: 10 * time.Second})
		began := time.Now()
		server.stop()
		require.ErrorIs(t, <-server.stopped, context.DeadlineExceeded)
		require.Equal(t, 10*time.Second, time.Since(began))
		require.Equal(t, 0, <-server.slow)
	})
}

func TestRunTellsWhyItCannotServe(t *testing.T) {
	listener := newPipes()
	require.NoError(t, listener.Close())
	err := web.Run(t.Context(), web.NewServer(web.ServerConfig{Log: new(journal).logger()}), listener, web.Drain{})
	require.ErrorIs(t, err, net.ErrClosed)
}

func TestSlowClientsAreDropped(t *testing.T) {
	tests := []struct {
		name string
		sent string
		want time.Duration
	}{
		{name: "nothing", sent: "", want: 5 * time.Second},
		{name: "half a header", sent: "POST /graphql HTTP/1.1\r\nHost: daypass\r\nX-Slow: ", want: 5 * time.Second},
		{name: "half a body", sent: "POST /graphql HTTP/1.1\r\nHost: daypass\r\nContent-Length: 9\r\n\r\n{", want: 10 * time.Second},
		{name: "no further request", sent: "GET /healthz HTTP/1.1\r\nHost: daypass\r\n\r\n", want: 2 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				cfg := complete(web.Config{
					RequestTimeout: time.Hour,
					GraphQL: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
						_, _ = io.ReadAll(r.Body)
						panic(http.ErrAbortHandler)
					}),
				}, new(journal))
				ctx, stop := context.WithCancel(t.Context())
				listener, stopped := newPipes(), make(chan error, 1)
				server := web.NewServer(web.ServerConfig{Handler: web.Handler(cfg), Log: cfg.Log})
				go func() { stopped <- web.Run(ctx, server, listener, web.Drain{Timeout: time.Second}) }()
				conn, err := listener.dial(ctx, "", "")
				require.NoError(t, err)

				began := time.Now()
				go func() { _, _ = io.WriteString(conn, tt.sent) }()
				_, err = io.Copy(io.Discard, conn)
				require.NoError(t, err)
				require.Equal(t, tt.want, time.Since(began))
				stop()
				require.NoError(t, <-stopped)
			})
		})
	}
}

func TestHugeHeadersAreRefused(t *testing.T) {
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	stopped := make(chan error, 1)
	cfg := complete(web.Config{}, new(journal))
	server := web.NewServer(web.ServerConfig{Handler: web.Handler(cfg), Log: cfg.Log})
	go func() { stopped <- web.Run(ctx, server, listener, web.Drain{Timeout: time.Minute}) }()
	address := "http://" + listener.Addr().String() + "/healthz"

	require.Equal(t, 200, send(t, http.MethodGet, address, http.Header{"X-Large": {strings.Repeat("a", 30<<10)}}).status)
	require.Equal(t, 431, send(t, http.MethodGet, address, http.Header{"X-Large": {strings.Repeat("a", 64<<10)}}).status)
	stop()
	require.NoError(t, <-stopped)
}
