package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// The settings below differ from every default and from each other, so that none can stand in for another.
func wiredConfig() *config.Config {
	var cfg config.Config
	cfg.Secret = config.Secrets{"a secret of at least thirty-two bytes"}
	cfg.Issuer, cfg.Audience = "https://id.example.com", "https://api.example.com"
	cfg.AccessTokenTTL, cfg.RefreshTokenTTL, cfg.SessionTTL = 7*time.Minute, 3*time.Hour, 5*time.Hour
	cfg.RequestTimeout = 10 * time.Second
	cfg.HashQueue, cfg.HashWait = 1, time.Minute
	return &cfg
}

func wired(t *testing.T, cfg *config.Config) (*store.Store, *auth.Service, http.Handler) {
	t.Helper()
	db := testdb.SQLite(t).OpenStore(t)
	program, err := wire(cfg, db, nil, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	return db, program.service, program.handler
}

func registered(t *testing.T, service *auth.Service) *auth.Pair {
	t.Helper()
	pair, err := service.Register(t.Context(), "ada", "an engine of analysis")
	require.NoError(t, err)
	return pair
}

func TestLifetimesReachTheTokens(t *testing.T) {
	_, service, _ := wired(t, wiredConfig())
	pair := registered(t, service)
	require.Equal(t, 7*time.Minute, pair.AccessTokenTTL)
	require.Equal(t, 3*time.Hour, pair.RefreshTokenExpiresAt.Sub(pair.Session.CreatedAt))
	require.Equal(t, 5*time.Hour, pair.Session.ExpiresAt.Sub(pair.Session.CreatedAt))
}

func TestTheGraceReachesTheRefresh(t *testing.T) {
	for _, test := range []struct {
		name    string
		grace   time.Duration
		wantErr error
	}{
		{name: "none", grace: 0, wantErr: auth.ErrRefreshTokenReused},
		{name: "a minute", grace: time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := wiredConfig()
			cfg.RefreshGrace = test.grace
			_, service, _ := wired(t, cfg)
			first := registered(t, service)
			second, err := service.Refresh(t.Context(), first.RefreshToken)
			require.NoError(t, err)
			riding := auth.WithRequest(t.Context(), auth.Request{AccessToken: second.AccessToken})
			_, err = service.Authorize(riding, models.RoleUser)
			require.NoError(t, err)

			waitForTheNextMillisecond(second.Session.RotatedAt)
			_, err = service.Refresh(t.Context(), first.RefreshToken)
			require.ErrorIs(t, err, test.wantErr)
		})
	}
}

// waitForTheNextMillisecond lets the clock that the program reads pass the given time.
func waitForTheNextMillisecond(at time.Time) {
	for !time.Now().Truncate(time.Millisecond).After(at) {
		runtime.Gosched()
	}
}

func TestTheHashingQueueIsTheConfiguredOne(t *testing.T) {
	_, service, _ := wired(t, wiredConfig())
	const attempts = 32
	errs := make(chan error, attempts)
	for range attempts {
		go func() {
			_, err := service.Login(context.WithoutCancel(t.Context()), auth.Credentials{Username: "nobody", Password: "wrong password"})
			errs <- err
		}()
	}
	unavailable := 0
	for range attempts {
		err := <-errs
		if !errors.Is(err, auth.ErrInvalidCredentials) {
			require.ErrorIs(t, err, auth.ErrUnavailable)
			unavailable++
		}
	}
	require.Greater(t, unavailable, attempts/4, "one may wait, the others are sent away")
}

func TestLimitsReachTheDomain(t *testing.T) {
	require.Equal(t, auth.Limits{
		FailuresPerClient: 1, FailuresPerAccount: 2, FailuresPerAddress: 3, RegistrationsPerAddress: 4, RefreshesPerAddress: 5,
	}, limitsOf(&config.Limits{
		MaxFailuresPerClient: 1, MaxFailuresPerAccount: 2, MaxFailuresPerAddress: 3, MaxRegistrationsPerAddress: 4,
		MaxRefreshesPerAddress: 5, MaxSessionsPerUser: 6,
	}))

	cfg := wiredConfig()
	cfg.MaxSessionsPerUser, cfg.MaxRefreshesPerAddress = 2, 1
	db, service, _ := wired(t, cfg)
	first := registered(t, service)
	for range 3 {
		_, err := service.Login(t.Context(), auth.Credentials{Username: "ada", Password: "an engine of analysis"})
		require.NoError(t, err)
	}
	live, err := db.LiveSessions(t.Context(), first.User.ID, time.Now(), 10)
	require.NoError(t, err)
	require.Len(t, live, 2)
	_, err = service.Refresh(t.Context(), first.RefreshToken)
	require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
	_, err = service.Refresh(t.Context(), first.RefreshToken)
	require.ErrorAs(t, err, new(*auth.RateLimitedError))
}

func TestTheLimitsReachTheAPI(t *testing.T) {
	cfg := wiredConfig()
	cfg.Requests = config.Requests{MaxBodyBytes: 2_000, MaxTokens: 300, MaxDepth: 3, MaxCost: 170}
	_, _, handler := wired(t, cfg)
	for _, test := range []struct {
		query string
		limit float64
	}{
		{query: strings.Repeat(" ", 2_000), limit: 2_000},
		{query: "{" + strings.Repeat(" a", 300) + " }", limit: 300},
		{query: `{ node(id: 1) { ... { __typename } } }`, limit: 0},
		{query: `mutation { logout { success success { success { success } } } }`, limit: 3},
		{query: `{ a: me { id } b: me { id } }`, limit: 170},
	} {
		recorder := httptest.NewRecorder()
		body := `{"query": ` + strconv.Quote(test.query) + `}`
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		handler.ServeHTTP(recorder, request)
		var got answer
		require.NoError(t, json.Unmarshal(recorder.Body.Bytes(), &got))
		limit, _ := got.Errors[0]["extensions"].(map[string]any)["limit"].(float64)
		require.InDelta(t, test.limit, limit, 0, recorder.Body.String())
	}
}

func TestANumberIsNoPassword(t *testing.T) {
	_, _, handler := wired(t, wiredConfig())
	body := `{"query": "mutation ($in: LoginInput!) { login(input: $in) { expiresIn } }", "variables": {"in": {"username": "ada", "password": 12345678}}}`
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	require.Contains(t, recorder.Body.String(), `{"code":"BAD_USER_INPUT","fields":{"in.password":"must be of type String"}}`)
	require.NotContains(t, recorder.Body.String(), "12345678")
}

func TestReadinessAsksTheDatabase(t *testing.T) {
	db, _, handler := wired(t, wiredConfig())
	ready := func() int {
		recorder := httptest.NewRecorder()
		handler.ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
		return recorder.Code
	}
	require.Equal(t, http.StatusOK, ready())
	require.NoError(t, db.Close())
	require.Equal(t, http.StatusServiceUnavailable, ready())
}

func TestAPanicIsLoggedWithItsCauseAndNotShown(t *testing.T) {
	var log bytes.Buffer
	program, err := wire(wiredConfig(), new(store.Store), nil, slog.New(slog.NewTextHandler(&log, nil)))
	require.NoError(t, err)
	login := strings.NewReader(`{"query": "mutation { login(input: {username: \"ada\", password: \"x\"}) { expiresIn } }"}`)
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", login)
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	program.handler.ServeHTTP(recorder, request)

	require.Contains(t, recorder.Body.String(), "INTERNAL_SERVER_ERROR")
	require.NotContains(t, recorder.Body.String(), "nil pointer")
	require.Contains(t, log.String(), "nil pointer")
	require.Contains(t, log.String(), "login.go", "the stack tells where")
}
