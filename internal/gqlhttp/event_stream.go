package gqlhttp

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	textEventStream = "text/event-stream"

	// heartbeat is how long a stream is silent at most: the usual proxy cuts connections that are idle for a minute.
	heartbeat = 15 * time.Second
	// eventTimeout is how long a client may take to receive an event.
	eventTimeout = 10 * time.Second
)

// eventStream writes server-sent events (HTML section 9.2) as GraphQL over SSE names them in its distinct connections
// mode (https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md). It is safe for concurrent use.
type eventStream struct {
	// lost is called when the client does not receive any more.
	lost func()

	mu         sync.Mutex
	w          http.ResponseWriter
	controller *http.ResponseController
	beat       *time.Timer
	closed     bool
}

// openEventStream answers with a stream that is kept alive until it is closed, which must be before the handler returns.
func openEventStream(w http.ResponseWriter, lost func()) *eventStream {
	s := &eventStream{lost: lost, w: w, controller: http.NewResponseController(w)}
	setEventStreamHeaders(w.Header())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat = time.AfterFunc(heartbeat, s.keepAlive)
	s.write(":\n\n")
	return s
}

func setEventStreamHeaders(header http.Header) {
	header.Set("Content-Type", textEventStream)
	header.Set("X-Accel-Buffering", "no") // nginx would keep events until it has a buffer full
}

// next sends an execution result.
func (s *eventStream) next(content body) { s.send(nextEvent(content)) }

// complete says that there is nothing more to come.
func (s *eventStream) complete() { s.send(completeEvent) }

// close makes sure that nothing is written any more.
func (s *eventStream) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.beat.Stop()
}

func (s *eventStream) send(event string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.write(event)
}

func (s *eventStream) keepAlive() { s.send(":\n\n") }

// write sends at once, within the server's time for an answer or beyond it; the lock is held.
func (s *eventStream) write(event string) {
	if s.closed {
		return
	}
	_ = s.controller.SetWriteDeadline(time.Now().Add(eventTimeout)) //nolint:forbidigo // the kernel's clock ends it
	_, err := fmt.Fprint(s.w, event)
	if err == nil {
		err = s.controller.Flush()
	}
	if err != nil {
		s.closed = true
		s.lost()
		return
	}
	s.beat.Reset(heartbeat)
}

// completeEvent has no data, which only EventSource would need: that sends neither a body nor an Authorization header.
const completeEvent = "event: complete\n\n"

func nextEvent(content body) string { return fmt.Sprintf("event: next\ndata: %s\n\n", encode(content)) }
