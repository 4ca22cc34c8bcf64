package main

import (
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

func TestAnEndIsToldOnAnotherProcessWithinASecond(t *testing.T) {
	const lanes, tries = 10, 50
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		desk := openFrontDesk(t, db)
		processes := serveReplicas(t, db, 2, "--max-streams-per-user=1000")
		desk.register(t, "ada")
		riders := make([]*rider, tries)
		for i := range riders {
			riders[i] = desk.signIn(t, "ada")
		}
		took, errs, heard := make([]time.Duration, tries), make([]error, tries), make([]told, tries)
		together(lanes, func(lane int) {
			for i := lane; i < tries; i += lanes {
				time.Sleep(rand.N(500 * time.Millisecond)) // at any moment between two polls
				tab, err := riders[i].tryToListen(processes[1].URL)
				if err != nil {
					errs[i] = err
					continue
				}
				errs[i] = riders[i].logout(processes[0].URL)
				out := time.Now()
				var broken error
				heard[i], broken = tab.await()
				errs[i] = errors.Join(errs[i], broken)
				took[i] = heard[i].at.Sub(out)
			}
		})
		for i, err := range errs {
			require.NoError(t, err)
			requireTold(t, heard[i], riders[i], "LOGGED_OUT")
		}
		slices.Sort(took)
		t.Logf("%d logouts; told on another process: p50 %v, p99 %v, max %v", tries, percentile(took, 50), percentile(took, 99), took[tries-1])
		require.Less(t, percentile(took, 90), time.Second)
	})
}

func TestAnEndIsToldOnItsOwnProcessAtOnce(t *testing.T) {
	db := testdb.SQLite(t)
	desk, process := openFrontDesk(t, db), serveOnce(t, db)
	desk.register(t, "ada")
	r := desk.signIn(t, "ada")
	tabs := []*waitingTab{r.listen(t, process.URL), r.listen(t, process.URL)}
	stranger := desk.signIn(t, "ada").listen(t, process.URL)
	require.NoError(t, r.logout(process.URL))
	for _, tab := range tabs {
		heard, err := tab.await()
		require.NoError(t, err)
		requireTold(t, heard, r, "LOGGED_OUT")
	}
	require.NoError(t, operate(t, db, "user", "disable", "ada"))
	heard, err := stranger.await()
	require.NoError(t, err)
	require.Equal(t, "ACCOUNT_CLOSED", heard.answers[0].field("reason"), "told by a process that ended long ago")

	refused, err := r.listen(t, process.URL).await()
	require.NoError(t, err)
	require.Len(t, refused.answers, 1)
	requireRefused(t, refused.answers[0].err(), "UNAUTHENTICATED", "")
	require.Nil(t, refused.answers[0].Data)
}

// Every time limit of the server is shorter than this stream, but for the access token's.
func TestAStreamOutlastsTheTimeLimitsOfARequest(t *testing.T) {
	db := testdb.SQLite(t)
	limits := []string{"--read-timeout=200ms", "--request-timeout=200ms", "--write-timeout=300ms", "--idle-timeout=200ms"}
	desk, process := openFrontDesk(t, db), serveOnce(t, db, append(limits, "--access-token-ttl=3s")...)
	desk.register(t, "ada")
	r := desk.signIn(t, "ada")
	require.NoError(t, r.refresh(process.URL)) // for a token of three seconds
	began := time.Now()
	tab := r.listen(t, process.URL)
	heard, err := tab.await()
	require.NoError(t, err)
	require.Empty(t, heard.answers, "it ends with its access token, without a word")
	require.WithinDuration(t, claimsOf(r.accessToken).ExpiresAt.Time, heard.at, soon)
	require.Greater(t, heard.at.Sub(began), time.Second)

	require.NoError(t, r.refresh(process.URL))
	tab = r.listen(t, process.URL)
	time.Sleep(time.Second)
	require.NoError(t, r.logout(process.URL))
	heard, err = tab.await()
	require.NoError(t, err)
	requireTold(t, heard, r, "LOGGED_OUT")
	require.Eventually(t, func() bool { return strings.Count(process.output(), `"bytes":`) >= 5 }, patience, 5*time.Millisecond, "each stream has its line in the log")
}

func TestStopEndsStreams(t *testing.T) {
	db := testdb.SQLite(t)
	desk, process := openFrontDesk(t, db), serveOnce(t, db, "--drain-timeout=1m", "--drain-delay=100ms")
	desk.register(t, "ada")
	var tabs []*waitingTab
	for range 20 {
		tabs = append(tabs, desk.signIn(t, "ada").listen(t, process.URL))
	}
	began := time.Now()
	require.NoError(t, process.end(syscall.SIGTERM))
	t.Logf("a process with %d streams stopped within %v", len(tabs), time.Since(began).Round(time.Millisecond))
	require.Less(t, time.Since(began), 30*time.Second, "nobody waited for them")
	for _, tab := range tabs {
		heard, err := tab.await()
		require.NoError(t, err)
		require.Empty(t, heard.answers)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	db := testdb.SQLite(t)
	desk, process := openFrontDesk(t, db), serveOnce(t, db, "--max-streams-per-user=2", "--max-streams=3")
	requireNoPlace := func(r *rider) {
		t.Helper()
		heard, err := r.listen(t, process.URL).await()
		require.NoError(t, err)
		require.Len(t, heard.answers, 1)
		requireRefused(t, heard.answers[0].err(), "RATE_LIMITED", "")
		var refused *refusal
		require.ErrorAs(t, heard.answers[0].err(), &refused)
		require.InDelta(t, 30, refused.retryAfter, 0)
	}
	riders := map[string]*rider{}
	for _, name := range []string{"ada", "grace"} {
		desk.register(t, name)
		riders[name] = desk.signIn(t, name)
	}
	gone := riders["ada"].listen(t, process.URL)
	riders["ada"].listen(t, process.URL)
	requireNoPlace(riders["ada"])
	riders["grace"].listen(t, process.URL)
	requireNoPlace(riders["grace"]) // for all accounts together
	require.NoError(t, gone.response.Body.Close())
	require.Eventually(t, func() bool {
		tab, err := riders["grace"].tryToListen(process.URL)
		require.NoError(t, err)
		t.Cleanup(func() { _ = tab.response.Body.Close() })
		return !refusedAtOnce(tab)
	}, patience, 20*time.Millisecond, "who hangs up makes room")
	require.NoError(t, riders["ada"].ride(process.URL), "everything else goes on")
}

// refusedAtOnce reports whether the stream begins with a result: the first line of one that waits is a comment, and then
// nothing comes for seconds.
func refusedAtOnce(tab *waitingTab) bool {
	event := make(chan bool, 1)
	go func() {
		for tab.lines.Scan() {
			if strings.HasPrefix(tab.lines.Text(), "event: ") {
				event <- true
				return
			}
		}
	}()
	select {
	case <-event:
		return true
	case <-time.After(200 * time.Millisecond):
		return false
	}
}
