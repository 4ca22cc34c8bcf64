package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"example.com/go-genqlient/daypass"
)

func TestFourQueriesMakeOneRefreshAheadOfTheEnd(t *testing.T) {
	w := newWorld(t)
	w.requireRides(w.session)
	require.Zero(t, w.cable.refreshes())
	for ride := range 3 {
		w.clock.After(2 * time.Second)
		w.requireRides(w.session)
		require.Equal(t, ride+1, w.cable.refreshes())
	}
	require.Len(t, w.cable.bodies("Me"), 4, "none was refused, none was sent twice")
}

func TestFourQueriesThatAreRefusedMakeOneRefresh(t *testing.T) {
	w := newWorld(t)
	w.requireRides(w.session)
	w.restart(w.newSigningKey())
	w.requireRides(w.session)
	require.Equal(t, 1, w.cable.refreshes())
}

// A token that is refused although it is new is not refreshed again and again.
func TestOneRefreshIsTriedAndNotMore(t *testing.T) {
	w := newWorld(t)
	w.cable.fault = func(operation string) http.RoundTripper {
		if operation == "RefreshToken" {
			return nil
		}
		return wall(func(request *http.Request) (*http.Response, error) {
			request.Header.Set("Authorization", "Bearer of.bad.news")
			return http.DefaultTransport.RoundTrip(request)
		})
	}
	_, err := daypass.Me(t.Context(), w.session.Client())
	require.Equal(t, "UNAUTHENTICATED", daypass.Code(err))
	require.Equal(t, 1, w.cable.refreshes())
	require.NotEmpty(t, w.session.Tokens().RefreshToken)
}

// Whatever happens on the way, a refresh that was not judged is tried again with the same token.
func TestLostAnswersSignNobodyOut(t *testing.T) {
	w := newWorld(t)
	w.requireRides(w.session)
	faults := []http.RoundTripper{
		wall(func(*http.Request) (*http.Response, error) { return nil, errors.New("no route to host") }),
		wall(func(request *http.Request) (*http.Response, error) { // it was done, and nobody learns of it
			response, err := http.DefaultTransport.RoundTrip(request)
			if err == nil {
				_ = response.Body.Close()
			}
			return nil, errors.Join(errors.New("connection reset"), err)
		}),
		canned{http.StatusBadGateway, "text/html", "<html>Bad gateway</html>"},
		canned{http.StatusOK, "text/html", "<html>Sign in to the network</html>"},
		canned{http.StatusOK, "application/json", `{"errors":[{"message":"Try again shortly.","extensions":{"code":"SERVICE_UNAVAILABLE","retryAfter":2}}]}`},
		canned{http.StatusOK, "application/json", `{"errors":[{"message":"Too many attempts.","extensions":{"code":"RATE_LIMITED","retryAfter":7}}]}`},
		canned{http.StatusOK, "application/json", `{"errors":[{"message":"Something went wrong.","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]}`},
	}
	total := len(faults)
	w.cable.fault = func(operation string) http.RoundTripper {
		if operation != "RefreshToken" || len(faults) == 0 {
			return nil
		}
		fault := faults[0]
		faults = faults[1:]
		return fault
	}
	w.clock.After(2 * time.Second)
	w.clock.waited = nil
	w.requireRides(w.session)
	bodies := w.cable.bodies("RefreshToken")
	require.Len(t, bodies, total+1)
	for _, body := range bodies {
		require.Equal(t, bodies[0], body, "the same token")
	}
	require.Len(t, w.clock.waited, total)
	require.Equal(t, 2*time.Second, w.clock.waited[4], "as long as the server asks, at the least")
	require.Equal(t, 7*time.Second, w.clock.waited[5])
}

func TestWhatIsJudgedIsNotRetried(t *testing.T) {
	w := newWorld(t)
	err := w.newSession(daypass.Tokens{}).Login(t.Context(), "ada", "not that one")
	require.Equal(t, "Unknown username or wrong password.", wordsFor(err))
	require.Len(t, w.cable.bodies("Login"), 1)
	require.Empty(t, w.clock.waited)
}

func TestClientsShareASession(t *testing.T) {
	w := newWorld(t)
	one, two := w.session.Client(), w.session.Client()
	copied := w.newSession(w.session.Tokens()) // a program that took the tokens from where the first one keeps them
	_, err := daypass.Me(t.Context(), one)
	require.NoError(t, err)
	_, err = daypass.Me(t.Context(), two)
	require.NoError(t, err)
	w.requireRides(copied)

	require.NoError(t, w.session.Logout(t.Context()))
	_, err = daypass.Me(t.Context(), two)
	require.Equal(t, "You have logged out.", wordsFor(err))
	_, err = w.ride(copied)
	require.Equal(t, "You were signed out from another device. Sign in again.", wordsFor(err))
	require.NoError(t, w.session.Logout(t.Context()), "again is no harm")
}

func TestTheDeviceTokenOutlivesTheSession(t *testing.T) {
	w := newWorld(t)
	device := w.session.Tokens().DeviceToken
	require.NotEmpty(t, device)
	w.clock.After(2 * time.Second)
	w.requireRides(w.session)
	require.Equal(t, device, w.session.Tokens().DeviceToken, "a refresh hands out no new one")
	require.NoError(t, w.session.Logout(t.Context()))
	require.Equal(t, daypass.Tokens{DeviceToken: device}, w.session.Tokens())

	require.NoError(t, w.session.Login(t.Context(), "ada", password))
	require.Contains(t, w.cable.bodies("Login")[0], device)
	w.requireRides(w.session)
}

func TestReuseIsToldToTheUser(t *testing.T) {
	w := newWorld(t)
	w.requireRides(w.session)
	thief := w.newSession(w.session.Tokens())
	for range 2 {
		w.clock.After(2 * time.Second)
		w.requireRides(thief)
	}
	_, err := w.ride(w.session)
	require.Equal(t, "Somebody else may have used your session, so it was ended. Sign in again, and change your password.", wordsFor(err))
	asked := w.cable.refreshes()
	_, err = w.ride(w.session)
	require.ErrorAs(t, err, new(*daypass.SignedOutError), "and it stays so")
	require.Equal(t, asked, w.cable.refreshes(), "without another question")

	// The thief might have been told instead; so the history tells everyone who signs in.
	require.NoError(t, w.session.Login(t.Context(), "ada", password))
	printed, err := w.ride(w.session)
	require.NoError(t, err)
	require.Contains(t, printed, "somebody else may have used a session of yours")
	w.clock.After(2 * time.Second)
	_, err = w.ride(thief)
	require.ErrorAs(t, err, new(*daypass.SignedOutError))
}

func TestACallerWhoGoesLosesNoToken(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.cable.fault = func(operation string) http.RoundTripper {
		if operation != "RefreshToken" {
			return nil
		}
		return wall(func(request *http.Request) (*http.Response, error) {
			cancel() // the request is under way, and the server will rotate
			return http.DefaultTransport.RoundTrip(request)
		})
	}
	w.clock.After(2 * time.Second)
	before := w.session.Tokens()
	_, err := daypass.Me(ctx, w.session.Client())
	require.ErrorIs(t, err, context.Canceled)
	w.requireRides(w.session)
	require.NotEqual(t, before.RefreshToken, w.session.Tokens().RefreshToken)
	require.Equal(t, 1, w.cable.refreshes())
}

func TestTokensGoToNoOtherHost(t *testing.T) {
	seen := make(chan string, 10)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		seen <- r.Header.Get("Authorization") + string(body)
	}))
	t.Cleanup(elsewhere.Close)
	api := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	t.Cleanup(api.Close)
	tokens := daypass.Tokens{AccessToken: "a.secret.access", RefreshToken: "a.secret.refresh", RefreshAt: time.Now().Add(time.Minute)}
	session := daypass.NewSession(daypass.Config{URL: api.URL, Tokens: tokens, Patience: time.Second})
	_, err := daypass.Me(t.Context(), session.Client())
	require.Error(t, err)
	require.Error(t, session.Logout(t.Context()))
	close(seen)
	for request := range seen {
		require.NotContains(t, request, "secret")
	}
}

func TestAVisitEndsWithALogout(t *testing.T) {
	w := newWorld(t)
	var out strings.Builder
	require.NoError(t, visit(t.Context(), w.session, 2, time.Millisecond, &out))
	require.Equal(t, strings.Repeat("ada (USER), 1 sessions; the last event: SIGNED_UP\n", 2), out.String())
	_, err := w.ride(w.session)
	require.Equal(t, "You have logged out.", wordsFor(err))
}
