package auth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// happened returns the events of one kind, newest first.
func happened(t *testing.T, w *world, kind models.EventKind) []models.SecurityEvent {
	t.Helper()
	events, err := w.store.Events(t.Context(), auth.EventPage{Kind: kind, Limit: 1000})
	require.NoError(t, err)
	return events
}

func TestARefreshFromANewPlaceIsTold(t *testing.T) {
	for _, tt := range []struct {
		name                string
		ip, userAgent       string
		newIP, newUserAgent string
		told                bool
	}{
		{name: "same", ip: "192.0.2.1", userAgent: chromeOnMac, newIP: "192.0.2.1", newUserAgent: chromeOnMac},
		{name: "a phone that roams", ip: "192.0.2.1", newIP: "192.0.200.7"},
		{name: "another network", ip: "192.0.2.1", newIP: "192.1.2.1", told: true},
		{name: "another subnet of the provider", ip: "2001:db8:1::1", newIP: "2001:db8:ffff::1"},
		{name: "another provider", ip: "2001:db8:1::1", newIP: "2001:db9:1::1", told: true},
		{name: "IPv4 in IPv6", ip: "192.0.2.1", newIP: "::ffff:192.0.2.77"},
		{name: "from IPv4 to IPv6", ip: "192.0.2.1", newIP: "2001:db8::1", told: true},
		{name: "with a zone", ip: "fe80::1%eth0", newIP: "fe80::2%eth1"},
		{name: "unknown before", ip: "", newIP: "192.0.2.1"},
		{name: "unknown now", ip: "192.0.2.1", newIP: ""},
		{name: "no address", ip: "192.0.2.1", newIP: "somewhere", told: true},
		{name: "an update", userAgent: chromeOnMac, newUserAgent: newerChromeOnMac},
		{name: "another device", userAgent: chromeOnMac, newUserAgent: safariOnIPhone, told: true},
		{name: "another program", userAgent: chromeOnMac, newUserAgent: "curl/8.16.0", told: true},
		{name: "nameless now", userAgent: chromeOnMac, newUserAgent: "", told: true},
		{name: "always nameless", userAgent: "", newUserAgent: ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, testdb.SQLite(t), newClock())
			w.register(t, "ada")
			pair, err := w.service.Login(auth.WithRequest(t.Context(), auth.Request{IP: tt.ip, UserAgent: tt.userAgent}), auth.Credentials{Username: "ada", Password: testPassword})
			require.NoError(t, err)
			_, err = w.service.Refresh(auth.WithRequest(t.Context(), auth.Request{IP: tt.newIP, UserAgent: tt.newUserAgent}), pair.RefreshToken)
			require.NoError(t, err)
			require.Equal(t, tt.told, len(happened(t, w, models.EventRefreshedFromNewPlace)) == 1)
		})
	}
}

func TestASessionIsWhereItWasLastRefreshed(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		at := func(ip, userAgent string) context.Context {
			return auth.WithRequest(t.Context(), auth.Request{IP: ip, UserAgent: userAgent})
		}
		refresh := func(ctx context.Context, pair *auth.Pair) *auth.Pair {
			w.clock.advance(time.Minute)
			next, err := w.service.Refresh(ctx, pair.RefreshToken)
			require.NoError(t, err)
			return next
		}
		home, train := at("192.0.2.1", chromeOnMac), at("198.51.100.7", chromeOnMac)
		w.register(t, "ada")
		pair, err := w.service.Login(home, auth.Credentials{Username: "ada", Password: testPassword})
		require.NoError(t, err)

		pair = refresh(home, pair)
		pair = refresh(train, pair)
		require.Equal(t, "198.51.100.7", pair.Session.IP)
		pair = refresh(train, pair)
		record, err := w.store.SessionWithUser(t.Context(), pair.Session.Key())
		require.NoError(t, err)
		require.Equal(t, "198.51.100.7", record.IP)
		require.EqualValues(t, 4, record.Generation)
		events := happened(t, w, models.EventRefreshedFromNewPlace)
		require.Len(t, events, 1, "told once, where it became true")
		require.Equal(t, pair.Session.ID, *events[0].SessionID)
		require.Equal(t, pair.User.ID, *events[0].UserID)
		require.Equal(t, "198.51.100.7", events[0].IP)
		require.Equal(t, chromeOnMac, events[0].UserAgent)
		refresh(home, pair)
		require.Len(t, happened(t, w, models.EventRefreshedFromNewPlace), 2)
	})
}

// Of many refreshes of one token from the new place, the one that rotates tells.
func TestAMoveIsToldOnceHoweverManyTabs(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		replicas := []*world{newWorld(t, db, clock), newWorld(t, db, clock)}
		pair := replicas[0].register(t, "ada")
		elsewhere := auth.WithRequest(t.Context(), auth.Request{IP: "198.51.100.7", UserAgent: safariOnIPhone})
		const tabs = 20
		together(tabs, func(i int) {
			_, err := replicas[i%2].service.Refresh(elsewhere, pair.RefreshToken)
			require.NoError(t, err)
		})
		require.Len(t, happened(t, replicas[0], models.EventRefreshedFromNewPlace), 1)
	})
}

// A thief who comes within the grace each time looks like a tab, but for the place.
func TestAReplayElsewhereLeavesATraceForEachGeneration(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		at := func(ip, userAgent string) context.Context {
			return auth.WithRequest(t.Context(), auth.Request{IP: ip, UserAgent: userAgent})
		}
		home, thief := at("192.0.2.1", chromeOnMac), at("203.0.113.9", "curl/8.9")
		w.register(t, "ada")
		pair, err := w.service.Login(home, auth.Credentials{Username: "ada", Password: testPassword})
		require.NoError(t, err)
		for range 3 {
			w.clock.advance(time.Minute)
			next, err := w.service.Refresh(home, pair.RefreshToken)
			require.NoError(t, err)
			w.clock.advance(time.Second)
			for _, ctx := range []context.Context{home, thief, thief} {
				copied, err := w.service.Refresh(ctx, pair.RefreshToken)
				require.NoError(t, err)
				require.Equal(t, next.RefreshToken, copied.RefreshToken)
			}
			pair = next
		}
		events := happened(t, w, models.EventRefreshedFromNewPlace)
		require.Len(t, events, 3)
		require.Equal(t, "REPLAY", events[0].Detail)
		require.Equal(t, "203.0.113.9", events[0].IP)
	})
}
