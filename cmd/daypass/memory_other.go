//go:build !linux

package main

// preferHugePages leaves it to the system.
func preferHugePages(uintptr, uintptr) {}
