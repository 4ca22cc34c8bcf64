package main

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

// What was answered before the database was killed is there when it comes back, and whoever got no answer asks again and
// goes on. The grace is off, so that it is not the clock that makes up for lost answers.
func TestADatabaseKilledInMidRefreshSignsNobodyOut(t *testing.T) {
	t.Parallel()
	const kills, answersBeforeKill = 3, 200
	server := testdb.StartServer(t)
	db := server.Database(t)
	desk, records := openFrontDesk(t, db), openRecords(t, db)
	processes := serveReplicas(t, db, 2, "--refresh-grace=0s")
	desk.register(t, "ada")
	riders := make([]*rider, 12)
	for i := range riders {
		riders[i] = desk.signIn(t, "ada")
	}
	for range kills {
		errs := refreshUntilOutage(riders, processes, answersBeforeKill, server.Kill)
		server.Restart(t)
		for i, r := range riders {
			requireRefused(t, errs[i], "SERVICE_UNAVAILABLE", "")
			// One more than was answered: the kill came between the commit and the answer.
			kept := records.session(t, r.session(t)).generation
			require.Contains(t, []uint64{r.generation(), r.generation() + 1}, kept, "what was answered is kept")
		}
		for i, r := range riders {
			other := processes[(i+1)%len(processes)]
			require.NoError(t, r.refresh(other.URL))
			require.NoError(t, r.ride(other.URL))
		}
	}
	t.Logf("%d kills after %d answers each: %d clients went on", kills, answersBeforeKill, len(riders))
}

// refreshUntilOutage lets all riders refresh and ride as fast as they can, and calls kill after so many answers. It
// returns what stopped each of them.
func refreshUntilOutage(riders []*rider, processes []*daypass, answers int64, kill func()) []error {
	var answered atomic.Int64
	var wait sync.WaitGroup
	errs := make([]error, len(riders))
	for i, r := range riders {
		url := processes[i%len(processes)].URL
		wait.Go(func() {
			for errs[i] == nil {
				if errs[i] = r.refresh(url); errs[i] == nil && answered.Add(1) == answers {
					kill()
				}
				if errs[i] == nil {
					errs[i] = r.ride(url)
				}
			}
		})
	}
	wait.Wait()
	return errs
}

// While the database is away nobody is told anything definite about a token, not even by a process that has lost touch
// with what was revoked; afterwards the same tokens go on.
func TestAnOutageIsNoVerdictOnAToken(t *testing.T) {
	t.Parallel()
	server := testdb.StartServer(t)
	db := server.Database(t)
	desk, records := openFrontDesk(t, db), openRecords(t, db)
	processes := serveReplicas(t, db, 2)
	desk.register(t, "ada")
	r := desk.signIn(t, "ada")
	for _, process := range processes {
		require.NoError(t, r.ride(process.URL))
	}

	server.Kill()
	for _, process := range processes {
		for operation, variables := range map[string]map[string]string{
			"refresh": {"token": r.refreshToken},
			"logout":  {"token": r.refreshToken},
			"login":   {"username": "ada", "password": deskPassword},
			"me":      nil,
		} {
			requireUnavailable(t, askOf(process, r, operation, variables))
		}
	}
	awaitDoubt(t, processes, r)

	server.Restart(t)
	for _, process := range processes {
		// Until it has read again what was revoked, it asks the record.
		require.NoError(t, askOf(process, r, "node", nothing), "the same access token")
		require.NoError(t, r.ride(process.URL))
		require.NoError(t, r.copy().refresh(process.URL), "the same refresh token")
	}
	require.Empty(t, records.session(t, r.session(t)).revokedReason, "no logout took effect that was not answered")
	require.Equal(t, 1, records.count(t, "SELECT COUNT(*) FROM refresh_tokens"), "nor did a login")
}

// nothing asks a guarded field for what needs no database to find.
var nothing = map[string]string{"id": "nothing"}

// awaitDoubt returns when no process lets the access token pass any more because it cannot know whether it was revoked.
func awaitDoubt(t *testing.T, processes []*daypass, r *rider) {
	t.Helper()
	for _, process := range processes {
		require.Eventually(t, func() bool {
			err := askOf(process, r, "node", nothing)
			if err != nil {
				requireUnavailable(t, err)
			}
			return err != nil
		}, patience, 50*time.Millisecond)
	}
}

func askOf(process *daypass, r *rider, operation string, variables map[string]string) error {
	a, err := frontEnd{url: process.URL, accessToken: r.accessToken}.do(operation, variables)
	return errors.Join(err, a.err())
}

func requireUnavailable(t testing.TB, err error) {
	t.Helper()
	requireRefused(t, err, "SERVICE_UNAVAILABLE", "")
	var refused *refusal
	require.ErrorAs(t, err, &refused)
	require.Positive(t, refused.retryAfter, "%v", err)
}

// deadlocks is how often the server had to give up a transaction.
const deadlocks = "SELECT `count` FROM information_schema.innodb_metrics WHERE name = 'lock_deadlocks'"

// A full account takes part in two transactions that lock its rows in opposite orders: each sign-in locks the account and
// ends its oldest session, the other transaction has changed all sessions when it comes to the account. The server gives
// up the one that has done less, the sign-in; nobody sees that.
func TestDeadlocksAreNotShown(t *testing.T) {
	t.Parallel()
	const logins, sessionsOfAnAccount = 40, 50
	server := testdb.StartServer(t)
	db := server.Database(t)
	desk, records := openFrontDesk(t, db), openRecords(t, db)
	processes := serveReplicas(t, db, 2)
	ada := desk.register(t, "ada")
	for range sessionsOfAnAccount {
		desk.signIn(t, "ada")
	}
	before := records.count(t, deadlocks)

	var collisions int
	signedIn := make(chan struct{})
	var other sync.WaitGroup
	other.Go(func() {
		// Of two transactions MySQL gives up the one that changed fewer rows: without a pause that is the sign-in, always.
		turns := time.NewTicker(20 * time.Millisecond)
		defer turns.Stop()
		for {
			select {
			case <-signedIn:
				return
			case <-turns.C:
				collide(records, ada)
				collisions++
			}
		}
	})
	errs := make([]error, logins)
	together(4, func(worker int) {
		for i := worker; i < logins; i += 4 {
			process := processes[i%len(processes)]
			errs[i] = askOf(process, &rider{}, "login", map[string]string{"username": "ada", "password": deskPassword})
		}
	})
	close(signedIn)
	other.Wait()

	for _, err := range errs {
		require.NoError(t, err)
	}
	found := records.count(t, deadlocks) - before
	require.Positive(t, found)
	require.Equal(t, sessionsOfAnAccount, records.live(t, ada))
	t.Logf("%d sign-ins beside %d transactions that collide with them: %d deadlocks, none shown", logins, collisions, found)
}

// collide changes all sessions of the account, and then the account; whether it succeeds is its own affair.
func collide(r *records, user *models.User) {
	tx, err := r.pool.Begin()
	if err != nil {
		return
	}
	defer func() { _ = tx.Rollback() }()
	if _, err = tx.Exec("UPDATE refresh_tokens SET ip = 'elsewhere' WHERE user_id = ?", user.ID); err == nil {
		_, err = tx.Exec("UPDATE users SET updated_at = created_at WHERE id = ?", user.ID)
	}
	if err == nil {
		_ = tx.Commit()
	}
}

// The other transaction holds the session longer than the program waits for a lock at a time.
func TestALockWaitIsNotShown(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		desk, records := openFrontDesk(t, db), openRecords(t, db)
		process := serveOnce(t, db)
		desk.register(t, "ada")
		r := desk.signIn(t, "ada")
		other, err := records.pool.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = other.ExecContext(t.Context(), "UPDATE refresh_tokens SET ip = 'elsewhere' WHERE id = ?", r.session(t))
		require.NoError(t, err)

		const held = 4 * time.Second
		began := time.Now()
		time.AfterFunc(held, func() { _ = other.Commit() })
		require.NoError(t, r.refresh(process.URL))
		require.Greater(t, time.Since(began), held-time.Second, "it had to wait")
		require.EqualValues(t, 2, records.session(t, r.session(t)).generation)
	})
}
