package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/testdb"
)

const registration = `{"query":"mutation { register(input: {username: \"ada\", password: \"an engine of analysis\"}) { accessToken user { username } } }"}`

func TestStopLetsRequestsInFlightFinish(t *testing.T) {
	program := serveOnce(t, testdb.SQLite(t))
	request, answers := beginRegistration(t, program)

	require.NoError(t, program.command.Process.Signal(syscall.SIGTERM))
	requireRefusal(t, program)

	_, err := request.Write([]byte(registration))
	require.NoError(t, err)
	response, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err := readAnswer(response)
	require.NoError(t, err)
	require.Equal(t, "ada", answer.field("username"), "%s", answer)

	require.Eventually(t, program.hasEnded, patience, 5*time.Millisecond)
	require.Zero(t, program.command.ProcessState.ExitCode(), program.output())
}

func TestStopDoesNotWaitForEver(t *testing.T) {
	program := serveOnce(t, testdb.SQLite(t), "--drain-timeout=200ms")
	beginRegistration(t, program)

	require.NoError(t, program.command.Process.Signal(syscall.SIGTERM))
	require.Eventually(t, program.hasEnded, patience, 5*time.Millisecond)
	require.Equal(t, exitFailure, program.command.ProcessState.ExitCode())
	require.Contains(t, program.output(), "daypass: drain requests: ")
}

func TestSecondSignalStopsAtOnce(t *testing.T) {
	program := serveOnce(t, testdb.SQLite(t), "--drain-timeout=1h")
	beginRegistration(t, program)

	require.NoError(t, program.command.Process.Signal(syscall.SIGINT))
	requireRefusal(t, program)
	// One that comes before the program has noted the first is the same to it.
	require.Eventually(t, func() bool {
		_ = program.command.Process.Signal(syscall.SIGINT)
		return program.hasEnded()
	}, patience, 5*time.Millisecond)
	status, ok := program.command.ProcessState.Sys().(syscall.WaitStatus)
	require.True(t, ok)
	require.Equal(t, syscall.SIGINT, status.Signal())
}

// beginRegistration sends the header of a request and returns when the program waits for the body.
func beginRegistration(t *testing.T, program *daypass) (net.Conn, *bufio.Reader) {
	t.Helper()
	connection, err := net.Dial("tcp", program.host())
	require.NoError(t, err)
	t.Cleanup(func() { _ = connection.Close() })
	_, err = fmt.Fprintf(connection, "POST /graphql HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", program.host(), len(registration))
	require.NoError(t, err)
	answers := bufio.NewReader(connection)
	interim, err := http.ReadResponse(answers, nil)
	require.NoError(t, err)
	require.NoError(t, interim.Body.Close())
	require.Equal(t, http.StatusContinue, interim.StatusCode)
	return connection, answers
}

// requireRefusal waits until the program takes no new connections.
func requireRefusal(t *testing.T, program *daypass) {
	t.Helper()
	require.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", program.host())
		if err != nil {
			return true
		}
		_ = connection.Close()
		return false
	}, patience, 5*time.Millisecond)
}

func (d *daypass) host() string { return strings.TrimPrefix(d.URL, "http://") }

func (d *daypass) hasEnded() bool {
	select {
	case <-d.ended:
		return true
	default:
		return false
	}
}
