package auth_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

const nextPassword = "an engine of analysis"

func TestAPasswordChangeLeavesOneNewSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		first := here.register(t, "ada")
		phone, laptop := here.login(t, "ada"), here.refresh(t, first.RefreshToken)
		clock.advance(time.Second)

		changed, err := here.service.ChangePassword(here.as(t, laptop), testPassword, nextPassword)
		require.NoError(t, err)
		require.NotEqual(t, laptop.Session.ID, changed.Session.ID, "the family starts anew")
		require.Equal(t, clock.now().UTC(), changed.User.UpdatedAt)
		require.NoError(t, there.service.LoadRevocations(t.Context()))
		for _, replica := range []*world{here, there} {
			for _, pair := range []*auth.Pair{first, laptop, phone} {
				replica.requireOut(t, pair)
			}
			replica.ride(t, changed)
			_, err = replica.service.Login(t.Context(), auth.Credentials{Username: "ada", Password: testPassword})
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		}
		live, err := here.service.Sessions(here.as(t, changed))
		require.NoError(t, err)
		require.Len(t, live, 1)
		there.refresh(t, changed.RefreshToken)

		history := here.history(t, changed.User.ID)
		require.Equal(t, []models.EventKind{models.EventPasswordChanged, models.EventSignInFailed, models.EventSignInFailed}, kinds(history))
		require.Equal(t, changed.Session.ID, *history[0].SessionID)
		require.Equal(t, "192.0.2.7", history[0].IP)
		_, err = there.service.Login(t.Context(), auth.Credentials{Username: "ada", Password: nextPassword})
		require.NoError(t, err)
	})
}

func TestAPasswordChangeThatIsRefusedChangesNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		pair, err := w.service.Register(t.Context(), "ada.lovelace", "café au lait à midi")
		require.NoError(t, err)
		const current = "café au lait à midi"
		tests := []struct {
			name, current, next string
			wantErr             error
			wantField           bool
		}{
			{name: "wrong", current: testPassword, next: nextPassword, wantErr: auth.ErrInvalidCredentials},
			{name: "none", current: "", next: nextPassword, wantErr: auth.ErrInvalidCredentials},
			{name: "wrong, and a weak one", current: testPassword, next: "x", wantErr: auth.ErrInvalidCredentials},
			{name: "short", current: current, next: "1234567", wantField: true},
			{name: "common", current: current, next: "Password1", wantField: true},
			{name: "the username", current: current, next: "Ada.Lovelace", wantField: true},
			{name: "the same", current: current, next: current, wantField: true},
			{name: "the same, typed otherwise", current: current, next: "cafe\u0301 au lait a\u0300 midi", wantField: true},
		}
		for _, test := range tests {
			t.Run(test.name, func(t *testing.T) {
				_, err := w.service.ChangePassword(w.as(t, pair), test.current, test.next)
				require.Error(t, err)
				if !test.wantField {
					require.ErrorIs(t, err, test.wantErr)
					return
				}
				var input *auth.InputError
				require.ErrorAs(t, err, &input)
				require.Len(t, input.Fields, 1)
				require.NotEmpty(t, input.Fields["newPassword"])
			})
		}
		require.Equal(t, slices.Repeat([]models.EventKind{models.EventSignInFailed}, 3), kinds(w.history(t, pair.User.ID)))
		w.refresh(t, pair.RefreshToken)
		_, err = w.service.Login(t.Context(), auth.Credentials{Username: "ada.lovelace", Password: current})
		require.NoError(t, err)

		_, err = w.service.ChangePassword(t.Context(), current, nextPassword)
		require.ErrorIs(t, err, auth.ErrUnauthenticated, "nobody asks")
		ctx := w.as(t, pair)
		require.NoError(t, w.service.DisableUser(t.Context(), "ada.lovelace"))
		_, err = w.service.ChangePassword(ctx, current, nextPassword)
		require.ErrorIs(t, err, auth.ErrUnauthenticated, "the account was shut meanwhile")
	})
}

// TestTheCurrentPasswordCannotBeGuessedWithASession: neither mutation that asks for it lets the other one's guesses be
// forgotten, and the owner elsewhere is not slowed.
func TestTheCurrentPasswordCannotBeGuessedWithASession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newLimitedWorld(t, db, newClock())
		stolen := w.register(t, "ada")
		owner := w.login(t, "ada")
		for i := range 5 {
			_, err := w.service.ChangePassword(w.as(t, stolen), fmt.Sprintf("guess %d", i), nextPassword)
			require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		}
		_, err := w.service.DeleteAccount(w.as(t, stolen), testPassword)
		requireWait(t, time.Second, err)
		require.Len(t, w.eventsOf(t, models.EventThrottled), 1)

		_, err = w.service.ChangePassword(w.as(t, owner), testPassword, nextPassword)
		require.NoError(t, err)
	})
}

func TestADeletedAccountIsGoneWithItsSessions(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		pair, other := w.register(t, "ada"), w.register(t, "grace")
		phone := w.login(t, "ada")

		_, err := w.service.DeleteAccount(w.as(t, pair), testPassword+".")
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		w.refresh(t, phone.RefreshToken)
		ctx := w.as(t, pair)
		deleted, err := w.service.DeleteAccount(ctx, testPassword)
		require.NoError(t, err)
		require.Equal(t, pair.User.ID, deleted)

		for _, gone := range []*auth.Pair{pair, phone} {
			_, err = w.service.Refresh(t.Context(), gone.RefreshToken)
			require.ErrorIs(t, err, auth.ErrRefreshTokenInvalid)
			w.requireRefused(t, gone)
		}
		_, err = w.service.Login(t.Context(), auth.Credentials{Username: "ada", Password: testPassword})
		require.ErrorIs(t, err, auth.ErrInvalidCredentials)
		_, err = w.service.DeleteAccount(ctx, testPassword)
		require.ErrorIs(t, err, auth.ErrUnauthenticated, "the second time there is none")
		history := w.history(t, pair.User.ID)
		require.Equal(t, []models.EventKind{models.EventSignInFailed, models.EventUserDeleted}, kinds(history), "its history stays, and says so")
		require.Equal(t, pair.Session.ID, *history[0].SessionID)
		w.refresh(t, other.RefreshToken)
		require.NotEqual(t, pair.User.ID, w.register(t, "ada").User.ID, "the name is free")
	})
}

// The refreshes go on until they are refused, so that the change meets them at every moment.
func TestNoSessionSurvivesAPasswordChangeThatRacesARefresh(t *testing.T) {
	const rounds = 1000
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		holder := here.register(t, "ada")
		current, next := testPassword, nextPassword
		rotations := 0
		for range rounds {
			var changed *auth.Pair
			var changeErr, refreshErr error
			newest, ctx := holder, here.as(t, holder)
			together(2, func(i int) {
				if i == 1 {
					changed, changeErr = here.service.ChangePassword(ctx, current, next)
					return
				}
				for refreshed := holder; refreshErr == nil; rotations++ {
					newest = refreshed
					refreshed, refreshErr = there.service.Refresh(t.Context(), newest.RefreshToken)
				}
			})
			require.NoError(t, changeErr)
			require.ErrorIs(t, refreshErr, auth.ErrRefreshTokenRevoked, "not reused: nobody stole anything")
			_, err := here.service.Authorize(bearing(t.Context(), newest.AccessToken), models.RoleUser)
			require.ErrorIs(t, err, auth.ErrUnauthenticated)
			holder, current, next = changed, next, current
		}
		live, err := here.store.LiveSessions(t.Context(), holder.User.ID, clock.now(), 10)
		require.NoError(t, err)
		require.Len(t, live, 1)
		t.Logf("%d rounds with %d refreshes: no session lived on", rounds, rotations-rounds)
	})
}

func TestNoSessionOfAStalePasswordAfterALoginThatRaced(t *testing.T) {
	const rounds = 200
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		here, there := newWorld(t, db, clock), newWorld(t, db, clock)
		current, next := testPassword, nextPassword
		holder := here.register(t, "ada")
		signedIn := 0
		for range rounds {
			var changed, stale *auth.Pair
			var changeErr, loginErr error
			ctx := here.as(t, holder)
			together(2, func(i int) {
				if i == 0 {
					changed, changeErr = here.service.ChangePassword(ctx, current, next)
				} else {
					stale, loginErr = there.service.Login(t.Context(), auth.Credentials{Username: "ada", Password: current})
				}
			})
			require.NoError(t, changeErr)
			if loginErr == nil {
				signedIn++
				_, err := there.service.Refresh(t.Context(), stale.RefreshToken)
				require.ErrorIs(t, err, auth.ErrRefreshTokenRevoked)
			} else {
				require.ErrorIs(t, loginErr, auth.ErrInvalidCredentials)
			}
			live, err := here.store.LiveSessions(t.Context(), holder.User.ID, clock.now(), 10)
			require.NoError(t, err)
			require.Len(t, live, 1)
			require.Equal(t, changed.Session.ID, live[0].ID)
			holder, current, next = changed, next, current
		}
		t.Logf("%d rounds, the login came first in %d: no session of a stale password lived on", rounds, signedIn)
	})
}

func TestOfTwoPasswordChangesOneWins(t *testing.T) {
	const rounds = 100
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		replicas := []*world{newWorld(t, db, clock), newWorld(t, db, clock)}
		replicas[0].register(t, "ada")
		current := testPassword
		for round := range rounds {
			devices := make([]*auth.Pair, 2)
			for i, replica := range replicas {
				var err error
				devices[i], err = replica.service.Login(t.Context(), auth.Credentials{Username: "ada", Password: current})
				require.NoError(t, err)
			}
			contexts := []context.Context{replicas[0].as(t, devices[0]), replicas[1].as(t, devices[1])}
			next := []string{"of the phone, " + time.Duration(round).String(), "of the laptop, " + time.Duration(round).String()}
			pairs, errs := make([]*auth.Pair, 2), make([]error, 2)
			together(2, func(i int) { pairs[i], errs[i] = replicas[i].service.ChangePassword(contexts[i], current, next[i]) })

			winner := 0
			if errs[0] != nil {
				winner = 1
			}
			require.NoError(t, errs[winner])
			require.ErrorIs(t, errs[1-winner], auth.ErrInvalidCredentials, "its password is not the current one any more")
			live, err := replicas[0].store.LiveSessions(t.Context(), pairs[winner].User.ID, clock.now(), 10)
			require.NoError(t, err)
			require.Len(t, live, 1)
			require.Equal(t, pairs[winner].Session.ID, live[0].ID)
			current = next[winner]
		}
		t.Logf("%d rounds on 2 pools: one change each", rounds)
	})
}

func TestAPasswordChangeSurvivesARehash(t *testing.T) {
	const rounds = 100
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		old := newWorld(t, db, clock)
		dearer := cheap
		dearer.Iterations = 2
		upgraded := newWorldWith(t, db, clock, dearer)
		for round := range rounds {
			name := "ada-" + time.Duration(round).String()
			ctx := upgraded.as(t, old.register(t, name))
			var changeErr, loginErr error
			together(2, func(i int) {
				if i == 0 {
					_, changeErr = upgraded.service.ChangePassword(ctx, testPassword, nextPassword)
				} else {
					_, loginErr = upgraded.service.Login(t.Context(), auth.Credentials{Username: name, Password: testPassword})
				}
			})
			require.NoError(t, changeErr, "the password was right all the time")
			if loginErr != nil {
				require.ErrorIs(t, loginErr, auth.ErrInvalidCredentials)
			}
		}
		t.Logf("%d rounds of a change beside a login that hashes the password anew", rounds)
	})
}
