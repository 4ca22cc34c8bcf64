package main

import "golang.org/x/sys/unix"

// preferHugePages asks the kernel to provide the memory in pages of 2 MiB where it can (madvise(2), MADV_HUGEPAGE): most
// systems leave it to the program to say so. A kernel without them refuses, and nothing is lost.
func preferHugePages(memory []byte) { _ = unix.Madvise(memory, unix.MADV_HUGEPAGE) }
