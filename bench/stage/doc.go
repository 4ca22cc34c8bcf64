// Package stage starts what a measurement needs: a MySQL server of our own with full durability, Daypass built from this
// tree, and people who are signed in. It also reads what all that cost: CPU and memory of each process, statements and
// commands as the server counts them.
package stage
