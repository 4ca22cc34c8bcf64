package main

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/config"
	"daypass/internal/password"
	"daypass/internal/testdb"
	"daypass/models"
)

// rider is a client with a session; it holds the tokens of the last answer that it got.
type rider struct{ accessToken, refreshToken string }

// refresh swaps the tokens for the next ones.
func (r *rider) refresh(url string) error { return r.refreshBy(frontEnd{url: url}) }

func (r *rider) refreshBy(c frontEnd) error {
	a, err := c.do("refresh", map[string]string{"token": r.refreshToken})
	if err != nil {
		return err
	}
	if err := a.err(); err != nil {
		return err
	}
	r.accessToken, r.refreshToken = a.field("accessToken"), a.field("refreshToken")
	return nil
}

// ride uses the access token.
func (r *rider) ride(url string) error {
	a, err := frontEnd{url: url, accessToken: r.accessToken}.do("me", nil)
	if err != nil {
		return err
	}
	return a.err()
}

// logout ends the session.
func (r *rider) logout(url string) error {
	a, err := frontEnd{url: url}.do("logout", map[string]string{"token": r.refreshToken})
	if err != nil {
		return err
	}
	return a.err()
}

// copy is what a thief takes.
func (r *rider) copy() *rider { return &rider{r.accessToken, r.refreshToken} }

// session and generation are what the refresh token says of itself.
func (r *rider) session(t testing.TB) models.SessionID {
	t.Helper()
	id, err := models.ParseSessionID(claimsOf(r.refreshToken).SessionID)
	require.NoError(t, err)
	return id
}

func (r *rider) generation() uint64 { return claimsOf(r.refreshToken).Generation }

// sessionClaims are what both tokens say of their session. Clients need not know.
type sessionClaims struct {
	jwt.RegisteredClaims

	SessionID  string `json:"sid"`
	Generation uint64 `json:"gen"`
}

func claimsOf(raw string) sessionClaims {
	var claims sessionClaims
	_, _, _ = jwt.NewParser().ParseUnverified(raw, &claims) // no claims: no session is called so
	return claims
}

// frontDesk signs people in without the cost of a real hash, as one more process on the database.
type frontDesk struct{ service *auth.Service }

const deskPassword = "an engine of analysis"

func openFrontDesk(t testing.TB, db *testdb.DB) *frontDesk {
	t.Helper()
	return openFrontDeskWith(t, db, password.Config{MemoryKiB: 8, Iterations: 1, MaxQueue: 1000, MaxWait: time.Minute})
}

func openFrontDeskWith(t testing.TB, db *testdb.DB, cost password.Config) *frontDesk {
	t.Helper()
	codec, _, err := wireTokens(&config.Tokens{Secret: config.Secrets{testSecret}, Issuer: "daypass", Audience: "daypass"})
	require.NoError(t, err)
	passwords, err := password.NewHasher(cost)
	require.NoError(t, err)
	service := auth.New(auth.Config{
		AccessTokenTTL: 15 * time.Minute, RefreshTokenTTL: 7 * 24 * time.Hour, SessionTTL: 180 * 24 * time.Hour,
		MaxSessions: 10_000, Log: slog.New(slog.DiscardHandler),
	}, db.OpenStore(t), codec, passwords)
	return &frontDesk{service}
}

// register makes an account.
func (d *frontDesk) register(t testing.TB, username string) *models.User {
	t.Helper()
	user, err := d.service.AddUser(t.Context(), username, deskPassword, models.RoleUser)
	require.NoError(t, err)
	return user
}

// signIn starts a session of the account.
func (d *frontDesk) signIn(t testing.TB, username string) *rider {
	t.Helper()
	pair, err := d.service.Login(context.WithoutCancel(t.Context()), auth.Credentials{Username: username, Password: deskPassword})
	require.NoError(t, err)
	return &rider{pair.AccessToken, pair.RefreshToken}
}
