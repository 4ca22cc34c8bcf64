package store_test

import (
	"context"
	"database/sql"
	"io"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

func startTwin(t *testing.T) *testdb.Twin {
	t.Helper()
	twin := testdb.StartTwin(t)
	_, err := openTwins(t, twin.Address()).Migrate(t.Context())
	require.NoError(t, err)
	return twin
}

func openTwins(t *testing.T, addresses ...string) *store.Store {
	t.Helper()
	c := testdb.TwinsAt(t, addresses...).Config()
	c.ConnectTimeout = 4 * time.Second
	opened, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = opened.Close() })
	return opened
}

func TestTheFirstServerThatAnswersAndTakesWritesIsUsed(t *testing.T) {
	t.Parallel()
	first, second := startTwin(t), startTwin(t)
	s := openTwins(t, silent(t), refusing(t), first.Address(), second.Address())
	createUser(t, s, "ada")
	require.Equal(t, 1, first.Rows(t, "users"))

	first.Exec(t, "SET GLOBAL read_only = ON")
	createUserInTheEnd(t, s, "bob")
	require.Equal(t, 1, second.Rows(t, "users"))

	first.Exec(t, "SET GLOBAL read_only = OFF")
	createUser(t, s, "cyd")
	require.Equal(t, 2, second.Rows(t, "users"), "it stays while that works")

	second.Kill()
	createUserInTheEnd(t, s, "dan")
	require.Equal(t, 2, first.Rows(t, "users"))
}

// TestADemotedPrimaryIsLeftByAllConnections has the pool full of connections to a server that became a replica, and that
// does not know yet what the new primary answered: what is not there must not be said to be so.
func TestADemotedPrimaryIsLeftByAllConnections(t *testing.T) {
	t.Parallel()
	first, second := startTwin(t), startTwin(t)
	s, elsewhere := openTwins(t, first.Address(), second.Address()), openTwins(t, second.Address())
	user := newUser(t, "ada")
	session, event := newSession(t, user), newEvent(t, morning)
	for _, server := range []*store.Store{s, elsewhere} { // as replication would have it
		require.NoError(t, server.CreateUserWithSession(t.Context(), user, session, event))
	}
	for name, write := range map[string]func() error{
		"a rotation":    func() error { _, err := s.Rotate(t.Context(), session.Key(), rotationOf(1, morning)); return err },
		"a transaction": func() error { return s.CreateUser(t.Context(), newUser(t, "bob"), newEvent(t, morning)) },
		"a probe":       func() error { return s.Ping(t.Context()) },
	} {
		first.Exec(t, "SET GLOBAL read_only = OFF")
		s = openTwins(t, first.Address(), second.Address())
		openThree(t, s.Pool())
		first.Exec(t, "SET GLOBAL read_only = ON")
		require.ErrorIs(t, write(), auth.ErrUnavailable, "%s: not done again elsewhere, after what was read here", name)
		require.NoError(t, write(), name)
		latest := createSession(t, elsewhere, user)
		requireNoErrors(t, together(20, func(int) error {
			_, err := s.SessionWithUser(t.Context(), latest.Key())
			return err
		}))
		require.NoError(t, elsewhere.GORM().Where("username = ?", "bob").Delete(&models.User{}).Error)
	}
}

// createUserInTheEnd does what clients are told to do: try again shortly. Each connection that was open may fail once.
func createUserInTheEnd(t *testing.T, s *store.Store, name string) {
	t.Helper()
	for range 5 {
		err := s.CreateUser(t.Context(), newUser(t, name), newEvent(t, morning))
		if err == nil {
			return
		}
		require.ErrorIs(t, err, auth.ErrUnavailable)
	}
	t.Fatal("it stays unavailable")
}

func TestServersThatAreAllOutOfReachAreNamed(t *testing.T) {
	c := mysqlAt(refusing(t))
	c.MySQLFailover = []string{refusing(t), silent(t)}
	start := time.Now()
	_, err := store.Open(t.Context(), c)
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.NotContains(t, err.Error(), "\n")
	for _, address := range append(c.MySQLFailover, c.MySQL.Addr) {
		require.ErrorContains(t, err, address)
	}
	require.NotContains(t, err.Error(), secret)
	require.Less(t, time.Since(start), 3*time.Second)
}

func TestACallerInAHurryReachesTheServerBehindASilentOne(t *testing.T) {
	c := testdb.MySQL(t).Config()
	c.MySQLFailover, c.ConnectTimeout = []string{c.MySQL.Addr}, time.Minute
	c.MySQL.Addr = silent(t)
	hurry, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	opened, err := store.Open(hurry, c)
	require.NoError(t, err)
	require.NoError(t, opened.Close())
}

func TestEachServerHasAFairShareOfTheTimeAndNotTooLittle(t *testing.T) {
	for _, test := range []struct {
		left  time.Duration
		toAsk int
		want  time.Duration
	}{
		{left: 6 * time.Second, toAsk: 3, want: 2 * time.Second},
		{left: 4 * time.Second, toAsk: 1, want: 4 * time.Second},
		{left: 600 * time.Millisecond, toAsk: 2, want: 500 * time.Millisecond},
		{left: 100 * time.Millisecond, toAsk: 2, want: 500 * time.Millisecond}, // the caller's deadline comes before
	} {
		require.Equal(t, test.want, store.Share(test.left, test.toAsk), "%s for %d", test.left, test.toAsk)
	}
}

func TestAServerThatIsReadOnlyIsAClearError(t *testing.T) {
	t.Parallel()
	replica := startTwin(t)
	replica.Exec(t, "SET GLOBAL read_only = ON")
	_, err := store.Open(t.Context(), testdb.TwinsAt(t, replica.Address(), refusing(t)).Config())
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.ErrorContains(t, err, "the server is read-only")
}

// TestAServerThatIsFullIsNotLeft has a call take too long at a server that lets nobody else in: it answers, and the
// connections to it are good. The next server may be one that has not even heard of the account.
func TestAServerThatIsFullIsNotLeft(t *testing.T) {
	first, second := startTwin(t), startTwin(t)
	s := openTwins(t, first.Address(), second.Address())
	user := createUser(t, s, "ada")
	openThree(t, s.Pool())
	holder, err := first.SQL(t).Conn(t.Context())
	require.NoError(t, err)
	_, err = holder.ExecContext(t.Context(), "SET GLOBAL max_connections = 10") // the least there is
	require.NoError(t, err)
	crowd(t, first)
	_, err = holder.ExecContext(t.Context(), "LOCK TABLES "+testdb.TwinName+".users WRITE")
	require.NoError(t, err)
	inAHurry, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	_, err = s.UserByID(inAHurry, user.ID)
	require.ErrorIs(t, err, auth.ErrUnavailable)

	// The call's own connection is broken off, the others stay.
	require.Never(t, func() bool { return s.Pool().Stats().OpenConnections < 2 }, 2*time.Second, 50*time.Millisecond)
	_, err = holder.ExecContext(t.Context(), "UNLOCK TABLES")
	require.NoError(t, err)
	require.NoError(t, s.CreateUser(t.Context(), newUser(t, "bob"), newEvent(t, morning)))
	require.Equal(t, 2, first.Rows(t, "users"))
	require.Zero(t, second.Rows(t, "users"))
}

// openThree has the pool keep three connections.
func openThree(t *testing.T, pool *sql.DB) {
	t.Helper()
	for range 3 {
		conn, err := pool.Conn(t.Context())
		require.NoError(t, err)
		defer func() { require.NoError(t, conn.Close()) }()
	}
}

// crowd connects until the server lets nobody else in.
func crowd(t *testing.T, server *testdb.Twin) {
	t.Helper()
	connector, err := mysql.NewConnector(testdb.TwinsAt(t, server.Address()).Config().MySQL)
	require.NoError(t, err)
	for {
		conn, err := connector.Connect(t.Context())
		if err != nil {
			return
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
}

// TestAStandbyDoesNotSpeakForThePrimary has nobody get a new connection to the primary, and a standby that takes no writes: what
// that says is of itself.
func TestAStandbyDoesNotSpeakForThePrimary(t *testing.T) {
	t.Parallel()
	primary, standby := startTwin(t), startTwin(t)
	standby.Exec(t, "SET GLOBAL read_only = ON")
	address, shut := proxy(t, primary.Address(), func(client io.Reader, server io.Writer) { _, _ = io.Copy(server, client) })
	s := openTwins(t, address, standby.Address())
	openThree(t, s.Pool())
	shut()
	var held []*sql.Conn
	for range 3 {
		conn, err := s.Pool().Conn(t.Context())
		require.NoError(t, err)
		held = append(held, conn)
	}
	err := s.CreateUser(t.Context(), newUser(t, "ada"), newEvent(t, morning))
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.ErrorContains(t, err, "read-only")
	for _, conn := range held {
		require.NoError(t, conn.Close())
	}
	createUser(t, s, "bob")
	require.Equal(t, 3, s.Pool().Stats().OpenConnections)
	require.Equal(t, 1, primary.Rows(t, "users"))
}
