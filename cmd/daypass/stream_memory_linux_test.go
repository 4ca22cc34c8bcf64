//go:build linux && !race

package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

var residentMemory = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// residentKilobytes is the memory that the process holds.
func (d *daypass) residentKilobytes(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.command.Process.Pid))
	require.NoError(t, err)
	kilobytes, err := strconv.Atoi(string(residentMemory.FindSubmatch(status)[1]))
	require.NoError(t, err)
	return kilobytes
}

// As many streams as are allowed leave room for everything else.
func TestMemoryOfStreams(t *testing.T) {
	const most = 1_000
	db := testdb.SQLite(t)
	desk, process := openFrontDesk(t, db), serveOnce(t, db, "--max-streams-per-user=500")
	riders := make([]*rider, 2)
	for i := range riders {
		username := fmt.Sprintf("rider-%d", i)
		desk.register(t, username)
		riders[i] = desk.signIn(t, username)
		require.NoError(t, riders[i].ride(process.URL))
	}
	before := process.residentKilobytes(t)
	for i := range most {
		riders[i%len(riders)].listen(t, process.URL)
	}
	each := (process.residentKilobytes(t) - before) / most
	t.Logf("%d streams: %d KB each, %d MB before", most, each, before/1_000)
	require.Less(t, each, 64)
	require.NoError(t, riders[0].ride(process.URL))
}
