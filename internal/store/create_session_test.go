package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// arrival is somebody who signs in, and what was read of the account before.
type arrival struct {
	verified *models.User
	session  *models.RefreshToken
	change   auth.Change
}

func arrive(t *testing.T, verified *models.User, at time.Time) *arrival {
	t.Helper()
	a := &arrival{verified: verified, session: newSessionAt(t, verified, at), change: changeAt(t, at)}
	a.session.IP, a.session.UserAgent = "192.0.2.7", verified.Username
	a.change.Event.UserID, a.change.Event.Detail = &verified.ID, verified.Username
	return a
}

// arrivals are at accounts of their own.
func arrivals(t *testing.T, s *store.Store, n int) []*arrival {
	t.Helper()
	all := make([]*arrival, n)
	for i := range all {
		all[i] = arrive(t, createUser(t, s, fmt.Sprintf("user-%d", i)), morning.Add(time.Duration(i)*time.Second))
	}
	return all
}

func (a *arrival) signIn(ctx context.Context, s *store.Store, limit int) ([]models.Revocation, error) {
	return s.CreateSession(ctx, a.session, a.verified, limit, a.change)
}

// requireSignedIn wants the session, its event, and that the account counts it, each once and whole.
func (a *arrival) requireSignedIn(t *testing.T, s *store.Store) {
	t.Helper()
	var sessions []models.RefreshToken
	require.NoError(t, s.GORM().Find(&sessions, "id = ?", a.session.ID).Error)
	require.Equal(t, []models.RefreshToken{*a.session}, sessions)
	var events []models.SecurityEvent
	require.NoError(t, s.GORM().Find(&events, "id = ?", a.change.Event.ID).Error)
	require.Equal(t, []models.SecurityEvent{a.change.Event}, events)
	var all int64
	require.NoError(t, s.GORM().Model(&models.RefreshToken{}).Where("user_id = ?", a.verified.ID).Count(&all).Error)
	require.EqualValues(t, all, readUser(t, s, a.verified.ID).SignIns)
}

// TestSignInsThatComeTogetherShareACommit counts on the server, over the store's one connection.
func TestSignInsThatComeTogetherShareACommit(t *testing.T) {
	const signIns = 20
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	s := openOne(t, db)
	all := arrivals(t, s, signIns)
	before := sessionStatus(t, s)
	gather(t, signIns, func(i int) error {
		revoked, err := all[i].signIn(t.Context(), s, 10)
		require.Empty(t, revoked)
		return err
	})
	after := sessionStatus(t, s)
	for counter, most := range map[string]int{"Com_begin": signIns / 2, "Com_commit": signIns / 2, "Com_update": signIns / 2, "Com_insert": signIns} {
		require.LessOrEqual(t, after[counter]-before[counter], most, counter)
	}
	require.Equal(t, signIns, after["Handler_update"]-before["Handler_update"], "accounts")
	require.Equal(t, 2*signIns, after["Handler_write"]-before["Handler_write"], "sessions and events")
	for _, a := range all {
		a.requireSignedIn(t, s)
	}
}

// TestSignInsThatComeTogetherAreJudgedEachByItself has those that succeed, those that end another session, and those that must
// not be, go together.
func TestSignInsThatComeTogetherAreJudgedEachByItself(t *testing.T) {
	const limit = 2
	cases := []struct {
		name    string
		prepare func(t *testing.T, s *store.Store, user *models.User) (verified *models.User)
		ends    bool
		live    int // in the end
		want    error
	}{
		{name: "has room", live: 1, prepare: func(_ *testing.T, _ *store.Store, user *models.User) *models.User { return user }},
		{name: "had room when it was read", ends: true, live: limit, prepare: func(t *testing.T, s *store.Store, user *models.User) *models.User {
			createSession(t, s, user)
			createSession(t, s, user)
			return user
		}},
		{name: "has room, which one must look for", live: 1, prepare: func(t *testing.T, s *store.Store, user *models.User) *models.User {
			for range limit {
				_, err := s.Revoke(t.Context(), createSession(t, s, user).Key(), models.RevokedByLogout, changeAt(t, morning))
				require.NoError(t, err)
			}
			return user
		}},
		{name: "has none, as is known", ends: true, live: limit, prepare: func(t *testing.T, s *store.Store, user *models.User) *models.User {
			createSession(t, s, user)
			createSession(t, s, user)
			return readUser(t, s, user.ID)
		}},
		{name: "was disabled", want: auth.ErrUserChanged, prepare: func(t *testing.T, s *store.Store, user *models.User) *models.User {
			_, err := s.DisableUser(t.Context(), user.ID, changeAt(t, morning))
			require.NoError(t, err)
			return user
		}},
		{name: "has another password", want: auth.ErrUserChanged, prepare: func(_ *testing.T, _ *store.Store, user *models.User) *models.User {
			before := *user
			before.PasswordHash = "$argon2id$before"
			return &before
		}},
		{name: "is gone", want: auth.ErrUserChanged, prepare: func(t *testing.T, s *store.Store, user *models.User) *models.User {
			_, err := s.DeleteUser(t.Context(), user, changeAt(t, morning))
			require.NoError(t, err)
			return user
		}},
	}
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		var all []*arrival
		for i := range 6 * len(cases) {
			user := createUser(t, s, fmt.Sprintf("user-%d", i))
			all = append(all, arrive(t, cases[i%len(cases)].prepare(t, s, user), morning.Add(time.Duration(i)*time.Second)))
		}
		gather(t, len(all), func(i int) error {
			test := cases[i%len(cases)]
			revoked, err := all[i].signIn(t.Context(), s, limit)
			require.ErrorIs(t, err, test.want, test.name)
			require.Equal(t, test.ends, len(revoked) == 1, test.name)
			return nil
		})
		for i, a := range all {
			if cases[i%len(cases)].want == nil {
				a.requireSignedIn(t, s)
				require.Len(t, liveIDs(t, s, a.verified, morning), cases[i%len(cases)].live, cases[i%len(cases)].name)
				continue
			}
			var kept int64
			require.NoError(t, s.GORM().Model(&models.RefreshToken{}).Where("id = ?", a.session.ID).Count(&kept).Error)
			require.Zero(t, kept, cases[i%len(cases)].name)
		}
	})
}

// TestAChangedAccountAmongOthersIsNotSignedIn has the others have room, so that its own guard alone keeps it out.
func TestAChangedAccountAmongOthersIsNotSignedIn(t *testing.T) {
	const changed = 1
	for name, change := range map[string]func(t *testing.T, s *store.Store, a *arrival){
		"disabled": func(t *testing.T, s *store.Store, a *arrival) {
			_, err := s.DisableUser(t.Context(), a.verified.ID, changeAt(t, morning))
			require.NoError(t, err)
		},
		"another password": func(_ *testing.T, _ *store.Store, a *arrival) {
			before := *a.verified
			before.PasswordHash = "$argon2id$before"
			a.verified = &before
		},
	} {
		t.Run(name, func(t *testing.T) {
			testdb.Each(t, func(t *testing.T, db *testdb.DB) {
				s := db.OpenStore(t)
				all := arrivals(t, s, 4)
				change(t, s, all[changed])
				gather(t, len(all), func(i int) error {
					_, err := all[i].signIn(t.Context(), s, 10)
					if i == changed {
						require.ErrorIs(t, err, auth.ErrUserChanged)
						return nil
					}
					return err
				})
				require.Empty(t, liveIDs(t, s, all[changed].verified, morning))
				require.Zero(t, readUser(t, s, all[changed].verified.ID).SignIns)
			})
		})
	}
}

// TestASignInThatIsRefusedSpoilsNoOther has one break a rule of the table.
func TestASignInThatIsRefusedSpoilsNoOther(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		all := arrivals(t, s, 12)
		all[5].session.IdleExpiresAt = all[5].session.ExpiresAt.Add(time.Millisecond)
		gather(t, len(all), func(i int) error {
			_, err := all[i].signIn(t.Context(), s, 10)
			if i == 5 {
				require.Error(t, err)
				require.NotErrorIs(t, err, auth.ErrUnavailable)
				return nil
			}
			return err
		})
		for i, a := range all {
			if i != 5 {
				a.requireSignedIn(t, s)
			}
		}
		require.Zero(t, readUser(t, s, all[5].verified.ID).SignIns)
	})
}

// TestSeveralSignInsToOneAccountDoNotMix has some accounts signed in to by several at once, who share a limit.
func TestSeveralSignInsToOneAccountDoNotMix(t *testing.T) {
	const limit, accounts = 3, 4
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		all := arrivals(t, s, accounts)
		for i := range 5 * accounts {
			all = append(all, arrive(t, all[i%accounts].verified, morning.Add(time.Minute)))
		}
		gather(t, len(all), func(i int) error {
			_, err := all[i].signIn(t.Context(), s, limit)
			return err
		})
		for _, a := range all[:accounts] {
			require.Len(t, liveIDs(t, s, a.verified, morning), limit)
			require.EqualValues(t, 6, readUser(t, s, a.verified.ID).SignIns)
		}
	})
}

// TestWhoLeavesStopsNoSignInOfAnother has half of the callers leave while one of the accounts is locked; whoever came first,
// and so asked for all, is among them once.
func TestWhoLeavesStopsNoSignInOfAnother(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		s := db.OpenStore(t)
		users := arrivals(t, s, 10)
		for leaving := range 2 {
			for _, hangUp := range []bool{true, false} {
				var all []*arrival
				for _, before := range users {
					all = append(all, arrive(t, before.verified, morning.Add(time.Hour)))
				}
				other := lockAccount(t, db, users[leaving].verified)
				stuck := func() {
					if db.IsMySQL() {
						awaitLockWait(t, db)
					}
				}
				clearAway := func() { require.NoError(t, other.Rollback()) }
				stayed := callWhileSomeLeave(t, len(all), leaving, hangUp, stuck, clearAway, func(ctx context.Context, i int) error {
					_, err := all[i].signIn(ctx, s, 100)
					return err
				})
				for _, i := range stayed {
					all[i].requireSignedIn(t, s)
				}
			}
		}
	})
}

// lockAccount makes writes to the account wait.
func lockAccount(t *testing.T, db *testdb.DB, user *models.User) interface{ Rollback() error } {
	t.Helper()
	other := begin(t, db)
	exec(t, other, "UPDATE users SET updated_at = updated_at WHERE id = ?", user.ID[:])
	return other
}

// TestALockedAccountIsLeftToItself has one of those that came together be locked until all others have signed in. That they
// were held up is told.
func TestALockedAccountIsLeftToItself(t *testing.T) {
	const locked = 1
	t.Parallel()
	db := testdb.MySQL(t)
	s, log := openLogged(t, db)
	all := arrivals(t, s, 8)
	other := lockAccount(t, db, all[locked].verified)
	var others sync.WaitGroup
	others.Add(len(all) - 1)
	ended := make(chan []error)
	go func() {
		ended <- together(len(all), func(i int) error {
			if i != locked {
				defer others.Done()
			}
			_, err := all[i].signIn(t.Context(), s, 10)
			return err
		})
	}()
	log.await(t, `doing="create session`)
	others.Wait()
	require.NoError(t, other.Rollback())
	requireNoErrors(t, <-ended)
	for _, a := range all {
		a.requireSignedIn(t, s)
	}
}
