package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	memoryForRequests = 48 << 20
	// memoryForHashing is for each core: the 19 MiB of a password hash, and part of those that are done with.
	memoryForHashing = 32 << 20
	// garbagePercent is how much garbage may gather for what is in use, which is a few megabytes. By default it is 100 %: then
	// every other request or so collects, for a fifth of the processor time of a query.
	garbagePercent = 400
)

// memoryTurn is how often memory is given back, which costs a few milliseconds.
const memoryTurn = time.Minute

// returnMemory gives back what was needed to start, and from then on what a burst has left or garbage has filled; the
// runtime would keep it for later.
func returnMemory(ctx context.Context) {
	turns := time.NewTicker(memoryTurn)
	defer turns.Stop()
	for {
		debug.FreeOSMemory()
		select {
		case <-turns.C:
		case <-ctx.Done():
			return
		}
	}
}

// boundMemory makes the runtime collect garbage seldom while little memory is in use, and often when it is much: under
// a flood of sign-ins most of it would be garbage. GOGC and GOMEMLIMIT say otherwise. It is no hard limit.
func boundMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryForRequests + int64(runtime.GOMAXPROCS(0))*memoryForHashing)
	}
}
