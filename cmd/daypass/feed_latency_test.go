package main

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// A session that ends on one process is out on the other within a second. What counts is the last query that was let in,
// by when it was sent: so it does not matter how long a busy machine takes over the answers.
func TestALogoutIsFeltOnAnotherProcessWithinASecond(t *testing.T) {
	const lanes, tries = 20, 200
	db := testdb.MySQL(t)
	desk := openFrontDesk(t, db)
	processes := serveReplicas(t, db, 2)
	desk.register(t, "ada")
	riders := make([]*rider, tries)
	for i := range riders {
		riders[i] = desk.signIn(t, "ada")
	}

	lastIn, firstRefused, errs := make([]time.Duration, tries), make([]time.Duration, tries), make([]error, tries)
	together(lanes, func(lane int) {
		for i := lane; i < tries; i += lanes {
			// At any moment between two polls.
			time.Sleep(rand.N(500 * time.Millisecond))
			lastIn[i], firstRefused[i], errs[i] = feel(riders[i], processes[0], processes[1])
		}
	})
	for _, err := range errs {
		requireRefused(t, err, "UNAUTHENTICATED", "")
	}
	slices.Sort(lastIn)
	slices.Sort(firstRefused)
	t.Logf("%d logouts; until the first refusal elsewhere: p50 %v, p99 %v, max %v; the last that was let in: p50 %v, p99 %v, max %v",
		tries, percentile(firstRefused, 50), percentile(firstRefused, 99), firstRefused[tries-1],
		percentile(lastIn, 50), percentile(lastIn, 99), lastIn[tries-1])
	require.Less(t, percentile(lastIn, 99), time.Second)
}

// feel logs out on one process and asks the other until it refuses. It returns how long after the answer to the logout
// the last query that was let in was sent, and the first refusal arrived.
func feel(r *rider, here, there *daypass) (lastIn, firstRefused time.Duration, err error) {
	if err := errors.Join(askOf(there, r, "node", nothing), r.logout(here.URL)); err != nil {
		return 0, 0, errors.New("before there was anything to feel: " + err.Error())
	}
	out := time.Now()
	for {
		sent := time.Now()
		if err := askOf(there, r, "node", nothing); err != nil {
			return lastIn, time.Since(out), err
		}
		lastIn = sent.Sub(out)
		time.Sleep(5 * time.Millisecond)
	}
}

// percentile returns the smallest duration that so many percent do not exceed.
func percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[(len(sorted)*percent+99)/100-1]
}

// The feed is read beside the queries, so it costs none of them a statement.
func TestTheFeedCostsAQueryNothing(t *testing.T) {
	const queries = 2000
	server := testdb.StartServer(t)
	db := server.Database(t)
	desk, records := openFrontDesk(t, db), openRecords(t, db)
	process := serveReplicas(t, db, 2)[0]
	desk.register(t, "ada")
	r := desk.signIn(t, "ada")
	require.NoError(t, r.ride(process.URL))
	records.awaitConfirmation(t, r)

	idle := statementsWhile(t, records, func() { time.Sleep(3 * time.Second) })
	for _, query := range []struct {
		name, operation string
		variables       map[string]string
		statements      float64
	}{
		{name: "me reads the account", operation: "me", statements: 1},
		{name: "a guarded field that needs nothing", operation: "node", variables: nothing, statements: 0},
	} {
		t.Run(query.name, func(t *testing.T) {
			spent := statementsWhile(t, records, func() {
				for range queries {
					require.NoError(t, askOf(process, r, query.operation, query.variables))
				}
			})
			selects := (float64(spent.selects) - idle.selectRate()*spent.took.Seconds()) / queries
			all := (float64(spent.all) - idle.rate()*spent.took.Seconds()) / queries
			t.Logf("%d queries, %d statements, %d of them SELECTs, in %v; idle processes send %.1f a second: %+.3f a query",
				queries, spent.all, spent.selects, spent.took.Round(time.Millisecond), idle.rate(), all)
			require.InDelta(t, query.statements, selects, 0.05)
			require.InDelta(t, query.statements, all, 0.05)
		})
	}
}

// statements are what the server was sent in a while.
type statements struct {
	all, selects int
	took         time.Duration
}

func (s statements) rate() float64 { return float64(s.all) / s.took.Seconds() }

func (s statements) selectRate() float64 { return float64(s.selects) / s.took.Seconds() }

// statementsWhile counts on the server what it is sent meanwhile, but for the counting.
func statementsWhile(t *testing.T, r *records, work func()) statements {
	t.Helper()
	all, selects, began := r.status(t, "Questions"), r.status(t, "Com_select"), time.Now()
	work()
	took := time.Since(began)
	return statements{r.status(t, "Questions") - all - 2, r.status(t, "Com_select") - selects, took}
}
