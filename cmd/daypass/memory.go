package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

const (
	memoryForRequests = 48 << 20
	// memoryForHashing is for each core: the 19 MiB of a password hash, and part of those that are done with.
	memoryForHashing = 32 << 20
)

// returnMemory gives back what was needed to start, a few megabytes, which the runtime would keep for later.
func returnMemory() { debug.FreeOSMemory() }

// boundMemory makes the runtime collect garbage sooner, rather than hold twice what is in use, when that is much: under
// a flood of sign-ins most of it would be garbage. GOMEMLIMIT says otherwise. It is no hard limit.
func boundMemory() {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryForRequests + int64(runtime.GOMAXPROCS(0))*memoryForHashing)
	}
}
