package store_test

import (
	"io"
	"net"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

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
