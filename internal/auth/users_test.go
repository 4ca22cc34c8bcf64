package auth_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestAnAdminFindsAccounts(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin := w.admin(t, "root")
		for _, name := range []string{"Ada", "adam", "_under", "a_a", "zoe"} {
			w.register(t, name)
		}
		ctx := w.as(t, admin)
		for prefix, want := range map[string][]string{
			"":         {"zoe", "a_a", "_under", "adam", "Ada", "root"},
			"ad":       {"Ada", "adam"},
			"AD":       {"Ada", "adam"},
			"adam":     {"adam"},
			"adams":    nil,
			"_":        {"_under"},
			"a_":       {"a_a"},
			"%":        nil,
			"À":        nil, // an A to some collations
			"ad ":      nil,
			"ada\x00":  nil,
			"ad' OR 1": nil,
		} {
			users, err := w.service.Users(ctx, auth.UserPage{Prefix: prefix, Limit: 10})
			require.NoError(t, err, prefix)
			var names []string
			for i := range users {
				names = append(names, users[i].Username)
			}
			if prefix == "" {
				require.ElementsMatch(t, want, names)
			} else {
				require.Equal(t, want, names, "%q", prefix)
			}
			count, err := w.service.CountUsers(ctx, prefix)
			require.NoError(t, err)
			require.Equal(t, len(want), count, "%q", prefix)
		}
	})
}

func TestWhoMaySeeWhichAccount(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		w := newWorld(t, db, newClock())
		admin, ada, grace := w.admin(t, "root"), w.register(t, "ada"), w.register(t, "grace")
		require.NoError(t, w.service.DisableUser(t.Context(), "grace"))
		all := []models.UserID{admin.User.ID, ada.User.ID, grace.User.ID, {1}, ada.User.ID}

		seen, err := w.service.UsersByID(w.as(t, ada), all)
		require.NoError(t, err)
		require.Len(t, seen, 1)
		require.Equal(t, ada.User.ID, seen[0].ID)
		seen, err = w.service.UsersByID(w.as(t, ada), all[2:4])
		require.NoError(t, err)
		require.Empty(t, seen)
		seen, err = w.service.UsersByID(w.as(t, admin), all)
		require.NoError(t, err)
		require.Len(t, seen, 3)
		_, err = w.service.UsersByID(t.Context(), all)
		require.ErrorIs(t, err, auth.ErrUnauthenticated)

		user, err := w.service.User(w.as(t, admin), grace.User.ID)
		require.NoError(t, err)
		require.True(t, user.Disabled())
		_, err = w.service.User(w.as(t, ada), admin.User.ID)
		require.ErrorIs(t, err, auth.ErrNotFound)
		_, err = w.service.User(w.as(t, admin), models.UserID{1})
		require.ErrorIs(t, err, auth.ErrNotFound)
	})
}
