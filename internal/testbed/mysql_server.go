package testbed

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// MySQLConfig says how a server is run; the zero value is for tests.
type MySQLConfig struct {
	// BufferPool is the memory for pages of tables, as the server reads it; empty means 64M.
	BufferPool string
	// RedoLog is the size of the log that changes go to first; empty means 16M.
	RedoLog string
}

// A MySQLServer is a private server, with full durability.
type MySQLServer struct {
	cfg     MySQLConfig
	program mysqlProgram
	folder  string
	login
	process *process
}

// StartMySQL runs the server that is installed on this machine. It returns [ErrNoMySQL] where there is none.
func StartMySQL(cfg MySQLConfig) (*MySQLServer, error) {
	installed, err := findMySQL()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "daypass-mysql-")
	if err != nil {
		return nil, err
	}
	s := &MySQLServer{cfg: cfg, program: installed, folder: folder, login: login{password: rand.Text()}}
	if err := s.initialise(); err != nil {
		s.Discard()
		return nil, fmt.Errorf("start a private MySQL server: %w", err)
	}
	return s, nil
}

func (s *MySQLServer) initialise() error {
	if err := s.program.initialise(s.folder); err != nil {
		return err
	}
	if err := os.WriteFile(s.path("init.sql"), accountSQL(s.password), 0o600); err != nil {
		return err
	}
	var err error
	// Between asking for a free port and using it somebody else may take it.
	for range 3 {
		ports, portErr := freePorts(1)
		if portErr != nil {
			return portErr
		}
		s.port = ports[0]
		if err = s.Restart(); err == nil {
			return nil
		}
	}
	return err
}

// Restart starts a server that was killed, on its old port and files.
func (s *MySQLServer) Restart() error {
	arguments := slices.Concat(serve(s.folder, s.port, s.cfg), []string{
		"--init-file=" + s.path("init.sql"),
		"--log-error=" + s.path("error.log"),
		"--loose-innodb-redo-log-capacity=" + cmp.Or(s.cfg.RedoLog, "16M"),
		"--loose-mysqlx=OFF",
	}, asUser())
	running, err := startProcess(exec.Command(s.program.path, arguments...))
	if err != nil {
		return err
	}
	s.process = running
	if err := s.await(); err != nil {
		running.kill()
		return fmt.Errorf("%w\n%s", err, endOf(s.path("error.log")))
	}
	return nil
}

// endOf returns the last lines of a log.
func endOf(path string) []byte {
	log, _ := os.ReadFile(path)
	return log[max(0, len(log)-4000):]
}

// await returns when the server answers.
func (s *MySQLServer) await() error {
	pool, err := s.Open("mysql")
	if err != nil {
		return err
	}
	defer pool.Close()
	return s.process.await(context.Background(), func(ctx context.Context) bool { return pool.PingContext(ctx) == nil })
}

// ProcessID is that of the server while it runs.
func (s *MySQLServer) ProcessID() int { return s.process.command.Process.Pid }

// Kill ends the server as a crash does (SIGKILL).
func (s *MySQLServer) Kill() { s.process.kill() }

// Discard ends the server and removes its files.
func (s *MySQLServer) Discard() {
	if s.process != nil {
		s.process.kill()
	}
	_ = os.RemoveAll(s.folder)
}

func (s *MySQLServer) path(name string) string { return filepath.Join(s.folder, name) }
