package auth_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

// adminUseCases are all that only an ADMIN may do, each to the account.
func adminUseCases(w *world, id models.UserID) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"SetRole":            func(ctx context.Context) error { _, err := w.service.SetRole(ctx, id, models.RoleUser); return err },
		"DisableAccount":     func(ctx context.Context) error { _, err := w.service.DisableAccount(ctx, id); return err },
		"EnableAccount":      func(ctx context.Context) error { _, err := w.service.EnableAccount(ctx, id); return err },
		"RevokeUserSessions": func(ctx context.Context) error { _, err := w.service.RevokeUserSessions(ctx, id); return err },
		"Users":              func(ctx context.Context) error { _, err := w.service.Users(ctx, auth.UserPage{Limit: 1}); return err },
		"CountUsers":         func(ctx context.Context) error { _, err := w.service.CountUsers(ctx, ""); return err },
		"AllSecurityEvents": func(ctx context.Context) error {
			_, err := w.service.AllSecurityEvents(ctx, auth.EventPage{Limit: 1})
			return err
		},
		"SecurityOverview": func(ctx context.Context) error {
			_, err := w.service.SecurityOverview(ctx, w.clock.now(), w.clock.now().Add(time.Hour), time.Minute)
			return err
		},
	}
}

func TestOnlyAnAdminMay(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin, user, other := w.admin(t, "root"), w.register(t, "ada"), w.register(t, "grace")
		for name, use := range adminUseCases(w, other.User.ID) {
			require.ErrorIs(t, use(t.Context()), auth.ErrUnauthenticated, name)
			require.ErrorIs(t, use(w.as(t, user)), auth.ErrForbidden, name)
		}
		for name, use := range adminUseCases(w, user.User.ID) {
			require.ErrorIs(t, use(w.as(t, user)), auth.ErrForbidden, "%s, of one's own", name)
		}
		require.Empty(t, w.history(t, other.User.ID))
		w.refresh(t, other.RefreshToken)
		for name, use := range adminUseCases(w, other.User.ID) {
			require.NoError(t, use(w.as(t, admin)), name)
		}

		nobody, err := models.NewUserID(time.Now())
		require.NoError(t, err)
		for _, name := range []string{"SetRole", "DisableAccount", "EnableAccount", "RevokeUserSessions"} {
			require.ErrorIs(t, adminUseCases(w, nobody)[name](w.as(t, admin)), auth.ErrNotFound, name)
		}
		_, err = w.service.SetRole(w.as(t, admin), other.User.ID, "ROOT")
		require.ErrorAs(t, err, new(*auth.InputError))
	})
}

func TestAnAdminLooksAfterAnAccount(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin, user := w.admin(t, "root"), w.register(t, "ada")
		ctx, id := w.as(t, admin), user.User.ID
		w.clock.advance(time.Second)

		changed, err := w.service.SetRole(ctx, id, models.RoleAdmin)
		require.NoError(t, err)
		require.Equal(t, models.RoleAdmin, changed.Role)
		w.ride(t, user) // a promotion ends nothing
		promoted := w.refresh(t, user.RefreshToken)
		_, err = w.service.Authorize(bearing(t.Context(), promoted.AccessToken), models.RoleAdmin)
		require.NoError(t, err, "the next access token has it")

		_, err = w.service.SetRole(ctx, id, models.RoleUser)
		require.NoError(t, err)
		w.requireRefused(t, promoted)
		w.ride(t, user) // it never claimed more than USER
		demoted := w.refresh(t, promoted.RefreshToken)
		_, err = w.service.Authorize(bearing(t.Context(), demoted.AccessToken), models.RoleAdmin)
		require.ErrorIs(t, err, auth.ErrForbidden)
		w.ride(t, demoted) // and is not signed out

		ended, err := w.service.RevokeUserSessions(ctx, id)
		require.NoError(t, err)
		require.Equal(t, []models.SessionID{user.Session.ID}, ended)
		w.requireOut(t, demoted)
		ended, err = w.service.RevokeUserSessions(ctx, id)
		require.NoError(t, err)
		require.Empty(t, ended)

		again := w.login(t, "ada")
		changed, err = w.service.DisableAccount(ctx, id)
		require.NoError(t, err)
		require.True(t, changed.Disabled())
		w.requireOut(t, again)
		changed, err = w.service.EnableAccount(ctx, id)
		require.NoError(t, err)
		require.False(t, changed.Disabled())
		w.requireOut(t, again)
		w.login(t, "ada")

		_, err = w.service.SignOutUser(t.Context(), "ada")
		require.NoError(t, err)
		history := w.history(t, id)
		require.Equal(t, []models.EventKind{
			models.EventRoleChanged, models.EventRoleChanged, models.EventRevoked, models.EventUserDisabled, models.EventUserEnabled,
			models.EventRevoked,
		}, kinds(history))
		for i, detail := range []string{"ADMIN", "USER", "ADMIN", "", "", "OPERATOR"} {
			require.Equal(t, detail, history[i].Detail, i)
			require.Nil(t, history[i].SessionID, i)
			if detail == "OPERATOR" {
				require.Nil(t, history[i].ActorID)
				continue
			}
			require.Equal(t, admin.User.ID, *history[i].ActorID, i)
			require.Equal(t, "192.0.2.7", history[i].IP, i)
		}
	})
}

func TestAnAdminMayActOnTheOwnAccount(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin, _ := w.admin(t, "root"), w.admin(t, "second")
		changed, err := w.service.SetRole(w.as(t, admin), admin.User.ID, models.RoleUser)
		require.NoError(t, err)
		require.Equal(t, models.RoleUser, changed.Role)
		w.requireRefused(t, admin)
		demoted := w.refresh(t, admin.RefreshToken)
		_, err = w.service.SetRole(w.as(t, demoted), admin.User.ID, models.RoleAdmin)
		require.ErrorIs(t, err, auth.ErrForbidden, "there is no way back")
		require.Nil(t, w.history(t, admin.User.ID)[0].ActorID, "it was no other")
	})
}

// takings are the ways in which an ADMIN can go; each is what the account itself asks for.
var takings = map[string]func(context.Context, *world, models.UserID) error{
	"demote": func(ctx context.Context, w *world, id models.UserID) error {
		_, err := w.service.SetRole(ctx, id, models.RoleUser)
		return err
	},
	"disable": func(ctx context.Context, w *world, id models.UserID) error {
		_, err := w.service.DisableAccount(ctx, id)
		return err
	},
	"delete": func(ctx context.Context, w *world, _ models.UserID) error {
		_, err := w.service.DeleteAccount(ctx, testPassword)
		return err
	},
}

func TestTheLastAdminStays(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin, second := w.admin(t, "root"), w.admin(t, "second")
		require.NoError(t, w.service.DisableUser(t.Context(), "second"))
		for name, take := range takings {
			require.ErrorIs(t, take(w.as(t, admin), w, admin.User.ID), auth.ErrLastAdmin, name)
		}
		require.ErrorIs(t, w.service.SetUserRole(t.Context(), "root", models.RoleUser), auth.ErrLastAdmin, "by the operator")
		require.ErrorIs(t, w.service.DisableUser(t.Context(), "root"), auth.ErrLastAdmin, "by the operator")
		require.Empty(t, w.history(t, admin.User.ID))
		w.ride(t, admin)

		require.NoError(t, w.service.EnableUser(t.Context(), "second"))
		for name, take := range takings {
			leaver := w.admin(t, "leaver-"+name)
			require.NoError(t, take(w.as(t, leaver), w, leaver.User.ID), name)
		}
		require.NoError(t, takings["delete"](w.as(t, admin), w, admin.User.ID))
		again := w.login(t, second.User.Username)
		require.ErrorIs(t, takings["delete"](w.as(t, again), w, second.User.ID), auth.ErrLastAdmin)
	})
}

func TestOfTwoAdminsWhoTakeEachOtherOutOneIsLeft(t *testing.T) {
	const rounds = 60
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		clock := newClock()
		replicas := []*world{newWorld(t, db, clock), newWorld(t, db, clock)}
		ways := []string{"demote", "disable"}
		for round := range rounds {
			name := time.Duration(round).String()
			pairs := []*auth.Pair{replicas[0].admin(t, "left-"+name), replicas[1].admin(t, "right-"+name)}
			if round > 0 { // the one who was left in the last round goes, so that there are two
				require.NoError(t, replicas[0].service.LoadRevocations(t.Context()))
				disableOthers(t, replicas[0], pairs)
			}
			contexts := []context.Context{replicas[0].as(t, pairs[0]), replicas[1].as(t, pairs[1])}
			errs := make([]error, 2)
			together(2, func(i int) {
				errs[i] = takings[ways[(round+i)%2]](contexts[i], replicas[i], pairs[1-i].User.ID)
			})
			require.Equal(t, 1, open(t, replicas[0], models.RoleAdmin), "round %d: %v", round, errs)
			require.NotEqual(t, errs[0] == nil, errs[1] == nil, "%v", errs)
			require.ErrorIs(t, errors.Join(errs...), auth.ErrLastAdmin)
		}
		t.Logf("%d rounds on 2 pools: one ADMIN left each time", rounds)
	})
}

// disableOthers leaves no other open ADMIN than the two.
func disableOthers(t *testing.T, w *world, pairs []*auth.Pair) {
	t.Helper()
	users, err := w.service.ListUsers(t.Context(), nil, 1000)
	require.NoError(t, err)
	for _, user := range users {
		if user.Role == models.RoleAdmin && !user.Disabled() && user.ID != pairs[0].User.ID && user.ID != pairs[1].User.ID {
			require.NoError(t, w.service.DisableUser(t.Context(), user.Username))
		}
	}
}

// open counts the open accounts with a role.
func open(t *testing.T, w *world, role models.Role) int {
	t.Helper()
	users, err := w.service.ListUsers(t.Context(), nil, 1000)
	require.NoError(t, err)
	count := 0
	for _, user := range users {
		if user.Role == role && !user.Disabled() {
			count++
		}
	}
	return count
}
