package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// createAdmin keeps an account with the role ADMIN.
func createAdmin(t testing.TB, s *store.Store, username string) *models.User {
	t.Helper()
	user := newUser(t, username)
	user.Role = models.RoleAdmin
	require.NoError(t, s.CreateUser(t.Context(), user, newEvent(t, morning)))
	return user
}

func readUser(t testing.TB, s *store.Store, id models.UserID) *models.User {
	t.Helper()
	user, err := s.UserByID(t.Context(), id)
	require.NoError(t, err)
	return user
}

// requireTold checks that what a call returned is what the other processes will read, one for each session.
func requireTold(t *testing.T, s *store.Store, revoked []models.Revocation, change auth.Change, sessions ...*models.RefreshToken) {
	t.Helper()
	kept := feed(t, s)
	require.Equal(t, kept[len(kept)-len(revoked):], revoked)
	var want, got []models.SessionID
	for _, session := range sessions {
		want = append(want, session.ID)
	}
	for _, revocation := range revoked {
		require.NotNil(t, revocation.SessionID)
		require.Equal(t, sessions[0].UserID, revocation.UserID)
		require.Equal(t, change.AccessUntil, revocation.ExpiresAt)
		require.Empty(t, revocation.Role)
		got = append(got, *revocation.SessionID)
	}
	require.ElementsMatch(t, want, got)
}

func TestAPasswordChangeEndsAllSessionsAndStartsOne(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")
		ended, here, there, others := createSession(t, s, user), createSession(t, s, user), createSession(t, s, user), createSession(t, s, other)
		_, err := s.Revoke(ctx, ended.Key(), models.RevokedByLogout, changeAt(t, morning))
		require.NoError(t, err)

		before, next, change := readUser(t, s, user.ID), newSessionAt(t, user, noon), changeAt(t, noon)
		revoked, err := s.ChangePassword(ctx, user, "$argon2id$new", next, change)
		require.NoError(t, err)
		requireTold(t, s, revoked, change, here, there)

		before.PasswordHash, before.UpdatedAt = "$argon2id$new", noon
		before.SignIns++
		require.Equal(t, before, readUser(t, s, user.ID))
		for _, session := range []*models.RefreshToken{here, there} {
			after := readSession(t, s, session.Key())
			require.Equal(t, &noon, after.RevokedAt)
			require.Equal(t, models.RevokedByPasswordChange, after.RevokedReason)
		}
		require.Equal(t, models.RevokedByLogout, readSession(t, s, ended.Key()).RevokedReason, "an earlier end keeps its reason")
		require.Nil(t, readSession(t, s, others.Key()).RevokedAt, "others are left alone")
		next.User = *before
		require.Equal(t, next, readSession(t, s, next.Key()))
		require.Equal(t, change.Event, history(t, s)[0])
	})
}

func TestOnlyTheVerifiedAccountIsChanged(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		createAdmin(t, s, "root")
		for name, meanwhile := range map[string]func(user *models.User) error{
			"deleted":  func(user *models.User) error { _, err := s.DeleteUser(ctx, user, changeAt(t, morning)); return err },
			"disabled": func(user *models.User) error { _, err := s.DisableUser(ctx, user.ID, changeAt(t, morning)); return err },
			"new_password": func(user *models.User) error {
				_, err := s.ChangePassword(ctx, user, "$argon2id$new", newSession(t, user), changeAt(t, morning))
				return err
			},
			"rehashed": func(user *models.User) error {
				return s.ReplacePasswordHash(ctx, user.ID, user.PasswordHash, "$argon2id$same password")
			},
		} {
			verified := createAdmin(t, s, name)
			createSession(t, s, verified)
			require.NoError(t, meanwhile(verified), name)
			before := contents(t, s)
			_, err := s.ChangePassword(ctx, verified, "$argon2id$newer", newSession(t, verified), changeAt(t, morning))
			require.ErrorIs(t, err, auth.ErrUserChanged, name)
			_, err = s.DeleteUser(ctx, verified, changeAt(t, morning))
			require.ErrorIs(t, err, auth.ErrUserChanged, name)
			require.Equal(t, before, contents(t, s), name)
		}
	})
}

func TestARoleIsSet(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		createAdmin(t, s, "root")
		user := createUser(t, s, "ada")
		session := createSession(t, s, user)
		for _, role := range []models.Role{models.RoleAdmin, models.RoleUser} {
			noon = noon.Add(time.Hour)
			change := changeAt(t, noon)
			revoked, err := s.SetRole(ctx, user.ID, role, change)
			require.NoError(t, err)
			kept := feed(t, s)
			require.Equal(t, kept[len(kept)-1:], revoked)
			want := models.Revocation{ID: revoked[0].ID, UserID: user.ID, Role: role, ExpiresAt: change.AccessUntil}
			require.Equal(t, []models.Revocation{want}, revoked)
			require.Equal(t, change.Event, history(t, s)[0])
			after := readUser(t, s, user.ID)
			require.Equal(t, role, after.Role)
			require.Equal(t, noon, after.UpdatedAt)

			before := contents(t, s)
			revoked, err = s.SetRole(ctx, user.ID, role, changeAt(t, noon))
			require.NoError(t, err, "the second time changes nothing, which is not the same as no such user")
			require.Empty(t, revoked)
			_, err = s.SetRole(ctx, user.ID, "ROOT", changeAt(t, noon))
			require.Error(t, err, "the database knows the roles")
			require.Equal(t, before, contents(t, s))
		}
		require.True(t, readSession(t, s, session.Key()).Live(noon), "sessions go on")
	})
}

func TestDisablingAnAccountEndsItsSessions(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")
		ended, live, others := createSession(t, s, user), createSession(t, s, user), createSession(t, s, other)
		_, err := s.Revoke(ctx, ended.Key(), models.RevokedByLogout, changeAt(t, morning))
		require.NoError(t, err)

		change := changeAt(t, noon)
		revoked, err := s.DisableUser(ctx, user.ID, change)
		require.NoError(t, err)
		requireTold(t, s, revoked, change, live)
		require.Equal(t, change.Event, history(t, s)[0])
		before := contents(t, s)
		revoked, err = s.DisableUser(ctx, user.ID, changeAt(t, noon.Add(time.Hour)))
		require.NoError(t, err)
		require.Empty(t, revoked)
		require.Equal(t, before, contents(t, s), "the second time changes nothing")

		got := readSession(t, s, live.Key())
		require.Equal(t, &noon, got.RevokedAt)
		require.Equal(t, models.RevokedByUserDisable, got.RevokedReason)
		require.Equal(t, &noon, got.User.DisabledAt)
		require.Equal(t, noon, got.User.UpdatedAt)
		require.Equal(t, models.RevokedByLogout, readSession(t, s, ended.Key()).RevokedReason, "an earlier end keeps its reason")
		require.Nil(t, readSession(t, s, others.Key()).RevokedAt, "others are left alone")
	})
}

func TestAnAccountIsOpenedAgainWithoutItsSessions(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, evening := db.OpenStore(t), t.Context(), morning.Add(10*time.Hour)
		user := createUser(t, s, "ada")
		session := createSession(t, s, user)
		_, err := s.DisableUser(ctx, user.ID, changeAt(t, morning))
		require.NoError(t, err)

		change := changeAt(t, evening)
		require.NoError(t, s.EnableUser(ctx, user.ID, change))
		require.Equal(t, change.Event, history(t, s)[0])
		before := contents(t, s)
		require.NoError(t, s.EnableUser(ctx, user.ID, changeAt(t, evening.Add(time.Hour))))
		require.Equal(t, before, contents(t, s), "the second time changes nothing")

		got := readSession(t, s, session.Key())
		require.False(t, got.User.Disabled())
		require.Equal(t, evening, got.User.UpdatedAt)
		require.Equal(t, &morning, got.RevokedAt, "what was revoked stays so")
	})
}

func TestADeletedAccountLeavesItsHistory(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")
		ended, live, others := createSession(t, s, user), createSession(t, s, user), createSession(t, s, other)
		_, err := s.Revoke(ctx, ended.Key(), models.RevokedByLogout, changeAt(t, morning))
		require.NoError(t, err)
		past, change := history(t, s), changeAt(t, noon)

		revoked, err := s.DeleteUser(ctx, user, change)
		require.NoError(t, err)
		requireTold(t, s, revoked, change, live)
		require.Equal(t, append([]models.SecurityEvent{change.Event}, past...), history(t, s))
		_, err = s.UserByID(ctx, user.ID)
		require.ErrorIs(t, err, auth.ErrNotFound)
		var sessions []models.SessionID
		require.NoError(t, s.GORM().Model(&models.RefreshToken{}).Pluck("id", &sessions).Error)
		require.Equal(t, []models.SessionID{others.ID}, sessions)
		require.Equal(t, "grace", readUser(t, s, other.ID).Username)
		createUser(t, s, "ADA") // the name is free again
	})
}

func TestTheLastOpenAdminStays(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		admin, shut, user := createAdmin(t, s, "root"), createAdmin(t, s, "shut"), createUser(t, s, "ada")
		createSession(t, s, admin)
		_, err := s.DisableUser(ctx, shut.ID, changeAt(t, morning))
		require.NoError(t, err, "another is open")

		takeAway := map[string]func(ctx context.Context, user *models.User) error{
			"demoted": func(ctx context.Context, user *models.User) error {
				_, err := s.SetRole(ctx, user.ID, models.RoleUser, changeAt(t, morning))
				return err
			},
			"disabled": func(ctx context.Context, user *models.User) error {
				_, err := s.DisableUser(ctx, user.ID, changeAt(t, morning))
				return err
			},
			"deleted": func(ctx context.Context, user *models.User) error {
				_, err := s.DeleteUser(ctx, user, changeAt(t, morning))
				return err
			},
		}
		before := contents(t, s)
		for name, call := range takeAway {
			require.ErrorIs(t, call(ctx, admin), auth.ErrLastAdmin, name)
		}
		require.Equal(t, before, contents(t, s))

		_, err = s.SetRole(ctx, shut.ID, models.RoleUser, changeAt(t, morning))
		require.NoError(t, err, "who is shut is not the last open one")
		_, err = s.DisableUser(ctx, user.ID, changeAt(t, morning))
		require.NoError(t, err, "nor is who is no ADMIN")
		for name, call := range takeAway {
			require.NoError(t, call(ctx, createAdmin(t, s, name)), name)
		}
		require.ErrorIs(t, takeAway["disabled"](ctx, admin), auth.ErrLastAdmin, "again the last one")
	})
}
