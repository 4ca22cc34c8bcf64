package store_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// Each race runs over two stores with pools of their own, as two processes have.

func twoStores(t *testing.T, db *testdb.DB) [2]*store.Store {
	t.Helper()
	return [2]*store.Store{db.OpenStore(t), db.OpenStore(t)}
}

func rotationOf(presented uint64, at time.Time) auth.Rotation {
	return auth.Rotation{Presented: presented, RotatedAt: at, IdleExpiresAt: at.Add(24 * time.Hour)}
}

func TestOfAHundredRefreshesOneRotates(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		session := createSession(t, stores[0], createUser(t, stores[0], "ada"))
		for generation := uint64(1); generation <= 5; generation++ {
			var rotations atomic.Int32
			requireNoErrors(t, together(100, func(i int) error {
				s := stores[i%2]
				// As the domain does: read, and when the generation is still that of the token, rotate.
				current, err := s.SessionWithUser(t.Context(), session.Key())
				if err != nil || current.Generation != generation {
					return err
				}
				rotated, err := s.Rotate(t.Context(), session.Key(), rotationOf(generation, morning))
				if rotated {
					rotations.Add(1)
				}
				return err
			}))
			require.EqualValues(t, 1, rotations.Load())
			require.Equal(t, generation+1, readSession(t, stores[1], session.Key()).Generation)
		}
	})
}

func TestARotationNeverRevivesARevokedSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		rotateAgainstRevoke(t, stores[:], 1000)
	})
}

// rotateAgainstRevoke has a rotation at the first store meet a revocation at the second.
func rotateAgainstRevoke(t *testing.T, stores []*store.Store, rounds int) {
	t.Helper()
	user, last := createUser(t, stores[0], "ada"), stores[len(stores)-1]
	rotatedFirst := 0
	for round := range rounds {
		session := createSession(t, stores[round%len(stores)], user)
		var rotated, late bool
		var revoked *models.Revocation
		requireNoErrors(t, together(2, func(i int) (err error) {
			if i == 0 {
				rotated, err = stores[0].Rotate(t.Context(), session.Key(), rotationOf(1, morning))
				return err
			}
			if revoked, err = stores[1].Revoke(t.Context(), session.Key(), models.RevokedByLogout, changeAt(t, morning)); err != nil {
				return err
			}
			// Revoke has returned: no rotation succeeds from here on, whatever its generation.
			late, err = last.Rotate(t.Context(), session.Key(), rotationOf(1_000, morning))
			return err
		}))
		require.NotNil(t, revoked)
		require.False(t, late)
		after := latestSession(t, last, session.Key())
		require.False(t, after.Live(morning))
		if rotated {
			rotatedFirst++
			require.EqualValues(t, 2, after.Generation)
		}
	}
	t.Logf("%d rounds, the rotation came first in %d", rounds, rotatedFirst)
}

func TestADisabledAccountNeverHasALiveSession(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		signInAgainstDisable(t, stores[:], 300)
	})
}

// signInAgainstDisable has three sign-ins, spread over the stores, meet the end of their account.
func signInAgainstDisable(t *testing.T, stores []*store.Store, rounds int) {
	t.Helper()
	user, last := createUser(t, stores[0], "ada"), stores[len(stores)-1]
	signedIn := 0
	for range rounds {
		require.NoError(t, stores[0].EnableUser(t.Context(), user.ID, changeAt(t, morning)))
		sessions := []*models.RefreshToken{newSession(t, user), newSession(t, user), newSession(t, user)}
		errs := together(len(sessions)+1, func(i int) error {
			if i == len(sessions) {
				_, err := stores[1].DisableUser(t.Context(), user.ID, changeAt(t, morning))
				return err
			}
			_, err := stores[i%len(stores)].CreateSession(t.Context(), sessions[i], user, 1000, changeAt(t, morning))
			return err
		})
		require.NoError(t, errs[len(sessions)])
		for i, session := range sessions {
			if errs[i] != nil {
				require.ErrorIs(t, errs[i], auth.ErrUserChanged)
				continue
			}
			signedIn++
			require.Equal(t, models.RevokedByUserDisable, latestSession(t, last, session.Key()).RevokedReason)
		}
		live, err := last.LiveSessions(t.Context(), user.ID, morning, 10)
		require.NoError(t, err)
		require.Empty(t, live)
	}
	t.Logf("%d rounds of 3 sign-ins, %d came before the account was disabled", rounds, signedIn)
}

func TestRotationsAndADisableDoNotCollide(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		for _, name := range []string{"ada", "grace", "mary"} {
			user := createUser(t, stores[0], name)
			var sessions []*models.RefreshToken
			for range 20 {
				sessions = append(sessions, createSession(t, stores[0], user))
			}
			requireNoErrors(t, together(len(sessions)+1, func(i int) error {
				if i == len(sessions) {
					_, err := stores[1].DisableUser(t.Context(), user.ID, changeAt(t, morning))
					return err
				}
				_, err := stores[i%2].Rotate(t.Context(), sessions[i].Key(), rotationOf(1, morning))
				return err
			}))
			for _, session := range sessions {
				require.False(t, readSession(t, stores[0], session.Key()).Live(morning))
			}
		}
	})
}

func TestOneNameHasOneOwner(t *testing.T) {
	names := []string{"ada", "Ada", "aDa", "adA", "ADa", "aDA", "AdA", "ADA"}
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		stores := twoStores(t, db)
		for round := range 20 {
			users := make([]*models.User, len(names))
			errs := together(len(names), func(i int) error {
				users[i] = newUser(t, names[i]+string(rune('a'+round)))
				if i%2 == 0 {
					return stores[0].CreateUser(t.Context(), users[i], newEvent(t, morning))
				}
				return stores[1].CreateUserWithSession(t.Context(), users[i], newSession(t, users[i]), newEvent(t, morning))
			})
			owner, err := stores[0].UserByUsername(t.Context(), "ada"+string(rune('a'+round)))
			require.NoError(t, err)
			for i, err := range errs {
				if users[i].ID == owner.ID {
					require.NoError(t, err)
				} else {
					require.ErrorIs(t, err, auth.ErrUsernameTaken)
				}
			}
		}
	})
}

// A busy account: sign-ins, rotations, ends and role changes at once, over both pools, without an error to anybody. On
// SQLite not even a retry: transactions ask for the write lock when they begin, and wait in line.
func TestContentionIsNoError(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		here, hereLog := openLogged(t, db)
		there, thereLog := openLogged(t, db)
		stores := []*store.Store{here, there}
		user := createUser(t, here, "ada")
		requireNoErrors(t, together(64, func(i int) error {
			s := stores[i%2]
			session := newSession(t, user)
			if _, err := s.CreateSession(t.Context(), session, user, 1000, changeAt(t, morning)); err != nil {
				return err
			}
			if _, err := s.Rotate(t.Context(), session.Key(), rotationOf(1, morning)); err != nil {
				return err
			}
			if _, err := s.SetRole(t.Context(), user.ID, models.RoleAdmin, changeAt(t, morning)); err != nil {
				return err
			}
			_, err := s.Revoke(t.Context(), session.Key(), models.RevokedByLogout, changeAt(t, morning))
			return err
		}))
		if !db.IsMySQL() {
			require.Empty(t, hereLog.String()+thereLog.String())
		}
	})
}
