package store_test

import (
	"encoding/binary"
	"io"
	"net"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/store"
	"daypass/internal/testdb"
)

// forgetful returns the address of a proxy to the server at which nothing that was prepared is known, as behind one that
// takes a connection to another server: it asks for statements that there are not.
func forgetful(t *testing.T, server string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go pass(client, server)
		}
	}()
	return listener.Addr().String()
}

func pass(client net.Conn, address string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	go func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	}()
	for err == nil {
		err = passCommand(client, server)
	}
}

// passCommand passes one packet: its length in three bytes, a number, and what is told.
func passCommand(client io.Reader, server io.Writer) error {
	const execute = 0x17
	var header [4]byte
	if _, err := io.ReadFull(client, header[:]); err != nil {
		return err
	}
	packet := make([]byte, int(header[0])|int(header[1])<<8|int(header[2])<<16)
	if _, err := io.ReadFull(client, packet); err != nil {
		return err
	}
	if header[3] == 0 && len(packet) > 5 && packet[0] == execute {
		binary.LittleEndian.PutUint32(packet[1:], 1<<30)
	}
	_, err := server.Write(slices.Concat(header[:], packet))
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
