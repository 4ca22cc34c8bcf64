package main

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

// An ending is one way to end sessions of an account, from some process.
type ending struct {
	name   string
	rounds int
	// alone is whether it ends only the session of the first rider.
	alone bool
	// mutation is what the schema must have for it.
	mutation string
	end      func(t *testing.T, e *endings, first *rider, username string) error
}

// endings is the place where they race with refreshes: three processes that refresh, and their database.
type endings struct {
	db        *testdb.DB
	desk      *frontDesk
	records   *records
	processes []*daypass
}

// However refreshes and the end of a session fall together, across processes, no token of it works afterwards.
func TestNoSessionOutlivesAnEndThatRacesItsRefreshes(t *testing.T) {
	ways := []ending{
		{name: "logout", rounds: 200, mutation: "logout", alone: true, end: func(_ *testing.T, e *endings, first *rider, _ string) error {
			return first.logout(e.processes[2].URL)
		}},
		{name: "disable", rounds: 10, end: func(t *testing.T, e *endings, _ *rider, username string) error {
			return operate(t, e.db, "user", "disable", username)
		}},
		{name: "password change", rounds: 50, mutation: "changePassword", end: changePassword},
	}
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		e := &endings{db, openFrontDesk(t, db), openRecords(t, db), serveReplicas(t, db, 3, "--introspection")}
		for _, way := range ways {
			t.Run(way.name, func(t *testing.T) {
				if way.mutation != "" && !e.offers(t, way.mutation) {
					t.Skipf("the schema has no %s", way.mutation)
				}
				e.race(t, way)
			})
		}
	})
}

func (e *endings) race(t *testing.T, way ending) {
	var refreshes atomic.Int64
	var out []*rider
	for round := range way.rounds {
		username := fmt.Sprintf("%.4s-%d", way.name, round)
		user := e.desk.register(t, username)
		riders := []*rider{e.desk.signIn(t, username)}
		if !way.alone {
			riders = append(riders, e.desk.signIn(t, username))
		}
		first := riders[0].copy()
		var ended error
		refusals := e.refreshUntilRefused(t, riders, &refreshes, func() { ended = way.end(t, e, first, username) })
		require.NoError(t, ended)
		for i, err := range refusals {
			requireTokenRefused(t, err, "REVOKED")
			requireTokenRefused(t, riders[i].refresh(e.processes[i].URL), "REVOKED")
			require.NotEmpty(t, e.records.session(t, riders[i].session(t)).revokedReason)
		}
		if way.name != "password change" {
			require.Zero(t, e.records.live(t, user))
		}
		out = append(out, riders...)
	}
	over := time.Now()
	for _, r := range out {
		requireOut(t, e.processes, r.accessToken, over)
	}
	t.Logf("%d rounds, %d refreshes beside them: no session lived on", way.rounds, refreshes.Load())
}

// refreshUntilRefused lets each rider refresh on two processes at a time, without a pause, while the sessions end. It
// returns what each was told last, and leaves each with the newest tokens that it got.
func (e *endings) refreshUntilRefused(t *testing.T, riders []*rider, refreshes *atomic.Int64, end func()) []error {
	t.Helper()
	refusals, underWay := make([]error, len(riders)), make(chan struct{}, 1)
	var wait sync.WaitGroup
	for i, r := range riders {
		wait.Go(func() {
			for refusals[i] == nil {
				tab := r.copy()
				var beside error
				together(2, func(n int) {
					if n == 0 {
						refusals[i] = r.refresh(e.processes[0].URL)
					} else {
						beside = tab.refresh(e.processes[1].URL)
					}
				})
				if refusals[i] != nil && beside == nil {
					*r = *tab
				}
				refreshes.Add(2)
				select {
				case underWay <- struct{}{}:
				default:
				}
			}
		})
	}
	<-underWay
	end()
	wait.Wait()
	return refusals
}

// changePassword does so with the first session, whatever becomes of its tokens meanwhile.
func changePassword(t *testing.T, e *endings, first *rider, username string) error {
	t.Helper()
	url := e.processes[2].URL
	variables := map[string]string{"current": deskPassword, "new": "another engine of " + username}
	a, err := frontEnd{url: url, accessToken: first.accessToken}.do("change_password", variables)
	if err = errors.Join(err, a.err()); err != nil {
		return err
	}
	renewed := &rider{a.field("accessToken"), a.field("refreshToken")}
	require.NotEqual(t, models.SessionID{}, renewed.session(t))
	return errors.Join(renewed.refresh(url), renewed.ride(url))
}

// offers reports whether the schema has the mutation.
func (e *endings) offers(t *testing.T, mutation string) bool {
	t.Helper()
	schema, err := frontEnd{url: e.processes[0].URL}.do("introspection", nil)
	require.NoError(t, err)
	mutations, _ := schema.Data["__schema"].(map[string]any)["mutationType"].(map[string]any)["fields"].([]any)
	return slices.ContainsFunc(mutations, func(field any) bool { return field.(map[string]any)["name"] == mutation })
}
