package testdb

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// program is a MySQL server that is installed on this machine.
type program struct {
	path string
	// installer makes MariaDB's first files; MySQL's server does that itself.
	installer string
}

// findProgram looks on the PATH and where Debian keeps servers, which is not on everybody's PATH.
func findProgram() (program, error) {
	for _, name := range []string{"mariadbd", "mysqld"} {
		path, err := find(name)
		if err != nil {
			continue
		}
		version, err := exec.Command(path, "--no-defaults", "--version").Output()
		if err != nil {
			return program{}, fmt.Errorf("%s does not run: %w", path, err)
		}
		if !strings.Contains(string(version), "MariaDB") {
			return program{path: path}, nil
		}
		installer, err := find("mariadb-install-db")
		if err != nil {
			return program{}, fmt.Errorf("%s comes without mariadb-install-db", path)
		}
		return program{path: path, installer: installer}, nil
	}
	return program{}, errors.New("neither mariadbd nor mysqld is installed")
}

func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	return exec.LookPath(filepath.Join("/usr/sbin", name))
}

// initialise makes the server's first files in the folder. Nothing there is worth a wait for the disk yet. What is
// temporary stays below it: in a folder that servers share, each sweeps away what the others left there, or did not yet.
func (p program) initialise(folder string) error {
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

// asUser tells the server that root is meant: it refuses to run as root otherwise.
func asUser() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=root"}
	}
	return nil
}
