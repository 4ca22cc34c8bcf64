package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const sessionEnded = `{"query":"subscription { sessionEnded { sessionId reason } }"}`

// waitingTab is a client that listens for the end of its session.
type waitingTab struct {
	response *http.Response
	lines    *bufio.Scanner
}

// listen opens the stream; it is open when listen returns.
func (r *rider) listen(t testing.TB, url string) *waitingTab {
	t.Helper()
	tab, err := r.tryToListen(url)
	require.NoError(t, err)
	t.Cleanup(func() { _ = tab.response.Body.Close() })
	return tab
}

func (r *rider) tryToListen(url string) (*waitingTab, error) {
	request, err := http.NewRequest(http.MethodPost, url+"/graphql", strings.NewReader(sessionEnded))
	if err != nil {
		return nil, err
	}
	request.Header = http.Header{
		"Content-Type": {"application/json"}, "Accept": {"text/event-stream"}, "Authorization": {"Bearer " + r.accessToken},
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if got := response.Header.Get("Content-Type"); got != "text/event-stream" {
		return nil, errors.Join(fmt.Errorf("%s, %s", response.Status, got), response.Body.Close())
	}
	return &waitingTab{response, bufio.NewScanner(response.Body)}, nil
}

// told is what a tab heard until its stream was complete.
type told struct {
	// answers are the results in it.
	answers []answer
	at      time.Time
}

// await returns what the tab hears; an error when the stream breaks off.
func (w *waitingTab) await() (told, error) {
	var heard told
	for w.lines.Scan() {
		line := w.lines.Text()
		if line == "event: complete" {
			heard.at = time.Now()
			_, err := io.Copy(io.Discard, w.response.Body)
			return heard, err
		}
		if data, ok := strings.CutPrefix(line, "data: "); ok {
			var result answer
			if err := json.Unmarshal([]byte(data), &result); err != nil {
				return heard, err
			}
			heard.answers = append(heard.answers, result)
		}
	}
	return heard, errors.Join(errors.New("the stream broke off"), w.lines.Err())
}

// requireTold wants the stream to have told the end of the session once, for this reason.
func requireTold(t testing.TB, heard told, r *rider, reason string) {
	t.Helper()
	require.Len(t, heard.answers, 1)
	require.NoError(t, heard.answers[0].err())
	require.Equal(t, map[string]any{"sessionId": claimsOf(r.accessToken).SessionID, "reason": reason}, heard.answers[0].Data["sessionEnded"])
}
