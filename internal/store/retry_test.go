package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

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
