package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"time"
	"unsafe"
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
	// memoryInSmallPages comes after the ballast, where whatever else is in use lies as well: the runtime fills what is free
	// from the lowest address on. In huge pages a little here and there would take as much as a lot.
	memoryInSmallPages = 8 << 20
)

// ballast is memory that nobody touches, and so the system never provides. It comes before main does: what was in use
// before and is free again is zeroed before it is handed out, and then it is all there.
var ballast = make([]byte, ballastSize) //nolint:gochecknoglobals // nobody reads or writes it

// boundMemory makes the runtime collect garbage seldom while little memory is in use, and often when it is much: under
// a flood of sign-ins most of it would be garbage. GOMEMLIMIT says otherwise. It is no hard limit.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryForRequests + ballastSize + int64(runtime.GOMAXPROCS(0))*memoryForHashing)
	}
}

// endOfBallast is an address, by which nobody reads or writes.
func endOfBallast() uintptr { return uintptr(unsafe.Pointer(&ballast[0])) + ballastSize } //nolint:gosec // see above

// memoryTurn is how often memory is given back, which costs a few milliseconds.
const memoryTurn = time.Minute

// returnMemory gives back what was needed to start, and from then on what a burst has left or garbage has filled; the
// runtime would keep it for later. What is taken anew of it comes in huge pages, where hashes lie: they read and write all
// over their 19 MiB, and so the processor has to look up fewer addresses.
func returnMemory(ctx context.Context) {
	turns := time.NewTicker(memoryTurn)
	defer turns.Stop()
	for {
		debug.FreeOSMemory()
		preferHugePages(endOfBallast()+memoryInSmallPages, uintptr(runtime.GOMAXPROCS(0))*memoryForHashing)
		select {
		case <-turns.C:
		case <-ctx.Done():
			return
		}
	}
}
