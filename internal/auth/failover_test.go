package auth_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// A server was the primary, is made a replica, and does not know yet what the new primary answered. The replica of Daypass
// here has connections to it.

// TestADemotedPrimarySignsNobodyOut refreshes a session at the old primary that began at the new one.
func TestADemotedPrimarySignsNobodyOut(t *testing.T) {
	t.Parallel()
	old, primary := testdb.StartTwin(t), testdb.StartTwin(t)
	clock := newClock()
	elsewhere := newWorld(t, testdb.TwinsAt(t, primary.Address()), clock)
	unknown := elsewhere.register(t, "ada")
	here := newWorld(t, testdb.TwinsAt(t, old.Address(), primary.Address()), clock)
	old.Exec(t, "SET GLOBAL read_only = ON")

	_, err := here.service.Refresh(t.Context(), unknown.RefreshToken)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.EqualValues(t, 2, here.refresh(t, unknown.RefreshToken).Session.Generation, "at the new one")
}

// TestALogoutIsNotAnsweredByADemotedPrimary ends sessions there that began at the new one. To find nothing to end is no error
// elsewhere; there the lock that a logout asks for is refused.
func TestALogoutIsNotAnsweredByADemotedPrimary(t *testing.T) {
	t.Parallel()
	old, primary := testdb.StartTwin(t), testdb.StartTwin(t)
	clock := newClock()
	elsewhere := newWorld(t, testdb.TwinsAt(t, primary.Address()), clock)
	for name, logout := range map[string]func(w *world, pair *auth.Pair) error{
		"logout": func(w *world, pair *auth.Pair) error { return w.service.Logout(t.Context(), pair.RefreshToken) },
		"logoutAll": func(w *world, pair *auth.Pair) error {
			ctx, err := w.service.Authorize(bearing(t.Context(), pair.AccessToken), models.RoleUser)
			require.NoError(t, err)
			_, err = w.service.LogoutAll(ctx)
			return err
		},
	} {
		old.Exec(t, "SET GLOBAL read_only = OFF")
		here := newWorld(t, testdb.TwinsAt(t, old.Address(), primary.Address()), clock)
		pair := elsewhere.register(t, name)
		old.Exec(t, "SET GLOBAL read_only = ON")
		require.ErrorIs(t, logout(here, pair), auth.ErrUnavailable, name)
		require.NoError(t, logout(here, pair), name)
		_, err := elsewhere.service.Refresh(t.Context(), pair.RefreshToken)
		require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked, name)
	}
}

// TestNothingIsAnsweredOnTheStrengthOfAnotherServer has the process go to the new primary between what a request reads and
// what it writes. Meanwhile the account became an ADMIN there.
func TestNothingIsAnsweredOnTheStrengthOfAnotherServer(t *testing.T) {
	t.Parallel()
	old, primary := testdb.StartTwin(t), testdb.StartTwin(t)
	clock := newClock()
	elsewhere := newWorld(t, testdb.TwinsAt(t, primary.Address()), clock)
	for _, test := range []struct {
		name    string
		request func(w *world, pair *auth.Pair) (*auth.Pair, error)
		// between has the function called after the request has read and before it writes.
		between func(c *auth.Config, call func())
	}{
		{
			name: "refresh",
			request: func(w *world, pair *auth.Pair) (*auth.Pair, error) {
				return w.service.Refresh(t.Context(), pair.RefreshToken)
			},
			between: func(c *auth.Config, call func()) { c.Meter = whenJudged(call) },
		},
		{
			name: "login",
			request: func(w *world, pair *auth.Pair) (*auth.Pair, error) {
				return w.service.Login(t.Context(), auth.Credentials{Username: pair.User.Username, Password: testPassword})
			},
			between: func(c *auth.Config, call func()) { c.Now = func() time.Time { call(); return clock.now() } },
		},
	} {
		old.Exec(t, "SET GLOBAL read_only = OFF")
		var here *world
		demote := func() {}
		here = newWorldWith(t, testdb.TwinsAt(t, old.Address(), primary.Address()), clock, cheap, func(c *auth.Config) {
			test.between(c, func() { demote() })
		})
		pair := here.register(t, test.name)
		event := models.SecurityEvent{ID: models.EventID(pair.Session.ID), Kind: models.EventSignedUp, UserID: &pair.User.ID, CreatedAt: clock.now()}
		require.NoError(t, elsewhere.store.CreateUserWithSession(t.Context(), pair.User, pair.Session, event))
		event.ID = models.EventID(pair.User.ID)
		_, err := elsewhere.store.SetRole(t.Context(), pair.User.ID, models.RoleAdmin, auth.Change{At: clock.now(), Event: event})
		require.NoError(t, err)

		demote = sync.OnceFunc(func() {
			old.Exec(t, "SET GLOBAL read_only = ON")
			require.ErrorIs(t, here.store.Ping(t.Context()), auth.ErrUnavailable)
		})
		_, err = test.request(here, pair)
		require.ErrorIs(t, err, auth.ErrUnavailable, test.name)
		again, err := test.request(here, pair)
		require.NoError(t, err, test.name)
		require.Equal(t, models.RoleAdmin, again.User.Role, test.name)
	}
}

// whenJudged is a meter that is called when a refresh token was judged.
type whenJudged func()

func (call whenJudged) RefreshJudged(string) { call() }

func (whenJudged) Throttled(string) {}
