package main

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// pages are the attacks of those who are signed in, an ADMIN at most: as much as one request can be answered with, and
// what is just beyond.
func pages() []attack {
	const tooComplex = "OPERATION_TOO_COMPLEX"
	return []attack{
		asked("all of 100 accounts", everyAccount, ""),
		asked("95 names of 100 accounts", "{users(first:100){nodes{"+numbered(95, " a#:username")+"}}}", ""),
		asked("320 counts of the accounts", "{users(first:1){"+numbered(320, " a#:totalCount")+"}}", ""),
		asked("66 lists of accounts", "{"+numbered(66, "a#:users(last:1){nodes{id}}")+"}", ""),
		asked("66 lists of 100 accounts", "{"+numbered(66, "a#:users(first:100){nodes{id}}")+"}", tooComplex),
		asked("1,000,000 accounts", "{users(first:1000000){nodes{id}}}", tooComplex),
		asked("100 events with their people", peopleOfEvents, ""),
		asked("47 people of each of 100 events", "{allSecurityEvents(first:100){nodes{"+numbered(47, " a#:user{id}")+"}}}", ""),
		asked("58 histories of people", "{"+numbered(58, "a#:allSecurityEvents(first:1){nodes{user{id}}}")+"}", ""),
		asked("95 agents of 100 events", "{allSecurityEvents(first:100){nodes{"+numbered(95, " a#:userAgent")+"}}}", ""),
		asked("95 devices of 100 events", "{allSecurityEvents(first:100){nodes{"+numbered(95, " a#:deviceName")+"}}}", ""),
		asked("168 buckets of every kind", everyBucket(numbered(4, " a#:from")), ""),
		asked("168 buckets, 5 fields", everyBucket(numbered(5, " a#:from")), tooComplex),
		asked("a cursor of 95 KB", `{users(after:"`+strings.Repeat("A", 95_000)+`"){nodes{id}}}`, "BAD_USER_INPUT"),
		asked("an id of 95 KB", `{user(id:"usr_`+strings.Repeat("0", 95_000)+`"){id}}`, ""),
		asked("a search of 95 KB", `{users(search:"`+strings.Repeat("a", 95_000)+`"){nodes{id} totalCount}}`, ""),
	}
}

const (
	everyAccount = `{users(first:100){edges{cursor node{...user}} nodes{...user} totalCount pageInfo{hasNextPage startCursor}}}
		fragment user on User{id username role disabledAt createdAt updatedAt}`
	peopleOfEvents = `{allSecurityEvents(first:100){edges{node{...event}} nodes{...event}}}
		fragment event on SecurityEvent{id user{username} actor{username}}`
)

func everyBucket(fields string) string {
	until := time.Now().UTC().Add(time.Minute)
	return fmt.Sprintf(`{securityOverview(since:%q,until:%q,bucket:MINUTE){counts{%s}}}`,
		until.Add(-168*time.Minute).Format(time.RFC3339), until.Format(time.RFC3339), fields)
}

// crowded fills the database until a page is as large as it can be, and returns the tokens of an ADMIN.
func crowded(t *testing.T, db *testdb.DB, service *auth.Service) *auth.Pair {
	t.Helper()
	credentials := auth.Credentials{Username: "admin", Password: "an engine of analysis"}
	admin, err := service.AddUser(t.Context(), credentials.Username, credentials.Password, models.RoleAdmin)
	require.NoError(t, err)
	pair, err := service.Login(t.Context(), credentials)
	require.NoError(t, err)
	records := db.OpenStore(t)
	for i := range 100 {
		at := time.Now().UTC().Truncate(time.Millisecond)
		user := models.User{Username: fmt.Sprintf("%064d", i), Role: models.RoleUser, CreatedAt: at, UpdatedAt: at}
		user.ID, err = models.NewUserID(at)
		require.NoError(t, err)
		event := models.SecurityEvent{
			Kind: models.EventSignedUp, UserID: &user.ID, ActorID: &admin.ID, UserAgent: strings.Repeat("Mozilla/5.0 ", 21), CreatedAt: at,
		}
		event.ID, err = models.NewEventID(at)
		require.NoError(t, err)
		require.NoError(t, records.CreateUser(t.Context(), &user, event))
	}
	return pair
}

// eventful adds what makes the largest overview: in each of the last 168 minutes all that can happen.
func eventful(t *testing.T, db *testdb.DB) {
	t.Helper()
	kinds, err := json.Marshal([]models.EventKind{
		models.EventSignedUp, models.EventSignedIn, models.EventSignInFailed, models.EventRefreshedFromNewPlace, models.EventReplayed,
		models.EventReuseDetected, models.EventLoggedOut, models.EventRevoked, models.EventPasswordChanged, models.EventRoleChanged,
		models.EventUserDisabled, models.EventUserEnabled, models.EventUserDeleted, models.EventThrottled,
	})
	require.NoError(t, err)
	_, err = db.SQL(t).ExecContext(t.Context(), `
		WITH RECURSIVE minutes (ago) AS (SELECT 0 UNION ALL SELECT ago + 1 FROM minutes WHERE ago < 167)
		INSERT INTO security_events (id, kind, detail, ip, user_agent, created_at)
		SELECT unhex('0000000000000000' || hex(randomblob(8))), value, '', '', '', strftime('%FT%H:%M:%f', 'now', '+30 seconds', -ago || ' minutes')
		FROM minutes, json_each(?)`, string(kinds))
	require.NoError(t, err)
	soon := time.Now().UTC().Add(time.Minute).Truncate(time.Second)
	counts, err := db.OpenStore(t).CountEvents(t.Context(), soon.Add(-168*time.Minute), soon, time.Minute)
	require.NoError(t, err)
	require.Len(t, counts, 168*14, "the largest overview")
}

// TestPagesCostFewStatements counts on a server that nobody else asks: however often a query names the same thing of a
// page, it is read once.
func TestPagesCostFewStatements(t *testing.T) {
	db := testdb.StartServer(t).Database(t)
	st := db.OpenStore(t)
	program, err := wire(wiredConfig(), st, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	service, handler := program.service, program.handler
	require.NoError(t, service.LoadRevocations(t.Context()))
	connectAll(t, st.Pool())
	pair, records := crowded(t, db, service), openRecords(t, db)
	want := map[string]int{
		"all of 100 accounts": 2, "95 names of 100 accounts": 1, "320 counts of the accounts": 2, "66 lists of accounts": 66,
		"100 events with their people": 2, "47 people of each of 100 events": 2, "58 histories of people": 2 * 58,
		"95 agents of 100 events": 1, "95 devices of 100 events": 1, "168 buckets of every kind": 1,
	}
	for _, page := range pages() {
		request := page.request(t, pair.AccessToken, 0)
		spent := statementsWhile(t, records, func() { requireCode(t, page, serveTo(handler, request)) })
		require.Equal(t, want[page.name], spent.selects, page.name)
		t.Logf("%-36s %4d statements", page.name, spent.selects)
	}
}

// connectAll has the pool open all its connections, for each asks the server how it is once.
func connectAll(t *testing.T, pool *sql.DB) {
	t.Helper()
	for range pool.Stats().MaxOpenConnections {
		conn, err := pool.Conn(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
	}
}
