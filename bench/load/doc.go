// Package load works from many connections at once and measures how fast that goes.
//
// A [Crew] is one piece of repeatable work a connection; [Crew.Run] lets all of them work for a while. What is compared
// takes turns in short slices, so that the drift of a machine cancels: see [Interleave].
package load
