package load

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"time"
)

// patience is how long an exchange may take; far more than a server that is at work needs.
const patience = 30 * time.Second

// Connection is one kept-alive HTTP connection for requests to one URL. It is as frugal as it can be, since it shares the
// machine with what it measures: net/http's client costs as much as a whole answer.
type Connection struct {
	dial func() (net.Conn, error)
	conn net.Conn
	read *bufio.Reader
	// line and header begin each request after its method, as head is when it is written out.
	line   string
	header http.Header
	head   []byte
	sent   bytes.Buffer
	body   bytes.Buffer
}

// Open returns a connection to the server of the URL, until ctx ends. It connects when it has something to say, for servers
// hang up on who says nothing. Header fields are sent with each request.
func Open(ctx context.Context, target string, header http.Header) (*Connection, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" {
		return nil, errors.New("that is no URL of a server")
	}
	c := &Connection{
		dial: func() (net.Conn, error) { return dial(ctx, u) }, header: header.Clone(),
		line: fmt.Sprintf(" %s HTTP/1.1\r\nHost: %s\r\n", u.RequestURI(), u.Host),
	}
	c.writeHead()
	return c, nil
}

func (c *Connection) writeHead() {
	head := bytes.NewBufferString(c.line)
	_ = c.header.Write(head) // to a buffer
	c.head = head.Bytes()
}

// SetHeader has each request from now on carry this field.
func (c *Connection) SetHeader(name, value string) {
	c.header.Set(name, value)
	c.writeHead()
}

// ErrNoConnection: the server takes none. Nothing was sent.
var ErrNoConnection = errors.New("dial")

// connect connects once.
func (c *Connection) connect() error {
	if c.conn != nil {
		return nil
	}
	conn, err := c.dial()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoConnection, err)
	}
	c.conn, c.read = conn, bufio.NewReader(conn)
	return nil
}

func dial(ctx context.Context, u *url.URL) (conn net.Conn, err error) {
	if u.Scheme == "https" {
		conn, err = (&tls.Dialer{}).DialContext(ctx, "tcp", hostOf(u, "443"))
	} else {
		conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", hostOf(u, "80"))
	}
	if err == nil {
		context.AfterFunc(ctx, func() { _ = conn.Close() })
	}
	return conn, err
}

func hostOf(u *url.URL, port string) string {
	if u.Port() != "" {
		port = u.Port()
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// Post sends a body and returns the status and the body of the answer, which are good until the next call.
func (c *Connection) Post(body []byte) (status int, answer []byte, err error) {
	c.begin(http.MethodPost)
	c.sent.WriteString("Content-Length: ")
	c.sent.Write(strconv.AppendInt(c.sent.AvailableBuffer(), int64(len(body)), 10))
	c.sent.WriteString("\r\n\r\n")
	c.sent.Write(body)
	return c.exchange()
}

// Get returns what Post does.
func (c *Connection) Get() (status int, answer []byte, err error) {
	c.begin(http.MethodGet)
	c.sent.WriteString("\r\n")
	return c.exchange()
}

func (c *Connection) begin(method string) {
	c.sent.Reset()
	c.sent.WriteString(method)
	c.sent.Write(c.head)
}

// exchange sends what is to be sent, and reads the answer.
func (c *Connection) exchange() (status int, answer []byte, err error) {
	if err := c.connect(); err != nil {
		return 0, nil, err
	}
	if err := c.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return 0, nil, err
	}
	if _, err := c.conn.Write(c.sent.Bytes()); err != nil {
		return 0, nil, err
	}
	head, err := c.readHead()
	for err == nil && head.status < http.StatusOK { // more is to come (RFC 9110 section 15.2)
		head, err = c.readHead()
	}
	if err != nil {
		return 0, nil, err
	}
	c.body.Reset()
	switch {
	case head.chunked:
		_, err = io.Copy(&c.body, httputil.NewChunkedReader(c.read))
		if err == nil {
			_, err = c.read.ReadSlice('\n') // the line that ends the last chunk
		}
	case head.length > 0:
		_, err = io.CopyN(&c.body, c.read, head.length)
	case head.length < 0 && head.status != http.StatusNoContent:
		err = errNoLength
	}
	if head.closes || err != nil {
		_ = c.conn.Close()
		c.conn = nil
	}
	return head.status, c.body.Bytes(), err
}

// answerHead is what tells how much is to be read of an answer.
type answerHead struct {
	status int
	// length is of the body, in bytes; negative when it is not told.
	length int64
	// chunked bodies tell their length as they go.
	chunked bool
	// closes is true when the server ends the connection after it.
	closes bool
}

// readHead reads no more of the head of an answer than it needs (RFC 9112 sections 4 and 6).
func (c *Connection) readHead() (answerHead, error) {
	line, err := c.read.ReadSlice('\n')
	if err != nil {
		return answerHead{}, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return answerHead{}, errNoHTTP
	}
	head := answerHead{length: -1}
	if head.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return answerHead{}, errNoHTTP
	}
	for {
		line, err := c.read.ReadSlice('\n')
		if err != nil {
			return answerHead{}, err
		}
		name, value, _ := bytes.Cut(bytes.TrimSpace(line), []byte(":"))
		switch value = bytes.TrimSpace(value); {
		case len(name) == 0:
			return head, nil
		case bytes.EqualFold(name, []byte("Content-Length")):
			if head.length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return answerHead{}, errNoHTTP
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			head.chunked = true
		case bytes.EqualFold(name, []byte("Connection")):
			head.closes = bytes.EqualFold(value, []byte("close"))
		}
	}
}

var (
	errNoHTTP   = errors.New("the answer is not HTTP/1.1")
	errNoLength = errors.New("the answer has no length, so that it takes the connection with it")
)
