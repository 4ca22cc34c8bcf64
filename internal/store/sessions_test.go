package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestASessionIsReadWithItsUserAsTheyWereWritten(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		session := newSession(t, user)
		session.UserAgent = strings.Repeat("ß", 255)
		given := *session
		keepSession(t, s, user, session)
		require.Equal(t, given, *session, "the caller's record is left alone")

		given.User = *user
		given.User.SignIns++
		require.Equal(t, &given, readSession(t, s, session.Key()))
		_, err := s.SessionWithUser(t.Context(), newSession(t, user).Key())
		require.ErrorIs(t, err, auth.ErrNotFound)
	})
}

func TestASessionIsFoundByItsOwnAccountAlone(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")
		session, others := createSession(t, s, user), createSession(t, s, other)
		foreign := models.SessionKey{UserID: other.ID, SessionID: session.ID}
		moved := rotationOf(1, morning)
		moved.Move = &auth.Move{IP: "192.0.2.1", Event: newEvent(t, morning)}
		before := contents(t, s)

		_, err := s.SessionWithUser(ctx, foreign)
		require.ErrorIs(t, err, auth.ErrNotFound)
		for _, rotation := range []auth.Rotation{rotationOf(1, morning), moved} {
			rotated, err := s.Rotate(ctx, foreign, rotation)
			require.NoError(t, err)
			require.False(t, rotated)
		}
		noted, err := s.NoteReplay(ctx, foreign, 1, morning)
		require.NoError(t, err)
		require.False(t, noted)
		revoked, err := s.Revoke(ctx, foreign, models.RevokedByUser, changeAt(t, morning))
		require.NoError(t, err)
		require.Nil(t, revoked)
		require.NoError(t, s.Confirm(ctx, map[models.SessionKey]uint64{foreign: 1}))
		require.Equal(t, before, contents(t, s))

		// Both accounts are named, and both sessions.
		crossed := models.SessionKey{UserID: user.ID, SessionID: others.ID}
		require.NoError(t, s.Confirm(ctx, map[models.SessionKey]uint64{foreign: 1, crossed: 1}))
		require.Equal(t, before, contents(t, s))
	})
}

func TestASessionNeedsTheAccountThatWasVerified(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		for name, change := range map[string]func(user *models.User) error{
			"gone": func(user *models.User) error {
				_, err := s.Pool().ExecContext(ctx, "DELETE FROM users WHERE id = ?", user.ID)
				return err
			},
			"disabled": func(user *models.User) error { _, err := s.DisableUser(ctx, user.ID, changeAt(t, morning)); return err },
			"new password": func(user *models.User) error {
				return s.ReplacePasswordHash(ctx, user.ID, user.PasswordHash, "$argon2id$new")
			},
		} {
			verified := createUser(t, s, strings.ReplaceAll(name, " ", "_"))
			require.NoError(t, change(verified), name)
			session := newSession(t, verified)
			_, err := s.CreateSession(ctx, session, verified, 1000, changeAt(t, morning))
			require.ErrorIs(t, err, auth.ErrUserChanged, name)
			_, err = s.SessionWithUser(ctx, session.Key())
			require.ErrorIs(t, err, auth.ErrNotFound, name)
		}
	})
}

func TestLiveSessionsAreListedNewestFirst(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")
		now := morning.Add(time.Hour).Truncate(time.Second)
		add := func(owner *models.User, after time.Duration, idle, absolute time.Time) models.SessionID {
			session := newSessionAt(t, owner, morning.Add(after))
			session.IdleExpiresAt, session.ExpiresAt = idle, absolute
			return keepSession(t, s, owner, session).ID
		}
		later, soon := now.Add(time.Hour), now.Add(time.Millisecond)
		first := add(user, 0, soon, later)
		second := add(user, time.Millisecond, soon, soon)
		third := add(user, time.Second, later, later)
		add(user, time.Minute, now, later)                      // idle limit reached
		add(user, time.Minute, now.Add(-time.Millisecond), now) // absolute limit reached
		add(other, time.Minute, later, later)                   // of somebody else
		revoked := add(user, 2*time.Minute, later, later)
		_, err := s.Revoke(ctx, models.SessionKey{UserID: user.ID, SessionID: revoked}, models.RevokedByLogout, changeAt(t, now))
		require.NoError(t, err)

		live, err := s.LiveSessions(ctx, user.ID, now, 10)
		require.NoError(t, err)
		require.Equal(t, []models.SessionID{third, second, first}, ids(live))
		live, err = s.LiveSessions(ctx, user.ID, now, 2)
		require.NoError(t, err)
		require.Equal(t, []models.SessionID{third, second}, ids(live))
		live, err = s.LiveSessions(ctx, user.ID, later, 10)
		require.NoError(t, err)
		require.Empty(t, live)
	})
}

func ids(sessions []models.RefreshToken) []models.SessionID {
	var all []models.SessionID
	for _, session := range sessions {
		all = append(all, session.ID)
	}
	return all
}

func TestRotateComparesAndSwaps(t *testing.T) {
	for _, tt := range []struct {
		name          string
		stored        uint64
		presented     uint64
		revoked, want bool
	}{
		{name: "the current token", stored: 5, presented: 5, want: true},
		{name: "the one before", stored: 5, presented: 4, want: false},
		{name: "one that the database forgot", stored: 5, presented: 9, want: true},
		{name: "the current one of a session that was ended", stored: 5, presented: 5, revoked: true, want: false},
		{name: "a forgotten one of a session that was ended", stored: 5, presented: 9, revoked: true, want: false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) { rotateOnce(t, db, tt.stored, tt.presented, tt.revoked, tt.want) })
		})
	}
}

func rotateOnce(t *testing.T, db *testdb.DB, stored, presented uint64, revoked, want bool) {
	s, ctx := db.OpenStore(t), t.Context()
	user := createUser(t, s, "ada")
	session, bystander := newSession(t, user), createSession(t, s, user)
	session.Generation, session.ConfirmedGeneration = stored, stored-1
	keepSession(t, s, user, session)
	if revoked {
		_, err := s.Revoke(ctx, session.Key(), models.RevokedByReuse, changeAt(t, morning))
		require.NoError(t, err)
	}
	before := readSession(t, s, session.Key())

	rotation := auth.Rotation{Presented: presented, RotatedAt: morning.Add(time.Hour), IdleExpiresAt: morning.Add(25 * time.Hour)}
	rotated, err := s.Rotate(ctx, session.Key(), rotation)
	require.NoError(t, err)
	require.Equal(t, want, rotated)
	if want {
		before.Generation = presented + 1
		before.RotatedAt, before.IdleExpiresAt = rotation.RotatedAt, rotation.IdleExpiresAt
	}
	require.Equal(t, before, readSession(t, s, session.Key()), "nothing else changed")
	require.EqualValues(t, 1, readSession(t, s, bystander.Key()).Generation)
}

func TestRotatingOrRevokingNothingChangesNothing(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		absent := newSession(t, newUser(t, "nobody")).Key()
		rotated, err := s.Rotate(t.Context(), absent, auth.Rotation{Presented: 1, RotatedAt: morning, IdleExpiresAt: morning})
		require.NoError(t, err)
		require.False(t, rotated)
		revoked, err := s.Revoke(t.Context(), absent, models.RevokedByLogout, changeAt(t, morning))
		require.NoError(t, err)
		require.Nil(t, revoked)
	})
}

func TestARefreshFromANewPlaceIsKeptWithItsEvent(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		session := createSession(t, s, createUser(t, s, "ada"))
		want, rotation := readSession(t, s, session.Key()), rotationOf(1, noon)
		rotation.Move = &auth.Move{IP: "192.0.2.1", UserAgent: "Zugbrowser/2.0", Event: newEvent(t, noon)}

		rotated, err := s.Rotate(ctx, session.Key(), rotation)
		require.NoError(t, err)
		require.True(t, rotated)
		want.Generation, want.RotatedAt, want.IdleExpiresAt = 2, noon, rotation.IdleExpiresAt
		want.IP, want.UserAgent = "192.0.2.1", "Zugbrowser/2.0"
		require.Equal(t, want, readSession(t, s, session.Key()))
		require.Equal(t, rotation.Move.Event, history(t, s)[0])

		before := contents(t, s)
		rotation.Move.Event = newEvent(t, noon)
		rotated, err = s.Rotate(ctx, session.Key(), rotation)
		require.NoError(t, err)
		require.False(t, rotated, "someone was faster")
		require.Equal(t, before, contents(t, s))
	})
}
