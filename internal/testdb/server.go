package testdb

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"daypass/internal/config"
)

const (
	serverUser = "daypass"
	startLimit = 60 * time.Second
)

// A Server is a private MySQL server on a free port of the loopback interface.
type Server struct {
	program  program
	folder   string
	port     int
	password string
	process  *process
}

// StartServer runs a server for one test, which may then kill it. It skips the test where none is installed.
func StartServer(t testing.TB) *Server {
	t.Helper()
	installed, err := findProgram()
	if err != nil && os.Getenv(URLVariable) != "" {
		t.Skipf("cannot stop the server of %s, and %v", URLVariable, err)
	}
	if err != nil || testing.Short() {
		skip(t)
	}
	server, err := newServer(installed)
	require.NoError(t, err)
	t.Cleanup(server.discard)
	return server
}

// Database returns a fresh database on this server.
func (s *Server) Database(t testing.TB) *DB {
	t.Helper()
	return createDatabase(t, s.url())
}

// Kill ends the server as a crash does (SIGKILL).
func (s *Server) Kill() { s.process.kill() }

// Restart starts a server that was killed, on its old port and files.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	require.NoError(t, s.start())
}

func newServer(installed program) (*Server, error) {
	folder, err := os.MkdirTemp("", "daypass-mysql-")
	if err != nil {
		return nil, err
	}
	s := &Server{program: installed, folder: folder, password: rand.Text()}
	if err := s.initialise(); err != nil {
		s.discard()
		return nil, fmt.Errorf("start a private MySQL server: %w", err)
	}
	return s, nil
}

func (s *Server) initialise() error {
	if err := s.program.initialise(s.folder); err != nil {
		return err
	}
	// Run at each start. Names are not resolved, so the account's host is the loopback address.
	account := fmt.Sprintf(`CREATE USER IF NOT EXISTS '%[1]s'@'127.0.0.1' IDENTIFIED BY '%[2]s';
GRANT ALL ON *.* TO '%[1]s'@'127.0.0.1' WITH GRANT OPTION;
`, serverUser, s.password)
	if err := os.WriteFile(s.path("init.sql"), []byte(account), 0o600); err != nil {
		return err
	}
	var err error
	// Between asking for a free port and using it somebody else may take it.
	for range 3 {
		if s.port, err = freePort(); err != nil {
			return err
		}
		if err = s.start(); err == nil {
			return nil
		}
	}
	return err
}

func (s *Server) start() error {
	command := exec.Command(s.program.path, append([]string{
		"--no-defaults",
		"--datadir=" + s.path("data"),
		"--tmpdir=" + s.folder,
		"--init-file=" + s.path("init.sql"),
		"--log-error=" + s.path("error.log"),
		"--pid-file=" + s.path("pid"),
		"--socket=" + s.path("socket"),
		"--bind-address=127.0.0.1",
		"--port=" + strconv.Itoa(s.port),
		"--skip-name-resolve",
		"--skip-log-bin",
		"--max-connections=500",
		"--performance-schema=OFF",
		"--innodb-flush-log-at-trx-commit=1",
		"--innodb-buffer-pool-size=64M",
		"--loose-innodb-log-file-size=16M",
		"--loose-innodb-redo-log-capacity=16M",
		"--loose-mysqlx=OFF",
	}, asUser()...)...)
	running, err := startProcess(command)
	if err != nil {
		return err
	}
	s.process = running
	if err := s.await(); err != nil {
		running.kill()
		log, _ := os.ReadFile(s.path("error.log"))
		return fmt.Errorf("%w\n%s", err, log[max(0, len(log)-2000):])
	}
	return nil
}

// await returns when the server answers.
func (s *Server) await() error {
	address, err := config.ParseDatabaseURL(s.url() + "mysql")
	if err != nil {
		return err
	}
	pool, err := (&DB{config: address}).open()
	if err != nil {
		return err
	}
	defer pool.Close()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		if pool.PingContext(ctx) == nil {
			return nil
		}
		select {
		case <-s.process.done:
			return errors.New("the server ended at once")
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer after %s", startLimit)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *Server) discard() {
	if s.process != nil {
		s.process.kill()
	}
	_ = os.RemoveAll(s.folder)
}

func (s *Server) path(name string) string { return filepath.Join(s.folder, name) }

func (s *Server) url() string {
	u := url.URL{
		Scheme: "mysql",
		User:   url.UserPassword(serverUser, s.password),
		Host:   net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
		Path:   "/",
	}
	return u.String()
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}
