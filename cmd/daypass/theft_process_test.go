package main

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

// What one process saw in use reaches the record within a second; the tests wait for that, and for nothing else. The
// grace is off, so that it is no excuse for a replay.

func TestAThiefOneGenerationBehindIsCaughtByTheFirstReplay(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		const sessions, generations = 10, 3
		desk, records := openFrontDesk(t, db), openRecords(t, db)
		processes := serveReplicas(t, db, 2, "--refresh-grace=0s")
		here, there := processes[0].URL, processes[1].URL
		desk.register(t, "ada")
		owners, thieves := make([]*rider, sessions), make([]*rider, sessions)
		for i := range owners {
			owners[i] = desk.signIn(t, "ada")
			for range generations {
				thieves[i] = owners[i].copy()
				require.NoError(t, owners[i].refresh(here))
				require.NoError(t, owners[i].ride(here))
			}
		}
		for i, owner := range owners {
			records.awaitConfirmation(t, owner)
			requireTokenRefused(t, thieves[i].refresh(there), "REUSED")
		}
		caught := time.Now()
		for i, owner := range owners {
			requireBothOut(t, processes, records, caught, owner, thieves[i])
		}
		t.Logf("%d sessions, each caught by the first replay of its predecessor elsewhere", sessions)
	})
}

func TestAThiefWhoRefreshesFirstIsCaughtByTheOwnersRefresh(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		const sessions = 10
		desk, records := openFrontDesk(t, db), openRecords(t, db)
		processes := serveReplicas(t, db, 2, "--refresh-grace=0s")
		here, there := processes[0].URL, processes[1].URL
		desk.register(t, "ada")
		owners, thieves := make([]*rider, sessions), make([]*rider, sessions)
		for i := range owners {
			owners[i] = desk.signIn(t, "ada")
			require.NoError(t, owners[i].ride(there))
			thieves[i] = owners[i].copy()
			require.NoError(t, thieves[i].refresh(here))
			require.NoError(t, thieves[i].ride(here))
		}
		for i, owner := range owners {
			records.awaitConfirmation(t, thieves[i])
			requireTokenRefused(t, owner.refresh(there), "REUSED")
		}
		caught := time.Now()
		for i, owner := range owners {
			requireBothOut(t, processes, records, caught, owner, thieves[i])
		}
		t.Logf("%d sessions, each caught by the owner's next refresh elsewhere", sessions)
	})
}

// requireBothOut wants nothing of the session to work any more, anywhere, and one event however often it is tried.
func requireBothOut(t *testing.T, processes []*daypass, records *records, caught time.Time, parties ...*rider) {
	t.Helper()
	for _, party := range parties {
		requireOut(t, processes, party.accessToken, caught)
	}
	const tries = 8
	errs := make([]error, tries)
	together(tries, func(i int) {
		errs[i] = parties[i%len(parties)].copy().refresh(processes[i/2%len(processes)].URL)
	})
	for _, err := range errs {
		requireTokenRefused(t, err, "REVOKED")
	}
	id := parties[0].session(t)
	require.Equal(t, models.RevokedByReuse, records.session(t, id).revokedReason)
	require.Equal(t, 1, records.events(t, models.EventReuseDetected, id))
}

// Replays of a copy from long ago reach all processes at once: it is one theft, and one event.
func TestOneTheftIsOneEventHoweverManyProcessesSeeIt(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		const rounds, tries = 10, 40
		desk, records := openFrontDesk(t, db), openRecords(t, db)
		processes := serveReplicas(t, db, 4)
		for round := range rounds {
			username := fmt.Sprintf("owner-%d", round)
			desk.register(t, username)
			owner := desk.signIn(t, username)
			thief := owner.copy()
			require.NoError(t, owner.refresh(processes[0].URL))
			require.NoError(t, owner.refresh(processes[1].URL))
			errs := make([]error, tries)
			together(tries, func(i int) { errs[i] = thief.copy().refresh(processes[i%len(processes)].URL) })
			reused := 0
			for _, err := range errs {
				var refused *refusal
				require.ErrorAs(t, err, &refused)
				require.Contains(t, []string{"REUSED", "REVOKED"}, refused.reason, "%v", err)
				if refused.reason == "REUSED" {
					reused++
				}
			}
			require.Positive(t, reused)
			require.Equal(t, 1, records.events(t, models.EventReuseDetected, owner.session(t)))
		}
		t.Logf("%d rounds of %d replays together on %d processes: 1 event each", rounds, tries, len(processes))
	})
}
