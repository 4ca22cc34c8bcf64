package main

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"

	"daypass/bench/stage"
)

// balancer knows which replicas are ready, as a load balancer does that asks them for /readyz.
type balancer struct {
	endpoints []string
	ready     []atomic.Bool
	// outages is how often each has stopped being ready. Connections from before an outage are not kept.
	outages []atomic.Int64
}

// How often it asks, and how long it waits for the answer.
const (
	readinessEvery    = 250 * time.Millisecond
	readinessPatience = time.Second
)

func startBalancer(ctx context.Context, replicas []*stage.Server) *balancer {
	b := &balancer{ready: make([]atomic.Bool, len(replicas)), outages: make([]atomic.Int64, len(replicas))}
	for i, replica := range replicas {
		b.endpoints = append(b.endpoints, replica.GraphQL())
		b.ready[i].Store(true)
		go b.watch(ctx, i, replica.URL+"/readyz")
	}
	return b
}

func (b *balancer) watch(ctx context.Context, i int, url string) {
	client := http.Client{Timeout: readinessPatience}
	for ctx.Err() == nil {
		response, err := client.Get(url)
		ready := err == nil && response.StatusCode == http.StatusOK
		if b.ready[i].Swap(ready) && !ready {
			b.outages[i].Add(1)
		}
		if err == nil {
			_ = response.Body.Close()
		}
		select {
		case <-ctx.Done():
		case <-time.After(readinessEvery):
		}
	}
}

// from returns the replica itself when it is ready, or the next one that is; the replica itself when none is.
func (b *balancer) from(i int) int {
	for k := range b.ready {
		if candidate := (i + k) % len(b.ready); b.ready[candidate].Load() {
			return candidate
		}
	}
	return i % len(b.ready)
}
