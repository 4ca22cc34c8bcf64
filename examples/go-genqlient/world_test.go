package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/go-genqlient/daypass"
)

const password = "an engine of analysis"

// clock is a clock that tests move; who waits on it waits for nothing.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	waited []time.Duration
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.waited = append(c.waited, d)
	over := make(chan time.Time, 1)
	over <- c.now
	return over
}

// cable carries requests to the server, remembers them, and can be made to fail.
type cable struct {
	mu   sync.Mutex
	sent map[string][]string // the bodies, by operation
	// fault chooses what an operation runs into; nil is nothing.
	fault func(operation string) http.RoundTripper
}

func (c *cable) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	var asked struct{ OperationName string }
	if err := json.Unmarshal(body, &asked); err != nil {
		return nil, err
	}
	c.mu.Lock()
	if c.sent == nil {
		c.sent = map[string][]string{}
	}
	c.sent[asked.OperationName] = append(c.sent[asked.OperationName], string(body))
	fault := c.fault
	c.mu.Unlock()
	if fault != nil {
		if wall := fault(asked.OperationName); wall != nil {
			return wall.RoundTrip(request)
		}
	}
	return http.DefaultTransport.RoundTrip(request)
}

// canned is an answer that no server gave.
type canned struct {
	status          int
	mediaType, body string
}

func (c canned) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: c.status, Header: http.Header{"Content-Type": {c.mediaType}}, Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}

// wall is where requests end, or answers.
type wall func(*http.Request) (*http.Response, error)

func (w wall) RoundTrip(request *http.Request) (*http.Response, error) { return w(request) }

// bodies returns what was sent of an operation.
func (c *cable) bodies(operation string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent[operation]
}

func (c *cable) refreshes() int { return len(c.bodies("RefreshToken")) }

// world is a program beside its server.
type world struct {
	*server

	clock   *clock
	cable   *cable
	session *daypass.Session
}

// newWorld has ada signed in.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{server: startServer(t), clock: &clock{now: time.Now()}, cable: &cable{}}
	w.session = w.newSession(daypass.Tokens{})
	require.NoError(t, w.session.Register(t.Context(), "ada", password))
	return w
}

// newSession is another program, on the same machine.
func (w *world) newSession(tokens daypass.Tokens) *daypass.Session {
	return daypass.NewSession(daypass.Config{
		URL: w.url(), Tokens: tokens, Transport: w.cable, Now: w.clock.Now, After: w.clock.After,
	})
}

// ride rides, and returns what was printed.
func (w *world) ride(session *daypass.Session) (string, error) {
	var out bytes.Buffer
	err := ride(w.t.Context(), session.Client(), &out)
	return out.String(), err
}

func (w *world) requireRides(session *daypass.Session) {
	w.t.Helper()
	printed, err := w.ride(session)
	require.NoError(w.t, err)
	require.Contains(w.t, printed, "ada (USER), ")
}
