package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// Ends by kill -9 while many refreshes are in flight lose nothing that was answered, and whoever got no answer asks
// again and goes on. The grace is off, so that it is not the clock that makes up for lost answers.
func TestCrashInMidRefresh(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		const crashes, answersBeforeCrash = 3, 150
		program := serveOnce(t, db, "--refresh-grace=0s")
		riders := signIn(t, program, 12)
		for range crashes {
			rideUntil(riders, program, answersBeforeCrash)
			program = serveOnce(t, db, "--refresh-grace=0s")
			for _, r := range riders {
				require.NoError(t, r.ride(program.URL))
				require.NoError(t, r.refresh(program.URL))
				require.NoError(t, r.ride(program.URL))
			}
		}
	})
}

func signIn(t *testing.T, program *daypass, count int) []*rider {
	t.Helper()
	riders := make([]*rider, count)
	for i := range riders {
		account := map[string]string{"username": fmt.Sprintf("rider-%d", i), "password": "an engine of analysis"}
		a, err := frontEnd{url: program.URL}.do("register", account)
		require.NoError(t, err)
		require.Empty(t, a.Errors)
		riders[i] = &rider{a.field("accessToken"), a.field("refreshToken")}
	}
	return riders
}

// rideUntil lets all riders refresh as fast as they can, and kills the program after so many answers.
func rideUntil(riders []*rider, program *daypass, answers int64) {
	var answered atomic.Int64
	var wait sync.WaitGroup
	for _, r := range riders {
		wait.Go(func() {
			for r.refresh(program.URL) == nil {
				if answered.Add(1) == answers {
					_ = program.end(syscall.SIGKILL)
				}
			}
		})
	}
	wait.Wait()
}
