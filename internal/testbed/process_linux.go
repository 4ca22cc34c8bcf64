package testbed

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

func dieWithUs(command *exec.Cmd) {
	if command.SysProcAttr == nil {
		command.SysProcAttr = &syscall.SysProcAttr{}
	}
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
}

// end asks the child to end.
func (p *process) end() error { return p.command.Process.Signal(syscall.SIGTERM) }

// pause stops the child where it is: it answers nobody, and its connections stay. It returns when all its threads stand
// still, for one that has not had the signal yet may answer once more.
func (p *process) pause() error {
	if err := p.command.Process.Signal(syscall.SIGSTOP); err != nil {
		return err
	}
	for {
		err := unix.Waitid(unix.P_PID, p.command.Process.Pid, nil, unix.WSTOPPED, nil)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// resume lets a paused child go on.
func (p *process) resume() error { return p.command.Process.Signal(syscall.SIGCONT) }

// account is who a child runs as; the zero value is whoever we are.
type account struct{ credential *syscall.Credential }

// unprivileged is the database's account, or nobody's, when we are root.
func unprivileged() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"mysql", "nobody"} {
		known, err := user.Lookup(name)
		if err != nil {
			continue
		}
		id, idErr := strconv.ParseUint(known.Uid, 10, 32)
		group, groupErr := strconv.ParseUint(known.Gid, 10, 32)
		if err := errors.Join(idErr, groupErr); err != nil {
			return account{}, err
		}
		return account{&syscall.Credential{Uid: uint32(id), Gid: uint32(group)}}, nil
	}
	return account{}, errors.New("there is neither an account mysql nor nobody, and root may not transfer states")
}

// run has the command be the account's.
func (a account) run(command *exec.Cmd) {
	command.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential}
}

// own gives files to the account.
func (a account) own(paths ...string) error {
	if a.credential == nil {
		return nil
	}
	for _, path := range paths {
		if err := os.Chown(path, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
			return err
		}
	}
	return nil
}
