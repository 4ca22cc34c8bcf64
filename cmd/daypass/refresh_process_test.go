package main

import (
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// together starts n goroutines at one moment and waits for all.
func together(n int, run func(i int)) {
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			run(i)
		})
	}
	start.Done()
	done.Wait()
}

func TestHundredRefreshesOnFourProcessesMakeOneRotation(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		const rounds, tabs = 20, 100
		desk, records := openFrontDesk(t, db), openRecords(t, db)
		processes := serveReplicas(t, db, 4)
		desk.register(t, "ada")
		for range rounds {
			first := desk.signIn(t, "ada")
			riders, errs := make([]*rider, tabs), make([]error, tabs)
			together(tabs, func(i int) {
				riders[i] = first.copy()
				errs[i] = riders[i].refresh(processes[i%len(processes)].URL)
			})
			for i := range riders {
				require.NoError(t, errs[i])
				require.Equal(t, riders[0].refreshToken, riders[i].refreshToken, "one distinct token")
			}
			require.NotEqual(t, first.refreshToken, riders[0].refreshToken)
			require.EqualValues(t, 2, records.session(t, first.session(t)).generation, "one rotation")
		}
		t.Logf("%d rounds of %d refreshes of one token on %d processes: 1 rotation each", rounds, tabs, len(processes))
	})
}

// lossy is a network that loses answers: the server has done its work by then.
type lossy struct{}

var errAnswerLost = errors.New("the answer is lost")

func (lossy) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	_ = response.Body.Close()
	return nil, errAnswerLost
}

// Without a grace it is only the missing confirmation that tells a lost answer from a theft.
func TestALostAnswerIsGivenAgainByAnotherProcess(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		const rounds = 25
		desk, records := openFrontDesk(t, db), openRecords(t, db)
		processes := serveReplicas(t, db, 2, "--refresh-grace=0s")
		here, there := processes[0].URL, processes[1].URL
		desk.register(t, "ada")
		r := desk.signIn(t, "ada")
		for round := range rounds {
			before := r.copy()
			err := r.refreshBy(frontEnd{url: here, client: &http.Client{Transport: lossy{}}})
			require.ErrorIs(t, err, errAnswerLost)
			require.Equal(t, before.refreshToken, r.refreshToken)
			require.EqualValues(t, round+2, records.session(t, r.session(t)).generation, "it was rotated")

			again := before.copy()
			require.NoError(t, r.refresh(there))
			require.NoError(t, again.refresh(here))
			require.Equal(t, r.refreshToken, again.refreshToken, "the same answer, however often it is asked for")
			require.EqualValues(t, round+2, r.generation())
			require.NoError(t, r.ride(there))
		}
		t.Logf("%d answers lost, each given again by another process", rounds)
	})
}

func TestALogoutIsOneWhicheverProcessAndTokenItComesBy(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		desk, records := openFrontDesk(t, db), openRecords(t, db)
		processes := serveReplicas(t, db, 3)
		desk.register(t, "ada")
		first := desk.signIn(t, "ada")
		newest := first.copy()
		for _, process := range processes {
			require.NoError(t, newest.refresh(process.URL))
		}
		for range 2 {
			for _, process := range processes {
				require.NoError(t, first.logout(process.URL), "with the first generation, again and again")
				requireTokenRefused(t, newest.refresh(process.URL), "REVOKED")
			}
		}
		require.Equal(t, 1, records.events(t, "LOGGED_OUT", first.session(t)))
		require.Zero(t, records.events(t, "REUSE_DETECTED", first.session(t)))
	})
}
