package store_test

import (
	"strings"
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

// TestAnAccountThatSignsInAgainAndAgainIsLookedAtSeldom has no more than two sessions at a time, and a limit of ten: once
// a sign-in has looked how many are live, the next eight need not.
func TestAnAccountThatSignsInAgainAndAgainIsLookedAtSeldom(t *testing.T) {
	const limit, signIns = 10, 50
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		before, looks := createSession(t, s, user), 0
		made := recordStatements(t, s)
		for i := range signIns {
			at := morning.Add(time.Duration(i+1) * time.Second)
			session, change := newSessionAt(t, user, at), changeAt(t, at)
			*made = nil
			revoked, err := s.CreateSession(t.Context(), session, readUser(t, s, user.ID), limit, change)
			require.NoError(t, err)
			require.Empty(t, revoked)
			for _, statement := range *made {
				if strings.HasPrefix(statement.sql, "SELECT COUNT(*) FROM refresh_tokens") {
					looks++
				}
			}
			require.Equal(t, []models.SessionID{session.ID, before.ID}, liveIDs(t, s, user, at))
			_, err = s.Revoke(t.Context(), before.Key(), models.RevokedByLogout, changeAt(t, at))
			require.NoError(t, err)
			before = session
		}
		require.Equal(t, 5, looks, "at the tenth, and then at every ninth")
		account := readUser(t, s, user.ID)
		require.EqualValues(t, signIns+1, account.SignIns)
		require.Less(t, account.SignIns-account.EndedSignIns, uint64(limit))
	})
}

// TestALookForRoomCountsWhatIsLive ends some of as many as the limit allows, and has others take their places.
func TestALookForRoomCountsWhatIsLive(t *testing.T) {
	const limit = 10
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		for round := range 5 {
			for i := range 2 * limit {
				at := morning.Add(time.Duration(round*2*limit+i) * time.Second)
				_, err := s.CreateSession(t.Context(), newSessionAt(t, user, at), readUser(t, s, user.ID), limit, changeAt(t, at))
				require.NoError(t, err)
				require.LessOrEqual(t, len(liveIDs(t, s, user, at)), limit)
			}
			live := liveIDs(t, s, user, morning.Add(time.Hour))
			require.Len(t, live, limit)
			for _, id := range live[:round+1] {
				_, err := s.Revoke(t.Context(), models.SessionKey{UserID: user.ID, SessionID: id}, models.RevokedByLogout, changeAt(t, morning))
				require.NoError(t, err)
			}
		}
	})
}

// TestASessionThatComesToLifeAgainTakesRoom has refreshes come just before their sessions expire, and be kept after a sign-in
// elsewhere found no live one.
func TestASessionThatComesToLifeAgainTakesRoom(t *testing.T) {
	const limit = 10
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		var idle []*models.RefreshToken
		for range limit {
			session := newSession(t, user)
			session.IdleExpiresAt = morning.Add(time.Minute)
			idle = append(idle, keepSession(t, s, user, session))
		}
		signIn := func(at time.Time) {
			_, err := s.CreateSession(t.Context(), newSessionAt(t, user, at), readUser(t, s, user.ID), limit, changeAt(t, at))
			require.NoError(t, err)
			require.LessOrEqual(t, len(liveIDs(t, s, user, at)), limit)
		}
		signIn(morning.Add(time.Minute + time.Second))
		for _, session := range idle {
			rotated, err := s.Rotate(t.Context(), session.Key(), rotationOf(1, morning.Add(time.Minute-time.Second)))
			require.NoError(t, err)
			require.True(t, rotated)
		}
		for i := range limit {
			signIn(morning.Add(time.Minute + time.Duration(i+2)*time.Second))
		}
	})
}

// TestSignInsThatAnOlderReleaseCountedTakeRoom has it count as it does, without a word of what is over.
func TestSignInsThatAnOlderReleaseCountedTakeRoom(t *testing.T) {
	const limit = 3
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		var all []models.SessionID
		signIn := func(i int, atMost int) []models.Revocation {
			at := morning.Add(time.Duration(i) * time.Second)
			session := newSessionAt(t, user, at)
			revoked, err := s.CreateSession(t.Context(), session, readUser(t, s, user.ID), atMost, changeAt(t, at))
			require.NoError(t, err)
			all = append(all, session.ID)
			return revoked
		}
		require.Empty(t, signIn(0, limit))
		for i := range 4 { // as the older release does, with a higher limit
			require.Empty(t, signIn(i+1, 1_000))
		}
		require.Len(t, signIn(5, limit), 3)
		require.ElementsMatch(t, all[3:], liveIDs(t, s, user, morning.Add(time.Minute)))
	})
}

// TestSessionsThatNobodyCountedTakeRoom has more of them than sign-ins, as when rows were brought in by hand.
func TestSessionsThatNobodyCountedTakeRoom(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		user := createUser(t, s, "ada")
		for range 3 {
			require.NoError(t, s.GORM().Omit("User").Create(newSession(t, user)).Error)
		}
		for _, limit := range []int{10, 3} {
			at := morning.Add(time.Duration(20-limit) * time.Second)
			_, err := s.CreateSession(t.Context(), newSessionAt(t, user, at), wellUsed(user), limit, changeAt(t, at))
			require.NoError(t, err)
			require.Len(t, liveIDs(t, s, user, at), min(limit, 4))
		}
		require.LessOrEqual(t, readUser(t, s, user.ID).EndedSignIns, uint64(2))
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
