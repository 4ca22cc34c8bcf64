// Package testbed runs what tests and the bench work on: MySQL servers and Galera clusters of our own, on free ports of the
// loopback interface and in temporary folders, that end when we do. It knows nothing of Daypass; internal/testdb makes
// databases for tests of it.
package testbed
