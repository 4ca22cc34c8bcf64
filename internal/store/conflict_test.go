package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// Conflicts with others that use the database are made here with plain transactions, and seen in the store's log.

// logBook is a log that a test reads while others write.
type logBook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBook) await(t *testing.T, text string) {
	t.Helper()
	require.Eventually(t, func() bool { return strings.Contains(b.String(), text) }, 10*time.Second, 5*time.Millisecond)
}

// openLogged returns a store and what it logs.
func openLogged(t *testing.T, db *testdb.DB) (*store.Store, *logBook) {
	t.Helper()
	db.OpenStore(t) // migrates
	book, c := &logBook{}, db.Config()
	c.Log = slog.New(slog.NewTextHandler(book, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s, book
}

func begin(t *testing.T, db *testdb.DB) *sql.Tx {
	t.Helper()
	tx, err := db.SQL(t).BeginTx(t.Context(), nil)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

func exec(t *testing.T, tx *sql.Tx, statement string, values ...any) {
	t.Helper()
	_, err := tx.ExecContext(t.Context(), statement, values...)
	require.NoError(t, err, statement)
}

func TestADeadlockIsRetried(t *testing.T) {
	t.Parallel()
	db := testdb.MySQL(t)
	s, log := openLogged(t, db)
	user := createUser(t, s, "ada")
	session := createSession(t, s, user)
	bystander := createUser(t, s, "grace")
	for range 20 {
		createSession(t, s, bystander)
	}

	// The other transaction locks the session first and the account last. It has changed more, so it is not the one that
	// the server gives up.
	other := begin(t, db)
	exec(t, other, "UPDATE refresh_tokens SET user_agent = 'other' WHERE user_id IN (?, ?)", user.ID[:], bystander.ID[:])
	disabled, change := make(chan error), changeAt(t, morning)
	go func() {
		_, err := s.DisableUser(t.Context(), user.ID, change)
		disabled <- err
	}()
	awaitLockWait(t, db)
	exec(t, other, "UPDATE users SET username = 'lovelace' WHERE id = ?", user.ID[:])
	require.NoError(t, other.Commit())

	require.NoError(t, <-disabled)
	require.Contains(t, log.String(), "Error 1213", "there was a deadlock")
	after := readSession(t, s, session.Key())
	require.Equal(t, models.RevokedByUserDisable, after.RevokedReason)
	require.Equal(t, "lovelace", after.User.Username, "the other's change is kept")
}

// The counters are counted again as the other left them, not as they were read before.
func TestADeadlockOfCountersIsRetried(t *testing.T) {
	t.Parallel()
	db := testdb.MySQL(t)
	s, log := openLogged(t, db)
	bystander := createUser(t, s, "grace")
	for range 20 {
		createSession(t, s, bystander)
	}
	keys := throttleKeys(2)
	slices.SortFunc(keys, func(a, b models.ThrottleKey) int { return bytes.Compare(a[:], b[:]) })
	require.NoError(t, s.UpdateThrottles(t.Context(), keys, countOne))

	other := begin(t, db)
	exec(t, other, "UPDATE refresh_tokens SET user_agent = 'other' WHERE user_id = ?", bystander.ID[:])
	exec(t, other, "UPDATE throttles SET clears_at = clears_at + INTERVAL 10 SECOND WHERE id = ?", keys[1][:])
	counted := make(chan error)
	go func() { counted <- s.UpdateThrottles(t.Context(), keys, countOne) }()
	awaitLockWait(t, db)
	exec(t, other, "UPDATE throttles SET clears_at = clears_at + INTERVAL 10 SECOND WHERE id = ?", keys[0][:])
	require.NoError(t, other.Commit())

	require.NoError(t, <-counted)
	require.Contains(t, log.String(), "Error 1213", "there was a deadlock")
	throttles, err := s.Throttles(t.Context(), keys)
	require.NoError(t, err)
	for _, throttle := range throttles {
		require.EqualValues(t, 12, throttle.ClearsAt.Unix())
	}
}

// lockWaits count the transactions that wait for a lock of the database, on MySQL and on MariaDB. MySQL too has a table of
// transactions, which it cannot read while a statement has bytes in it that are no text (error 3854).
var lockWaits = []string{
	`SELECT COUNT(*) FROM performance_schema.data_lock_waits w
		JOIN performance_schema.data_locks l ON l.engine_lock_id = w.requesting_engine_lock_id
		WHERE l.object_schema = DATABASE()`,
	`SELECT COUNT(*) FROM information_schema.innodb_trx t
		JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
		WHERE t.trx_state = 'LOCK WAIT' AND p.db = DATABASE()`,
}

// awaitLockWait returns when some transaction on the server waits for a lock of this database. It asks seldom: InnoDB
// answers from a copy that it renews when nobody has asked for 100 ms.
func awaitLockWait(t *testing.T, db *testdb.DB) {
	t.Helper()
	admin := db.SQL(t)
	require.Eventually(t, func() bool {
		return slices.ContainsFunc(lockWaits, func(query string) bool {
			var waiting int
			err := admin.QueryRowContext(t.Context(), query).Scan(&waiting)
			return err == nil && waiting > 0
		})
	}, 10*time.Second, 200*time.Millisecond)
}

// lockEverything makes writes to the session wait.
func lockEverything(t *testing.T, db *testdb.DB, session *models.RefreshToken) *sql.Tx {
	t.Helper()
	other := begin(t, db)
	exec(t, other, "UPDATE refresh_tokens SET user_agent = 'other' WHERE id = ?", session.ID[:])
	return other
}

func TestALockTimeoutIsRetried(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		s, log := openLogged(t, db)
		session := createSession(t, s, createUser(t, s, "ada"))
		other := lockEverything(t, db, session)
		rotated := make(chan error)
		go func() {
			_, err := s.Rotate(t.Context(), session.Key(), rotationOf(1, morning))
			rotated <- err
		}()
		log.await(t, "database conflict")
		require.NoError(t, other.Rollback())

		require.NoError(t, <-rotated)
		require.EqualValues(t, 2, readSession(t, s, session.Key()).Generation)
	})
}

func TestALockThatStaysIsUnavailable(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		s, _ := openLogged(t, db)
		session := createSession(t, s, createUser(t, s, "ada"))
		other := lockEverything(t, db, session)

		start := time.Now()
		_, err := s.Revoke(t.Context(), session.Key(), models.RevokedByLogout, changeAt(t, morning))
		require.ErrorIs(t, err, auth.ErrUnavailable)
		require.ErrorContains(t, err, "ock", "the cause is told: a lock")
		require.Less(t, time.Since(start), 20*time.Second)

		require.NoError(t, other.Rollback())
		require.Nil(t, readSession(t, s, session.Key()).RevokedAt)
	})
}

func TestACallEndsWithItsContext(t *testing.T) {
	testdb.Each(t, func(t *testing.T, db *testdb.DB) {
		t.Parallel()
		s, _ := openLogged(t, db)
		user := createUser(t, s, "ada")
		session := createSession(t, s, user)
		other := lockEverything(t, db, session)
		for name, call := range map[string]func(ctx context.Context) error{
			"a transaction": func(ctx context.Context) error {
				_, err := s.DisableUser(ctx, user.ID, changeAt(t, morning))
				return err
			},
			"a revocation": func(ctx context.Context) error {
				_, err := s.Revoke(ctx, session.Key(), models.RevokedByLogout, changeAt(t, morning))
				return err
			},
			"a statement": func(ctx context.Context) error {
				_, err := s.Rotate(ctx, session.Key(), rotationOf(1, morning))
				return err
			},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			err := call(ctx)
			cancel()
			require.ErrorIs(t, err, auth.ErrUnavailable, name)

			ctx, cancel = context.WithCancel(t.Context())
			time.AfterFunc(200*time.Millisecond, cancel)
			err = call(ctx)
			require.ErrorIs(t, err, context.Canceled, name)
			require.NotErrorIs(t, err, auth.ErrUnavailable, name)
			require.ErrorIs(t, call(ctx), context.Canceled, name)
		}
		require.NoError(t, other.Rollback())

		// A lone statement that MySQL has begun may still take effect; a transaction never does without its commit.
		after := readSession(t, s, session.Key())
		require.False(t, after.User.Disabled())
		require.Nil(t, after.RevokedAt)
		if !db.IsMySQL() {
			require.EqualValues(t, 1, after.Generation)
		}
	})
}
