//go:build !linux

package testbed

import "os/exec"

// dieWithUs does nothing: only Linux ties a child to its parent's life. [Main] and tests end it themselves.
func dieWithUs(*exec.Cmd) {}
