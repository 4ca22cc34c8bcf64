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
	// garbagePercent is how much garbage may gather for what is in use, which is a few megabytes. By default it is 100 %: then
	// every other request or so collects, for a fifth of the processor time of a query.
	garbagePercent = 400
)

// returnMemory gives back what was needed to start, a few megabytes, which the runtime would keep for later.
func returnMemory() { debug.FreeOSMemory() }

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
