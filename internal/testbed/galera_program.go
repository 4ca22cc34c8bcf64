package testbed

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// ErrNoGalera means that something is missing on this machine that a Galera cluster needs.
var ErrNoGalera = errors.New("a Galera cluster needs MariaDB's server, " + galeraProvider + ", rsync and lsof")

// galeraProvider is where Debian keeps the library that replicates.
const galeraProvider = "/usr/lib/galera/libgalera_smm.so"

// galeraProgram is a MariaDB server that can be the node of a cluster, and whom it runs as.
type galeraProgram struct {
	mysqlProgram

	account account
}

// HasGalera returns nil, or why [StartGalera] starts no cluster here.
func HasGalera() error {
	_, err := findGalera()
	return err
}

func findGalera() (galeraProgram, error) {
	installed, err := findMySQL()
	if err != nil {
		return galeraProgram{}, fmt.Errorf("%w: %w", ErrNoGalera, err)
	}
	if installed.installer == "" {
		return galeraProgram{}, fmt.Errorf("%w: %s is not MariaDB's", ErrNoGalera, installed.path)
	}
	if _, err := os.Stat(galeraProvider); err != nil {
		return galeraProgram{}, fmt.Errorf("%w: %w", ErrNoGalera, err)
	}
	for _, name := range []string{"rsync", "lsof"} {
		if _, err := exec.LookPath(name); err != nil {
			return galeraProgram{}, fmt.Errorf("%w: %w", ErrNoGalera, err)
		}
	}
	runsAs, err := unprivileged()
	if err != nil {
		return galeraProgram{}, fmt.Errorf("%w: %w", ErrNoGalera, err)
	}
	return galeraProgram{installed, runsAs}, nil
}

// initialise makes the first node's files in the folder, with an account for us in them: a file that is run at each start
// would run on a node that is not ready to write.
func (p galeraProgram) initialise(folder, password string) error {
	accounts := filepath.Join(folder, "init.sql")
	if err := os.WriteFile(accounts, append([]byte("FLUSH PRIVILEGES;\n"), accountSQL(password)...), 0o600); err != nil {
		return err
	}
	if err := p.account.own(folder, accounts); err != nil {
		return err
	}
	return p.run(p.installer, "--no-defaults", "--datadir="+filepath.Join(folder, "data"), "--tmpdir="+folder,
		"--loose-innodb-flush-method=nosync", "--loose-innodb-log-file-size=16M",
		"--auth-root-authentication-method=normal", "--skip-test-db", "--force", "--extra-file="+accounts)
}

// copy puts a folder into another one.
func (p galeraProgram) copy(what, into string) error {
	return p.run("rsync", "--archive", what, into)
}

func (p galeraProgram) run(name string, arguments ...string) error {
	command := exec.Command(name, arguments...)
	p.account.run(command)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", name, err, output)
	}
	return nil
}

// recoveredPosition is where a server that was killed says its data are, such as "uuid:seqno". The node tells the others,
// who then send what it missed in place of everything.
func recoveredPosition(log string) string {
	const said = "WSREP: Recovered position: "
	i := strings.LastIndex(log, said)
	if i < 0 {
		return ""
	}
	position, _, _ := strings.Cut(log[i+len(said):], "\n")
	position, _, _ = strings.Cut(position, ",")
	return strings.TrimSpace(position)
}
