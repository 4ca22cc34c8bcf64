package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

const testSecret = "alpha-alpha-alpha-alpha-alpha-alpha"

// serving is daypass serve on one database, to be started as often as a test likes.
type serving struct {
	program, folder        string
	environment, arguments []string
	started                atomic.Int32
}

func newServing(t testing.TB, db *testdb.DB, arguments ...string) *serving {
	t.Helper()
	return &serving{
		program:     filepath.Join(installProgram(t), "daypass"),
		folder:      t.TempDir(),
		environment: []string{"DAYPASS_DATABASE_URL=" + db.URL(), "DAYPASS_SECRET=" + testSecret},
		arguments:   slices.Concat([]string{"serve", "--migrate", "--addr=127.0.0.1:0"}, unthrottled(), arguments),
	}
}

// unthrottled lets all clients of a test come from one address.
func unthrottled() []string { return []string{"--max-refreshes-per-address=0"} }

// launch starts one more process; it listens when [daypass.await] says so.
func (s *serving) launch() (*daypass, error) {
	name := fmt.Sprintf("server-%d", s.started.Add(1))
	return launch(s.program, s.folder, name, s.environment, s.arguments...)
}

// serveOnce runs daypass serve on the database for one test.
func serveOnce(t testing.TB, db *testdb.DB, arguments ...string) *daypass {
	t.Helper()
	return serveReplicas(t, db, 1, arguments...)[0]
}

// serveReplicas runs several processes on one database for one test.
func serveReplicas(t testing.TB, db *testdb.DB, count int, arguments ...string) []*daypass {
	t.Helper()
	serving := newServing(t, db, arguments...)
	processes := make([]*daypass, count)
	for i := range processes {
		var err error
		processes[i], err = serving.launch()
		require.NoError(t, err)
		t.Cleanup(processes[i].discard)
	}
	for _, process := range processes {
		require.NoError(t, process.await())
	}
	return processes
}

// operate runs a command of the operator's on the database.
func operate(t testing.TB, db *testdb.DB, arguments ...string) error {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(installProgram(t), "daypass"), arguments...)
	command.Env = []string{"DAYPASS_DATABASE_URL=" + db.URL(), "GORACE=" + os.Getenv("GORACE")}
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%v: %w: %s", arguments, err, output)
	}
	return nil
}

// soon is how long a revocation takes at most until every process knows of it, on a machine that is busy.
const soon = 2 * time.Second

// requireOut waits until every process refuses the access token. A query that is sent too long after the time when the
// session ended must not be let in.
func requireOut(t testing.TB, processes []*daypass, accessToken string, ended time.Time) {
	t.Helper()
	for _, process := range processes {
		for {
			sent := time.Now()
			err := (&rider{accessToken: accessToken}).ride(process.URL)
			if _, again := passing(err); err != nil && !again {
				requireRefused(t, err, "UNAUTHENTICATED", "")
				break
			}
			require.True(t, err != nil || sent.Sub(ended) < soon, "it is still let in")
			time.Sleep(10 * time.Millisecond)
		}
	}
}

// requireRefused wants the refusal to be this one.
func requireRefused(t testing.TB, err error, code, reason string) {
	t.Helper()
	var refused *refusal
	require.ErrorAs(t, err, &refused)
	require.Equal(t, code, refused.code, "%v", err)
	require.Equal(t, reason, refused.reason, "%v", err)
}

// requireTokenRefused wants a refresh to have been refused for good.
func requireTokenRefused(t testing.TB, err error, reason string) {
	t.Helper()
	requireRefused(t, err, "INVALID_REFRESH_TOKEN", reason)
}
