package main

import (
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// roughNetwork takes its time, and loses answers: the server has done its work by then.
type roughNetwork struct {
	next http.RoundTripper
	// calm is set when it has blown over.
	calm atomic.Bool
	lost atomic.Int64
}

const (
	// stormLoss is how many of a hundred answers are lost.
	stormLoss = 5
	// stormTunnels is how many of a hundred losses are the beginning of a tunnel.
	stormTunnels = 25
)

func newRoughNetwork() *roughNetwork {
	return &roughNetwork{next: &http.Transport{MaxIdleConnsPerHost: 1000}}
}

func (n *roughNetwork) RoundTrip(request *http.Request) (*http.Response, error) {
	if n.calm.Load() {
		return n.next.RoundTrip(request)
	}
	time.Sleep(rand.N(10 * time.Millisecond))
	response, err := n.next.RoundTrip(request)
	time.Sleep(rand.N(10 * time.Millisecond))
	if err == nil && rand.N(100) < stormLoss {
		n.lost.Add(1)
		_, _ = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		return nil, errAnswerLost
	}
	return response, err
}

// ask sends an operation to some process. An error is a [*refusal], or says that there was no answer.
func (s *storm) ask(operation, accessToken string, variables map[string]string) (answer, error) {
	client := &http.Client{Transport: s.network, Timeout: 2 * stormTimeout}
	a, err := frontEnd{url: s.fleet.url(), accessToken: accessToken, client: client}.do(operation, variables)
	if err == nil {
		err = a.err()
	}
	s.tally.note(operation, err)
	return a, err
}

// ask sends an operation from the browser. Some answers are lost because a tunnel begins, which is longer than the grace;
// then whatever else is under way is lost too.
func (b *browser) ask(operation, accessToken string, variables map[string]string) (answer, error) {
	if b.inTunnel() {
		return answer{}, errAnswerLost
	}
	a, err := b.storm.ask(operation, accessToken, variables)
	if errors.Is(err, errAnswerLost) && rand.N(100) < stormTunnels {
		b.enterTunnel(stormGrace + rand.N(stormGrace))
	}
	if b.inTunnel() {
		return answer{}, errAnswerLost
	}
	return a, err
}

func (b *browser) enterTunnel(length time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tunnel = time.Now().Add(length)
	b.storm.tally.add("tunnels")
}

func (b *browser) inTunnel() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Now().Before(b.tunnel) && !b.storm.network.calm.Load()
}

// unanswered reports whether the error is that of a network, rather than an answer that makes no sense.
func unanswered(err error) bool {
	return errors.As(err, new(net.Error)) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, errAnswerLost)
}
