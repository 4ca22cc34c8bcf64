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
	address, _ := proxy(t, server, func(client io.Reader, server io.Writer) {
		for passCommand(client, server) == nil {
			continue
		}
	})
	return address
}

// proxy returns the address of a way to a server, on which what a client says is passed on by pass, and what shuts it behind
// those who are in.
func proxy(t *testing.T, server string, pass func(client io.Reader, server io.Writer)) (address string, shut func()) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	shut = func() { _ = listener.Close() }
	t.Cleanup(shut)
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			go connect(client, server, pass)
		}
	}()
	return listener.Addr().String(), shut
}

func connect(client net.Conn, address string, pass func(client io.Reader, server io.Writer)) {
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
	pass(client, server)
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

// readCommand reads one packet: its length in three bytes, a number, and what is told.
func readCommand(client io.Reader) ([]byte, error) {
	packet := make([]byte, 4)
	if _, err := io.ReadFull(client, packet); err != nil {
		return nil, err
	}
	told := make([]byte, int(packet[0])|int(packet[1])<<8|int(packet[2])<<16)
	_, err := io.ReadFull(client, told)
	return slices.Concat(packet, told), err
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
