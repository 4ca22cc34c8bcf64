package testbed

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// ErrNoMySQL means that no MySQL server is installed on this machine.
var ErrNoMySQL = errors.New("neither mariadbd nor mysqld is installed")

// mysqlProgram is a MySQL server that is installed on this machine.
type mysqlProgram struct {
	path string
	// installer makes MariaDB's first files; MySQL's server does that itself.
	installer string
}

// HasMySQL returns nil, or why [StartMySQL] finds no server here.
func HasMySQL() error {
	_, err := findMySQL()
	return err
}

// findMySQL looks on the PATH and where Debian keeps servers, which is not on everybody's PATH.
func findMySQL() (mysqlProgram, error) {
	for _, name := range []string{"mariadbd", "mysqld"} {
		path, err := find(name)
		if err != nil {
			continue
		}
		version, err := exec.Command(path, "--no-defaults", "--version").Output()
		if err != nil {
			return mysqlProgram{}, fmt.Errorf("%s does not run: %w", path, err)
		}
		if !strings.Contains(string(version), "MariaDB") {
			return mysqlProgram{path: path}, nil
		}
		installer, err := find("mariadb-install-db")
		if err != nil {
			return mysqlProgram{}, fmt.Errorf("%s comes without mariadb-install-db", path)
		}
		return mysqlProgram{path: path, installer: installer}, nil
	}
	return mysqlProgram{}, ErrNoMySQL
}

func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return exec.LookPath(filepath.Join("/usr/sbin", name))
}

// initialise makes the server's first files in the folder. Nothing there is worth a wait for the disk yet. What is
// temporary stays below it: in a folder that servers share, each sweeps away what the others left there, or did not yet.
func (p mysqlProgram) initialise(folder string) error {
	arguments := []string{
		"--no-defaults", "--datadir=" + filepath.Join(folder, "data"), "--tmpdir=" + folder,
		"--loose-innodb-flush-method=nosync", "--loose-innodb-log-file-size=16M",
	}
	command := p.path
	if p.installer != "" {
		command = p.installer
		arguments = append(arguments, "--auth-root-authentication-method=normal", "--skip-test-db", "--force")
	} else {
		arguments = append(arguments, "--initialize-insecure")
	}
	output, err := exec.Command(command, append(arguments, asUser()...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", command, err, output)
	}
	return nil
}

// serve is how a server runs on files of its own, with full durability. What not every server knows is loose.
func serve(folder string, port int, cfg MySQLConfig) []string {
	in := func(name string) string { return filepath.Join(folder, name) }
	return []string{
		"--no-defaults",
		"--datadir=" + in("data"),
		"--tmpdir=" + folder,
		"--secure-file-priv=" + folder,
		"--pid-file=" + in("pid"),
		"--socket=" + in("socket"),
		"--bind-address=127.0.0.1",
		"--port=" + strconv.Itoa(port),
		"--skip-name-resolve",
		"--skip-log-bin",
		"--max-connections=500",
		"--local-infile=ON",
		"--innodb-flush-log-at-trx-commit=1",
		"--innodb-buffer-pool-size=" + cmp.Or(cfg.BufferPool, "64M"),
		"--loose-innodb-log-file-size=" + cmp.Or(cfg.RedoLog, "16M"),
	}
}

// asUser tells the server that root is meant: it refuses to run as root otherwise.
func asUser() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}
