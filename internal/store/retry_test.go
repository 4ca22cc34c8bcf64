package store_test

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
)

// retries counts what is done again, by the reason.
type retries struct {
	mu    sync.Mutex
	count map[string]int
}

func countRetries(s *store.Store) *retries {
	r := &retries{count: map[string]int{}}
	s.CountRetries(func(reason string) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.count[reason]++
	})
	return r
}

func (r *retries) of(reason string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count[reason]
}

func TestRetriesAreCountedByTheirReason(t *testing.T) {
	for kind, reason := range map[string]string{"sqlite": "busy", "mysql": "lock_timeout"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			db := testdb.SQLite(t)
			if kind == "mysql" {
				db = testdb.MySQL(t)
			}
			s := db.OpenStore(t)
			counted := countRetries(s)
			session := createSession(t, s, createUser(t, s, "ada"))
			other := lockEverything(t, db, session)
			rotated := make(chan error)
			go func() {
				_, err := s.Rotate(t.Context(), session.Key(), rotationOf(1, morning))
				rotated <- err
			}()
			require.Eventually(t, func() bool { return counted.of(reason) > 0 }, 10*time.Second, 5*time.Millisecond)
			require.NoError(t, other.Rollback())
			require.NoError(t, <-rotated)
			require.Subset(t, store.RetryReasons(), []string{reason})
		})
	}
}

// What TiDB 8 answers by no number of their own.
func TestUnnumberedErrorsAreToldByTheirText(t *testing.T) {
	t.Parallel()
	unnumbered := func(text string) error {
		return fmt.Errorf("ask: %w", &mysql.MySQLError{Number: 1105, Message: text})
	}
	require.Equal(t, "conflict", store.RetryReason(unnumbered("pessimistic lock retry limit reached")))
	require.True(t, store.IsUnprepared(unnumbered("ERROR 1243 (HY000): Unknown prepared statement handler 7 given to stmt_execute")))
	other := unnumbered("something else")
	require.Empty(t, store.RetryReason(other))
	require.False(t, store.IsUnprepared(other))
}

func TestNumbersOfServersAreSorted(t *testing.T) {
	t.Parallel()
	for reason, numbers := range map[string][]uint16{
		"deadlock": {1213}, "lock_timeout": {1205}, "not_ready": {1047},
		"conflict": {1020, 3101, 8002, 8005, 8022, 8028, 9007},
	} {
		for _, number := range numbers {
			refused := &mysql.MySQLError{Number: number}
			require.Equal(t, reason, store.RetryReason(refused), number)
			require.ErrorIs(t, store.Describe(t.Context(), "ask", refused), auth.ErrUnavailable, number)
		}
	}
	for _, number := range []uint16{
		1021, 1040, 1053, 1077, 1114, 1158, 1159, 1160, 1161, 1180, 1203, 1226, 1243, 1290, 1317, 1461, 1615, 1792, 1836, 1927, 1969,
		3024, 3032, 3100, 3796, 3797, 3798, 3799, 8027, 9001, 9002, 9003, 9004, 9005, 9010, 9011,
	} {
		refused := &mysql.MySQLError{Number: number}
		require.Empty(t, store.RetryReason(refused), "%d: it may have taken effect, or does not pass at once", number)
		require.ErrorIs(t, store.Describe(t.Context(), "ask", refused), auth.ErrUnavailable, number)
	}
	for _, number := range []uint16{1062, 1064, 1105, 1146} {
		refused := &mysql.MySQLError{Number: number}
		require.Empty(t, store.RetryReason(refused), number)
		require.NotErrorIs(t, store.Describe(t.Context(), "ask", refused), auth.ErrUnavailable, number)
	}
}

// TestWhatBrokeOffIsNotSentAgain has the connection break when a change is under way: nobody knows whether it was made.
func TestWhatBrokeOffIsNotSentAgain(t *testing.T) {
	t.Parallel()
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	var sent atomic.Int64
	c := db.Config()
	c.MySQL = c.MySQL.Clone()
	c.MySQL.Addr, _ = proxy(t, c.MySQL.Addr, func(client io.Reader, server io.Writer) {
		for {
			command, err := readCommand(client)
			if err != nil {
				return
			}
			if bytes.Contains(command, []byte("UPDATE `users`")) {
				sent.Add(1)
				return
			}
			if _, err := server.Write(command); err != nil {
				return
			}
		}
	})
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	defer s.Close()
	user := createUser(t, s, "ada")
	err = s.ReplacePasswordHash(t.Context(), user.ID, user.PasswordHash, "another")
	require.ErrorIs(t, err, auth.ErrUnavailable)
	require.EqualValues(t, 1, sent.Load())
}
