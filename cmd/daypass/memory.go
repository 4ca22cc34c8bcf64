package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"
)

const (
	memoryForRequests = 52 << 20
	// memoryForHashing is for each core: the 19 MiB of a password hash, and part of those that are done with.
	memoryForHashing = 48 << 20
	// ballastSize is for how much more the collector takes what is in use, and so how much more garbage may gather before it
	// works: requests leave a few megabytes in use, for which it would work all the time. To raise its percentage (GOGC)
	// instead would let the 19 MiB of each hash gather up to the limit. Near that the runtime gives memory back, and what is
	// taken anew faults twice a page, first when a hash reads it and then when it writes: so there is room left below.
	ballastSize = 24 << 20
)

// ballast is memory that nobody touches, and so the system never provides. It must come first: what was in use before and
// is free again is zeroed before it is handed out, and then it is all there.
type ballast []byte

// keep holds it until whoever defers this returns.
func (b ballast) keep() { runtime.KeepAlive(b) }

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
// a flood of sign-ins most of it would be garbage. GOMEMLIMIT says otherwise. It is no hard limit. Keep what it returns.
func boundMemory() ballast {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryForRequests + ballastSize + int64(runtime.GOMAXPROCS(0))*memoryForHashing)
	}
	return make(ballast, ballastSize)
}
