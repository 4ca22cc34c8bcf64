package store_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/auth"
	"daypass/internal/store"
	"daypass/internal/testdb"
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

// TestSignInsWhoseConnectionBrokeAreNotAskedForAgain breaks it as soon as a transaction begins: the server is asked once for
// those who came together.
func TestSignInsWhoseConnectionBrokeAreNotAskedForAgain(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	var begun atomic.Int32
	begin := "START TRANSACTION"
	s := commandsPass(t, begin, func() *string {
		if armed.Load() {
			begun.Add(1)
			return nil
		}
		return &begin
	})
	all := arrivals(t, s, 12)
	armed.Store(true)
	gather(t, len(all), func(i int) error {
		_, err := all[i].signIn(t.Context(), s, 10)
		require.ErrorIs(t, err, auth.ErrUnavailable)
		return nil
	})
	require.Less(t, begun.Load(), int32(len(all)))
}

// TestASignInWhoseCommitIsRefusedIsNotAskedForAgain has the server not understand the first commit of several.
func TestASignInWhoseCommitIsRefusedIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	commit, nonsense := "COMMIT", "COMMAS"
	s := commandsPass(t, commit, func() *string {
		if armed.Swap(false) {
			return &nonsense
		}
		return &commit
	})
	all, refused := arrivals(t, s, 4), atomic.Int32{}
	armed.Store(true)
	gather(t, len(all), func(i int) error {
		_, err := all[i].signIn(t.Context(), s, 10)
		if err != nil {
			require.ErrorContains(t, err, nonsense)
			refused.Add(1)
		}
		return nil
	})
	require.Greater(t, refused.Load(), int32(1))
}

// TestASignInWhoseCommitIsTakenBackIsAskedForAgain has that be for a conflict, as on TiDB.
func TestASignInWhoseCommitIsTakenBackIsAskedForAgain(t *testing.T) {
	t.Parallel()
	var armed atomic.Bool
	commit, conflict := "COMMIT", "BEGIN NOT ATOMIC ROLLBACK; SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; END"
	s := commandsPass(t, commit, func() *string {
		if armed.Swap(false) {
			return &conflict
		}
		return &commit
	})
	if !onMariaDB(t, s) {
		t.Skip("needs a statement of MariaDB")
	}
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

func onMariaDB(t *testing.T, s *store.Store) bool {
	t.Helper()
	var version string
	require.NoError(t, s.Pool().QueryRowContext(t.Context(), "SELECT VERSION()").Scan(&version))
	return strings.Contains(version, "MariaDB")
}
