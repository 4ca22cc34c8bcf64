package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version tells what was built, from what the Go toolchain noted in the program.
func version() string {
	release := "(unknown)"
	if info, ok := debug.ReadBuildInfo(); ok {
		release = info.Main.Version
	}
	return fmt.Sprintf("daypass %s (%s %s/%s)", release, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
