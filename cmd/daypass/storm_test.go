package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/password"
	"daypass/internal/testdb"
)

var stormDuration = flag.Duration("storm", 5*time.Second, "how long TestStorm rages; it has five clients a second of it, at most 200")

const (
	stormProcesses = 3
	stormTabs      = 3
	// stormAccessTTL is short, so that refreshes happen all the time.
	stormAccessTTL = 3 * time.Second
	// stormGrace is longer than a refresh can be under way, which is what a grace is for; see stormTimeout.
	stormGrace   = 3 * time.Second
	stormTimeout = time.Second
)

// TestStorm lets clients with several tabs each log in, query, refresh and log out for a while, on processes that are
// killed and restarted, with a database that is killed and restarted, by a network that loses answers, while thieves copy
// tokens and use them. Then it keeps accounts: nobody was signed out by mistake, no thief is in, and each theft that came
// to be used made one event.
//
//	go test -run TestStorm -v ./cmd/daypass -storm 60s
func TestStorm(t *testing.T) {
	t.Run("mysql", func(t *testing.T) {
		besideTheOther(t)
		server := testdb.StartServer(t)
		runStorm(t, server.Database(t), server)
	})
	t.Run("sqlite", func(t *testing.T) {
		besideTheOther(t)
		runStorm(t, testdb.SQLite(t), nil)
	})
}

// besideTheOther lets small storms share the machine.
func besideTheOther(t *testing.T) {
	t.Helper()
	if *stormDuration <= 10*time.Second {
		t.Parallel()
	}
}

// storm is all who take part in it.
type storm struct {
	t        *testing.T
	fleet    *fleet
	database *testdb.Server
	records  *records
	network  *roughNetwork
	browsers []*browser
	sessions *stormSessions
	thefts   []*theft
	tally    *tally
	// signIns bounds how many sign in at a time: the cost of a hash is not the subject here.
	signIns chan struct{}
}

// runStorm needs a server to kill; nil when the database has none.
func runStorm(t *testing.T, db *testdb.DB, server *testdb.Server) {
	clients := min(200, max(10, int(5*stormDuration.Seconds())))
	desk, usernames := openFrontDeskWith(t, db, password.Config{}), make([]string, (clients+4)/5)
	for i := range usernames {
		usernames[i] = desk.register(t, fmt.Sprintf("client-%d", i)).Username
	}
	s := &storm{
		t: t, database: server, records: openRecords(t, db),
		fleet: startFleet(t, newServing(t, db,
			"--access-token-ttl="+stormAccessTTL.String(), "--refresh-grace="+stormGrace.String(),
			"--request-timeout="+stormTimeout.String())),
		network: newRoughNetwork(), sessions: &stormSessions{}, tally: newTally(), signIns: make(chan struct{}, 4),
	}
	for i := range clients {
		s.browsers = append(s.browsers, &browser{storm: s, username: usernames[i%len(usernames)]})
	}
	ctx, over := context.WithCancel(t.Context())
	var people sync.WaitGroup
	for _, b := range s.browsers {
		for range stormTabs {
			people.Go(func() { b.live(ctx) })
		}
	}
	people.Go(func() { s.steal(ctx, *stormDuration) })
	s.rage(*stormDuration)
	over()
	people.Wait()
	s.reckon()
}

// rage kills processes and restarts them, most often by SIGKILL, and once the database.
func (s *storm) rage(duration time.Duration) {
	over, databaseDies := time.Now().Add(duration), time.Now().Add(duration/2)
	for time.Now().Before(over) {
		time.Sleep(min(duration/10, time.Second) + rand.N(min(duration/10, 2*time.Second)))
		if s.database != nil && s.tally.count("databases killed") == 0 && time.Now().After(databaseDies) {
			s.database.Kill()
			time.Sleep(rand.N(time.Second))
			s.database.Restart(s.t)
			s.tally.add("databases killed")
			continue
		}
		signal, event := syscall.SIGKILL, "processes killed"
		if rand.N(4) == 0 {
			signal, event = syscall.SIGTERM, "processes stopped"
		}
		require.NoError(s.t, s.fleet.replace(rand.N(stormProcesses), signal, rand.N(300*time.Millisecond)))
		s.tally.add(event)
	}
}

// fleet is the processes, behind something that deals out requests without knowing who is alive.
type fleet struct {
	serving *serving
	slots   [stormProcesses]atomic.Pointer[daypass]
}

func startFleet(t *testing.T, serving *serving) *fleet {
	t.Helper()
	f := &fleet{serving: serving}
	t.Cleanup(f.discard)
	for slot := range f.slots {
		require.NoError(t, f.start(slot))
	}
	return f
}

func (f *fleet) start(slot int) error {
	process, err := f.serving.launch()
	if err != nil {
		return err
	}
	if err := process.await(); err != nil {
		process.discard()
		return err
	}
	f.slots[slot].Store(process)
	return nil
}

// replace ends a process, and starts another after a while.
func (f *fleet) replace(slot int, signal syscall.Signal, after time.Duration) error {
	old := f.slots[slot].Load()
	if err := old.end(signal); err != nil {
		return err
	}
	old.discard()
	time.Sleep(after)
	return f.start(slot)
}

func (f *fleet) url() string { return f.slots[rand.N(stormProcesses)].Load().URL }

func (f *fleet) processes() []*daypass {
	var all []*daypass
	for slot := range f.slots {
		all = append(all, f.slots[slot].Load())
	}
	return all
}

func (f *fleet) discard() {
	for slot := range f.slots {
		if process := f.slots[slot].Load(); process != nil {
			process.discard()
		}
	}
}
