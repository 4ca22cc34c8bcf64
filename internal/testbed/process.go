package testbed

import (
	"os/exec"
	"runtime"
)

// process is a running child that ends with us, however we end (where the system can do that, see dieWithUs).
type process struct {
	command *exec.Cmd
	done    chan struct{}
}

// startProcess starts the child on a thread that lives as long as the child does: Linux takes the end of that thread
// for the end of the parent.
func startProcess(command *exec.Cmd) (*process, error) {
	dieWithUs(command)
	started := make(chan error)
	p := &process{command: command, done: make(chan struct{})}
	go func() {
		runtime.LockOSThread()
		defer close(p.done)
		err := command.Start()
		started <- err
		if err == nil {
			_ = command.Wait()
		}
	}()
	return p, <-started
}

// kill ends the child and waits until it is gone.
func (p *process) kill() {
	_ = p.command.Process.Kill()
	<-p.done
}
