package auth_test

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// TestWhatUseCasesCostTheDatabase counts statements on a server that nobody else asks.
func TestWhatUseCasesCostTheDatabase(t *testing.T) {
	const rounds = 20
	db := testdb.StartServer(t).Database(t)
	w := newWorld(t, db, newClock())
	session := w.register(t, "ada")
	for range 30 { // revocations that a query must not pay for
		require.NoError(t, w.service.Logout(t.Context(), w.login(t, "ada").RefreshToken))
	}
	poll(t, w)
	server, err := db.SQL(t).Conn(t.Context())
	require.NoError(t, err)

	at := func(ip, userAgent string) context.Context {
		return auth.WithRequest(t.Context(), auth.Request{IP: ip, UserAgent: userAgent, AccessToken: session.AccessToken})
	}
	refresh := func(ctx context.Context) {
		pair, err := w.service.Refresh(ctx, session.RefreshToken)
		require.NoError(t, err)
		session = pair
	}
	refresh(at("192.0.2.1", chromeOnMac))
	for _, use := range []struct {
		name string
		want int
		do   func()
	}{
		{name: "a guarded query", want: 0, do: func() { w.ride(t, session) }},
		{name: "a guarded query that reads the account", want: 1, do: func() {
			ctx, err := w.service.Authorize(at("192.0.2.1", chromeOnMac), models.RoleUser)
			require.NoError(t, err)
			_, err = w.service.Me(ctx)
			require.NoError(t, err)
		}},
		{name: "a refresh", want: 2, do: func() { refresh(at("192.0.2.1", chromeOnMac)) }},
		{name: "a refresh by a newer browser, elsewhere in the network", want: 2, do: func() { refresh(at("192.0.77.9", newerChromeOnMac)) }},
		{name: "a poll", want: 1, do: func() { poll(t, w) }},
	} {
		before := questions(t, server)
		for range rounds {
			use.do()
		}
		require.Equal(t, use.want*rounds, questions(t, server)-before-1, "%s; one more counted them", use.name)
		t.Logf("%s: %d statements", use.name, use.want)
	}
}

func questions(t *testing.T, server *sql.Conn) (count int) {
	t.Helper()
	var name string
	require.NoError(t, server.QueryRowContext(t.Context(), "SHOW GLOBAL STATUS LIKE 'Questions'").Scan(&name, &count))
	return count
}
