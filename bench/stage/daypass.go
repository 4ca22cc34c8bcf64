package stage

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"daypass/internal/testbed"
)

// Secret is what every Daypass of the bench signs with.
const Secret = "the bench signs with this and nobody else does"

// startLimit is how long a program may take until it answers.
const startLimit = 30 * time.Second

// Build compiles a program of this tree into the folder, as the Dockerfile does, and returns its path.
func Build(ctx context.Context, folder, what string) (string, error) {
	program := filepath.Join(folder, filepath.Base(what))
	command := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, what)
	command.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := command.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", what, err, output)
	}
	return program, nil
}

// Server is a program that listens.
type Server struct {
	*testbed.Program

	// URL is where it answers, OperatorURL where operators ask.
	URL, OperatorURL string
	// Started is how long it took from the start of the process to the first answer.
	Started time.Duration

	path                   string
	environment, arguments []string
}

// ServeDaypass runs `daypass serve` on a database, with limits that one machine full of clients does not reach.
func ServeDaypass(program, databaseURL string, arguments ...string) (*Server, error) {
	return Serve(program, []string{"DAYPASS_DATABASE_URL=" + databaseURL, "DAYPASS_SECRET=" + Secret}, slices.Concat([]string{
		"serve", "--migrate", "--max-registrations-per-address=0", "--max-refreshes-per-address=0",
		"--hash-queue=1000", "--hash-wait=10s",
		"--max-failures-per-client=1000000", "--max-failures-per-account=1000000", "--max-failures-per-address=1000000",
	}, arguments)...)
}

// Serve starts a program that takes --addr and --operator-addr, and returns when it answers. What it logs goes to the null
// device: it is the program's to write, not the disk's to keep.
func Serve(program string, environment []string, arguments ...string) (*Server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	operator, err := freeAddress()
	if err != nil {
		return nil, err
	}
	server := &Server{
		URL: "http://" + address, OperatorURL: "http://" + operator, path: program, environment: environment,
		arguments: append(arguments, "--addr="+address, "--operator-addr="+operator),
	}
	if err := server.Restart(); err != nil {
		return nil, err
	}
	return server, nil
}

// Restart starts a program that has ended, at its old addresses, and returns when it answers.
func (s *Server) Restart() error {
	command := exec.Command(s.path, s.arguments...)
	command.Env = s.environment
	began := time.Now()
	running, err := testbed.StartProgram(command)
	if err != nil {
		return err
	}
	s.Program = running
	if err := s.await(began); err != nil {
		running.Kill()
		return fmt.Errorf("start %s: %w", filepath.Base(s.path), err)
	}
	return nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return listener.Addr().String(), listener.Close()
}

func (s *Server) await(began time.Time) error {
	for time.Since(began) < startLimit {
		response, err := http.Get(s.URL + "/healthz")
		if err == nil {
			s.Started = time.Since(began)
			return response.Body.Close()
		}
		select {
		case <-s.Done():
			return errors.New("it ended at once; run it by hand to see why")
		case <-time.After(time.Millisecond):
		}
	}
	return fmt.Errorf("it does not answer after %s", startLimit)
}

// GraphQL is the endpoint.
func (s *Server) GraphQL() string { return s.URL + "/graphql" }
