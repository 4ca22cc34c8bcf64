package store_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

func TestAServerThatIsKilledAndComesBack(t *testing.T) {
	t.Parallel()
	server := testdb.StartServer(t)
	s := server.Database(t).OpenStore(t)
	calls := everyCall(t, t.Context(), s)
	session := createSession(t, s, createUser(t, s, "ada"))
	rotated, err := s.Rotate(t.Context(), session.Key(), rotationOf(1, morning))
	require.NoError(t, err)
	require.True(t, rotated)
	before := contents(t, s)

	server.Kill()
	for name, call := range calls {
		require.ErrorIs(t, call(), auth.ErrUnavailable, name)
	}
	require.ErrorIs(t, s.Ping(t.Context()), auth.ErrUnavailable)

	server.Restart(t)
	require.EqualValues(t, 2, readSession(t, s, session.Key()).Generation, "what was answered is kept")
	require.Equal(t, before, contents(t, s), "and nothing of what was not")
	for name, call := range calls {
		require.NoError(t, call(), name)
	}
}

func TestRotationsThatWereAnsweredSurviveAKill(t *testing.T) {
	t.Parallel()
	server := testdb.StartServer(t)
	s := server.Database(t).OpenStore(t)
	user := createUser(t, s, "ada")
	sessions, answered := make([]*models.RefreshToken, 8), make([]uint64, 8)
	for i := range sessions {
		sessions[i], answered[i] = createSession(t, s, user), 1
	}
	var rotations atomic.Int32
	killed := make(chan struct{})
	go func() {
		defer close(killed)
		for rotations.Load() < 500 {
			time.Sleep(time.Millisecond)
		}
		server.Kill()
	}()
	errs := together(len(sessions), func(i int) error {
		for {
			if _, err := s.Rotate(t.Context(), sessions[i].Key(), rotationOf(answered[i], morning)); err != nil {
				return err
			}
			answered[i]++
			rotations.Add(1)
		}
	})
	<-killed
	server.Restart(t)
	for i, session := range sessions {
		require.ErrorIs(t, errs[i], auth.ErrUnavailable)
		generation := readSession(t, s, session.Key()).Generation
		// One more than was answered: the kill came between the commit and the answer.
		require.Contains(t, []uint64{answered[i], answered[i] + 1}, generation)
	}
}

func TestAReadOnlyServerIsUnavailableForWrites(t *testing.T) {
	t.Parallel()
	server := testdb.StartServer(t)
	db := server.Database(t)
	db.OpenStore(t) // migrates
	admin := db.SQL(t)
	c := db.Config()
	c.MySQL.User, c.MySQL.Passwd = "app", "app-password"
	for _, statement := range []string{
		"CREATE USER app@'127.0.0.1' IDENTIFIED BY 'app-password'",
		"GRANT SELECT, INSERT, UPDATE, DELETE ON " + c.MySQL.DBName + ".* TO app@'127.0.0.1'",
	} {
		_, err := admin.ExecContext(t.Context(), statement)
		require.NoError(t, err)
	}
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, s.CheckSchema(t.Context()), "a user who may only read and write rows is enough")
	calls := everyCall(t, t.Context(), s)
	before := contents(t, s)

	_, err = admin.ExecContext(t.Context(), "SET GLOBAL read_only = ON")
	require.NoError(t, err)
	for name, call := range calls {
		if strings.HasPrefix(name, "read: ") {
			require.NoError(t, call(), name)
		} else {
			require.ErrorIs(t, call(), auth.ErrUnavailable, name)
		}
	}
	require.Equal(t, before, contents(t, s))

	_, err = admin.ExecContext(t.Context(), "SET GLOBAL read_only = OFF")
	require.NoError(t, err)
	for name, call := range calls {
		require.NoError(t, call(), name)
	}
}

func TestACallOnAClosedStoreIsAnError(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		s := db.OpenStore(t)
		require.NoError(t, s.Close())
		_, err := s.UserByID(t.Context(), models.UserID{})
		require.Error(t, err)
		require.NotErrorIs(t, err, auth.ErrNotFound)
	})
}
