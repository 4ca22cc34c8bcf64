package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is far more than a start takes, also on a machine that is busy with other tests.
const patience = 60 * time.Second

// TestMain builds the real server, and runs the tests on it.
func TestMain(m *testing.M) { os.Exit(runOnServer(m)) }

func runOnServer(m *testing.M) int {
	folder, err := os.MkdirTemp("", "daypass-go-genqlient-")
	if err != nil {
		log.Print(err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	build := exec.Command("go", "build", "-C", "../..", "-o", filepath.Join(folder, "daypass"), "./cmd/daypass")
	if output, err := build.CombinedOutput(); err != nil {
		log.Printf("build daypass: %v: %s", err, output)
		return 1
	}
	if err := os.Setenv("PATH", folder+string(os.PathListSeparator)+os.Getenv("PATH")); err != nil {
		log.Print(err)
		return 1
	}
	return m.Run()
}

// server is a Daypass whose access tokens live for two seconds.
type server struct {
	t       *testing.T
	folder  string
	address string
	command *exec.Cmd
}

func startServer(t *testing.T, settings ...string) *server {
	t.Helper()
	s := &server{t: t, folder: t.TempDir(), address: "127.0.0.1:0"}
	s.start(settings...)
	t.Cleanup(s.stop)
	return s
}

var listening = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`)

func (s *server) start(settings ...string) {
	s.t.Helper()
	output, err := os.CreateTemp(s.folder, "output-")
	require.NoError(s.t, err)
	defer func() { _ = output.Close() }()
	s.command = exec.Command("daypass", "serve", "--migrate", "--introspection", "--addr="+s.address, "--access-token-ttl=2s")
	s.command.Dir = s.folder
	s.command.Env = append([]string{
		"DAYPASS_DATABASE_URL=sqlite:daypass.db", "DAYPASS_SECRET=alpha-alpha-alpha-alpha-alpha-alpha",
	}, settings...)
	s.command.Stdout, s.command.Stderr = output, output
	require.NoError(s.t, s.command.Start())
	require.Eventually(s.t, func() bool {
		told, _ := os.ReadFile(output.Name())
		if found := listening.FindSubmatch(told); found != nil {
			s.address = string(found[1])
			return true
		}
		return false
	}, patience, 5*time.Millisecond)
}

func (s *server) stop() {
	_ = s.command.Process.Kill()
	_ = s.command.Wait()
}

// restart stops the server, and starts it anew at the same address with other settings.
func (s *server) restart(settings ...string) {
	s.t.Helper()
	s.stop()
	s.start(settings...)
}

func (s *server) url() string { return fmt.Sprintf("http://%s/graphql", s.address) }

// newSigningKey is a setting by which no access token of before is good any more, while refresh tokens are.
func (s *server) newSigningKey() string {
	s.t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(s.t, err)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(s.t, err)
	file := filepath.Join(s.folder, strings.ToLower(rand.Text())+".pem")
	require.NoError(s.t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	return "DAYPASS_SIGNING_KEY_FILE=" + file
}
