package auth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
)

func TestLogoutClearsTheCookieOfItsSessionAlone(t *testing.T) {
	tests := []struct {
		name string
		// token is given to logout, access is the request's access token; both see the pair of the cookie and another.
		token, access func(held string, mine, other *auth.Pair) string
		wantClear     bool
		wantOut       func(held string, mine, other *auth.Pair) string // which refresh token is of no use then
	}{
		{name: "by the cookie", wantClear: true, wantOut: ofTheCookie},
		{name: "by the cookie, whoever rides", access: accessOfOther, wantClear: true, wantOut: ofTheCookie},
		{name: "by the same token in the body", token: ofTheCookie, wantClear: true, wantOut: ofTheCookie},
		{name: "by another token in the body", token: refreshOfOther, wantOut: refreshOfOther},
		{name: "by another token in the body, whoever rides", token: refreshOfOther, access: accessOfMine, wantOut: refreshOfOther},
		{name: "by the access token of its session", token: noise, access: accessOfMine, wantClear: true, wantOut: ofTheCookie},
		{name: "by the access token of another session", token: noise, access: accessOfOther, wantOut: refreshOfOther},
		{name: "by nothing", token: noise},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, testdb.SQLite(t), newClock())
			w.register(t, "ada")
			b, mine := w.signedIn(t)
			other := w.login(t, "ada")
			pick := func(choose func(string, *auth.Pair, *auth.Pair) string) string {
				if choose == nil {
					return ""
				}
				return choose(b.held, mine, other)
			}
			for range 2 { // safe to repeat
				e := b.send()
				request := e.request()
				request.AccessToken = pick(test.access)
				ctx := auth.WithRequest(t.Context(), request)
				require.NoError(t, w.service.Logout(ctx, pick(test.token)))
				require.Equal(t, test.wantClear, len(e.changes) == 1 && e.changes[0] == "")
			}
			for _, refreshToken := range []string{b.held, other.RefreshToken} {
				_, err := w.service.Refresh(t.Context(), refreshToken)
				require.Equal(t, test.wantOut != nil && refreshToken == pick(test.wantOut), err != nil)
			}
		})
	}
}

func noise(string, *auth.Pair, *auth.Pair) string                   { return "x.y.z" }
func ofTheCookie(held string, _, _ *auth.Pair) string               { return held }
func accessOfMine(_ string, mine, _ *auth.Pair) string              { return mine.AccessToken }
func accessOfOther(_ string, _ *auth.Pair, other *auth.Pair) string { return other.AccessToken }
func refreshOfOther(_ string, _, other *auth.Pair) string           { return other.RefreshToken }

func TestLogoutClearsACookieThatIsOfNoUse(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	riding := w.register(t, "ada")
	e := (&browser{held: "a.b.c"}).send()
	request := e.request()
	request.AccessToken = riding.AccessToken
	ctx := auth.WithRequest(t.Context(), request)
	require.NoError(t, w.service.Logout(ctx, ""))
	require.Equal(t, []string{""}, e.changes)
	_, err := w.service.Refresh(t.Context(), riding.RefreshToken)
	require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked, "the session of the access token was ended")
}

func TestAnOutageKeepsTheCookieThroughALogout(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	w.register(t, "ada")
	b, _ := w.signedIn(t)
	require.NoError(t, w.store.Close())
	e := b.send()
	require.Error(t, w.service.Logout(e.context(t.Context()), ""))
	require.Empty(t, e.changes)
}

func TestWhatEndsTheSessionOfTheCookieClearsIt(t *testing.T) {
	tests := []struct {
		name string
		end  func(ctx context.Context, w *world, mine, other *auth.Pair) error
		want []string
	}{
		{name: "logoutAll", want: []string{""}, end: func(ctx context.Context, w *world, _, _ *auth.Pair) error {
			_, err := w.service.LogoutAll(ctx)
			return err
		}},
		{name: "revokeSession of it", want: []string{""}, end: func(ctx context.Context, w *world, mine, _ *auth.Pair) error {
			return w.service.RevokeSession(ctx, mine.Session.ID)
		}},
		{name: "revokeSession of another", end: func(ctx context.Context, w *world, _, other *auth.Pair) error {
			return w.service.RevokeSession(ctx, other.Session.ID)
		}},
		{name: "deleteAccount", want: []string{""}, end: func(ctx context.Context, w *world, _, _ *auth.Pair) error {
			_, err := w.service.DeleteAccount(ctx, testPassword)
			return err
		}},
		{name: "changePassword", want: []string{""}, end: func(ctx context.Context, w *world, _, _ *auth.Pair) error {
			_, err := w.service.ChangePassword(ctx, testPassword, nextPassword)
			return err
		}},
		{name: "changePassword, refused", end: func(ctx context.Context, w *world, _, _ *auth.Pair) error {
			if _, err := w.service.ChangePassword(ctx, "wrong", nextPassword); !errors.Is(err, auth.ErrInvalidCredentials) {
				return fmt.Errorf("not refused: %w", err)
			}
			return nil
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, testdb.SQLite(t), newClock())
			w.register(t, "ada")
			b, mine := w.signedIn(t)
			other := w.login(t, "ada")
			e := b.send()
			require.NoError(t, test.end(e.context(w.as(t, other)), w, mine, other))
			require.Equal(t, test.want, e.changes)
		})
	}
}
