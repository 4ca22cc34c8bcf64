package store_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
	"daypass/models"
)

func TestASessionIsRevokedOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		user := createUser(t, s, "ada")
		session, bystander := createSession(t, s, user), createSession(t, s, user)
		want, change := readSession(t, s, session.Key()), changeAt(t, noon)

		revoked, err := s.Revoke(ctx, session.Key(), models.RevokedByLogout, change)
		require.NoError(t, err)
		require.NotNil(t, revoked)
		requireTold(t, s, []models.Revocation{*revoked}, change, session)
		require.Equal(t, change.Event, history(t, s)[0])
		want.RevokedAt, want.RevokedReason, want.ExpiresAt = &noon, models.RevokedByLogout, session.IdleExpiresAt
		require.Equal(t, want, readSession(t, s, session.Key()), "kept until the last refresh token has expired")

		before := contents(t, s)
		revoked, err = s.Revoke(ctx, session.Key(), models.RevokedByReuse, changeAt(t, noon.Add(time.Hour)))
		require.NoError(t, err)
		require.Nil(t, revoked)
		revoked, err = s.Revoke(ctx, newSession(t, user).Key(), models.RevokedByReuse, changeAt(t, noon))
		require.NoError(t, err)
		require.Nil(t, revoked, "there is none")
		require.Equal(t, before, contents(t, s))
		require.Nil(t, readSession(t, s, bystander.Key()).RevokedAt)
	})
}

func TestAllSessionsAreRevokedOnce(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx, noon := db.OpenStore(t), t.Context(), morning.Add(4*time.Hour)
		user, other := createUser(t, s, "ada"), createUser(t, s, "grace")
		ended, here, there, others := createSession(t, s, user), createSession(t, s, user), createSession(t, s, user), createSession(t, s, other)
		_, err := s.Revoke(ctx, ended.Key(), models.RevokedByLogout, changeAt(t, morning))
		require.NoError(t, err)

		change := changeAt(t, noon)
		revoked, err := s.RevokeAll(ctx, user.ID, models.RevokedByLogoutAll, change)
		require.NoError(t, err)
		requireTold(t, s, revoked, change, here, there)
		require.Equal(t, change.Event, history(t, s)[0])
		for _, session := range []*models.RefreshToken{here, there} {
			after := readSession(t, s, session.Key())
			require.Equal(t, &noon, after.RevokedAt)
			require.Equal(t, models.RevokedByLogoutAll, after.RevokedReason)
			require.Equal(t, session.IdleExpiresAt, after.ExpiresAt)
		}
		require.Equal(t, models.RevokedByLogout, readSession(t, s, ended.Key()).RevokedReason)
		require.Nil(t, readSession(t, s, others.Key()).RevokedAt)

		before := contents(t, s)
		for _, id := range []models.UserID{user.ID, newUser(t, "nobody").ID} {
			revoked, err = s.RevokeAll(ctx, id, models.RevokedByAdmin, changeAt(t, noon))
			require.NoError(t, err)
			require.Empty(t, revoked)
		}
		require.Equal(t, before, contents(t, s), "nothing was left to end")
	})
}

func TestOfFiftyRevocationsOneCounts(t *testing.T) {
	const rounds, callers = 10, 50
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		user := createUser(t, stores[0], "ada")
		for round := range rounds {
			session := createSession(t, stores[0], user)
			past, revoked := len(history(t, stores[0])), make([]*models.Revocation, callers)
			requireNoErrors(t, together(callers, func(i int) (err error) {
				revoked[i], err = stores[i%2].Revoke(t.Context(), session.Key(), models.RevokedByReuse, changeAt(t, morning))
				return err
			}))
			winners := 0
			for _, revocation := range revoked {
				if revocation != nil {
					winners++
				}
			}
			require.Equal(t, 1, winners)
			require.Len(t, history(t, stores[1]), past+1, "one event")
			require.Len(t, feed(t, stores[1]), round+1)
		}
		t.Logf("%d rounds of %d", rounds, callers)
	})
}

// One by one and all at once, at once: each session ends for one reason and is told once.
func TestRevocationsThatCrossAreToldOnce(t *testing.T) {
	const rounds, sessions = 50, 6
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		user := createUser(t, stores[0], "ada")
		oneByOne := 0
		for round := range rounds {
			var mine []*models.RefreshToken
			for range sessions {
				mine = append(mine, createSession(t, stores[0], user))
			}
			requireNoErrors(t, together(sessions+2, func(i int) (err error) {
				if i >= sessions {
					_, err = stores[i%2].RevokeAll(t.Context(), user.ID, models.RevokedByLogoutAll, changeAt(t, morning))
				} else {
					_, err = stores[i%2].Revoke(t.Context(), mine[i].Key(), models.RevokedByLogout, changeAt(t, morning))
				}
				return err
			}))
			told := map[models.SessionID]int{}
			for _, revocation := range feed(t, stores[0])[round*sessions:] {
				told[*revocation.SessionID]++
			}
			for _, session := range mine {
				require.Equal(t, 1, told[session.ID])
				if readSession(t, stores[0], session.Key()).RevokedReason == models.RevokedByLogout {
					oneByOne++
				}
			}
		}
		t.Logf("%d rounds of %d sessions, %d ended one by one", rounds, sessions, oneByOne)
	})
}

func TestTheFeedIsReadInPages(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s, ctx := db.OpenStore(t), t.Context()
		user := createUser(t, s, "ada")
		var all []models.Revocation
		for i := range 7 {
			change := changeAt(t, morning.Add(time.Duration(i)*time.Minute))
			revoked, err := s.Revoke(ctx, createSession(t, s, user).Key(), models.RevokedByLogout, change)
			require.NoError(t, err)
			all = append(all, *revoked)
		}
		require.Equal(t, all, feed(t, s))

		var read []models.Revocation
		for after := uint64(0); ; {
			page, err := s.Revocations(ctx, after, morning, 3)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			read = append(read, page...)
			after = page[len(page)-1].ID
		}
		require.Equal(t, all, read)

		matter, err := s.Revocations(ctx, all[1].ID, all[3].ExpiresAt.Add(-time.Millisecond), 100)
		require.NoError(t, err)
		require.Equal(t, all[3:], matter, "those that expire later")
		matter, err = s.Revocations(ctx, all[1].ID, all[3].ExpiresAt, 100)
		require.NoError(t, err)
		require.Equal(t, all[4:], matter)
		matter, err = s.Revocations(ctx, all[6].ID, morning, 100)
		require.NoError(t, err)
		require.Empty(t, matter)
	})
}
