package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// connections is how many clients work at once, each on one kept-alive connection.
const connections = 32

// workers returns one piece of repeatable work a connection.
func workers(work func(i int) func() error) []func() error {
	all := make([]func() error, connections)
	for i := range all {
		all[i] = work(i)
	}
	return all
}

// versus measures work beside a reference in short slices that take turns, so that the drift of the machine cancels.
// The figure to read is the ratio.
func versus(b *testing.B, work, reference []func() error) {
	b.Helper()
	var spent, spentByReference time.Duration
	operations := 0
	const rounds = 8 // of each worker in a slice
	runSlice(b, work, 1)
	runSlice(b, reference, 1)
	b.ResetTimer()
	for operations < b.N {
		n := max(1, min(rounds, (b.N-operations)/connections))
		spent += runSlice(b, work, n)
		spentByReference += runSlice(b, reference, n)
		operations += n * connections
	}
	b.StopTimer()
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(operations)/spent.Seconds(), "op/s")
	b.ReportMetric(float64(operations)/spentByReference.Seconds(), "reference-op/s")
	b.ReportMetric(spentByReference.Seconds()/spent.Seconds(), "ratio")
}

// runSlice lets every worker do its work n times, all together, and returns how long that took.
func runSlice(b *testing.B, work []func() error, n int) time.Duration {
	b.Helper()
	errs := make([]error, len(work))
	var done sync.WaitGroup
	start := time.Now()
	for i := range work {
		done.Go(func() {
			for range n {
				if err := work[i](); err != nil {
					errs[i] = err
					return
				}
			}
		})
	}
	done.Wait()
	elapsed := time.Since(start)
	for _, err := range errs {
		require.NoError(b, err)
	}
	return elapsed
}

// benchClient is one kept-alive connection. It is as frugal as it can be, since it shares the machine with what it measures.
type benchClient struct {
	conn   net.Conn
	read   *bufio.Reader
	header string
	body   bytes.Buffer
}

func newBenchClient(b *testing.B, server, bearer string) *benchClient {
	b.Helper()
	u, err := url.Parse(server)
	require.NoError(b, err)
	conn, err := net.Dial("tcp", u.Host)
	require.NoError(b, err)
	b.Cleanup(func() { _ = conn.Close() })
	header := "POST /graphql HTTP/1.1\r\nHost: " + u.Host + "\r\nContent-Type: application/json\r\n"
	if bearer != "" {
		header += "Authorization: Bearer " + bearer + "\r\n"
	}
	return &benchClient{conn: conn, read: bufio.NewReader(conn), header: header}
}

// send posts the same document each time and wants an answer without errors.
func (c *benchClient) send(document string) func() error { return c.sendExpecting(document, "") }

// sendExpecting posts the same document each time and wants the error code, or none when it is empty.
func (c *benchClient) sendExpecting(document, code string) func() error {
	return func() error {
		if err := c.post(document, nil); err != nil {
			return err
		}
		failed := bytes.Contains(c.body.Bytes(), []byte(`"errors"`))
		if failed != (code != "") || !bytes.Contains(c.body.Bytes(), []byte(code)) {
			return fmt.Errorf("answered %s", c.body.Bytes())
		}
		return nil
	}
}

// exchange posts a document and decodes the answer.
func (c *benchClient) exchange(document string, variables map[string]string, answer any) error {
	if err := c.post(document, variables); err != nil {
		return err
	}
	if bytes.Contains(c.body.Bytes(), []byte(`"errors"`)) {
		return fmt.Errorf("answered %s", c.body.Bytes())
	}
	return json.Unmarshal(c.body.Bytes(), answer)
}

func (c *benchClient) post(document string, variables map[string]string) error {
	body, err := json.Marshal(map[string]any{"query": document, "variables": variables})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(c.conn, "%sContent-Length: %d\r\n\r\n%s", c.header, len(body), body); err != nil {
		return err
	}
	response, err := http.ReadResponse(c.read, nil)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	c.body.Reset()
	_, err = io.Copy(&c.body, response.Body)
	return err
}
