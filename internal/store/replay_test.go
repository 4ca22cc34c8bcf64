package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

func TestAReplayIsNotedOnTheCurrentGenerationOfALiveSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		user := createUser(t, s, "ada")
		session, other := createSession(t, s, user), createSession(t, s, user)
		note := func(key models.SessionKey, generation uint64) bool {
			noted, err := s.NoteReplay(ctx, key, generation, noon)
			require.NoError(t, err)
			return noted
		}
		rotated, err := s.Rotate(ctx, session.Key(), rotationOf(1, morning))
		require.NoError(t, err)
		require.True(t, rotated)

		require.False(t, note(session.Key(), 1), "outrun by a rotation")
		require.False(t, note(newSession(t, user).Key(), 1), "absent")
		require.Nil(t, readSession(t, s, session.Key()).ReplayedAt)
		require.True(t, note(session.Key(), 2))
		require.True(t, note(session.Key(), 2), "the same again")
		after := readSession(t, s, session.Key())
		require.Equal(t, &noon, after.ReplayedAt)
		require.EqualValues(t, 2, after.Generation)
		require.Equal(t, morning, after.RotatedAt, "the token stays as it is")
		require.Nil(t, readSession(t, s, other.Key()).ReplayedAt, "others are left alone")

		_, err = s.Revoke(ctx, session.Key(), models.RevokedByLogout, changeAt(t, noon))
		require.NoError(t, err)
		require.False(t, note(session.Key(), 2), "ended")
	})
}
