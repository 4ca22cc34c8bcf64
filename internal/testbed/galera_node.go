package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// portsEach is how many ports a node listens on.
const portsEach = 4

// A GaleraNode is one server of a cluster.
type GaleraNode struct {
	login

	cluster *Galera
	folder  string
	// group is the port for the other nodes; missed and everything are those where it receives a part of the state (IST) or
	// all of it (SST).
	group, missed, everything int
	process                   *process
	// present means that the node runs, and that nobody has cut it off or paused it.
	present bool
}

// ProcessID is that of the server while it runs.
func (n *GaleraNode) ProcessID() int { return n.process.command.Process.Pid }

// Kill ends the node as a crash does (SIGKILL).
func (n *GaleraNode) Kill() error {
	n.present = false
	n.process.kill()
	return nil
}

// Restart starts a node that was killed, on its old ports and files, and returns when it has what it missed.
func (n *GaleraNode) Restart() error {
	position, err := n.recover()
	if err != nil {
		return fmt.Errorf("recover a node: %w", err)
	}
	if position == "" {
		return n.join()
	}
	return n.join("--wsrep-start-position=" + position)
}

// Isolate cuts the node off from the others; clients still reach it.
func (n *GaleraNode) Isolate() error {
	n.present = false
	return n.setProviderOption("gmcast.isolate=1")
}

// Rejoin ends what [GaleraNode.Isolate] began. The node joins the others by itself; see [Galera.AwaitSynced].
func (n *GaleraNode) Rejoin() error {
	n.present = true
	return n.setProviderOption("gmcast.isolate=0")
}

// Pause stops the node where it is (SIGSTOP): it answers nobody, and its connections stay.
func (n *GaleraNode) Pause() error {
	n.present = false
	return n.process.pause()
}

// Resume lets a paused node go on.
func (n *GaleraNode) Resume() error {
	n.present = true
	return n.process.resume()
}

func (n *GaleraNode) setProviderOption(option string) error {
	pool, err := n.Open("")
	if err != nil {
		return err
	}
	defer pool.Close()
	if _, err := pool.Exec("SET GLOBAL wsrep_provider_options = ?", option); err != nil {
		return fmt.Errorf("set %s: %w", option, err)
	}
	return nil
}

// join starts the node and returns when the others have told it everything.
func (n *GaleraNode) join(arguments ...string) error {
	if err := n.start(context.Background(), arguments...); err != nil {
		return err
	}
	return n.awaitSynced(context.Background(), 0)
}

// start returns when the node takes connections.
func (n *GaleraNode) start(ctx context.Context, arguments ...string) error {
	running, err := startProcess(n.command(append([]string{"--log-error=" + n.path("error.log")}, arguments...)...))
	if err != nil {
		return err
	}
	n.process = running
	pool, err := n.Open("")
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := running.await(ctx, func(ctx context.Context) bool { return pool.PingContext(ctx) == nil }); err != nil {
		running.kill()
		return fmt.Errorf("%w\n%s", err, endOf(n.path("error.log")))
	}
	n.present = true
	return nil
}

// begin makes the files of a cluster of one.
func (n *GaleraNode) begin() error {
	if err := n.cluster.program.initialise(n.folder, n.password); err != nil {
		return err
	}
	if err := n.start(context.Background(), "--wsrep-new-cluster"); err != nil {
		return err
	}
	return n.stop()
}

// stop ends the node in peace, so that it notes where it stopped.
func (n *GaleraNode) stop() error {
	if err := n.process.end(); err != nil {
		return err
	}
	select {
	case <-n.process.done:
		return nil
	case <-time.After(endLimit):
		return errors.New("the server does not end")
	}
}

// recover has the server look through its log for where it stopped, and ends it.
func (n *GaleraNode) recover() (position string, err error) {
	log := n.path("recovery.log")
	if output, err := n.command("--wsrep-recover", "--log-error="+log).CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w\n%s%s", err, output, endOf(log))
	}
	text, err := os.ReadFile(log)
	if err != nil {
		return "", err
	}
	return recoveredPosition(string(text)), os.Remove(log)
}

func (n *GaleraNode) command(arguments ...string) *exec.Cmd {
	cfg := n.cluster.cfg
	command := exec.Command(n.cluster.program.path, slices.Concat(serve(n.folder, n.port, cfg.MySQLConfig), []string{
		"--binlog-format=ROW",
		"--innodb-autoinc-lock-mode=2",
		"--wsrep-on=ON",
		"--wsrep-provider=" + galeraProvider,
		"--wsrep-provider-options=" + n.providerOptions(),
		"--wsrep-cluster-name=daypass",
		"--wsrep-cluster-address=" + n.cluster.groupAddress(),
		"--wsrep-node-address=127.0.0.1",
		"--wsrep-node-name=" + filepath.Base(n.folder),
		"--wsrep-sst-method=rsync",
		"--wsrep-sst-receive-address=" + loopback(n.everything),
	}, arguments)...)
	n.cluster.program.account.run(command)
	return command
}

// providerOptions are those of the library that replicates. What is silent is suspected, then left out.
func (n *GaleraNode) providerOptions() string {
	suspect := n.cluster.cfg.SuspectTimeout
	return strings.Join([]string{
		"gmcast.listen_addr=tcp://" + loopback(n.group),
		"ist.recv_addr=" + loopback(n.missed),
		"gcache.size=16M",
		"evs.keepalive_period=" + period(min(time.Second, suspect/4)),
		"evs.inactive_check_period=" + period(min(500*time.Millisecond, suspect/8)),
		"evs.suspect_timeout=" + period(suspect),
		"evs.inactive_timeout=" + period(2*suspect),
		"evs.install_timeout=" + period(2*suspect),
		"evs.join_retrans_period=" + period(suspect/8),
	}, ";")
}

// period is a duration as the library reads it (ISO 8601).
func period(d time.Duration) string { return fmt.Sprintf("PT%.3fS", d.Seconds()) }

// awaitSynced returns when the node is part of a group of so many and has all that was committed there; zero means any.
func (n *GaleraNode) awaitSynced(ctx context.Context, size int) error {
	pool, err := n.Open("")
	if err != nil {
		return err
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	synced := func(ctx context.Context) bool {
		var state, members, name string
		stateErr := pool.QueryRowContext(ctx, "SHOW STATUS LIKE 'wsrep_local_state_comment'").Scan(&name, &state)
		sizeErr := pool.QueryRowContext(ctx, "SHOW STATUS LIKE 'wsrep_cluster_size'").Scan(&name, &members)
		return errors.Join(stateErr, sizeErr) == nil && state == "Synced" && (size == 0 || members == strconv.Itoa(size))
	}
	if err := n.process.await(ctx, synced); err != nil {
		return fmt.Errorf("node %s is not synced: %w\n%s", filepath.Base(n.folder), err, endOf(n.path("error.log")))
	}
	return nil
}

func (n *GaleraNode) path(name string) string { return filepath.Join(n.folder, name) }
