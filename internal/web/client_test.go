package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"daypass/internal/web"
)

// journal is a log that can be read while it is written.
type journal struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (j *journal) Write(line []byte) (int, error) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return j.text.String()
}

func (j *journal) logger() *slog.Logger {
	return slog.New(web.LogHandler(slog.NewJSONHandler(j, nil)))
}

// records returns the records with that message.
func (j *journal) records(t *testing.T, message string) []map[string]any {
	t.Helper()
	var found []map[string]any
	for line := range strings.Lines(j.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record))
		if record["msg"] == message {
			found = append(found, record)
		}
	}
	return found
}

func (j *journal) only(t *testing.T, message string) map[string]any {
	t.Helper()
	found := j.records(t, message)
	require.Len(t, found, 1, j.String())
	return found[0]
}

// complete returns cfg with what the test did not care for.
func complete(cfg web.Config, log *journal) web.Config {
	cfg.Log = log.logger()
	if cfg.GraphQL == nil {
		cfg.GraphQL = http.NotFoundHandler()
	}
	if cfg.Ready == nil {
		cfg.Ready = func(context.Context) error { return nil }
	}
	return cfg
}

// serve starts a server; stop ends it, so that all of its log is written.
func serve(t *testing.T, cfg web.Config, log *journal) (address string, stop func()) {
	t.Helper()
	server := httptest.NewServer(web.Handler(complete(cfg, log)))
	t.Cleanup(server.Close)
	return server.URL, server.Close
}

type answer struct {
	status int
	header http.Header
	body   string
}

func send(t *testing.T, method, url string, header http.Header) answer {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	require.NoError(t, err)
	request.Header = header
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return answer{status: response.StatusCode, header: response.Header, body: string(body)}
}

func get(t *testing.T, url string) answer {
	t.Helper()
	return send(t, http.MethodGet, url, http.Header{})
}
