package store_test

import (
	"encoding/binary"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/store"
	"daypass/internal/testdb"
)

// forgetful returns the address of a proxy to the server at which nothing that was prepared is known, as behind one that
// takes a connection to another server: it asks for statements that there are not.
func forgetful(t *testing.T, server string) string {
	t.Helper()
	address, _ := proxy(t, server, func(client io.Reader, server io.Writer) {
		for passCommand(client, server) == nil {
			continue
		}
	})
	return address
}

// passCommand passes one command.
func passCommand(client io.Reader, server io.Writer) error {
	const execute = 0x17
	packet, err := readCommand(client)
	if err != nil {
		return err
	}
	if packet[3] == 0 && len(packet) > 9 && packet[4] == execute {
		binary.LittleEndian.PutUint32(packet[5:], 1<<30)
	}
	_, err = server.Write(packet)
	return err
}

func TestAServerThatForgotWhatWasPrepared(t *testing.T) {
	t.Parallel()
	db := testdb.MySQL(t)
	db.OpenStore(t) // migrates
	c := db.Config()
	c.MySQL = c.MySQL.Clone()
	c.MySQL.Addr = forgetful(t, c.MySQL.Addr)
	s, err := store.Open(t.Context(), c)
	require.NoError(t, err)
	defer s.Close()
	requireUnprepared(t, s, createUser(t, s, "ada"))
}
