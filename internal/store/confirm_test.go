package store_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

func TestConfirmRaisesEachSessionAsFarAsItGot(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		at5 := func() models.SessionKey {
			key := createSession(t, s, user).Key()
			rotated, err := s.Rotate(t.Context(), key, rotationOf(4, morning))
			require.NoError(t, err)
			require.True(t, rotated)
			return key
		}
		reached, ahead, absent := at5(), at5(), newSession(t, user).Key()
		confirm := func(generations map[models.SessionKey]uint64) {
			require.NoError(t, s.Confirm(t.Context(), generations))
		}

		confirm(nil)
		confirm(map[models.SessionKey]uint64{reached: 4, ahead: 6, absent: 1})
		require.EqualValues(t, 4, readSession(t, s, reached).ConfirmedGeneration)
		require.Zero(t, readSession(t, s, ahead).ConfirmedGeneration, "the database forgot that rotation")
		confirm(map[models.SessionKey]uint64{reached: 5, ahead: 5})
		confirm(map[models.SessionKey]uint64{reached: 3})
		require.EqualValues(t, 5, readSession(t, s, reached).ConfirmedGeneration, "never lowered")
		require.EqualValues(t, 5, readSession(t, s, ahead).ConfirmedGeneration)
		require.EqualValues(t, 5, readSession(t, s, reached).Generation)
	})
}

func TestConfirmTakesManyAtOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		generations := map[models.SessionKey]uint64{}
		for range 200 {
			generations[createSession(t, s, user).Key()] = 1
		}
		require.NoError(t, s.Confirm(t.Context(), generations))
		for key := range generations {
			require.EqualValues(t, 1, readSession(t, s, key).ConfirmedGeneration)
		}
	})
}
