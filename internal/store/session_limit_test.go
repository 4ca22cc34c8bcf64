package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

func liveIDs(t *testing.T, s *store.Store, user *models.User, at time.Time) []models.SessionID {
	t.Helper()
	live, err := s.LiveSessions(t.Context(), user.ID, at, 1000)
	require.NoError(t, err)
	return ids(live)
}

func TestTheOldestSessionMakesRoom(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")
		others := createSession(t, s, other)
		idle := newSession(t, user)
		idle.IdleExpiresAt = morning.Add(time.Millisecond)
		keepSession(t, s, user, idle) // counts no more
		var all []*models.RefreshToken
		for i := range 5 {
			at := morning.Add(time.Duration(i+1) * time.Second)
			session, change := newSessionAt(t, user, at), changeAt(t, at)
			revoked, err := s.CreateSession(t.Context(), session, user, 3, change)
			require.NoError(t, err)
			require.Equal(t, change.Event, history(t, s)[0])
			all = append(all, session)
			if i < 3 {
				require.Empty(t, revoked)
				continue
			}
			requireTold(t, s, revoked, change, all[i-3])
			ended := readSession(t, s, all[i-3].Key())
			require.Equal(t, &at, ended.RevokedAt)
			require.Equal(t, models.RevokedBySessionLimit, ended.RevokedReason)
		}
		require.Equal(t, []models.SessionID{all[4].ID, all[3].ID, all[2].ID}, liveIDs(t, s, user, morning.Add(time.Minute)))
		require.Nil(t, readSession(t, s, idle.Key()).RevokedAt)
		require.Nil(t, readSession(t, s, others.Key()).RevokedAt)

		// The limit was lowered.
		last, change := newSessionAt(t, user, morning.Add(time.Hour)), changeAt(t, morning.Add(time.Hour))
		revoked, err := s.CreateSession(t.Context(), last, user, 1, change)
		require.NoError(t, err)
		requireTold(t, s, revoked, change, all[2:]...)
		require.Equal(t, []models.SessionID{last.ID}, liveIDs(t, s, user, morning.Add(time.Hour)))
	})
}

// TestASessionThatWasEndedTakesNoRoom ends the newest, so that none of those that are left has to go.
func TestASessionThatWasEndedTakesNoRoom(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		kept, ended := createSession(t, s, user), createSession(t, s, user)
		_, err := s.Revoke(t.Context(), ended.Key(), models.RevokedByLogout, changeAt(t, morning))
		require.NoError(t, err)
		session := newSessionAt(t, user, morning.Add(time.Second))
		revoked, err := s.CreateSession(t.Context(), session, user, 2, changeAt(t, morning))
		require.NoError(t, err)
		require.Empty(t, revoked)
		require.ElementsMatch(t, []models.SessionID{session.ID, kept.ID}, liveIDs(t, s, user, morning))
	})
}

func TestSignInsAtOnceKeepTheLimit(t *testing.T) {
	const rounds, signIns, limit = 5, 40, 5
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		for _, name := range []string{"ada", "grace", "mary", "joan", "edith"}[:rounds] {
			user := createUser(t, stores[0], name)
			revoked := make([][]models.Revocation, signIns)
			requireNoErrors(t, together(signIns, func(i int) (err error) {
				revoked[i], err = stores[i%2].CreateSession(t.Context(), newSession(t, user), user, limit, changeAt(t, morning))
				return err
			}))
			require.Len(t, liveIDs(t, stores[0], user, morning), limit)
			told := map[models.SessionID]int{}
			for _, revocations := range revoked {
				require.LessOrEqual(t, len(revocations), 1)
				for _, revocation := range revocations {
					told[*revocation.SessionID]++
				}
			}
			require.Len(t, told, signIns-limit, "each is told once")
			require.EqualValues(t, signIns, readUser(t, stores[0], user.ID).SignIns)
		}
		require.Len(t, feed(t, stores[0]), rounds*(signIns-limit))
		t.Logf("%d rounds of %d sign-ins, %d stay", rounds, signIns, limit)
	})
}

// A session that is ended twice at once, by its owner and for want of room, is told once.
func TestASessionThatMakesRoomAndLogsOutEndsOnce(t *testing.T) {
	const rounds = 100
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		user := createUser(t, stores[0], "ada")
		session, byLimit := createSession(t, stores[0], user), 0
		for round := range rounds {
			next := newSession(t, user)
			requireNoErrors(t, together(2, func(i int) (err error) {
				if i == 0 {
					_, err = stores[0].CreateSession(t.Context(), next, user, 1, changeAt(t, morning))
				} else {
					_, err = stores[1].Revoke(t.Context(), session.Key(), models.RevokedByLogout, changeAt(t, morning))
				}
				return err
			}))
			require.Equal(t, []models.SessionID{next.ID}, liveIDs(t, stores[0], user, morning))
			told := feed(t, stores[0])
			require.Len(t, told, round+1)
			require.Equal(t, session.ID, *told[round].SessionID)
			if readSession(t, stores[0], session.Key()).RevokedReason == models.RevokedBySessionLimit {
				byLimit++
			}
			session = next
		}
		t.Logf("%d rounds, %d ended by the limit", rounds, byLimit)
	})
}
