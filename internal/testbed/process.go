package testbed

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"time"
)

// startLimit is how long a server may take until it answers.
const startLimit = 60 * time.Second

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

// await returns when the child is ready.
func (p *process) await(ctx context.Context, ready func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for !ready(ctx) {
		select {
		case <-p.done:
			return errors.New("the server ended at once")
		case <-ctx.Done():
			return fmt.Errorf("the server is not ready: %w", ctx.Err())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}
