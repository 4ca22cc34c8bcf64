package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

// wrongClock is a client whose machine is in another time, and says so.
type wrongClock struct{ off time.Duration }

func (c wrongClock) RoundTrip(request *http.Request) (*http.Response, error) {
	request.Header.Set("Date", time.Now().Add(c.off).UTC().Format(http.TimeFormat))
	return http.DefaultTransport.RoundTrip(request)
}

// TestAClientsClockDoesNotMatter: all that a client needs is a duration, and nothing that it says of the time is heard.
func TestAClientsClockDoesNotMatter(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		program := serveOnce(t, db, "--access-token-ttl=7m")
		desk := openFrontDesk(t, db)
		desk.register(t, "ada")
		for _, off := range []time.Duration{-30 * 365 * 24 * time.Hour, -12 * time.Hour, 12 * time.Hour, 30 * 365 * 24 * time.Hour} {
			rider := desk.signIn(t, "ada")
			client := frontEnd{url: program.URL, client: &http.Client{Transport: wrongClock{off}}}
			for range 3 {
				a, err := client.do("refresh", map[string]string{"token": rider.refreshToken})
				require.NoError(t, err)
				require.NoError(t, a.err())
				require.Equal(t, "420", a.field("expiresIn"), "seconds, whatever the clock says")
				rider.refreshToken = a.field("refreshToken")
				client.accessToken = a.field("accessToken")
				a, err = client.do("me", nil)
				require.NoError(t, err)
				require.NoError(t, a.err())
			}
		}
	})
}
