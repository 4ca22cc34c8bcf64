package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestAUserIsReadAsItWasWritten(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := newUser(t, "Ada.Lovelace_-9")
		given := *user
		require.NoError(t, s.CreateUser(t.Context(), user, newEvent(t, morning)))
		require.Equal(t, given, *user, "the caller's record is left alone")

		byID, err := s.UserByID(t.Context(), user.ID)
		require.NoError(t, err)
		require.Equal(t, user, byID)
		for _, name := range []string{"Ada.Lovelace_-9", "ada.lovelace_-9", "ADA.LOVELACE_-9"} {
			byName, err := s.UserByUsername(t.Context(), name)
			require.NoError(t, err, name)
			require.Equal(t, user, byName, name)
		}
	})
}

func TestAUserThatIsAbsentIsNotFound(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		createUser(t, s, "ada")
		nobody := newUser(t, "nobody")

		for name, call := range map[string]func() error{
			"UserByID":       func() error { _, err := s.UserByID(ctx, nobody.ID); return err },
			"UserByUsername": func() error { _, err := s.UserByUsername(ctx, "nobody"); return err },
			"wildcards":      func() error { _, err := s.UserByUsername(ctx, "a_a"); return err },
			"quotes":         func() error { _, err := s.UserByUsername(ctx, `' OR 1=1 -- \`); return err },
			"SetRole":        func() error { _, err := s.SetRole(ctx, nobody.ID, models.RoleAdmin, changeAt(t, morning)); return err },
			"DisableUser":    func() error { _, err := s.DisableUser(ctx, nobody.ID, changeAt(t, morning)); return err },
			"EnableUser":     func() error { return s.EnableUser(ctx, nobody.ID, changeAt(t, morning)) },
		} {
			require.ErrorIs(t, call(), auth.ErrNotFound, name)
		}
	})
}

func TestAUsernameIsTakenInEveryCase(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		createUser(t, s, "Grace")
		for _, name := range []string{"Grace", "grace", "GRACE", "gRaCe"} {
			again := newUser(t, name)
			require.ErrorIs(t, s.CreateUser(t.Context(), again, newEvent(t, morning)), auth.ErrUsernameTaken, name)
			err := s.CreateUserWithSession(t.Context(), again, newSession(t, again), newEvent(t, morning))
			require.ErrorIs(t, err, auth.ErrUsernameTaken, name)
		}
	})
}

func TestAUserAndTheFirstSessionAreKeptTogether(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := newUser(t, "ada")
		session := newSession(t, user)
		require.NoError(t, s.CreateUserWithSession(t.Context(), user, session, newEvent(t, morning)))
		require.Equal(t, *user, readSession(t, s, session.Key()).User)

		// A session that the database refuses takes the account with it.
		other := newUser(t, "grace")
		broken := newSession(t, other)
		broken.NonceHash = nil
		require.Error(t, s.CreateUserWithSession(t.Context(), other, broken, newEvent(t, morning)))
		_, err := s.UserByID(t.Context(), other.ID)
		require.ErrorIs(t, err, auth.ErrNotFound)
	})
}

func TestAPasswordHashIsReplacedOnlyFromTheOldOne(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")

		require.NoError(t, s.ReplacePasswordHash(t.Context(), user.ID, user.PasswordHash, "$argon2id$new"))
		require.NoError(t, s.ReplacePasswordHash(t.Context(), user.ID, user.PasswordHash, "$argon2id$late"))
		require.NoError(t, s.ReplacePasswordHash(t.Context(), user.ID, "$ARGON2ID$NEW", "$argon2id$other-case"))

		after, err := s.UserByID(t.Context(), user.ID)
		require.NoError(t, err)
		require.Equal(t, "$argon2id$new", after.PasswordHash)
		untouched, err := s.UserByID(t.Context(), other.ID)
		require.NoError(t, err)
		require.Equal(t, other, untouched)
	})
}
