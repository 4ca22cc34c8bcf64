package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
	"daypass/models"
)

// commandsPass opens a store of which such a command, as text, is told to the server as pass has it; nil: the connection
// breaks, and what is told then is the command itself.
func commandsPass(t *testing.T, command string, pass func() (instead *string)) *store.Store {
	t.Helper()
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	c := db.Config()
	c.MySQL = c.MySQL.Clone()
	c.MySQL.Addr, _ = proxy(t, c.MySQL.Addr, func(client io.Reader, server io.Writer) {
		for {
			packet, err := readCommand(client)
			if err != nil {
				return
			}
			if head, found := bytes.CutSuffix(packet, []byte(command)); found {
				if instead := pass(); instead != nil {
					packet = slices.Concat(head, []byte(*instead))
					binary.LittleEndian.PutUint16(packet, uint16(len(packet)-4))
				} else {
					_ = client.(io.Closer).Close() // before there is an answer
				}
			}
			if _, err := server.Write(packet); err != nil {
				return
			}
		}
	})
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// TestASignInWhoseCommitBrokeOffIsNotAskedForAgain loses the answers to the commits. What was committed stays, and is neither
// done again nor told as a failure of ours.
func TestASignInWhoseCommitBrokeOffIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	commit := "COMMIT"
	s := commandsPass(t, commit, func() *string {
		if armed.Load() {
			return nil
		}
		return &commit
	})
	all := arrivals(t, s, 12)
	armed.Store(true)
	gather(t, len(all), func(i int) error {
		_, err := all[i].signIn(t.Context(), s, 10)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		return nil
	})
	armed.Store(false)
	for _, a := range all {
		require.Eventually(t, func() bool { return readUser(t, s, a.verified.ID).SignIns == 1 }, 10*time.Second, 10*time.Millisecond)
		a.requireSignedIn(t, s)
	}
}

// TestSignInsWhoseConnectionBreaksBeforeTheCommit go on, each alone, on another one.
func TestSignInsWhoseConnectionBreaksBeforeTheCommit(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	begin := "START TRANSACTION"
	s := commandsPass(t, begin, func() *string {
		if armed.Swap(false) {
			return nil
		}
		return &begin
	})
	all := arrivals(t, s, 4)
	armed.Store(true)
	gather(t, len(all), func(i int) error {
		_, err := all[i].signIn(t.Context(), s, 10)
		return err
	})
	for _, a := range all {
		a.requireSignedIn(t, s)
	}
}

// TestSignInsWhoseCommitFails has that be of several when it took effect all the same. Whatever the server says, nobody asks for
// the same again, and all are told that they do not know.
func TestSignInsWhoseCommitFails(t *testing.T) {
	t.Parallel()
	for _, number := range []int{1213, 3101, 9007, 1105, 1317, 1180} {
		var armed atomic.Bool
		commit := "COMMIT"
		failed := fmt.Sprintf("BEGIN NOT ATOMIC COMMIT; SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = %d; END", number)
		s := commandsPass(t, commit, func() *string {
			if armed.Swap(false) {
				return &failed
			}
			return &commit
		})
		if !onMariaDB(t, s) {
			t.Skip("needs a statement of MariaDB")
		}
		all, inDoubt := arrivals(t, s, 4), atomic.Int32{}
		armed.Store(true)
		gather(t, len(all), func(i int) error {
			if _, err := all[i].signIn(t.Context(), s, 10); err != nil {
				require.ErrorIs(t, err, auth.ErrUnavailable)
				require.ErrorContains(t, err, strconv.Itoa(number))
				inDoubt.Add(1)
			}
			return nil
		})
		require.Greater(t, inDoubt.Load(), int32(1))
		for _, a := range all {
			a.requireSignedIn(t, s)
		}
	}
}

// TestALimitOfTheServerIsForWhomItHits has it be shorter than the wait for the account of one, which stays locked until the
// others have signed in.
func TestALimitOfTheServerIsForWhomItHits(t *testing.T) {
	t.Parallel()
	const locked = 1
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	c := db.Config()
	c.MySQL = c.MySQL.Clone()
	c.MySQL.Params = maps.Clone(c.MySQL.Params)
	if c.MySQL.Params == nil {
		c.MySQL.Params = map[string]string{}
	}
	c.MySQL.Params["max_statement_time"] = "1"
	if !onMariaDB(t, db.OpenStore(t)) {
		t.Skip("needs a setting of MariaDB")
	}
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	defer s.Close()
	all := arrivals(t, s, 4)
	other := lockAccount(t, db, all[locked].verified)
	gather(t, len(all), func(i int) error {
		_, err := all[i].signIn(t.Context(), s, 10)
		if i == locked {
			require.ErrorIs(t, err, auth.ErrUnavailable)
			return nil
		}
		return err
	})
	require.NoError(t, other.Rollback())
	for i, a := range all {
		if i != locked {
			a.requireSignedIn(t, s)
		}
	}
}

// TestAnAccountAfterTheOtherThatIsLocked keeps nobody else out, though all of them together take longer than one may.
func TestAnAccountAfterTheOtherThatIsLocked(t *testing.T) {
	t.Parallel()
	db := testdb.MySQL(t)
	s := db.OpenStore(t)
	all := arrivals(t, s, 4)
	slices.SortFunc(all, func(a, b *arrival) int { return bytes.Compare(a.verified.ID[:], b.verified.ID[:]) })
	var unlocked sync.WaitGroup
	for i, a := range all[:3] {
		other := lockAccount(t, db, a.verified)
		unlocked.Go(func() {
			time.Sleep(time.Duration(i+1) * 2500 * time.Millisecond)
			_ = other.Rollback()
		})
	}
	gather(t, len(all), func(i int) error {
		_, err := all[i].signIn(t.Context(), s, 10)
		return err
	})
	unlocked.Wait()
	for _, a := range all {
		a.requireSignedIn(t, s)
	}
}

// TestRecordsAreTheCallersAgainWhenItLeft changes them while the sign-in of those who left waits for a connection.
func TestRecordsAreTheCallersAgainWhenItLeft(t *testing.T) {
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	s := openOne(t, db)
	all := arrivals(t, s, 4)
	busy, err := s.Pool().Conn(t.Context())
	require.NoError(t, err)
	leave, hangUp := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer hangUp()
	left := make(chan struct{}, len(all))
	go func() {
		for range len(all) - 2 { // whoever came first stays
			<-left
		}
		_ = busy.Close()
	}()
	gather(t, len(all), func(i int) error {
		if i == 0 {
			_, err := all[i].signIn(t.Context(), s, 10)
			return err
		}
		_, _ = all[i].signIn(leave, s, 10)
		all[i].session.UserAgent = "changed"
		left <- struct{}{}
		return nil
	})
	var changed int64
	require.NoError(t, s.GORM().Model(&models.RefreshToken{}).Where("user_agent = 'changed'").Count(&changed).Error)
	require.Zero(t, changed)
}

func onMariaDB(t *testing.T, s *store.Store) bool {
	t.Helper()
	var version string
	require.NoError(t, s.Pool().QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	return strings.Contains(version, "MariaDB")
}
