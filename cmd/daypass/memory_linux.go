package main

import "golang.org/x/sys/unix"

// preferHugePages asks the kernel to provide what the process has at these addresses in pages of 2 MiB where it can
// (madvise(2), MADV_HUGEPAGE): most systems leave it to the program to say so. Where there is nothing, and where the kernel
// has no such pages, it does nothing.
func preferHugePages(from, size uintptr) {
	_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, size, unix.MADV_HUGEPAGE)
}
