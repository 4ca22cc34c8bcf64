package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// version tells what was built.
func version() string {
	return fmt.Sprintf("daypass %s (%s %s/%s)", release(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// release is what the Go toolchain noted in the program.
func release() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "(unknown)"
	}
	return info.Main.Version
}
