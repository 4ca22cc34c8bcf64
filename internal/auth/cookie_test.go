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

// browser keeps the tokens of the answer that arrived last, as browsers do.
type browser struct{ held, device string }

// exchange is a request of the browser and its answer, which arrives when the test says so.
type exchange struct {
	browser *browser
	cookie         // with the refresh token
	device  cookie // with the device token
}

func (b *browser) send() *exchange {
	return &exchange{browser: b, cookie: cookie{presented: b.held}, device: cookie{presented: b.device}}
}

func (e *exchange) arrive() {
	e.arriveAt(&e.browser.held)
	e.device.arriveAt(&e.browser.device)
}

func (e *exchange) request() auth.Request {
	return auth.Request{Cookie: &e.cookie, DeviceCookie: &e.device}
}

func (e *exchange) context(ctx context.Context) context.Context {
	return auth.WithRequest(ctx, e.request())
}

// cookie notes what an answer does to it.
type cookie struct {
	presented string
	changes   []string
	lifetime  time.Duration
}

func (c *cookie) Token() string { return c.presented }

func (c *cookie) Set(token string, lifetime time.Duration) {
	c.changes, c.lifetime = append(c.changes, token), lifetime
}

func (c *cookie) Clear() { c.changes = append(c.changes, "") }

func (c *cookie) arriveAt(held *string) {
	if len(c.changes) > 0 {
		*held = c.changes[len(c.changes)-1]
	}
}

func (w *world) loginByCookie(t *testing.T, e *exchange, username string) *auth.Pair {
	t.Helper()
	ctx := e.context(t.Context())
	pair, err := w.service.ByCookie(ctx, func() (*auth.Pair, error) {
		return w.service.Login(ctx, auth.Credentials{Username: username, Password: testPassword})
	})
	require.NoError(t, err)
	require.Empty(t, pair.RefreshToken)
	return pair
}

// signedIn returns a browser in which ada signed in.
func (w *world) signedIn(t *testing.T) (*browser, *auth.Pair) {
	t.Helper()
	b := &browser{}
	e := b.send()
	pair := w.loginByCookie(t, e, "ada")
	e.arrive()
	return b, pair
}

func (w *world) refreshByCookie(t *testing.T, e *exchange) error {
	t.Helper()
	_, err := w.service.RefreshByCookie(e.context(t.Context()))
	return err
}

func TestACookieKeepsTheToken(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		w := newWorld(t, db, clock)
		w.register(t, "ada")
		b := &browser{}
		e := b.send()
		pair := w.loginByCookie(t, e, "ada")
		e.arrive()
		require.Len(t, e.changes, 1)
		require.Equal(t, 7*24*time.Hour, e.lifetime)
		first := b.held

		clock.advance(time.Second)
		e, racing := b.send(), b.send()
		require.NoError(t, w.refreshByCookie(t, e))
		clock.advance(2500 * time.Millisecond)
		require.NoError(t, w.refreshByCookie(t, racing))
		e.arrive()
		require.NotEqual(t, first, b.held)
		second := b.held
		racing.arrive()
		require.Equal(t, second, b.held, "the second tab gets the same token")
		require.Equal(t, 7*24*time.Hour-2500*time.Millisecond, racing.lifetime, "for as long as it still lives")

		record, err := w.store.SessionWithUser(t.Context(), pair.Session.Key())
		require.NoError(t, err)
		require.EqualValues(t, 2, record.Generation, "one rotation")
		w.refresh(t, b.held)
	})
}

func TestOnlyAVerdictClearsTheCookie(t *testing.T) {
	tests := []struct {
		name string
		// spoil makes the token of no use, or the service unable to tell.
		spoil     func(t *testing.T, w *world, b *browser, pair *auth.Pair)
		wantErr   error
		wantClear bool
	}{
		{name: "forged", spoil: func(_ *testing.T, _ *world, b *browser, _ *auth.Pair) { b.held = "a.b.c" }, wantErr: auth.ErrRefreshTokenInvalid, wantClear: true},
		{name: "an access token", spoil: func(_ *testing.T, _ *world, b *browser, pair *auth.Pair) { b.held = pair.AccessToken }, wantErr: auth.ErrRefreshTokenInvalid, wantClear: true},
		{name: "expired", spoil: func(_ *testing.T, w *world, _ *browser, _ *auth.Pair) { w.clock.advance(8 * 24 * time.Hour) }, wantErr: auth.ErrRefreshTokenExpired, wantClear: true},
		{name: "logged out elsewhere", spoil: func(t *testing.T, w *world, b *browser, _ *auth.Pair) {
			require.NoError(t, w.service.Logout(t.Context(), b.held))
		}, wantErr: auth.ErrRefreshTokenRevoked, wantClear: true},
		{name: "disabled", spoil: func(t *testing.T, w *world, _ *browser, _ *auth.Pair) {
			require.NoError(t, w.service.DisableUser(t.Context(), "ada"))
		}, wantErr: auth.ErrRefreshTokenRevoked, wantClear: true},
		{name: "reused", spoil: func(t *testing.T, w *world, b *browser, _ *auth.Pair) {
			second := w.refresh(t, b.held)
			w.ride(t, second)
			w.clock.advance(time.Minute)
		}, wantErr: auth.ErrRefreshTokenReused, wantClear: true},
		{name: "the account is gone", spoil: func(t *testing.T, w *world, _ *browser, pair *auth.Pair) {
			_, err := w.service.DeleteAccount(w.as(t, pair), testPassword)
			require.NoError(t, err)
		}, wantErr: auth.ErrRefreshTokenInvalid, wantClear: true},
		{name: "the database is gone", spoil: func(t *testing.T, w *world, _ *browser, _ *auth.Pair) { require.NoError(t, w.store.Close()) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, testdb.SQLite(t), newClock())
			w.register(t, "ada")
			b, pair := w.signedIn(t)
			test.spoil(t, w, b, pair)
			e := b.send()
			err := w.refreshByCookie(t, e)
			require.Error(t, err)
			if !test.wantClear {
				require.Empty(t, e.changes, "nobody could tell")
				return
			}
			require.ErrorIs(t, err, test.wantErr)
			require.Equal(t, []string{""}, e.changes)

			// The same verdict on a token in the body is none of the cookie's business.
			body := (&browser{held: "of somebody else"}).send()
			_, err = w.service.Refresh(body.context(t.Context()), b.held)
			require.Error(t, err)
			require.Empty(t, body.changes)
		})
	}

	t.Run("too many refreshes", func(t *testing.T) {
		w := newWorldWith(t, testdb.SQLite(t), newClock(), cheap, func(cfg *auth.Config) { cfg.Limits.RefreshesPerAddress = 1 })
		w.register(t, "ada")
		b, _ := w.signedIn(t)
		require.NoError(t, w.refreshByCookie(t, b.send()))
		e := b.send()
		err := w.refreshByCookie(t, e)
		require.ErrorAs(t, err, new(*auth.RateLimitedError))
		require.Empty(t, e.changes)
	})

	t.Run("the client hung up", func(t *testing.T) {
		w := newWorld(t, testdb.SQLite(t), newClock())
		w.register(t, "ada")
		b, _ := w.signedIn(t)
		e := b.send()
		gone, hangUp := context.WithCancel(t.Context())
		hangUp()
		_, err := w.service.RefreshByCookie(e.context(gone))
		require.ErrorIs(t, err, context.Canceled)
		require.Empty(t, e.changes)
	})
}

func TestATokenInTheBodyLeavesTheCookieAlone(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	w.register(t, "ada")
	b, _ := w.signedIn(t)
	phone := w.login(t, "ada")
	e := b.send()
	_, err := w.service.Refresh(e.context(t.Context()), phone.RefreshToken)
	require.NoError(t, err)
	_, err = w.service.Login(e.context(t.Context()), auth.Credentials{Username: "ada", Password: testPassword})
	require.NoError(t, err)
	_, err = w.service.Register(e.context(t.Context()), "grace", testPassword)
	require.NoError(t, err)
	require.Empty(t, e.changes)
	require.NoError(t, w.refreshByCookie(t, b.send()), "and its session goes on")
}

func TestNobodySignsInByACookieThatThePageMayNotUse(t *testing.T) {
	w := newWorld(t, testdb.SQLite(t), newClock())
	_, err := w.service.ByCookie(t.Context(), func() (*auth.Pair, error) {
		return w.service.Register(t.Context(), "ada", testPassword)
	})
	require.ErrorIs(t, err, auth.ErrCrossOrigin)
	w.register(t, "ada") // the name is free: nothing was done

	for _, b := range []*browser{nil, {}} {
		ctx := t.Context()
		if b != nil {
			ctx = b.send().context(ctx)
		}
		_, err = w.service.RefreshByCookie(ctx)
		var input *auth.InputError
		require.ErrorAs(t, err, &input)
		require.Equal(t, map[string]string{"refreshToken": "is required"}, input.Fields)
	}
}

func TestASignInEndsTheSessionWhosePlaceItTakes(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		ada := w.register(t, "ada").User.ID
		w.register(t, "grace")
		b, first := w.signedIn(t)
		old := b.held

		e := b.send()
		ctx := e.context(t.Context())
		_, err := w.service.ByCookie(ctx, func() (*auth.Pair, error) {
			return w.service.Login(ctx, auth.Credentials{Username: "ada", Password: "wrong"})
		})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		require.Empty(t, e.changes)
		require.NoError(t, w.refreshByCookie(t, b.send()), "who fails to sign in stays who they were")

		e = b.send()
		second := w.loginByCookie(t, e, "grace")
		e.arrive()
		w.requireOut(t, &auth.Pair{AccessToken: first.AccessToken, RefreshToken: old})
		record, err := w.store.SessionWithUser(t.Context(), first.Session.Key())
		require.NoError(t, err)
		require.Equal(t, models.RevokedByReplacement, record.RevokedReason)
		history := w.history(t, ada)
		last := history[len(history)-1]
		require.Equal(t, models.EventLoggedOut, last.Kind)
		require.Equal(t, first.Session.ID, *last.SessionID)
		require.NoError(t, w.refreshByCookie(t, b.send()))
		require.Equal(t, second.Session.ID.String(), w.sessionIn(t, b))
	})
}

// sessionIn names the session whose token the browser holds.
func (w *world) sessionIn(t *testing.T, b *browser) string {
	t.Helper()
	claims, err := w.tokens.VerifyRefresh(b.held)
	require.NoError(t, err)
	return claims.SessionID
}

// TestALateAnswerLeavesTheNewerSignIn: what arrives last was worked on after somebody signed in anew.
func TestALateAnswerLeavesTheNewerSignIn(t *testing.T) {
	late := map[string]func(w *world, e *exchange) error{
		"a refresh": func(w *world, e *exchange) error {
			_, err := w.service.RefreshByCookie(e.context(context.Background()))
			return err
		},
		"a logout": func(w *world, e *exchange) error {
			return w.service.Logout(e.context(context.Background()), "")
		},
	}
	for name, work := range late {
		t.Run(name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				clock := newClock()
				w := newWorld(t, db, clock)
				w.register(t, "ada")
				b, _ := w.signedIn(t)

				first := b.held
				slow, relogin := b.send(), b.send()
				newer := w.loginByCookie(t, relogin, "ada")
				relogin.arrive()
				if err := work(w, slow); err != nil {
					require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
				}
				slow.arrive()
				require.Equal(t, newer.Session.ID.String(), w.sessionIn(t, b))

				second := b.held
				slow, change := b.send(), b.send()
				ctx := change.context(w.as(t, newer))
				newest, err := w.service.ByCookie(ctx, func() (*auth.Pair, error) {
					return w.service.ChangePassword(ctx, testPassword, nextPassword)
				})
				require.NoError(t, err)
				change.arrive()
				if err := work(w, slow); err != nil {
					require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
				}
				slow.arrive()
				require.Equal(t, newest.Session.ID.String(), w.sessionIn(t, b))
				require.NoError(t, w.refreshByCookie(t, b.send()))

				// A token that is still there after all of this is cleared like any other.
				clock.advance(61 * time.Second)
				for _, stale := range []string{first, second} {
					e := (&browser{held: stale}).send()
					_ = work(w, e)
					require.Equal(t, []string{""}, e.changes)
				}
			})
		})
	}
}
