package store_test

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// TestOnGalera runs over three nodes that all take writes, with a store at each, as replicas are that go to the nearest
// node. Row locks hold on one node only, and what one has answered the others do not know at once.
func TestOnGalera(t *testing.T) {
	t.Parallel()
	cluster := testdb.Galera(t)
	for _, story := range []struct {
		name string
		test func(t *testing.T, cluster *testdb.Cluster)
	}{
		{"of a hundred refreshes one rotates", testRefreshesOnGalera},
		{"a rotation never revives a revoked session", testRevocationsOnGalera},
		{"a disabled account never has a live session", testDisablesOnGalera},
		{"a transaction goes as text", testTransactionsAsText},
		{"of admins that fight one is left", testAdminsOnGalera},
		{"what one has answered another does not deny", testReadsAtOtherNodes},
		{"the feed goes on at another node where it ended", testTheFeedAtOtherNodes},
		{"a read that lags is recognised", testALaggingNode},
		{"one of those that start together migrates", testMigrationsOnGalera},
		{"a node that is cut off is left", testAnIsolatedNode},
		{"a node that stands still is left", testASilentNode},
		{"a node that is killed in mid-rotation", testAKilledNode}, // it stays away
	} {
		t.Run(story.name, func(t *testing.T) { story.test(t, cluster) })
	}
}

// storesAt returns a store at each node.
func storesAt(t *testing.T, views []*testdb.DB) []*store.Store {
	t.Helper()
	var stores []*store.Store
	for _, view := range views {
		awaitDatabase(t, view)
		stores = append(stores, view.OpenStore(t))
	}
	return stores
}

func latestSession(t *testing.T, s *store.Store, key models.SessionKey) *models.RefreshToken {
	t.Helper()
	session, err := s.LatestSessionWithUser(t.Context(), key)
	require.NoError(t, err)
	return session
}

func testRefreshesOnGalera(t *testing.T, cluster *testdb.Cluster) {
	stores := storesAt(t, cluster.Database(t))
	var counted []*retries
	for _, s := range stores {
		counted = append(counted, countRetries(s))
	}
	session := createSession(t, stores[0], createUser(t, stores[0], "ada"))
	const generations = 5
	for generation := uint64(1); generation <= generations; generation++ {
		var rotations atomic.Int32
		requireNoErrors(t, together(100, func(i int) error {
			// Each read, wherever it was asked, had shown this generation.
			rotated, err := stores[i%3].Rotate(t.Context(), session.Key(), rotationOf(generation, morning))
			if rotated {
				rotations.Add(1)
			}
			return err
		}))
		require.EqualValues(t, 1, rotations.Load())
		require.Equal(t, generation+1, latestSession(t, stores[2], session.Key()).Generation)
	}
	lost := 0
	for _, r := range counted {
		lost += r.of("deadlock")
	}
	require.Positive(t, lost, "certifications were lost")
	t.Logf("%d rotations of 100 refreshes each, %d certifications lost", generations, lost)
}

func testRevocationsOnGalera(t *testing.T, cluster *testdb.Cluster) {
	rotateAgainstRevoke(t, storesAt(t, cluster.Database(t)), 100)
}

func testDisablesOnGalera(t *testing.T, cluster *testdb.Cluster) {
	signInAgainstDisable(t, storesAt(t, cluster.Database(t)), 100)
}

// testTransactionsAsText counts on the node, over the store's one connection. A statement that is prepared there would be
// prepared in the transaction on the next connection, and see Store.in for what a node does not tell then.
func testTransactionsAsText(t *testing.T, cluster *testdb.Cluster) {
	view := cluster.Database(t)[0]
	awaitDatabase(t, view)
	view.OpenStore(t) // migrates
	s := openOne(t, view)
	ctx, user := t.Context(), createUser(t, s, "ada")
	session := createSession(t, s, user)
	move := rotationOf(1, morning)
	move.Move = &auth.Move{IP: "192.0.2.1", Event: newEvent(t, morning)}
	before := sessionStatus(t, s)

	_, err := s.CreateSession(ctx, newSession(t, user), user, 1, changeAt(t, morning))
	require.NoError(t, err)
	_, err = s.Rotate(ctx, session.Key(), move)
	require.NoError(t, err)
	_, err = s.LatestSessionWithUser(ctx, session.Key())
	require.NoError(t, err)
	require.NoError(t, s.UpdateThrottles(ctx, throttleKeys(3), countOne))
	_, err = s.RevokeAll(ctx, user.ID, models.RevokedByLogoutAll, changeAt(t, morning))
	require.NoError(t, err)
	_, err = s.ChangePassword(ctx, user, user.PasswordHash, newSession(t, user), changeAt(t, morning))
	require.NoError(t, err)
	_, err = s.SetRole(ctx, user.ID, models.RoleAdmin, changeAt(t, morning))
	require.NoError(t, err)
	_, err = s.DisableUser(ctx, user.ID, changeAt(t, morning))
	require.ErrorIs(t, err, auth.ErrLastAdmin)

	after := sessionStatus(t, s)
	require.Equal(t, before["Com_stmt_prepare"], after["Com_stmt_prepare"])
	require.Equal(t, before["Com_stmt_execute"], after["Com_stmt_execute"])
	require.Equal(t, 8, after["Com_begin"]+after["Com_start_transaction"]-before["Com_begin"]-before["Com_start_transaction"])
}

func testAdminsOnGalera(t *testing.T, cluster *testdb.Cluster) {
	const rounds, fighters = 20, 3
	stores := storesAt(t, cluster.Database(t))
	for round := range rounds {
		admins := make([]*models.User, fighters)
		for i := range admins {
			admins[i] = createAdmin(t, stores[0], "admin-"+string(rune('a'+i)))
		}
		refused := 0
		for _, err := range together(fighters, func(i int) error {
			return takeAdminAway(t, stores[i], admins[(i+1)%fighters], round+i)
		}) {
			if err != nil {
				require.ErrorIs(t, err, auth.ErrLastAdmin)
				refused++
			}
		}
		require.Equal(t, 1, refused)
		require.NoError(t, stores[1].Ping(t.Context())) // it has what the others did
		require.Len(t, openAdmins(t, stores[1]), 1)
		require.NoError(t, stores[1].GORM().Where("1 = 1").Delete(&models.User{}).Error)
	}
}

// testReadsAtOtherNodes reads at one node, at once, what another has answered.
func testReadsAtOtherNodes(t *testing.T, cluster *testdb.Cluster) {
	const rounds = 100
	stores := storesAt(t, cluster.Database(t))
	for round := range rounds {
		here, there := stores[round%3], stores[(round+1)%3]
		user := newUser(t, "user-"+strconv.Itoa(round))
		session := newSession(t, user)
		require.NoError(t, here.CreateUserWithSession(t.Context(), user, session, newEvent(t, morning)))
		var err error
		switch round % 3 {
		case 0:
			_, err = there.UserByID(t.Context(), user.ID)
		case 1:
			_, err = there.UserByUsername(t.Context(), user.Username)
		case 2:
			_, err = there.SessionWithUser(t.Context(), session.Key())
		}
		require.NoError(t, err, round)
		_, err = here.DisableUser(t.Context(), user.ID, changeAt(t, morning))
		require.NoError(t, err)
		require.Len(t, feed(t, there), round+1)
	}
}

// testTheFeedAtOtherNodes holds what polls rely on: each node has ids of its own, but they begin above those that it knows.
func testTheFeedAtOtherNodes(t *testing.T, cluster *testdb.Cluster) {
	const rounds, sessions = 9, 40
	stores := storesAt(t, cluster.Database(t))
	user := createUser(t, stores[0], "ada")
	var highest uint64
	for round := range rounds {
		s := stores[round%3]
		for range sessions {
			createSession(t, s, user)
		}
		_, err := s.RevokeAll(t.Context(), user.ID, models.RevokedByLogoutAll, changeAt(t, morning))
		require.NoError(t, err)
		added, err := stores[(round+1)%3].Revocations(t.Context(), highest, morning, 10*sessions)
		require.NoError(t, err)
		require.Len(t, added, sessions)
		highest = added[sessions-1].ID
	}
}

// testALaggingNode has a node hold back what the others did.
func testALaggingNode(t *testing.T, cluster *testdb.Cluster) {
	views := cluster.Database(t)
	stores := storesAt(t, views)
	user := createUser(t, stores[0], "ada")
	session := createSession(t, stores[0], user)
	require.EqualValues(t, 1, latestSession(t, stores[1], session.Key()).Generation)

	release := views[1].HoldBack(t)
	require.NoError(t, stores[0].ReplacePasswordHash(t.Context(), user.ID, user.PasswordHash, "another hash"))
	rotated, err := stores[0].Rotate(t.Context(), session.Key(), rotationOf(1, morning))
	require.NoError(t, err)
	require.True(t, rotated)
	another := createSession(t, stores[0], createUser(t, stores[0], "grace"))

	behind, err := stores[1].SessionWithUser(t.Context(), session.Key())
	require.NoError(t, err)
	require.EqualValues(t, 1, behind.Generation, "the node lags")
	require.True(t, stores[1].MayLag())
	inAHurry, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = stores[1].SessionWithUser(inAHurry, another.Key())
	require.ErrorIs(t, err, auth.ErrUnavailable, "not: there is none")
	require.ErrorIs(t, stores[1].Ping(inAHurry), auth.ErrUnavailable)

	old, err := stores[1].UserByID(t.Context(), user.ID)
	require.NoError(t, err)
	require.Equal(t, user.PasswordHash, old.PasswordHash, "the node lags")

	time.AfterFunc(300*time.Millisecond, release)
	latest, err := stores[1].LatestUserByID(t.Context(), user.ID)
	require.NoError(t, err)
	require.Equal(t, "another hash", latest.PasswordHash)
	require.EqualValues(t, 2, latestSession(t, stores[1], session.Key()).Generation)
	_, err = stores[1].SessionWithUser(t.Context(), another.Key())
	require.NoError(t, err)
}
