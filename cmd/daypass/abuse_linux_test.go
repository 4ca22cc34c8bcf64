//go:build linux && !race

package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"daypass/internal/testdb"
)

// TestMemoryUnderAbuse lets a server meet all attacks at once: on many connections, among sign-ins that keep the hashing
// busy, bodies that never end and answers that nobody reads. It reads how much memory the process held at most.
func TestMemoryUnderAbuse(t *testing.T) {
	const attackers, guessers, stalled = 64, 8, 100
	db := testdb.SQLite(t)
	wiring, err := wire(wiredConfig(), db.OpenStore(t), nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	admin := crowded(t, db, wiring.service)
	eventful(t, db)
	program, err := launch(filepath.Join(installProgram(t), "daypass"), t.TempDir(), "server", []string{
		"DAYPASS_DATABASE_URL=" + db.URL(), "DAYPASS_SECRET=" + wiredConfig().Secret[0], "DAYPASS_ISSUER=" + wiredConfig().Issuer,
		"DAYPASS_AUDIENCE=" + wiredConfig().Audience, "GOMAXPROCS=2",
	}, "serve", "--addr=127.0.0.1:0", "--introspection")
	require.NoError(t, err)
	t.Cleanup(program.discard)
	require.NoError(t, program.await())
	idle := program.peakMegabytes(t)
	for range stalled {
		stall(t, program, strings.Repeat(" ", 95_000), 99_000)
		whole := asked("", introspection, "").body
		stall(t, program, whole, len(whole))
	}

	all := slices.Concat(attacks(), pages())
	var work errgroup.Group
	for i := range attackers {
		work.Go(func() error {
			for j := range all {
				if err := all[(i+j)%len(all)].send(program, admin.AccessToken, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	for range guessers {
		work.Go(func() error {
			for range 20 {
				_, err := frontEnd{url: program.URL}.do("login", map[string]string{"username": "admin", "password": "a wrong guess"})
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	require.NoError(t, work.Wait())
	peak := program.peakMegabytes(t)
	t.Logf("%d requests on %d connections, %d stalled: %d MB at most, %d MB before", attackers*len(all), attackers+guessers, 2*stalled, peak, idle)
	require.Less(t, peak, 200)
	require.NoError(t, (&rider{accessToken: admin.AccessToken}).ride(program.URL), "it still serves")
}

// send posts the attack, by a text that no cache knows.
func (a attack) send(program *daypass, bearer string, salt int) error {
	request, err := http.NewRequest(http.MethodPost, program.URL+"/graphql", strings.NewReader(a.salted(salt)))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+bearer)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	if response.StatusCode >= http.StatusInternalServerError {
		return fmt.Errorf("%s: %s", a.name, response.Status)
	}
	return nil
}

// stall sends so much of a body of that length, and leaves it at that.
func stall(t *testing.T, program *daypass, body string, length int) {
	t.Helper()
	connection, err := net.Dial("tcp", program.host())
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	_, err = fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		program.host(), length, body)
	require.NoError(t, err)
}

var peakOfMemory = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMegabytes is the most memory that the process held since it started.
func (d *daypass) peakMegabytes(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", d.command.Process.Pid))
	require.NoError(t, err)
	kilobytes, err := strconv.Atoi(string(peakOfMemory.FindSubmatch(status)[1]))
	require.NoError(t, err)
	return kilobytes / 1_000
}
