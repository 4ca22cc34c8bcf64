package load_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/bench/load"
)

func TestAConnectionIsKeptAndTellsWhoAsks(t *testing.T) {
	var peers, tokens []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peers, tokens = append(peers, r.RemoteAddr), append(tokens, r.Header.Get("Authorization"))
		var request struct {
			Query     string
			Variables map[string]string
		}
		if err := json.NewDecoder(r.Body).Decode(&request); err != nil || r.Header.Get("Content-Type") != "application/json" {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		// Long enough to come in chunks.
		fmt.Fprintf(w, `{"data":{"echo":%q,"padding":%q}}`, request.Variables["say"], strings.Repeat("x", 100_000))
	}))
	defer server.Close()
	client, err := load.OpenGraphQL(t.Context(), server.URL+"/graphql", "first")
	require.NoError(t, err)
	var data struct{ Echo, Padding string }
	require.NoError(t, client.Ask("{ echo }", map[string]string{"say": "hello"}, &data))
	require.Equal(t, "hello", data.Echo)
	require.Len(t, data.Padding, 100_000)
	client.SetAccessToken("second")
	require.NoError(t, client.Ask("{ echo }", map[string]string{"say": "again"}, &data))
	require.Equal(t, "again", data.Echo)
	require.Equal(t, []string{"Bearer first", "Bearer second"}, tokens)
	require.Equal(t, peers[0], peers[1])
}

func TestAnAnswerIsWhatWasWanted(t *testing.T) {
	const secret = "a token that nobody should read"
	for _, tt := range []struct {
		name, answer, code string
		status             int
		wantErr            string
	}{
		{name: "data", answer: `{"data":{}}`},
		{name: "the error that was wanted", answer: `{"errors":[{"extensions":{"code":"FORBIDDEN"}}]}`, code: "FORBIDDEN"},
		{name: "another error", answer: `{"errors":[{"extensions":{"code":"FORBIDDEN"}}]}`, code: "NOT_FOUND", wantErr: "FORBIDDEN"},
		{name: "an error where none was wanted", answer: `{"errors":[{"extensions":{"code":"FORBIDDEN"}}]}`, wantErr: "FORBIDDEN"},
		{name: "data where an error was wanted", answer: `{"data":{"accessToken":"` + secret + `"}}`, code: "FORBIDDEN", wantErr: "FORBIDDEN"},
		{name: "another status", answer: `{"data":{"accessToken":"` + secret + `"}}`, status: http.StatusBadGateway, wantErr: "502"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(max(http.StatusOK, tt.status))
			_, _ = w.Write([]byte(tt.answer))
		}))
		client, err := load.OpenGraphQL(t.Context(), server.URL, "")
		require.NoError(t, err, tt.name)
		_, err = client.Send([]byte("{}"), tt.code)
		if tt.wantErr == "" {
			require.NoError(t, err, tt.name)
		} else {
			require.ErrorContains(t, err, tt.wantErr, tt.name)
			require.NotContains(t, err.Error(), secret, tt.name)
		}
		server.Close()
	}
}

// What servers may answer in the order in which they are asked.
func TestAnswersAreReadAsServersSendThem(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	answers := make(chan string, 1)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go answer(conn, answers)
		}
	}()
	connection, err := load.Open(t.Context(), "http://"+listener.Addr().String(), http.Header{})
	require.NoError(t, err)
	for _, tt := range []struct {
		answer, body, wantErr string
		status                int
	}{
		{answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", status: 200, body: "{}"},
		{answer: "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", status: 200, body: "{}"},
		{answer: "HTTP/1.1 204 No Content\r\n\r\n", status: 204},
		{answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\n2\r\n{}\r\n0\r\n\r\n", status: 200, body: "{}"},
		{answer: "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}", status: 200, body: "{}"},
		{answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", status: 200, body: "{}"}, // on a new connection
		{answer: "HTTP/1.1 200 OK\r\n\r\n{}", wantErr: "no length"},
	} {
		answers <- tt.answer
		status, body, err := connection.Get()
		if tt.wantErr != "" {
			require.ErrorContains(t, err, tt.wantErr)
			continue
		}
		require.NoError(t, err, tt.answer)
		require.Equal(t, tt.status, status)
		require.Equal(t, tt.body, string(body))
	}
}

// answer says what is to be said to each request, and hangs up when that says so.
func answer(conn net.Conn, answers <-chan string) {
	defer func() { _ = conn.Close() }()
	requests := bufio.NewReader(conn)
	for {
		if _, err := http.ReadRequest(requests); err != nil {
			return
		}
		said := <-answers
		if _, err := conn.Write([]byte(said)); err != nil || strings.Contains(said, "close") {
			return
		}
	}
}
